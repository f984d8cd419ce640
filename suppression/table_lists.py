"""Lists in CSV: which columns hold the numbers, and which say whether a number is listed."""

import re
from collections.abc import Sequence

from records.blocks import Decoded, Unreadable
from records.csv_decoding import HEADER_AGAIN
from records.decoding import decode
from records.header import read_headers, shown_columns, text_start
from records.layout import Layout
from records.peeking import ByteStream
from records.splitting import split_records
from schemas.columns import Columns
from schemas.lead_schema import LeadSchema
from schemas.names import name_key
from suppression.area_numbers import area_column, with_area
from suppression.entries import Entries
from suppression.faults import ListError

# Columns of a scrub's result, which has every number that was asked about with a verdict.
_STATUS_COLUMNS = frozenset(
    {"status", "dnd", "dndstatus", "ndnc", "ndncstatus", "dnc", "dncstatus", "scrubstatus"}
)
_LISTED = frozenset({"dnd", "ndnc", "registered", "blocked", "yes", "y", "1"})
_NOT_LISTED = frozenset({"nondnd", "notregistered", "clean", "no", "n", "0"})

_ZERO_FRACTION = re.compile(r"\.0+\Z")
_QUOTED_CELL = re.compile(rb"[\r\n]\"")
# A lone # in the first cell is the name of a column of serial numbers.
_COMMENT_LINES = re.compile(rb"(?:[ \t]*(?:#(?![ ]*[,;|\t])[^\r\n]*)?(?:\r\n?|\n))*")


def table_layout(head: bytes, schema: LeadSchema) -> Layout | None:
    """Say how a list is read, if it begins with a header of columns, one of them for phones.

    A header of one column makes a table where cells stand in quotes: they may hold line breaks.

    Args:
        head: the beginning of the list, in UTF-8.
        schema: whose names for a phone column count.
    """
    content = head.replace(b"\0", b"")
    comments = _COMMENT_LINES.match(content, text_start(content))
    start = comments.end() if comments else 0
    is_quoted = _QUOTED_CELL.search(content, start) is not None
    fitting = [
        header
        for header in read_headers(content[start:])
        if (len(header.cells) > 1 or is_quoted) and Columns(header.cells).feeding(schema.phone)
    ]
    if not fitting:
        return None
    header = max(fitting, key=lambda header: len(header.cells))
    return Layout("csv", header.delimiter, header.cells, start + header.end)


class TableList:
    """Reads a list in CSV into its entries.

    Attributes:
        is_bare: whether there is nothing below the header.
    """

    def __init__(self, entries: Entries, name: str, layout: Layout, schema: LeadSchema) -> None:
        self._entries = entries
        self._name = name
        self._layout = layout
        self._phones = Columns(layout.header).feeding(schema.phone)
        self._area = area_column(layout.header, entries.region)
        self._statuses = [
            column
            for column in dict.fromkeys(layout.header)
            if name_key(column) in _STATUS_COLUMNS and column not in self._phones
        ]
        self.is_bare = True

    def read(self, stream: ByteStream) -> None:
        """Read the whole list.

        Raises:
            ListError: A row cannot be read, a verdict is not known, or a number has lost digits.
        """
        for block in split_records(stream, self._layout, file=self._name):
            self.is_bare = False
            rows, unreadable = decode(block)
            for fault in unreadable:
                self._pass_over(fault)
            self._add([row for row in rows if self._is_listed(row)])

    def _pass_over(self, fault: Unreadable) -> None:
        if fault.detail != HEADER_AGAIN:
            raise ListError(
                f"{self._name}, row {fault.number} below the header: {fault.detail}; "
                "correct it or fetch the list again, for a number in it would be called"
            )
        self._entries.not_numbers += 1

    def _add(self, rows: Sequence[Decoded]) -> None:
        """Add the numbers of listed rows; a row without one counts as no number."""
        unread = {row.number for row in rows}
        for column in self._phones:
            filled = [
                (cell.strip(), row.number)
                for row in rows
                for cell in self._phone_cells(row, column)
                if cell.strip()
            ]
            places = [place for _, place in filled]
            missed = self._entries.add([cell for cell, _ in filled], places)
            unread -= set(places) - missed
        self._entries.not_numbers += len(unread)

    def _phone_cells(self, row: Decoded, column: str) -> Sequence[str]:
        cells = _cells(row, column)
        if self._area is None:
            return cells
        return [with_area(area, cell) for area in _cells(row, self._area) for cell in cells]

    def _is_listed(self, row: Decoded) -> bool:
        verdicts = [
            self._verdict(cell, row) for column in self._statuses for cell in _cells(row, column)
        ]
        listed = not verdicts or any(verdicts)
        self._entries.cleared += not listed
        return listed

    def _verdict(self, cell: str, row: Decoded) -> bool:
        word = name_key(_ZERO_FRACTION.sub("", cell.strip()))
        if word in _LISTED or word in _NOT_LISTED:
            return word in _LISTED
        if not self._has_number(row):
            return True  # a total or the like: there is no number to list, which is counted
        raise ListError(
            f"{self._name}, row {row.number} below the header: the status "
            f"{shown_columns([cell]) or 'is empty and'} says neither DND nor Non DND; correct it, "
            "or rename the column if it says something else"
        )

    def _has_number(self, row: Decoded) -> bool:
        cells = (cell for column in self._phones for cell in self._phone_cells(row, column))
        return any(map(self._entries.holds_number, cells))


def _cells(row: Decoded, column: str) -> Sequence[str]:
    """Return the cells of a column: more than one if its name stands twice over them."""
    value = row.fields[column]
    return [str(each) for each in value] if isinstance(value, tuple) else [str(value)]
