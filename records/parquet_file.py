"""Parquet files: where their rows are, and reading them again, some thousands at a time.

What such a file is stands at its end, so it is read where one can go to any place. Its row groups
are read apart from each other.
"""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from records.blocks import RawBlock
from records.layout import Layout, NotALeadFile, without_phone_column
from records.peeking import ByteStream
from records.ranges import RANGE_BYTES, Part, Range, RangeChanged
from records.row_sizes import cut_by_size
from schemas.columns import has_phone_column
from schemas.lead_schema import LeadSchema

BLOCK_ROWS: Final = 4096
"""How many rows a block has at the most."""

BLOCK_BYTES: Final = 4 << 20
"""How large the rows of a block are at the most, written out, if it has more than one."""

_READ_BYTES: Final = 1 << 20
_FAULTS: Final = (pa.ArrowException, OSError, ValueError)


@contextmanager
def spooled(stream: ByteStream) -> Iterator[BinaryIO]:
    """Write a stream to a file without a name, which is gone when it is closed.

    Raises:
        DamagedStream: The stream is cut off or corrupt.
        OSError: There is no room for it.
    """
    with tempfile.TemporaryFile() as file:
        while piece := stream.read(_READ_BYTES):
            file.write(piece)
        yield file


def inspect_parquet(
    source: BinaryIO,
    *,
    name: str,
    schema: LeadSchema,
    may_seek: bool,
    range_bytes: int = RANGE_BYTES,
) -> tuple[Layout, tuple[Range, ...]]:
    """Read a Parquet file through, and note where its rows are.

    Args:
        source: the plain file.
        name: its name, for messages.
        schema: what a lead is.
        may_seek: whether `source` is the file as it is stored.
        range_bytes: how large a range is at the least, but for the last one.

    Returns:
        How it is read, and its ranges. Each has a part for each of its row groups, and begins at
        the number of the first.

    Raises:
        NotALeadFile: It is damaged, or has no column for the phone number.
    """
    try:
        file = _opened(source)
        names = tuple(file.schema_arrow.names)
        if not has_phone_column(names, schema):
            raise NotALeadFile(without_phone_column(names, name=name, schema=schema))
        layout = Layout("parquet", names=names)
        groups = _Groups(source, file)
        return layout, tuple(groups.ranges(range_bytes, may_seek=may_seek))
    except _FAULTS as e:
        if isinstance(e, OSError) and e.errno is not None:
            raise
        raise NotALeadFile(
            f"{name} is a Parquet file that is cut off or damaged; fetch it again"
        ) from e


def read_row_groups(
    source: BinaryIO, layout: Layout, wanted: Range, *, file: str
) -> Iterator[RawBlock]:
    """Read the rows of a range in blocks, each an Arrow IPC stream of one batch.

    Args:
        source: the plain file.
        layout: how to read it.
        wanted: what to read.
        file: the file's name, which the blocks carry.

    Raises:
        RangeChanged: Before the first block, as far as can be known then: the content is another
            than it was.
    """
    try:
        groups = _Groups(source, _opened(source))
        numbers = range(wanted.start, wanted.start + len(wanted.parts))
        if groups.digest(numbers) != wanted.digest:
            raise RangeChanged
        first = wanted.first
        for number in numbers:
            for batch in groups.batches(number):
                content = _written(_plain(batch))
                yield RawBlock(file, first, layout, content, batch.num_rows, len(content))
                first += batch.num_rows
    except _FAULTS as e:
        if isinstance(e, OSError) and e.errno is not None:
            raise
        raise RangeChanged from e


def read_batch(content: bytes) -> pa.RecordBatch:
    """Return the rows of a block that `read_row_groups` gave."""
    with pa.ipc.open_stream(content) as reader:
        return reader.read_next_batch()


def _opened(source: BinaryIO) -> pq.ParquetFile:
    source.seek(0)
    metadata = pq.read_metadata(source)
    columns = map(metadata.schema.column, range(metadata.num_columns))
    # Columns are read page by page: a row group may be as large as the file. Of texts each is kept once,
    # however many rows have it, until some rows of a bounded size are taken.
    return pq.ParquetFile(
        source,
        metadata=metadata,
        read_dictionary=[each.path for each in columns if each.physical_type == "BYTE_ARRAY"],
        pre_buffer=False,
        buffer_size=_READ_BYTES,
        coerce_int96_timestamp_unit="us",
    )


def _plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows with their texts written out."""
    columns = [
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    return pa.record_batch(columns, names=batch.schema.names)


def _written(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


class _Groups:
    """The row groups of an open file."""

    def __init__(self, source: BinaryIO, file: pq.ParquetFile) -> None:
        self._source = source
        self._file = file

    def ranges(self, range_bytes: int, *, may_seek: bool) -> Iterator[Range]:
        """Give the ranges, each of some row groups; all of them are read."""
        start, first, size_bytes = 0, 1, 0
        parts: list[Part] = []
        for number in range(self._file.num_row_groups):
            rows = sum(batch.num_rows for batch in self.batches(number))
            if rows != self._file.metadata.row_group(number).num_rows:
                raise ValueError("a row group has other rows than it says")
            group_bytes = sum(size for _, size in self._spans(number))
            parts.append(Part(group_bytes, rows))
            size_bytes += group_bytes
            is_last = number + 1 == self._file.num_row_groups
            if size_bytes >= range_bytes or is_last:
                digest = self.digest(range(start, number + 1))
                yield Range(start, first, tuple(parts), digest, may_seek, is_last)
                start, size_bytes = number + 1, 0
                first += sum(part.records for part in parts)
                parts.clear()

    def batches(self, number: int) -> Iterator[pa.RecordBatch]:
        """Read the rows of a group."""
        for batch in self._file.iter_batches(BLOCK_ROWS, row_groups=[number], use_threads=False):
            yield from cut_by_size(batch, BLOCK_BYTES)

    def digest(self, numbers: Sequence[int]) -> str:
        """Take the SHA-256 of some groups' bytes, in hex; "" if there are no such groups."""
        if numbers and numbers[-1] >= self._file.num_row_groups:
            return ""
        digest = hashlib.sha256()
        for number in numbers:
            for start, size in self._spans(number):
                self._source.seek(start)
                left = size
                while left > 0 and (piece := self._source.read(min(left, _READ_BYTES))):
                    digest.update(piece)
                    left -= len(piece)
        return digest.hexdigest()

    def _spans(self, number: int) -> Iterator[tuple[int, int]]:
        """Give where each column of a group begins, and its size in bytes."""
        group = self._file.metadata.row_group(number)
        for index in range(group.num_columns):
            column = group.column(index)
            starts = (column.dictionary_page_offset, column.data_page_offset)
            yield min(start for start in starts if start), column.total_compressed_size
