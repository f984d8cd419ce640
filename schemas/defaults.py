"""Whether a field's default is a value of the field."""

from __future__ import annotations

import math

from schemas.attributes import is_number, shown
from schemas.clock_forms import is_in_form
from schemas.lead_field import INT_BOUNDS, FieldType, LeadField, Logical, Role
from schemas.patterns import whole_text_matcher


def default_fault(field: LeadField, *, by_attributes: bool) -> str | None:
    """Return what is wrong with the default of a field that has one, if anything is.

    Args:
        field: The field.
        by_attributes: Whether its attributes count too; where they are wrong themselves, they say
            nothing about the default.
    """
    default = field.default
    if default is None:
        return None if field.nullable else "default is null, but null is not among its types"
    if field.role is Role.PHONE:
        return "a phone number has no default: every lead without one would call it"
    if not _fits_type(default, field):
        return f"default {shown(default)} is no {field.logical or field.type}"
    if by_attributes and not _fits_attributes(default, field):
        return f"default {shown(default)} is outside what its attributes allow"
    return None


def _fits_type(value: object, field: LeadField) -> bool:
    match field.type:
        case FieldType.STRING:
            return isinstance(value, str)
        case FieldType.BOOLEAN:
            return isinstance(value, bool)
        case FieldType.ENUM:
            return value in field.symbols
        case FieldType.FLOAT | FieldType.DOUBLE:
            return is_number(value)
        case FieldType.INT | FieldType.LONG:
            bound = INT_BOUNDS[field.type]
            return type(value) is int and -bound <= value < bound


def _fits_attributes(value: object, field: LeadField) -> bool:
    if isinstance(value, int | float):
        low = -math.inf if field.minimum is None else field.minimum
        high = math.inf if field.maximum is None else field.maximum
        return low <= value <= high
    if field.logical is Logical.WALL_CLOCK:
        return is_in_form(str(value), field.format)
    return field.pattern is None or whole_text_matcher(field.pattern)(str(value))
