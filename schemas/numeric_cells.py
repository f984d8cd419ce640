"""Reading cells that hold numbers: whole numbers of any type are whole numbers."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final

from schemas.cell_text import clean, is_nothing, is_placeholder, quoted, unwrapped
from schemas.cells import MISSING, CellReader, Misread, Missing
from schemas.lead_field import INT_BOUNDS, FieldType, LeadField

_WHOLE = re.compile(r"([+-]?\d+)(?:\.0*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_MAX_DIGITS: Final = 30
_MAX_NUMBER_LENGTH: Final = 400
_MAX_EXACT_FLOAT: Final = 2**53
_MAX_FLOAT: Final = 3.4028234663852886e38
"""The greatest value of Avro's float (IEEE 754, single precision)."""


def whole_number(cell: object) -> int | None:
    """Return a number without a fraction, of any numeric type, that is exactly known.

    >>> whole_number(5.0), whole_number(5.5), whole_number(True)
    (5, None, None)
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int):
        return cell if abs(cell) < 10**_MAX_DIGITS else None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < _MAX_EXACT_FLOAT else None
    if isinstance(cell, Decimal) and cell.is_finite() and cell.adjusted() < _MAX_DIGITS:
        return int(cell) if cell == cell.to_integral_value() else None
    return None


def whole_reader(field: LeadField) -> CellReader:
    """Return a reader of an int or long field."""
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


def number_reader(field: LeadField) -> CellReader:
    """Return a reader of a float or double field."""
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


def _whole(cell: object) -> int | Missing | None:
    if not isinstance(cell, str):
        return MISSING if is_nothing(cell) else whole_number(cell)
    text = unwrapped(clean(cell))
    match = _WHOLE.fullmatch(text)
    if match is None:
        return MISSING if is_placeholder(text) else None
    return int(match[1]) if len(match[1]) <= _MAX_DIGITS else None


def _number(cell: object) -> float | Missing | None:
    if isinstance(cell, str):
        text = unwrapped(clean(cell))
        if len(text) <= _MAX_NUMBER_LENGTH and _NUMBER.fullmatch(text):
            return float(text)
        return MISSING if is_placeholder(text) else None
    if is_nothing(cell):
        return MISSING
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal):
        return None
    try:
        return float(cell)
    except OverflowError:
        return None


def _range(field: LeadField) -> str:
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None:
        return f" of at least {low}"
    return f" of at most {high}" if high is not None else ""
