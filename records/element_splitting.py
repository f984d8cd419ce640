"""JSON arrays to blocks of whole, numbered elements."""

from collections.abc import Iterator

from records.blocks import RawBlock
from records.cutting import MAX_RECORD_BYTES, too_long
from records.json_elements import AHEAD_BYTES, ElementCutter
from records.layout import Layout
from records.peeking import DamagedStream

_NEVER_CLOSED = (
    "the array is never closed: the file is cut off here, or a quote or a bracket is missing in this"
    " record"
)
_UNFINISHED = "the object is never closed: the file is cut off here, or a bracket is missing in it"


class ElementSplitter:
    """Gathers elements, numbers them and gives them out in blocks.

    A block goes from where an element ends to where another one does; so what stands before an
    element belongs to it, and counts for what is too long.
    """

    def __init__(self, layout: Layout, file: str) -> None:
        self._cutter = ElementCutter()
        self._layout = layout
        self._file = file
        self._most_bytes = layout.most_record_bytes
        self._next_number = 1
        # What has been fed and not given out, from this place on; what is too long is held only in
        # its beginning and in its end, behind which other elements begin.
        self._held = b""
        self._from = 0
        self._fed_bytes = 0
        self._is_too_long = False
        self._latest = b""

    def feed(self, piece: bytes) -> Iterator[RawBlock]:
        """Take the next piece of content, and give out what is ready."""
        yield from self._feed(piece, is_last=False)

    def end(self) -> Iterator[RawBlock]:
        """Give out what is left."""
        yield from self._feed(b"", is_last=True)
        cutter = self._cutter
        if self._is_too_long:
            yield self._faulty(self._fed_bytes, too_long(self._left_bytes, self._most_bytes))
        elif cutter.is_open:
            yield self._faulty(self._fed_bytes, _NEVER_CLOSED if cutter.in_array else _UNFINISHED)
        else:
            if self._left_bytes:
                yield self._block(self._fed_bytes, int(cutter.element_start is not None))
            if cutter.in_array:
                yield self._faulty(self._fed_bytes, _NEVER_CLOSED)

    def end_damaged(self, damage: DamagedStream) -> Iterator[RawBlock]:
        """Take the record in which a damaged stream stopped: what is there of it may be cut."""
        yield from self._feed(b"", is_last=True)
        yield self._faulty(self._fed_bytes, f"{damage}; what came behind is missing")

    @property
    def _left_bytes(self) -> int:
        return self._fed_bytes - self._from

    def _feed(self, piece: bytes, *, is_last: bool) -> Iterator[RawBlock]:
        self._fed_bytes += len(piece)
        if self._is_too_long:
            self._latest = self._latest[-AHEAD_BYTES:] + piece
        else:
            self._held += piece
        count, end = 0, self._from
        for element in self._cutter.feed(piece, is_last=is_last):
            if element.end - end > self._most_bytes:
                if count:
                    yield self._block(end, count)
                    count = 0
                yield self._faulty(
                    element.end, too_long(element.end - self._from, self._most_bytes)
                )
            else:
                count += 1
            end = element.end
        if count:
            yield self._block(end, count)
        if self._left_bytes > self._most_bytes and not self._is_too_long:
            yield from self._shorten()

    def _shorten(self) -> Iterator[RawBlock]:
        """Keep only the beginning of what is too long; blanks outside of arrays are nothing."""
        if self._cutter.is_outside:
            yield self._block(self._fed_bytes, 0)
            return
        self._is_too_long = True
        self._latest = self._held[-AHEAD_BYTES:]
        self._held = self._held[:MAX_RECORD_BYTES]

    def _block(self, end: int, records: int) -> RawBlock:
        """Give out all until `end`."""
        size_bytes = end - self._from
        content, self._held = self._held[:size_bytes], self._held[size_bytes:]
        return self._given(end, content, records, None)

    def _faulty(self, end: int, fault: str) -> RawBlock:
        """Give out all until `end` as one record that cannot be read."""
        content = self._held[: min(end - self._from, MAX_RECORD_BYTES)]
        source = self._latest if self._is_too_long else self._held
        self._held = source[len(source) - (self._fed_bytes - end) :]
        self._is_too_long = False
        return self._given(end, content, 1, fault)

    def _given(self, end: int, content: bytes, records: int, fault: str | None) -> RawBlock:
        first, self._next_number = self._next_number, self._next_number + records
        size_bytes, self._from = end - self._from, end
        return RawBlock(self._file, first, self._layout, content, records, size_bytes, fault)
