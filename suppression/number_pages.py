"""Sets of numbers, packed so that a block of numbers is looked up at once in a mapped file.

A number's chunk is all of it but its last 16 bits. What a chunk holds is kept as a bitmap where it
is dense, as a sorted array of the last 16 bits where it is sparse, and as whole numbers, with those
of other such chunks, where it is next to nothing: so a nation's list costs at most a bit for each
number that the nation can have, and a short list eight bytes a number
(docs/decisions/0012-list-index.md).
"""

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

CHUNK_BITS: Final = 16
_CHUNK: Final = 1 << CHUNK_BITS
_LOW: Final = _CHUNK - 1
_BITMAP_BYTES: Final = _CHUNK // 8
_DENSE: Final = 2048
"""Numbers in a chunk from which on it is a bitmap: an array has half its bytes, and is slower."""

_STRAYS: Final = 4
"""Numbers in a chunk below which they are kept whole."""

_IS_BITMAP: Final = 0xFFFFFFFF
Int64s = npt.NDArray[np.int64]
Masks = npt.NDArray[np.uint8]
Write = Callable[[npt.NDArray[np.generic]], int]
"""Appends an array to the file, and says at which byte it begins: an even one."""

Tables = Mapping[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True, eq=False)
class NumberPages:
    """A set of numbers in a mapped file, with a mask for each, or without masks.

    Attributes:
        strays: numbers kept whole, in order.
        stray_masks: their masks.
        span_first: the first chunk of each span of chunks, in order; before them one of no chunk.
        span_base: where each span's chunks begin in the next two; and their end.
        chunk_start: where in the file each chunk's numbers are, in units of two bytes. The first
            chunk stands for all that are in no span, and is empty.
        chunk_size: how many numbers are in its array, or that it is a bitmap.
        content: the file's bytes.
        has_masks: whether each number has a mask; then no chunk is a bitmap.
    """

    strays: Int64s
    stray_masks: Masks
    span_first: Int64s
    span_base: Int64s
    chunk_start: npt.NDArray[np.uint32]
    chunk_size: npt.NDArray[np.uint32]
    content: npt.NDArray[np.uint8]
    has_masks: bool

    @property
    def is_empty(self) -> bool:
        """Whether the set has no number."""
        return not len(self.strays) and len(self.chunk_size) <= 1

    def listed(self, numbers: Int64s) -> npt.NDArray[np.bool_]:
        """Say of each number whether it is in the set."""
        start, size = self._chunks(numbers)
        is_bitmap = size == _IS_BITMAP
        if 2 * np.count_nonzero(is_bitmap) > len(numbers):
            # To read all as bitmaps takes less than to pick those that are; the others are read again.
            found = self._in_bitmaps(numbers, start)
        else:
            found = np.zeros(len(numbers), np.bool_)
            rows = np.flatnonzero(is_bitmap)
            found[rows] = self._in_bitmaps(numbers[rows], start[rows])
        rows = np.flatnonzero(~is_bitmap)
        if len(rows):
            found[rows] = self._elsewhere(numbers[rows], start[rows], size[rows])
        return found

    def masks(self, numbers: Int64s) -> tuple[npt.NDArray[np.bool_], Masks]:
        """Say of each number whether it is in the set, and its mask, in a set that has masks."""
        start, size = self._chunks(numbers)
        found, masks = np.zeros(len(numbers), np.bool_), np.zeros(len(numbers), np.uint8)
        rows = np.flatnonzero(size)
        found[rows], places = self._in_arrays(numbers[rows], start[rows], size[rows])
        # The masks of a chunk stand behind its numbers.
        at = 2 * (start[rows] + size[rows].astype(np.int64)) + places
        masks[rows] = self.content.take(np.where(found[rows], at, 0))
        if len(self.strays):
            rows = np.flatnonzero(size == 0)
            found[rows], places = self._in_strays(numbers[rows])
            masks[rows] = self.stray_masks[places]
        return found, masks

    def blocks(self) -> Iterator[tuple[Int64s, Masks | None]]:
        """Give all numbers in order, chunk by chunk, with their masks if the set has some."""
        keys = self._chunk_keys()
        done = 0
        for entry in np.flatnonzero(self.chunk_size):
            first = int(keys[entry]) << CHUNK_BITS
            stop = int(np.searchsorted(self.strays, first))
            if stop > done:
                yield self._strays_between(done, stop)
                done = stop
            yield self._chunk(int(entry), first)
        if done < len(self.strays):
            yield self._strays_between(done, len(self.strays))

    def _strays_between(self, start: int, stop: int) -> tuple[Int64s, Masks | None]:
        masks = self.stray_masks[start:stop] if self.has_masks else None
        return self.strays[start:stop], masks

    def _chunk(self, entry: int, first: int) -> tuple[Int64s, Masks | None]:
        at, size = 2 * int(self.chunk_start[entry]), int(self.chunk_size[entry])
        if size == _IS_BITMAP:
            bits = np.unpackbits(self.content[at : at + _BITMAP_BYTES], bitorder="little")
            return np.flatnonzero(bits).astype(np.int64) + first, None
        lows = self.content[at : at + 2 * size].view("<u2")
        masks = self.content[at + 2 * size : at + 3 * size] if self.has_masks else None
        return lows.astype(np.int64) + first, masks

    def _chunk_keys(self) -> Int64s:
        """The chunk that each entry of the tables stands for."""
        lengths = np.diff(self.span_base)
        places = np.arange(len(self.chunk_size)) - np.repeat(self.span_base[:-1], lengths)
        keys: Int64s = np.repeat(self.span_first, lengths) + places
        return keys

    def _chunks(self, numbers: Int64s) -> tuple[Int64s, npt.NDArray[np.uint32]]:
        """Where the chunk of each number is, and its size."""
        entry = self._entries(numbers >> CHUNK_BITS)
        return self.chunk_start.take(entry).astype(np.int64), self.chunk_size.take(entry)

    def _entries(self, keys: Int64s) -> Int64s:
        """Which entry of the tables stands for each chunk."""
        if not len(keys):
            return keys
        # Most blocks are numbers of one country: most chunks are in the span of the first.
        span = int(np.searchsorted(self.span_first, keys[0], side="right")) - 1
        base, end = self.span_base[span : span + 2].tolist()
        entry: Int64s = keys + (base - int(self.span_first[span]))
        rows = np.flatnonzero((entry < base) | (entry >= end))
        if len(rows):
            keys = keys[rows]
            spans = np.searchsorted(self.span_first, keys, side="right") - 1
            found = self.span_base.take(spans) + (keys - self.span_first.take(spans))
            found[found >= self.span_base.take(spans + 1)] = 0
            entry[rows] = found
        return entry

    def _elsewhere(
        self, numbers: Int64s, start: Int64s, size: npt.NDArray[np.uint32]
    ) -> npt.NDArray[np.bool_]:
        """Which of some numbers are in the set whose chunks are no bitmaps."""
        found = np.zeros(len(numbers), np.bool_)
        rows = np.flatnonzero(size)
        found[rows] = self._in_arrays(numbers[rows], start[rows], size[rows])[0]
        if len(self.strays):
            rows = np.flatnonzero(size == 0)
            found[rows] = self._in_strays(numbers[rows])[0]
        return found

    def _in_bitmaps(self, numbers: Int64s, start: Int64s) -> npt.NDArray[np.bool_]:
        """Whether the bits of numbers are set; of one whose chunk is no bitmap this says nothing."""
        at = (start << 1) + ((numbers >> 3) & (_LOW >> 3))
        bits = self.content.take(at, mode="clip") >> (numbers & 7).astype(np.uint8)
        found: npt.NDArray[np.bool_] = (bits & 1).view(np.bool_)
        return found

    def _in_arrays(
        self, numbers: Int64s, start: Int64s, size: npt.NDArray[np.uint32]
    ) -> tuple[npt.NDArray[np.bool_], Int64s]:
        """Whether numbers stand in their chunks' arrays, and at which place: all searched at once."""
        if not len(numbers):
            return np.zeros(0, np.bool_), np.zeros(0, np.int64)
        halves = self._halves
        low = (numbers & _LOW).astype(np.uint16)
        at, left = start.copy(), size.astype(np.int64)
        for _ in range((int(left.max()) - 1).bit_length()):
            half = left >> 1
            is_right = halves.take(at + half) <= low
            at += half * is_right
            left -= half
        return halves.take(at) == low, at - start

    def _in_strays(self, numbers: Int64s) -> tuple[npt.NDArray[np.bool_], Int64s]:
        places = np.minimum(np.searchsorted(self.strays, numbers), len(self.strays) - 1)
        return self.strays.take(places) == numbers, places

    @property
    def _halves(self) -> npt.NDArray[np.uint16]:
        return self.content[: len(self.content) // 2 * 2].view("<u2")


class PageWriter:
    """Packs numbers that come in order.

    Args:
        write: takes what is to stand in the file.
        has_masks: whether each number has a mask; then no chunk is a bitmap.
    """

    def __init__(self, write: Write, *, has_masks: bool) -> None:
        self._write = write
        self._has_masks = has_masks
        self._rest: tuple[Int64s, Masks] = (np.zeros(0, np.int64), np.zeros(0, np.uint8))
        self._strays: list[tuple[Int64s, Masks]] = []
        self._keys, self._starts, self._sizes = array("q"), array("I"), array("I")

    def add(self, numbers: Int64s, masks: Masks) -> None:
        """Add numbers that are higher than all before, in order, each once."""
        if not len(numbers):
            return
        numbers, masks = _joined(self._rest, (numbers, masks))
        # The last chunk may go on with the next numbers.
        stop = int(np.searchsorted(numbers, int(numbers[-1]) >> CHUNK_BITS << CHUNK_BITS))
        self._rest = numbers[stop:], masks[stop:]
        self._pack(numbers[:stop], masks[:stop])

    def tables(self) -> Tables:
        """Pack what is left, and return the tables that find it all: `NumberPages`' arrays."""
        numbers, masks = self._rest
        self._rest = numbers[:0], masks[:0]
        self._pack(numbers, masks)
        strays, stray_masks = _joined(*self._strays)
        keys = np.frombuffer(self._keys, np.int64) if self._keys else np.zeros(0, np.int64)
        is_first = np.append(True, ~_are_bridged(np.diff(keys) - 1, len(keys)))[: len(keys)]
        firsts = keys[is_first]
        lasts = keys[np.append(is_first[1:], True)[: len(keys)]]
        base = np.cumsum(np.concatenate(([0, 1], lasts - firsts + 1)))
        span = np.cumsum(is_first)
        entry = base[span] + keys - firsts[span - 1]
        start, size = np.zeros(base[-1], np.uint32), np.zeros(base[-1], np.uint32)
        start[entry], size[entry] = self._starts, self._sizes
        return {
            "strays": strays,
            "stray_masks": stray_masks if self._has_masks else stray_masks[:0],
            "span_first": np.concatenate(([np.iinfo(np.int64).min >> CHUNK_BITS], firsts)),
            "span_base": base,
            "chunk_start": start,
            "chunk_size": size,
        }

    def _pack(self, numbers: Int64s, masks: Masks) -> None:
        """Pack whole chunks."""
        if not len(numbers):
            return
        keys = numbers >> CHUNK_BITS
        starts = np.append(0, np.flatnonzero(np.diff(keys)) + 1)
        sizes = np.diff(np.append(starts, len(numbers)))
        is_stray = np.repeat(sizes < _STRAYS, sizes)
        if is_stray.any():
            self._strays.append((numbers[is_stray], masks[is_stray]))
        for at in np.flatnonzero(sizes >= _STRAYS):
            start, size = int(starts[at]), int(sizes[at])
            self._pack_chunk(numbers[start : start + size], masks[start : start + size])

    def _pack_chunk(self, numbers: Int64s, masks: Masks) -> None:
        lows = (numbers & _LOW).astype("<u2")
        is_bitmap = not self._has_masks and len(lows) >= _DENSE
        if is_bitmap:
            bits = np.zeros(_CHUNK, np.bool_)
            bits[lows] = True
            at = self._write(np.packbits(bits, bitorder="little"))
        else:
            at = self._write(lows)
            if self._has_masks:
                self._write(np.append(masks, np.zeros(len(masks) % 2, np.uint8)))
        self._keys.append(int(numbers[0]) >> CHUNK_BITS)
        self._starts.append(at // 2)
        self._sizes.append(_IS_BITMAP if is_bitmap else len(lows))


def _are_bridged(gaps: Int64s, most: int) -> npt.NDArray[np.bool_]:
    """Say which gaps between chunks a span goes on over, given how many chunks are in each.

    The smallest do, as long as the tables do not double by it: so that a country's numbers are one
    span, which is looked up fastest.
    """
    order = np.argsort(gaps, kind="stable")
    bridged = np.zeros(len(gaps), np.bool_)
    bridged[order[: np.searchsorted(np.cumsum(gaps[order]), most, side="right")]] = True
    return bridged


def _joined(*parts: tuple[Int64s, Masks]) -> tuple[Int64s, Masks]:
    numbers = [numbers for numbers, _ in parts]
    masks = [masks for _, masks in parts]
    return (
        np.concatenate([np.zeros(0, np.int64), *numbers]),
        np.concatenate([np.zeros(0, np.uint8), *masks]),
    )
