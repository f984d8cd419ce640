"""CSV records to fields under their header: ragged rows, repeated names, repeated headers."""

import re
from collections.abc import Iterator, Sequence

from records.blocks import Decoded, Unreadable, as_json
from records.layout import Layout
from records.repeats import merged
from records.rows import as_text, read_rows

HEADER_AGAIN = "the header is repeated here"
_RUNAWAY_QUOTE = (
    "a quoted cell goes on over line ends and text follows its closing quote: "
    "the quote that opened it was probably never closed"
)


def decode_csv(
    numbered: Sequence[tuple[int, bytes]], layout: Layout
) -> Iterator[Decoded | Unreadable]:
    """Read whole CSV records.

    Args:
        numbered: the records' numbers and bytes.
        layout: of the file.

    Yields:
        One answer a record.
    """
    delimiter = layout.delimiter or ","
    columns = _Columns(layout.header, delimiter)
    texts = [as_text(record) for _, record in numbered]
    rows = read_rows([text for text, _ in texts], delimiter)
    for (number, _), (text, windows_1252), row in zip(numbered, texts, rows, strict=True):
        fault = columns.fault(row, text)
        if fault is not None:
            yield Unreadable(number, text, *fault)
        else:
            fields = columns.fields(row)
            yield Decoded(number, fields, as_json(fields), windows_1252)


class _Columns:
    """The header of a file, and what its rows are under it."""

    def __init__(self, header: tuple[str, ...], delimiter: str) -> None:
        self._names = header
        self._spare = [""] * len(header)
        self._bare_names = _bare(header)
        self._simple = "" not in header and len(set(header)) == len(header)
        self._cell = _cell_pattern(delimiter)

    def fault(self, row: Sequence[str], text: str) -> tuple[str, str] | None:
        """Return the reason and the detail why a row cannot be read, if it cannot."""
        if ("\n" in text or "\r" in text) and self._has_runaway_quote(text):
            return "unreadable", _RUNAWAY_QUOTE
        # Nearly every row differs from the header in its first cell.
        if _bare(row[:1]) == self._bare_names[:1] and _bare(row) == self._bare_names:
            return "columns", HEADER_AGAIN
        width = len(self._names)
        if len(row) > width and any(map(str.strip, row[width:])):
            return "columns", f"{len(row)} cells under {width} columns"
        return None

    def fields(self, row: list[str]) -> dict[str, object]:
        """Return the cells of a row by their columns; missing ones are empty."""
        cells = row + self._spare[len(row) :]
        if self._simple:
            return dict(zip(self._names, cells, strict=False))
        return merged((name, cell) for name, cell in zip(self._names, cells, strict=False) if name)

    def _has_runaway_quote(self, text: str) -> bool:
        cells = self._cell.finditer(text)
        return any(
            cell["behind"] and cell["behind"].strip() and _is_broken(cell[0]) for cell in cells
        )


def _is_broken(cell: str) -> bool:
    return "\n" in cell or "\r" in cell


def _bare(cells: Sequence[str]) -> list[str]:
    """Return the cells of a header however it was glued in: with its mark, quotes as text."""
    bare = [cell.strip('\ufeff" \t') for cell in cells]
    while len(bare) > 1 and not bare[-1]:
        bare.pop()
    return bare


def _cell_pattern(delimiter: str) -> re.Pattern[str]:
    d = re.escape(delimiter)
    quoted = rf'"[^"]*+(?:""[^"]*+)*"(?!")(?P<behind>[^{d}]*+)'
    return re.compile(rf"(?:\A|{d})(?:{quoted}|[^{d}]*+)")
