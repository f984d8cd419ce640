"""A stream to blocks of whole, numbered records, with bounded memory.

Every record has a number, also one that cannot be read; blank lines and rows whose cells are all
empty are no records and have none.
"""

from collections.abc import Iterator, Sequence

from records.blocks import RawBlock
from records.cutting import MAX_RECORD_BYTES, CsvCutter, Cut, Cutter, JsonLineCutter
from records.layout import Layout
from records.peeking import ByteStream, DamagedStream
from records.rows import blanks

_PIECE_BYTES = 256 * 1024


def split_records(
    stream: ByteStream,
    layout: Layout,
    *,
    file: str,
    block_records: int = 4000,
    block_bytes: int = 4 << 20,
    piece_bytes: int = _PIECE_BYTES,
) -> Iterator[RawBlock]:
    """Split a stream into blocks of records.

    Args:
        stream: the plain content in UTF-8, from its first byte (see `records.opening`).
        layout: how to read it.
        file: its name, which the blocks carry.
        block_records: how many records a block has at most.
        block_bytes: how many bytes a block has before it is given out (one record more at most).
        piece_bytes: how much is read at a time.

    Yields:
        The blocks, in order. A record over 1 MiB, a quote that is never closed and a damaged
        stream are one record each, with a fault.
    """
    blocks = _Blocks(layout, file, block_records, block_bytes)
    csv = layout.format == "csv"
    cutter: Cutter = CsvCutter(layout.delimiter or ",") if csv else JsonLineCutter()
    to_skip = layout.body_offset
    try:
        while piece := stream.read(piece_bytes):
            # NUL is padding of fixed-width exports and crashed writers, never text.
            text = piece.replace(b"\0", b"")
            records = cutter.feed(text[to_skip:])
            to_skip = max(0, to_skip - len(text))
            yield from blocks.take(records)
    except DamagedStream as damage:
        blocks.add_damaged(cutter.rest(), damage)
    else:
        blocks.add_last(cutter.rest())
    yield from blocks.all()


class _Blocks:
    """Gathers records, numbers them and gives them out in blocks."""

    def __init__(self, layout: Layout, file: str, block_records: int, block_bytes: int) -> None:
        self._layout = layout
        self._file = file
        self._block_records = block_records
        self._block_bytes = block_bytes
        self._blanks = blanks(layout.delimiter)
        self._texts: list[bytes] = []
        self._faults: dict[int, str] = {}
        self._bytes = 0
        self._next_number = 1

    def take(self, records: Sequence[bytes | Cut]) -> Iterator[RawBlock]:
        """Add records that end with a line end, and give out the blocks that are full."""
        for record in records:
            if isinstance(record, Cut):
                self._add_faulty(record, _oversized(record))
            elif record.strip(self._blanks):
                self._texts.append(record)
                self._bytes += len(record)
        while len(self._texts) >= self._block_records or self._bytes >= self._block_bytes:
            yield self._block()

    def add_last(self, rest: Cut | None) -> None:
        """Add what stands behind the last line end."""
        if rest is None:
            return
        if rest.open_quote:
            number = self._next_number + len(self._texts)
            self._add_faulty(
                rest,
                f"a quote that opens a cell of record {number} is never closed; "
                f"the rest of the file is in it ({rest.size:,} bytes)",
            )
        elif rest.size > MAX_RECORD_BYTES:
            self._add_faulty(rest, _oversized(rest))
        elif rest.text.strip(self._blanks):
            self._texts.append(rest.text)

    def add_damaged(self, rest: Cut | None, damage: DamagedStream) -> None:
        """Add the record in which a damaged stream stopped: what is there of it may be cut."""
        self._add_faulty(rest or Cut(b"", 0), f"{damage}; what came behind is missing")

    def all(self) -> Iterator[RawBlock]:
        """Give out what has been added."""
        while self._texts:
            yield self._block()

    def _add_faulty(self, record: Cut, fault: str) -> None:
        self._faults[len(self._texts)] = fault
        self._texts.append(record.text)
        self._bytes += len(record.text)

    def _block(self) -> RawBlock:
        size = self._block_records
        texts, self._texts = self._texts[:size], self._texts[size:]
        faults = {place: fault for place, fault in self._faults.items() if place < size}
        self._faults = {
            place - size: fault for place, fault in self._faults.items() if place >= size
        }
        self._bytes = sum(map(len, self._texts))
        first, self._next_number = self._next_number, self._next_number + len(texts)
        return RawBlock(self._file, first, self._layout, texts, faults)


def _oversized(record: Cut) -> str:
    return f"the record has {record.size:,} bytes; at most {MAX_RECORD_BYTES:,} are read"
