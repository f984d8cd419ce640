"""Lists in CSV: which columns hold the numbers, and which say whether, or for what, one is listed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from records.blocks import Decoded, RawBlock, Unreadable
from records.csv_decoding import HEADER_AGAIN
from records.decoding import decode_by_column
from records.header import read_headers, shown_columns, text_start
from records.layout import Layout
from records.peeking import ByteStream
from records.splitting import split_records
from records.tables import TextTable
from schemas.columns import Columns
from schemas.lead_schema import LeadSchema
from schemas.names import name_key
from schemas.plain_phones import as_mask
from suppression.area_numbers import area_column, with_area, with_area_column
from suppression.categories import FULL, Categories, read_mask, read_masks
from suppression.entries import Entries
from suppression.faults import ListError
from suppression.number_pages import Int64s, Masks
from suppression.side_by_side import side_by_side

# Columns of a scrub's result, which has every number that was asked about with a verdict.
_STATUS_COLUMNS = frozenset(
    {"status", "dnd", "dndstatus", "ndnc", "ndncstatus", "dnc", "dncstatus", "scrubstatus"}
)
_LISTED = frozenset({"dnd", "ndnc", "registered", "blocked", "yes", "y", "1"})
_NOT_LISTED = frozenset({"nondnd", "notregistered", "clean", "no", "n", "0"})

_CATEGORY_COLUMNS = frozenset(
    {"category", "categories", "dndcategory", "dndcategories"}
    | {"blockedcategory", "blockedcategories"}
)

_ZERO_FRACTION = re.compile(r"\.0+\Z")
_QUOTED_CELL = re.compile(rb"[\r\n]\"")
# A lone # in the first cell is the name of a column of serial numbers.
_COMMENT_LINES = re.compile(rb"(?:[ \t]*(?:#(?![ ]*[,;|\t])[^\r\n]*)?(?:\r\n?|\n))*")


Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Columned:
    """Which columns of a list say what, where the operator says it.

    Attributes:
        phones: the name of the column of numbers; None: by the names it may have.
        categories: the name of the column of categories; None: by the names it may have.
        means: what the column of categories says.
    """

    phones: str | None = None
    categories: str | None = None
    means: Categories = Categories.IGNORED


def table_layout(head: bytes, schema: LeadSchema, column: str | None = None) -> Layout | None:
    """Say how a list is read, if it begins with a header of columns, one of them for phones.

    A header of one column makes a table where cells stand in quotes: they may hold line breaks.

    Args:
        head: the beginning of the list, in UTF-8.
        schema: whose names for a phone column count.
        column: the name of the phone column, if it is known.
    """
    content = head.replace(b"\0", b"")
    comments = _COMMENT_LINES.match(content, text_start(content))
    start = comments.end() if comments else 0
    is_quoted = column is not None or _QUOTED_CELL.search(content, start) is not None
    fitting = [
        header
        for header in read_headers(content[start:])
        if (len(header.cells) > 1 or is_quoted) and phone_columns(header.cells, schema, column)
    ]
    if not fitting:
        return None
    header = max(fitting, key=lambda header: len(header.cells))
    return Layout("csv", header.delimiter, header.cells, start + header.end)


def phone_columns(header: Sequence[str], schema: LeadSchema, column: str | None) -> Sequence[str]:
    """The columns of a header that hold numbers."""
    columns = Columns(header)
    return columns.feeding(schema.phone) if column is None else columns.named(column)


@dataclass(frozen=True, slots=True, eq=False)
class _ReadRows:
    """The rows of a block.

    Attributes:
        numbers: those of the rows that are plain, and listed.
        masks: what they are blocked for.
        cleared: how many of the plain rows are not listed.
        others: the rows that are looked at one by one.
        unreadable: the rows that could not be read.
    """

    numbers: Int64s
    masks: Masks
    cleared: int
    others: list[Decoded]
    unreadable: list[Unreadable]


_AS_NAMED = Columned()


class TableList:
    """Reads a list in CSV into its entries.

    Attributes:
        is_bare: whether there is nothing below the header.
        has_categories: whether a column of categories is read.
    """

    def __init__(
        self,
        entries: Entries,
        layout: Layout,
        schema: LeadSchema,
        columned: Columned = _AS_NAMED,
    ) -> None:
        """Read by these columns.

        Raises:
            ListError: Which column holds the categories, or what it says, is not known.
        """
        self._entries = entries
        self._layout = layout
        self._phones = phone_columns(layout.header, schema, columned.phones)
        self._area = area_column(layout.header, entries.region)
        self._categories = category_column(layout.header, entries.name, columned)
        self._means = columned.means
        taken = {*self._phones, self._categories}
        self._statuses = [
            column
            for column in dict.fromkeys(layout.header)
            if name_key(column) in _STATUS_COLUMNS and column not in taken
        ]
        self.is_bare = True

    @property
    def has_categories(self) -> bool:
        """Whether a column of categories is read."""
        return self._categories is not None

    def read(self, stream: ByteStream) -> None:
        """Read the whole list.

        Raises:
            ListError: A row cannot be read, a verdict or a category is not known, or a number has
                lost digits.
        """
        blocks = split_records(stream, self._layout, file=self._entries.name)
        for read in side_by_side(self._read_block, blocks):
            self.is_bare = False
            self._entries.add_numbers(read.numbers, read.masks)
            self._entries.cleared += read.cleared
            for fault in read.unreadable:
                self._pass_over(fault)
            for row in read.others:
                if self._is_listed(row):
                    self._add(row)

    def _read_block(self, block: RawBlock) -> _ReadRows:
        """Read what is plain of a block, by column."""
        decoded = decode_by_column(block)
        table = decoded.table
        if not isinstance(table, TextTable):
            none = np.zeros(0, np.int64)
            return _ReadRows(none, none.astype(np.uint8), 0, decoded.records, decoded.unreadable)
        listed, is_other = self._verdicts(table)
        masks = np.full(len(table.numbers), FULL, np.uint8)
        if self._categories is not None:
            masks, are_read = read_masks(table.cells(self._categories), self._means)
            is_other |= listed & ~are_read
        found = [self._entries.read_plain(cells) for cells in self._plain_cells(table)]
        has_number = np.logical_or.reduce([each.mask for each in found])
        for each, column in zip(found, self._phones, strict=True):
            is_blank = as_mask(pc.equal(pc.ascii_trim_whitespace(table.cells(column)), ""))
            is_other |= listed & ~each.mask & ~is_blank
        is_other |= listed & ~has_number
        is_plain = listed & ~is_other
        numbers = [each.numbers[is_plain[each.mask]] for each in found]
        rows = np.flatnonzero(is_other)
        others = [
            Decoded(int(table.numbers[row]), fields, b"")
            for row, fields in zip(rows, table.fields(rows), strict=True)
        ]
        return _ReadRows(
            numbers=np.concatenate(numbers),
            masks=np.concatenate([masks[each.mask & is_plain] for each in found]),
            cleared=int(np.count_nonzero(~listed & ~is_other)),
            others=[*others, *decoded.records],
            unreadable=decoded.unreadable,
        )

    def _plain_cells(self, table: TextTable) -> list[pa.Array]:
        """The cells of the phone columns, null where area code and number are not plainly joined."""
        columns = [pc.ascii_trim_whitespace(table.cells(column)) for column in self._phones]
        if self._area is None:
            return columns
        areas = pc.ascii_trim_whitespace(table.cells(self._area))
        return [with_area_column(areas, column) for column in columns]

    def _verdicts(self, table: TextTable) -> tuple[Mask, Mask]:
        """Which rows are listed, and of which that is not plain."""
        size = len(table.numbers)
        listed, is_other = np.full(size, not self._statuses), np.zeros(size, np.bool_)
        for column in self._statuses:
            encoded = pc.dictionary_encode(table.cells(column))
            verdicts = [_verdict(cell) for cell in encoded.dictionary.to_pylist()]
            places = encoded.indices.to_numpy()
            listed |= np.array([verdict is True for verdict in verdicts], np.bool_)[places]
            is_other |= np.array([verdict is None for verdict in verdicts], np.bool_)[places]
        return listed | is_other, is_other

    def _pass_over(self, fault: Unreadable) -> None:
        if fault.detail != HEADER_AGAIN:
            raise ListError(
                f"{self._entries.name}, row {fault.number} below the header: {fault.detail}; "
                "correct it or fetch the list again, for a number in it would be called"
            )
        self._entries.pass_over(fault.number, fault.raw)

    def _add(self, row: Decoded) -> None:
        """Add the numbers of a listed row; one without any counts as no number."""
        cells = [cell.strip() for column in self._phones for cell in self._phone_cells(row, column)]
        filled = [cell for cell in cells if cell]
        mask = self._mask(row, has_cells=bool(filled))
        are_numbers = [self._entries.add(cell, row.number, mask) for cell in filled]
        if not any(are_numbers):
            self._entries.pass_over(row.number, " ".join(filled))

    def _mask(self, row: Decoded, *, has_cells: bool) -> int:
        """What the numbers of a row are blocked for."""
        if self._categories is None:
            return FULL
        mask = None
        for cell in _cells(row, self._categories):
            read = read_mask(cell, self._means)
            mask = read if mask is None or read is None else mask | read
        if mask is None and has_cells and self._has_number(row):
            shown = shown_columns(_cells(row, self._categories))
            raise ListError(
                f"{self._entries.name}, row {row.number} below the header: {shown} names no categories (1 to"
                " 8, several as 2,5; 0 or nothing: all); correct it, or name the right column with"
                " --category_column"
            )
        return FULL if mask is None else mask

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
        verdict = _verdict(cell)
        if verdict is not None:
            return verdict
        if not self._has_number(row):
            return True  # a total or the like: there is no number to list, which is counted
        raise ListError(
            f"{self._entries.name}, row {row.number} below the header: the status "
            f"{shown_columns([cell]) or 'is empty and'} says neither DND nor Non DND; correct it, "
            "or rename the column if it says something else"
        )

    def _has_number(self, row: Decoded) -> bool:
        cells = (cell for column in self._phones for cell in self._phone_cells(row, column))
        return any(map(self._entries.holds_number, cells))


def category_column(header: Sequence[str], name: str, columned: Columned) -> str | None:
    """Find the column of categories.

    Returns:
        None: there is none, or it is not to be read.

    Raises:
        ListError: The one that is asked for is not there, there are several, or what it says must
            be said.
    """
    if columned.means is Categories.IGNORED:
        return None
    columns = [column for column in dict.fromkeys(header) if column]
    if columned.categories is not None:
        found = list(Columns(columns).named(columned.categories))
        if not found:
            raise ListError(
                f"{name} has no column {shown_columns([columned.categories])} of categories; its"
                f" columns: {shown_columns(columns)}"
            )
    else:
        found = [column for column in columns if _is_of_categories(column)]
    if len(found) > 1:
        raise ListError(
            f"{name} has several columns of categories ({shown_columns(found)}); name the right one"
            " with --category_column"
        )
    column = found[0] if found else None
    if column is not None and columned.means is Categories.UNSAID and _is_preference(column):
        raise ListError(
            f"{name} has a column {shown_columns([column])}, which in some lists says what a number"
            " must not be called for, and in others what it may be called for; say which with"
            " --dnd_category_means blocked or allowed"
        )
    return column


def _is_of_categories(column: str) -> bool:
    return name_key(column) in _CATEGORY_COLUMNS or _is_preference(column)


def _is_preference(column: str) -> bool:
    return name_key(column).endswith(("preference", "preferences"))


def _verdict(cell: str) -> bool | None:
    """Whether a scrub's verdict lists a number; None: it is not known."""
    word = name_key(_ZERO_FRACTION.sub("", cell.strip()))
    return word in _LISTED if word in _LISTED or word in _NOT_LISTED else None


def _cells(row: Decoded, column: str) -> Sequence[str]:
    """Return the cells of a column: more than one if its name stands twice over them."""
    value = row.fields[column]
    return [str(each) for each in value] if isinstance(value, tuple) else [str(value)]
