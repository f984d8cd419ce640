"""Byte ranges of a file that can be read apart from each other, the records in them numbered.

Where cells hold line breaks, no place in the middle of a file tells by itself whether a record
begins there. So nothing is guessed: the file is read through once from its beginning, as it must be
for its hash, and where its blocks of records begin is noted on the way, with the number of records
in each. A range is some of these blocks.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from records.blocks import RawBlock
from records.cutting import MAX_RECORD_BYTES
from records.layout import Layout
from records.peeking import ByteStream, DamagedStream
from records.plain_text import PlainText
from records.splitting import split_records

RANGE_BYTES = 16 << 20
"""About how large a range is."""


@dataclass(frozen=True, slots=True)
class Part:
    """A block of a range.

    Attributes:
        size_bytes: its size in the plain content.
        records: how many records begin in it.
        fault: why the one record in it cannot be read as it stands, if so.
    """

    size_bytes: int
    records: int
    fault: str | None = None

    @property
    def kept_bytes(self) -> int:
        """How much of it is kept: of a record that cannot be read no more than its beginning."""
        return min(self.size_bytes, MAX_RECORD_BYTES) if self.fault else self.size_bytes


@dataclass(frozen=True, slots=True)
class Range:
    """Some blocks of a file, one behind the other.

    Attributes:
        start: where in the plain content the first one begins; NUL bytes do not count.
        first: the number of the first record.
        parts: the blocks.
        digest: SHA-256 of their content, in hex.
        may_seek: whether `start` is that place in the file as it is stored.
        is_last: whether the content ends with it.
    """

    start: int
    first: int
    parts: tuple[Part, ...]
    digest: str
    may_seek: bool
    is_last: bool

    @property
    def records(self) -> int:
        """How many records are in it."""
        return sum(part.records for part in self.parts)


class RangeChanged(Exception):
    """A range does not hold what it held when the file was read through."""


def find_ranges(
    stream: ByteStream,
    layout: Layout,
    *,
    may_seek: bool,
    count: Callable[[RawBlock], int] | None = None,
    range_bytes: int = RANGE_BYTES,
) -> tuple[Range, ...]:
    """Read a file through, and note where its records are.

    Args:
        stream: the plain content, from its first byte.
        layout: how to read it.
        may_seek: whether the content is the file as it is stored, so that it can be read from any
            place.
        count: counts the records of a block, if they are others than stand one behind the other.
        range_bytes: how large a range is at the least, but for the last one.

    Returns:
        The ranges, in order; one that covers all where the file can be read only from its beginning.
    """
    text = PlainText(stream, is_text=layout.is_text)
    ranges: list[_Gathered] = [_Gathered(layout.body_offset, 1)]
    for block in split_records(text, layout, file=""):
        # Behind a NUL byte places in the text are none in the file: the last range goes on.
        is_full = ranges[-1].size_bytes >= range_bytes
        if is_full and may_seek and text.first_nul is None:
            ranges.append(ranges[-1].next())
        ranges[-1].add(block, block.records if count is None else count(block))
    if text.first_nul is not None and text.first_nul < layout.body_offset:
        may_seek = False
    return tuple(
        gathered.as_range(may_seek=may_seek, is_last=gathered is ranges[-1]) for gathered in ranges
    )


def read_range(
    stream: ByteStream, layout: Layout, wanted: Range, *, file: str
) -> Iterator[RawBlock]:
    """Read the blocks of a range.

    Args:
        stream: the plain content; from `wanted.start` if `wanted.may_seek`, else from its beginning.
        layout: how to read it.
        wanted: what to read.
        file: the file's name, which the blocks carry.

    Raises:
        RangeChanged: behind the last block: the content is another than it was.
    """
    text = PlainText(stream, is_text=layout.is_text)
    digest = hashlib.sha256()
    first = wanted.first
    is_there = True
    try:
        if not wanted.may_seek:
            text.skip(wanted.start)
        for part in wanted.parts:
            content = text.read_up_to(part.kept_bytes)
            text.skip(part.size_bytes - len(content))
            digest.update(content)
            yield RawBlock(file, first, layout, content, part.records, part.size_bytes, part.fault)
            first += part.records
        is_there = wanted.is_last and text.read_up_to(1) != b""
    except DamagedStream:
        is_there = False
    if is_there or digest.hexdigest() != wanted.digest:
        raise RangeChanged


class _Gathered:
    """A range while it grows."""

    def __init__(self, start: int, first: int) -> None:
        self.start = start
        self.first = first
        self.parts: list[Part] = []
        self.size_bytes = 0
        self.records = 0
        self._digest = hashlib.sha256()

    def add(self, block: RawBlock, records: int) -> None:
        self.parts.append(Part(block.size_bytes, records, block.fault))
        self.size_bytes += block.size_bytes
        self.records += records
        self._digest.update(block.content)

    def next(self) -> "_Gathered":
        return _Gathered(self.start + self.size_bytes, self.first + self.records)

    def as_range(self, *, may_seek: bool, is_last: bool) -> Range:
        return Range(
            self.start, self.first, tuple(self.parts), self._digest.hexdigest(), may_seek, is_last
        )
