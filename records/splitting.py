"""A stream to blocks of whole, numbered records, with bounded memory.

Every record has a number, also one that cannot be read; blank lines and rows whose cells are all
empty are no records and have none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from operator import not_
from typing import Final, Protocol

from records.avro_splitting import AvroSplitter
from records.blocks import RawBlock
from records.cutting import MAX_RECORD_BYTES, CsvCutter, Cut, Cutter, JsonLineCutter, too_long
from records.element_splitting import ElementSplitter
from records.layout import Format, Layout
from records.peeking import ByteStream, CorruptStream, DamagedStream
from records.plain_text import PlainText
from records.whole_records import blanks

PIECE_BYTES = 512 * 1024
"""How much is read at a time, and so about how large a block is."""


def split_records(
    stream: ByteStream | PlainText,
    layout: Layout,
    *,
    file: str,
    piece_bytes: int = PIECE_BYTES,
) -> Iterator[RawBlock]:
    """Split a stream into blocks of records.

    Args:
        stream: the plain content in UTF-8, from its first byte (see `records.opening`).
        layout: how to read it.
        file: its name, which the blocks carry.
        piece_bytes: how much is read at a time; at most `MAX_RECORD_BYTES`.

    Yields:
        The blocks, in order: they cover the content from the layout's `body_offset` to its end. A
        record over 1 MiB, a quote that is never closed and a damaged stream are one record each,
        with a fault, in a block of their own.

    Raises:
        CorruptStream: A checksum does not match, so no byte of the content can be relied on.
    """
    splitter = _SPLITTERS[layout.format](layout, file)
    text = stream if isinstance(stream, PlainText) else PlainText(stream, is_text=layout.is_text)
    try:
        text.skip(layout.body_offset)
        while piece := text.read_up_to(piece_bytes):
            yield from splitter.feed(piece)
    except CorruptStream:
        raise
    except DamagedStream as damage:
        yield from splitter.end_damaged(damage)
    else:
        yield from splitter.end()


class Splitter(Protocol):
    """Gathers records of content that is fed piece by piece, and gives them out in blocks."""

    def __init__(self, layout: Layout, file: str) -> None: ...

    def feed(self, piece: bytes) -> Iterator[RawBlock]:
        """Take the next piece of content, and give out what is ready."""
        ...

    def end(self) -> Iterator[RawBlock]:
        """Take what stands behind the last record's end, and give out what is left."""
        ...

    def end_damaged(self, damage: DamagedStream) -> Iterator[RawBlock]:
        """Take the record in which a damaged stream stopped, and give out what is left."""
        ...


class _LineSplitter:
    """Gathers records, numbers them and gives them out in blocks."""

    def __init__(self, layout: Layout, file: str) -> None:
        csv = layout.format == "csv"
        self._cutter: Cutter = CsvCutter(layout.delimiter or ",") if csv else JsonLineCutter()
        self._layout = layout
        self._file = file
        self._blanks = blanks(layout.delimiter)
        self._next_number = 1
        # What has been fed of the record that the last piece ended in.
        self._begun: list[bytes] = []
        # The last block waits for what may stand behind the last line end.
        self._last: RawBlock | None = None

    def feed(self, piece: bytes) -> Iterator[RawBlock]:
        """Take the next piece of content, and give out what is ready."""
        begun_bytes = self._cutter.unfinished_bytes
        if not begun_bytes and piece.startswith(b"\n"):
            # A blank line, or the second half of a CRLF: either way it belongs to no record.
            self._cutter.feed(b"\n")
            yield from self._add(b"\n", 0)
            piece = piece[1:]
        records = self._cutter.feed(piece)
        end = len(piece) - self._cutter.unfinished_bytes
        if not records:
            self._begin(piece)
            return
        first, start = records[0], 0
        if isinstance(first, Cut):
            yield from self._put(self._faulty(first, too_long(first.size)))
            start = first.size - begun_bytes
            self._begun.clear()
            del records[0]
        content = b"".join(self._begun) + piece[start:end]
        self._begun.clear()
        self._begin(piece[end:])
        yield from self._add(content, self._count(records))

    def end(self) -> Iterator[RawBlock]:
        """Take what stands behind the last line end, and give out what is left."""
        rest = self._cutter.rest()
        if rest is not None and rest.open_quote:
            fault = (
                f"a quote that opens a cell of record {self._next_number} is never closed; "
                f"the rest of the file is in it ({rest.size:,} bytes)"
            )
            yield from self._put(self._faulty(rest, fault))
        elif rest is not None and rest.size > MAX_RECORD_BYTES:
            yield from self._put(self._faulty(rest, too_long(rest.size)))
        elif rest is not None:
            yield from self._add(rest.text, self._count([rest.text]), with_last=True)
        yield from self._put(None)

    def end_damaged(self, damage: DamagedStream) -> Iterator[RawBlock]:
        """Take the record in which a damaged stream stopped: what is there of it may be cut."""
        rest = self._cutter.rest() or Cut(b"", 0)
        yield from self._put(self._faulty(rest, f"{damage}; what came behind is missing"))
        yield from self._put(None)

    def _begin(self, piece: bytes) -> None:
        # Of a record that is too long the cutter keeps what is kept.
        if piece and self._cutter.unfinished_bytes <= MAX_RECORD_BYTES:
            self._begun.append(piece)

    def _count(self, records: Sequence[bytes | Cut]) -> int:
        whole = [record for record in records if isinstance(record, bytes)]
        blank = sum(map(not_, map(bytes.strip, whole, repeat(self._blanks))))
        return len(records) - blank

    def _block(self, content: bytes, records: int, size_bytes: int) -> RawBlock:
        first, self._next_number = self._next_number, self._next_number + records
        return RawBlock(self._file, first, self._layout, content, records, size_bytes)

    def _faulty(self, record: Cut, fault: str) -> RawBlock:
        return replace(self._block(record.text, 1, record.size), fault=fault)

    def _add(self, content: bytes, records: int, *, with_last: bool = False) -> Iterator[RawBlock]:
        """Make a block of some records, or put what is less than a block to the last one."""
        last = self._last
        is_little = with_last or not records or (last is not None and not last.records)
        if last is None or last.fault or not is_little or last.size_bytes > MAX_RECORD_BYTES:
            yield from self._put(self._block(content, records, len(content)))
            return
        self._next_number += records
        self._last = replace(
            last,
            content=last.content + content,
            records=last.records + records,
            size_bytes=last.size_bytes + len(content),
        )

    def _put(self, block: RawBlock | None) -> Iterator[RawBlock]:
        if self._last is not None and self._last.size_bytes + self._last.records:
            yield self._last
        self._last = block


_SPLITTERS: Final[Mapping[Format, type[Splitter]]] = {
    "csv": _LineSplitter,
    "json_lines": _LineSplitter,
    "json_array": ElementSplitter,
    "avro": AvroSplitter,
}
