"""Which columns of a list in CSV say what: its numbers, and what they are blocked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from records.header import read_headers, shown_columns, text_start
from records.layout import Layout
from schemas.columns import Columns
from schemas.lead_schema import LeadSchema
from schemas.names import name_key
from suppression.categories import Categories
from suppression.faults import ListError

_QUOTED_CELL = re.compile(rb"[\r\n]\"")
# A lone # in the first cell is the name of a column of serial numbers.
_COMMENT_LINES = re.compile(rb"(?:[ \t]*(?:#(?![ ]*[,;|\t])[^\r\n]*)?(?:\r\n?|\n))*")
_CATEGORY_COLUMNS = frozenset(
    {"category", "categories", "dndcategory", "dndcategories"}
    | {"blockedcategory", "blockedcategories"}
)


@dataclass(frozen=True, slots=True)
class Columned:
    """Which columns of a list say what, where the operator says it.

    Attributes:
        phones: the name of the column of numbers; None: by the names it may have.
        categories: the name of the column of categories, of which a list without it has none; None:
            by the names it may have.
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


def category_column(header: Sequence[str], name: str, columned: Columned) -> str | None:
    """Find the column of categories.

    Returns:
        None: there is none, or it is not to be read.

    Raises:
        ListError: There are several, or what it says must be said.
    """
    if columned.means is Categories.IGNORED:
        return None
    columns = [column for column in dict.fromkeys(header) if column]
    if columned.categories is not None:
        found = list(Columns(columns).named(columned.categories))
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


_PREFERENCES = frozenset({"pref", "prefs", "dndpref", "dndprefs"})


def _is_of_categories(column: str) -> bool:
    return name_key(column) in _CATEGORY_COLUMNS or _is_preference(column)


def _is_preference(column: str) -> bool:
    """Whether a column is called preference, or by a word with it in any place."""
    key = name_key(column)
    return "preference" in key or key in _PREFERENCES
