"""Index files: a do-not-disturb list of any length as one file that is mapped, not read."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suppression.categories import FULL
from suppression.faults import ListError
from suppression.index_format import FORMAT, MARK, IndexInfo, IndexSource, Sections, read_format
from suppression.number_pages import Int64s, Masks, NumberPages

__all__ = ["FORMAT", "MARK", "IndexFile", "IndexInfo", "IndexSource", "is_index", "open_index"]


class IndexFile:
    """An index that is open: a `Listing` whose numbers are pages of a file, shared by processes.

    Attributes:
        name: the list's name, for messages.
        info: what is known of it.
        size_bytes: the file's size.
    """

    def __init__(self, name: str, info: IndexInfo, content: mmap.mmap, sections: Sections) -> None:
        self.name = name
        self.info = info
        self.size_bytes = len(content)
        bytes_ = np.frombuffer(content, np.uint8)
        self._whole = _pages(sections.full, bytes_, has_masks=False)
        self._part = _pages(sections.partial, bytes_, has_masks=True)

    @property
    def version(self) -> str:
        """What is known by this name has the same numbers on it, always."""
        return self.info.version

    @property
    def count(self) -> int:
        """How many numbers are listed."""
        return self.info.count

    def __str__(self) -> str:
        """Name the list, say how long it is, and what was passed over."""
        numbers = f"{self.count:,} number{'s' * (self.count != 1)}"
        parts = [f"{self.name}: {numbers}, version {self.version}"]
        if self.info.not_numbers:
            lines = (
                "1 line that holds"
                if self.info.not_numbers == 1
                else f"{self.info.not_numbers:,} lines that hold"
            )
            parts.append(f"{lines} no number")
        if self.info.cleared:
            rows = (
                "1 row that is"
                if self.info.cleared == 1
                else f"{self.info.cleared:,} rows that are"
            )
            parts.append(f"{rows} clear by their verdict")
        return "; ".join(parts)

    def listed(
        self, e164: pa.Int64Array | npt.NDArray[np.int64], category: int | None = None
    ) -> npt.NDArray[np.bool_]:
        """Say of each number whether it must not be called.

        Args:
            e164: country code and national digits, as one number; an Arrow array without nulls or a
                numpy one.
            category: what the call is about, 1 to 8; None: whatever a number is blocked for counts.
        """
        numbers = np.asarray(e164, np.int64)
        found = self._whole.listed(numbers)
        if not self._part.is_empty:
            in_part, masks = self._part.masks(numbers)
            found |= in_part if category is None else in_part & _blocks(masks, category)
        return found

    def masks(self, e164: Int64s) -> tuple[npt.NDArray[np.bool_], Masks]:
        """Say of each number whether it is listed, and the mask of what it is blocked for."""
        found, masks = self._part.masks(e164)
        whole = self._whole.listed(e164)
        return found | whole, np.where(whole, FULL, masks).astype(np.uint8)

    def blocks(self) -> Iterator[tuple[Int64s, Masks]]:
        """Give all numbers in order, with the masks of what they are blocked for."""
        parts = ((numbers, masks) for numbers, masks in self._part.blocks())
        ahead: tuple[Int64s, Masks] | None = None
        for numbers, _ in self._whole.blocks():
            full = np.full(len(numbers), FULL, np.uint8)
            between = [(numbers, full)]
            last = int(numbers[-1])
            while (ahead := ahead or _next(parts)) is not None and int(ahead[0][0]) <= last:
                stop = int(np.searchsorted(ahead[0], last, side="right"))
                between.append((ahead[0][:stop], ahead[1][:stop]))
                ahead = (ahead[0][stop:], ahead[1][stop:]) if stop < len(ahead[0]) else None
            yield _in_order(between)
        if ahead is not None:
            yield ahead
        while (ahead := _next(parts)) is not None:
            yield ahead


def _next(
    parts: Iterator[tuple[Int64s, Masks | None]],
) -> tuple[Int64s, Masks] | None:
    numbers, masks = next(parts, (None, None))
    return None if numbers is None or masks is None else (numbers, masks)


def _in_order(
    parts: list[tuple[Int64s, Masks]],
) -> tuple[Int64s, Masks]:
    if len(parts) == 1:
        return parts[0]
    numbers = np.concatenate([numbers for numbers, _ in parts])
    order = np.argsort(numbers, kind="stable")
    return numbers[order], np.concatenate([masks for _, masks in parts])[order]


def _blocks(masks: Masks, category: int) -> npt.NDArray[np.bool_]:
    blocks: npt.NDArray[np.bool_] = (masks & np.uint8(1 << (category - 1))) != 0
    return blocks


def _pages(
    tables: dict[str, npt.NDArray[Any]], content: npt.NDArray[np.uint8], *, has_masks: bool
) -> NumberPages:
    return NumberPages(**tables, content=content, has_masks=has_masks)


def is_index(head: bytes) -> bool:
    """Say whether a file's first bytes are those of an index."""
    return head.startswith(MARK)


def open_index(path: Path | str, *, name: str | None = None) -> IndexFile:
    """Map an index, all of it verified.

    Args:
        path: the file.
        name: what messages call it; None: as the path.

    Raises:
        ListError: it is no index, was cut short or altered, or is of another version's format.
        OSError: it cannot be read.
    """
    called = str(path) if name is None else name
    with Path(path).open("rb") as file:
        if not is_index(file.read(len(MARK))):
            raise ListError(f"{called} is no index of a list; build one from it")
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    info, sections = read_format(content, called)
    return IndexFile(called, info, content, sections)
