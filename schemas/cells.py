"""Reading a cell: what every reader gives, and the readers of text and of enums.

Cells of a text file are text whatever the field's type is, those of JSON have types of their own;
both are brought to the field's Avro type, or refused with what is right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from schemas.cell_text import clean, is_nothing, is_placeholder, quoted, unwrapped
from schemas.patterns import whole_text_matcher


class Missing(Enum):
    """The value of a cell that holds nothing."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Misread:
    """A cell that cannot be read: what stands in it and what is right."""

    detail: str


CellReader = Callable[[object], object]
"""Reads a cell: gives the value, `MISSING` or a `Misread`."""

_MAX_NUMBER: Final = 10**30
"""Numbers from here on are not written out as text."""


def read_text(cell: object) -> object:
    """Read text as it is written: it is never taken for a placeholder.

    Only a blank cell holds nothing. JSON's numbers and booleans become text as JSON writes them.
    """
    if isinstance(cell, str):
        return MISSING if cell == "" or cell.isspace() else cell
    if is_nothing(cell):
        return MISSING
    if isinstance(cell, bool):
        return "true" if cell else "false"
    is_writable = isinstance(cell, float | Decimal | date) or (
        isinstance(cell, int) and abs(cell) < _MAX_NUMBER
    )
    return _written(cell) if is_writable else Misread(f"{quoted(cell)} is no text; right is text")


def _written(cell: object) -> str:
    """Write a value as it stands in the JSON of its record, from which it may be read again."""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def pattern_reader(pattern: str) -> CellReader:
    """Return a reader of text that must match a pattern; blanks around it are no part of it.

    Args:
        pattern: A regular expression for the whole text.
    """
    matches = whole_text_matcher(pattern)

    def read(cell: object) -> object:
        text = read_text(cell)
        if not isinstance(text, str):
            return text
        stripped = text.strip()
        if matches(stripped):
            return stripped
        return Misread(f"{quoted(cell)} does not match; right is the pattern {pattern}")

    return read


def enum_reader(symbols: tuple[str, ...]) -> CellReader:
    """Return a reader of an enum; case counts only where it alone tells two symbols apart."""
    exact = dict(zip(symbols, symbols, strict=True))
    folded = {symbol.casefold(): symbol for symbol in symbols}
    known = (folded if len(folded) == len(symbols) else {}) | exact

    def read(cell: object) -> object:
        text = read_text(cell)
        if not isinstance(text, str):
            return text
        word = unwrapped(text)
        symbol = known.get(word) or known.get(word.casefold())
        if symbol is not None:
            return symbol
        if is_placeholder(clean(word)):
            return MISSING
        return Misread(f"{quoted(cell)} is none of them; right is one of {', '.join(symbols)}")

    return read
