"""The queue of an account's leads in a stream's state: short to read in front, cheap however long.

State cannot be read in part: a value or a bag is read whole and written whole, and a queue kept in
one bag would be rewritten with every request. This one has a front, which is small and is rewritten
at will, a back, which is only appended to, and between them levels, each three times as large as the
one before. What lies on a level is never sorted or merged again: the lowest level that holds
something is read, its first part goes down, level by level, and the rest back. So a lead is read and
written a few times a level, and there are few levels (docs/decisions/0006-queue-of-levels.md).

No Beam in here: the cells are what Beam's state is, and what tests and the benchmark are too.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from records.lead_page import PAGE_LEADS, QueuedLead, merge, pack, unpack

LEVELS = 8
"""With pages of 200 leads, 1.3 million of them lie on the levels as planned; more lie on the last."""

FACTOR = 3


class Value(Protocol):
    """One value in state."""

    def read(self) -> bytes | None:
        """What was written last; None: nothing was."""
        ...

    def write(self, value: bytes) -> None:
        """Replace it."""
        ...


class Bag(Protocol):
    """A bag in state: grows at its end, is read whole, in the order it was filled."""

    def read(self) -> Iterable[bytes]:
        """All that is in it."""
        ...

    def add(self, value: bytes) -> None:
        """Put one more into it."""
        ...

    def clear(self) -> None:
        """Empty it."""
        ...


def append(back: Bag, leads: Sequence[QueuedLead]) -> None:
    """Put leads at the end of a queue; nothing is read for that."""
    if leads:
        back.add(pack(leads))


class LeadQueue:
    """One look at a queue: what is in front is taken out, changed, and saved."""

    def __init__(
        self,
        *,
        front: Value,
        back: Bag,
        levels: Sequence[Bag],
        page_leads: int = PAGE_LEADS,
    ) -> None:
        """Look at a queue; nothing but its front is read yet.

        Args:
            front: holds the first leads, and which levels are not empty.
            back: what `append` fills.
            levels: the bags between them.
            page_leads: how many leads small pages are put together to.
        """
        self._cell = front
        self._back = back
        self._levels = levels
        self._page_leads = page_leads
        self._is_saved = True
        self._filled, self._front = _read_front(front.read())

    @property
    def front(self) -> tuple[QueuedLead, ...]:
        """The first leads, in order."""
        return tuple(self._front)

    def lengthen(self) -> bool:
        """Let the next page come to the front, behind what is there; False: there is none."""
        level, pages = self._take_lowest()
        first = next(pages, None)
        if first is None:
            return False
        self._front.extend(unpack(first))
        self._spread(pages, level)
        self._is_saved = False
        return True

    def replace_front(self, leads: Iterable[QueuedLead]) -> None:
        """Have these leads in front instead of those that are."""
        leads = list(leads)
        self._is_saved = self._is_saved and leads == self._front
        self._front = leads

    def save(self) -> None:
        """Write the front back, if it has changed."""
        if not self._is_saved:
            self._cell.write(bytes([self._filled]) + (pack(self._front) if self._front else b""))
            self._is_saved = True

    def _take_lowest(self) -> tuple[int, Iterator[bytes]]:
        """Empty the lowest level that holds something, else the back.

        Returns:
            The level that what is too much for the lower ones goes to, and the pages.
        """
        for level, bag in enumerate(self._levels):
            if self._filled >> level & 1:
                pages = list(bag.read())
                bag.clear()
                self._filled &= ~(1 << level)
                return level, iter(pages)
        pages = list(self._back.read())
        if pages:
            self._back.clear()
        return len(self._levels) - 1, merge(pages, page_leads=self._page_leads)

    def _spread(self, pages: Iterator[bytes], top: int) -> None:
        """Fill the levels up to `top`, all of them empty; what is too much stays on `top`."""
        room = FACTOR - 1
        level = 0
        for page in pages:
            if level < top and not room:
                level += 1
                room = (FACTOR - 1) * FACTOR**level
            self._levels[level].add(page)
            self._filled |= 1 << level
            room -= 1


def _read_front(saved: bytes | None) -> tuple[int, list[QueuedLead]]:
    """Which levels hold something, a bit each, and the first leads."""
    if not saved:
        return 0, []
    return saved[0], unpack(saved[1:]) if len(saved) > 1 else []
