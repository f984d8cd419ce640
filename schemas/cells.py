"""Reading a cell of a field that is neither a phone number nor a wall clock.

Cells of a text file are text whatever the field's type is, those of JSON have types of their own;
both are brought to the field's Avro type, or refused with what is right.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from schemas.cell_text import clean, is_placeholder, quoted, unwrapped
from schemas.field_reading import INT_BOUNDS
from schemas.lead_field import FieldType, LeadField, Role


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

_WHOLE = re.compile(r"([+-]?\d+)(?:\.0*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_MAX_DIGITS: Final = 30
_MAX_FLOAT: Final = 3.4028234663852886e38
_YES: Final = frozenset({"true", "t", "yes", "y", "1", "on"})
_NO: Final = frozenset({"false", "f", "no", "n", "0", "off"})
_ALSO_DO_NOT_CALL: Final = frozenset({"x", "checked", "dnc", "dnd", "do not call", "donotcall"})
_TEXT_RIGHT: Final = "right is text"


def cell_reader(field: LeadField) -> CellReader:
    """Return the reader of a field's cells.

    Args:
        field: A field that is neither a phone number nor a wall clock.
    """
    if field.role is Role.DO_NOT_CALL:
        return do_not_call
    match field.type:
        case FieldType.STRING:
            return text_reader(field.pattern)
        case FieldType.ENUM:
            return _enum_reader(field.symbols)
        case FieldType.BOOLEAN:
            return _boolean
        case FieldType.INT | FieldType.LONG:
            return _whole_reader(field)
        case FieldType.FLOAT | FieldType.DOUBLE:
            return _number_reader(field)


def text_reader(pattern: str | None) -> CellReader:
    """Return a reader of text: as written, never taken for a placeholder.

    Args:
        pattern: What the whole text must match; blanks around it are then no part of it.
    """
    if pattern is None:
        return _text
    compiled = re.compile(pattern)

    def read(cell: object) -> object:
        text = _text(cell)
        if not isinstance(text, str):
            return text
        stripped = text.strip()
        if compiled.fullmatch(stripped):
            return stripped
        return Misread(f"{quoted(cell)} does not match; right is the pattern {pattern}")

    return read


def do_not_call(cell: object) -> object:
    """Read a do-not-call mark: True means that the person is not to be called.

    Only what plainly says yes or no is read. Whoever asked not to be called must not be called
    because a cell was misread.
    """
    if cell is None or isinstance(cell, bool):
        return False if cell is None else cell
    text = _word(cell)
    if text is None:
        return Misread(f"{quoted(cell)} says neither; right is yes or no")
    if text in _YES or text in _ALSO_DO_NOT_CALL:
        return True
    if text in _NO or is_placeholder(text):
        return False
    return Misread(f"{quoted(cell)} says neither; right is yes or no")


def _text(cell: object) -> object:
    if isinstance(cell, str):
        return MISSING if cell == "" or cell.isspace() else cell
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return MISSING
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int) and abs(cell) >= 10**_MAX_DIGITS:
        return Misread(f"{quoted(cell)} is too large; {_TEXT_RIGHT}")
    if isinstance(cell, int | float | Decimal | date | datetime):
        return str(cell)
    return Misread(f"{quoted(cell)} is no text; {_TEXT_RIGHT}")


def _enum_reader(symbols: tuple[str, ...]) -> CellReader:
    exact = dict(zip(symbols, symbols, strict=True))
    folded = {symbol.casefold(): symbol for symbol in symbols}
    known = exact | (folded if len(folded) == len(symbols) else {})

    def read(cell: object) -> object:
        text = _text(cell)
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


def _boolean(cell: object) -> object:
    if cell is None or isinstance(cell, bool):
        return MISSING if cell is None else cell
    text = _word(cell)
    if text is not None and text in _YES:
        return True
    if text is not None and text in _NO:
        return False
    if text is not None and is_placeholder(text):
        return MISSING
    return Misread(f"{quoted(cell)} is neither; right is true or false")


def _word(cell: object) -> str | None:
    """Return a cell as one plain word in lower case; 1 and 1.0 are the word 1."""
    if isinstance(cell, str):
        word = unwrapped(clean(cell)).casefold()
        return word[:1] if word in ("1.0", "0.0") else word
    if isinstance(cell, float) and math.isnan(cell):
        return ""
    if isinstance(cell, int | float | Decimal) and cell in (0, 1):
        return str(int(cell))
    return None


def _whole_reader(field: LeadField) -> CellReader:
    bound = INT_BOUNDS[field.type]
    low = max(-bound, math.ceil(field.minimum)) if field.minimum is not None else -bound
    high = min(bound - 1, math.floor(field.maximum)) if field.maximum is not None else bound - 1
    right = f"right is a whole number{_range(field)}"

    def read(cell: object) -> object:
        value = _whole(cell)
        if value is MISSING:
            return MISSING
        if isinstance(value, int) and low <= value <= high:
            return value
        return Misread(f"{quoted(cell)} is not allowed; {right}")

    return read


def _whole(cell: object) -> int | Missing | None:
    if isinstance(cell, str):
        text = unwrapped(clean(cell))
        match = _WHOLE.fullmatch(text)
        if match and len(match[1]) <= _MAX_DIGITS:
            return int(match[1])
        return MISSING if is_placeholder(text) else None
    if cell is None:
        return MISSING
    if isinstance(cell, int):
        return None if isinstance(cell, bool) else cell
    if isinstance(cell, float):
        if math.isnan(cell):
            return MISSING
        return int(cell) if cell.is_integer() else None
    if isinstance(cell, Decimal):
        if cell.is_nan():
            return MISSING
        small = cell.is_finite() and cell.adjusted() < _MAX_DIGITS
        return int(cell) if small and cell == cell.to_integral_value() else None
    return None


def _number_reader(field: LeadField) -> CellReader:
    bound = _MAX_FLOAT if field.type is FieldType.FLOAT else math.inf
    low = -bound if field.minimum is None else field.minimum
    high = bound if field.maximum is None else field.maximum
    right = f"right is a number{_range(field)}"

    def read(cell: object) -> object:
        value = _number(cell)
        if value is MISSING:
            return MISSING
        if isinstance(value, float) and math.isfinite(value) and low <= value <= high:
            return value
        return Misread(f"{quoted(cell)} is not allowed; {right}")

    return read


def _number(cell: object) -> float | Missing | None:
    if isinstance(cell, str):
        text = unwrapped(clean(cell))
        if _NUMBER.fullmatch(text):
            return float(text)
        return MISSING if is_placeholder(text) else None
    if cell is None:
        return MISSING
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return None
    try:
        value = float(cell)
    except OverflowError:
        return None
    return MISSING if math.isnan(value) else value


def _range(field: LeadField) -> str:
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None:
        return f" of at least {low}"
    return f" of at most {high}" if high is not None else ""
