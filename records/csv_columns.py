"""CSV by column: the rows that are plainly rows, and those that the row-wise reader must see.

A row goes to that reader if it has too few or too many cells, repeats the header, is no UTF-8, or
holds control characters or line breaks. All others have the cells that it would give them; a
property test holds that to be so for any bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv

from records.blocks import RawBlock
from records.cutting import cut_records
from records.encodings import UTF8_MARK
from records.layout import Layout
from records.rows import blanks, read_rows
from records.tables import TextTable

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
        self._blanks = blanks(self._delimiter)
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
        records = [r for r in cut_records(block.content, self._delimiter) if r.strip(self._blanks)]
        numbered = list(enumerate(records, block.first))
        others = [(number, record) for number, record in numbered if self._is_strange(record)]
        strange = {number for number, _ in others}
        plain = [(number, record) for number, record in numbered if number not in strange]
        bare = [(number, record) for number, record in plain if b'"' not in record]
        if len(bare) == len(plain):
            columns = self._parse(b"\n".join(record for _, record in plain)) if plain else None
            if columns is not None and len(columns[0]) == len(plain):
                return CsvColumns(self._table(_numbers(plain), columns, b'"'), others)
        return self._read_quoted(plain, others)

    def _is_strange(self, record: bytes) -> bool:
        # A tab in quotes would be a control character in a cell.
        has_its_delimiters = record.count(self._delimiter.encode()) == self._width - 1
        if not has_its_delimiters and (b'"' not in record or self._delimiter == "\t"):
            return True
        if self._is_odd(record) or b"\n" in record or b"\r" in record:
            return True
        if record.isascii():
            return False
        try:
            record.decode()
        except UnicodeDecodeError:
            return True
        return False

    def _read_quoted(
        self, plain: list[tuple[int, bytes]], others: list[tuple[int, bytes]]
    ) -> CsvColumns:
        rows = read_rows([record.decode() for _, record in plain], self._delimiter)
        fitting = [place for place, row in enumerate(rows) if len(row) == self._width]
        strange = set(range(len(rows))) - set(fitting)
        others = sorted(others + [plain[place] for place in strange])
        if not fitting:
            return CsvColumns(None, others)
        cells = list(zip(*(rows[place] for place in fitting), strict=True))
        columns = [pa.array(cells[place], pa.utf8()) for place in self._named]
        numbers = _numbers([plain[place] for place in fitting])
        return CsvColumns(self._table(numbers, columns, b'"'), others)

    def _table(
        self, numbers: npt.NDArray[np.int64], columns: Sequence[pa.Array], content: bytes
    ) -> TextTable:
        is_plain = b'"' not in content and b"\\" not in content
        return TextTable(numbers, self._names, tuple(columns), is_plain)


def _numbers(numbered: Sequence[tuple[int, bytes]]) -> npt.NDArray[np.int64]:
    return np.array([number for number, _ in numbered], dtype=np.int64)
