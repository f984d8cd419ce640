"""CSV by column: the rows that are plainly rows, and those that the row-wise reader must see.

A row goes to that reader if it has too few or too many cells, repeats the header, is no UTF-8, or
holds control characters or line breaks. All others have the cells that it would give them; a
property test holds that to be so for any bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv

from records.blocks import RawBlock
from records.encodings import UTF8_MARK
from records.layout import Layout
from records.rows import read_rows
from records.tables import TextTable
from records.whole_records import cut_records, filled

# Of so many rows in quotes a block is read by the reader that knows quotes.
_FEW = 0.1
# JSON writes these as escapes, and some of them are blanks or line ends to one reader only.
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32)])


@dataclass(frozen=True, slots=True)
class CsvColumns:
    """A block of CSV, read.

    Attributes:
        table: the rows that were read by column; None: there are none.
        others: the other rows' numbers and bytes.
    """

    table: TextTable | None
    others: list[tuple[int, bytes]]


def read_columns(block: RawBlock) -> CsvColumns | None:
    """Read a block of CSV that has no fault by column.

    Returns:
        Every record of the block, once; None where the header allows no columns.
    """
    reader = _reader(block.layout)
    if reader is None or not block.records:
        return None
    return reader.read(block)


@lru_cache(maxsize=64)
def _reader(layout: Layout) -> "_Reader | None":
    named = [cell for cell in layout.header if cell]
    is_simple = len(set(named)) == len(named) and any('"' not in cell for cell in named)
    return _Reader(layout) if is_simple else None


class _Reader:
    """Reads the blocks of one file."""

    def __init__(self, layout: Layout) -> None:
        self._delimiter = layout.delimiter or ","
        self._width = len(layout.header)
        self._named = [place for place, cell in enumerate(layout.header) if cell]
        self._names = tuple(cell for cell in layout.header if cell)
        self._controls = _CONTROLS if self._delimiter == "\t" else _CONTROLS + b"\t"
        # A repeated header holds each name; whatever else holds the longest is only read more slowly.
        self._header_sign = max((name for name in self._names if '"' not in name), key=len).encode()
        keys = [str(place) for place in range(self._width)]
        self._parse_options = arrow_csv.ParseOptions(
            delimiter=self._delimiter, quote_char=False, double_quote=False, escape_char=False
        )
        self._convert_options = arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(keys, pa.utf8()),
            include_columns=[str(place) for place in self._named],
            strings_can_be_null=False,
        )
        self._keys = keys

    def read(self, block: RawBlock) -> CsvColumns:
        content = block.content
        if b'"' not in content and not self._is_odd(content):
            columns = self._parse(content)
            if columns is not None and len(columns[0]) == block.records:
                numbers = np.arange(block.first, block.first + block.records, dtype=np.int64)
                return CsvColumns(self._table(numbers, columns, content), [])
        return self._read_rows(block)

    def _is_odd(self, content: bytes) -> bool:
        return (
            self._header_sign in content
            or UTF8_MARK in content
            or len(content.translate(None, self._controls)) < len(content)
        )

    def _parse(self, content: bytes) -> list[pa.Array] | None:
        """Return the columns of rows without quotes; None where a row has not its cells."""
        # One block, or a row may end up in two of Arrow's.
        options = arrow_csv.ReadOptions(
            use_threads=False, block_size=len(content) + 1, column_names=self._keys
        )
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(content), options, self._parse_options, self._convert_options
            )
        except pa.ArrowInvalid:
            return None
        return [column.combine_chunks() for column in table.columns]

    def _read_rows(self, block: RawBlock) -> CsvColumns:
        """Sort the rows out one by one, and read those together that are plainly rows."""
        records = cut_records(block.content, self._delimiter)
        if len(records) != block.records:
            records = filled(records, self._delimiter)
        quoted = self._quoted(block.content, records)
        # A few are not worth it to take all of them through the slower reader.
        are_quoted = len(quoted) > _FEW * len(records)
        odd = self._odd_places(block.content, records, quoted, are_quoted=are_quoted)
        plain = [record for place, record in enumerate(records) if place not in odd]
        columns, fitting = self._cells(plain, are_quoted=are_quoted)
        numbers = np.delete(np.arange(block.first, block.first + len(records)), sorted(odd))
        others = [(block.first + place, records[place]) for place in odd]
        if len(fitting) < len(plain):
            unfit = sorted(set(range(len(plain))) - set(fitting))
            others += [(int(numbers[place]), plain[place]) for place in unfit]
            numbers = np.delete(numbers, unfit)
        table = self._table(numbers, columns, block.content) if len(numbers) else None
        return CsvColumns(table, sorted(others))

    def _quoted(self, content: bytes, records: Sequence[bytes]) -> list[int]:
        """Return the places of the rows with quotes."""
        if b'"' not in content:
            return []
        return [place for place, record in enumerate(records) if b'"' in record]

    def _odd_places(
        self,
        content: bytes,
        records: Sequence[bytes],
        quoted: Sequence[int],
        *,
        are_quoted: bool,
    ) -> set[int]:
        """Return the places of rows that the row-wise reader must see.

        By tests of the whole content first, which most contents pass.
        """
        delimiters = np.fromiter(
            map(bytes.count, records, repeat(self._delimiter.encode())), np.int64, len(records)
        )
        odd = set(np.flatnonzero(delimiters != self._width - 1).tolist())
        # A tab in quotes would be a control character in a cell.
        if are_quoted and self._delimiter != "\t":
            odd -= set(quoted)
            odd |= {place for place in quoted if _has_line_end(records[place])}
        else:
            odd |= set(quoted)
        if self._is_odd(content):
            odd |= {place for place, record in enumerate(records) if self._is_odd(record)}
        if not _is_utf8(content):
            rows = enumerate(records)
            odd |= {place for place, row in rows if not (row.isascii() or _is_utf8(row))}
        return odd

    def _cells(
        self, records: Sequence[bytes], *, are_quoted: bool
    ) -> tuple[list[pa.Array], Sequence[int]]:
        """Return the columns of rows, and which of the rows stand in them."""
        if not records:
            return [], ()
        if not are_quoted:
            columns = self._parse(b"\n".join(records))
            if columns is not None and len(columns[0]) == len(records):
                return columns, range(len(records))
        rows = read_rows([record.decode() for record in records], self._delimiter)
        fitting = [place for place, row in enumerate(rows) if len(row) == self._width]
        cells = list(zip(*(rows[place] for place in fitting), strict=True))
        return [pa.array(cells[place], pa.utf8()) for place in self._named if cells], fitting

    def _table(
        self, numbers: npt.NDArray[np.int64], columns: Sequence[pa.Array], content: bytes
    ) -> TextTable:
        is_tidy = b'"' not in content and b"\\" not in content
        return TextTable(numbers, self._names, tuple(columns), is_tidy)


def _has_line_end(record: bytes) -> bool:
    return b"\n" in record or b"\r" in record


def _is_utf8(content: bytes) -> bool:
    if content.isascii():
        return True
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
