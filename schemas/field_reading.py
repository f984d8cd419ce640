"""Reading one field of a lead schema's JSON, with every fault in it named.

Libraries take looser Avro than a lead needs (names with blanks, aliases with dots), and what Avro
cannot say stands in attributes; so each part is checked here. A part that is wrong keeps none of
the others from being read.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from typing import Final

from schemas.attribute_names import check_attribute_names
from schemas.attributes import Attributes, shown
from schemas.avro_names import AVRO_NAME, RIGHT_NAME
from schemas.clock_forms import form_problem
from schemas.defaults import default_fault
from schemas.field_types import read_symbols, read_type, type_without_null
from schemas.lead_field import (
    DEFAULT_CLOCK_FORMAT,
    INT_BOUNDS,
    FieldType,
    LeadField,
    Logical,
    Role,
)
from schemas.patterns import digits_pattern_problem, pattern_problem
from schemas.phone_attributes import read_region, read_types

_PHONE_TYPES: Final = (FieldType.STRING, FieldType.LONG)
_OTHER_MEANING = re.compile(
    r"date|date-?time|time(-\w+)?|(local-)?timestamp(-\w+)?|(big-)?decimal|duration", re.IGNORECASE
)
"""Logical types that would change what a value means, so that they cannot be passed over."""
_LIKENESS: Final = 0.6
"""How alike a logical type and one of ours must be to be a slip, by difflib's measure."""


def read_field(raw: object, faults: list[str], *, place: int) -> LeadField | None:
    """Read one member of a record schema's `fields`.

    Args:
        raw: The JSON value.
        faults: Takes a sentence for each fault found.
        place: Its place among the fields, from 1; it names a field that has no name.

    Returns:
        The field, good for nothing but finding further faults if there are any; None where it is
        no field at all.
    """
    if not isinstance(raw, Mapping):
        faults.append(f"field {place} must be an object, not {shown(raw)}")
        return None
    known_faults = len(faults)
    name = raw.get("name")
    if not isinstance(name, str) or not AVRO_NAME.fullmatch(name):
        faults.append(f"field {place}: its name is {shown(name)}; right are {RIGHT_NAME}")
        name = f"field {place}"
    branch, nullable = type_without_null(Attributes(name, raw, {}, faults))
    inner = branch if isinstance(branch, Mapping) else {}
    attributes = Attributes(name, raw, inner, faults)
    type_ = read_type(attributes, branch)
    check_attribute_names(attributes, is_enum=type_ is FieldType.ENUM)
    field = _field(attributes, type_, nullable=nullable)
    if "default" in raw and type_ is not None and (field.symbols or type_ is not FieldType.ENUM):
        fault = default_fault(field, by_attributes=len(faults) == known_faults)
        if fault is not None:
            attributes.fault(fault)
    return field


def _field(attributes: Attributes, type_: FieldType | None, *, nullable: bool) -> LeadField:
    logical = _logical(attributes, type_)
    minimum = _bound(attributes, "minimum", type_, logical)
    maximum = _bound(attributes, "maximum", type_, logical)
    _check_range(attributes, type_, minimum, maximum)
    return LeadField(
        name=attributes.name,
        type=type_ or FieldType.STRING,
        nullable=nullable,
        aliases=_aliases(attributes),
        logical=logical,
        role=_role(attributes, type_, logical),
        pattern=_pattern(attributes, type_, logical),
        minimum=minimum,
        maximum=maximum,
        format=_format(attributes, logical),
        symbols=read_symbols(attributes, type_),
        region=read_region(attributes, logical),
        types=read_types(attributes, logical),
        default=attributes.outer.get("default"),
        required="default" not in attributes.outer and not nullable,
    )


def _aliases(attributes: Attributes) -> tuple[str, ...]:
    aliases = attributes.outer.get("aliases", [])
    if not isinstance(aliases, list):
        attributes.fault(f"aliases is {shown(aliases)}; right is a list of names")
        return ()
    for alias in aliases:
        if not isinstance(alias, str) or not AVRO_NAME.fullmatch(alias):
            attributes.fault(
                f"alias {shown(alias)} is no Avro name; right are {RIGHT_NAME} "
                "(MobileNo stands for a column Mobile No.)"
            )
    return tuple(alias for alias in aliases if isinstance(alias, str))


def _logical(attributes: Attributes, type_: FieldType | None) -> Logical | None:
    """Return what the text means: where that is misspelt, which is noted, what it looks like."""
    value = attributes.text("logicalType", f"{Logical.PHONE}, {Logical.WALL_CLOCK} or none")
    if value is None:
        return None
    if value in tuple(Logical):
        allowed = _PHONE_TYPES if value == Logical.PHONE else (FieldType.STRING,)
        right = " or ".join(allowed)
        attributes.expect(type_ in (None, *allowed), f"{value} is a {right}, not {type_}")
        return Logical(value)
    if _OTHER_MEANING.fullmatch(value):
        attributes.fault(
            f"logicalType {value} is not supported; right is {Logical.WALL_CLOCK} on a string, "
            f"{Logical.PHONE}, or none"
        )
        return None
    near = difflib.get_close_matches(value.casefold(), tuple(Logical), n=1, cutoff=_LIKENESS)
    if near:
        attributes.fault(f"logicalType {shown(value)} is unknown; did you mean {near[0]}?")
    return Logical(near[0]) if near else None


def _role(attributes: Attributes, type_: FieldType | None, logical: Logical | None) -> Role | None:
    value = attributes.text("role", f"one of {', '.join(Role)}")
    if value is None:
        return Role.PHONE if logical is Logical.PHONE else None
    if value not in tuple(Role):
        near = difflib.get_close_matches(value.casefold(), tuple(Role), n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        attributes.fault(f"role {shown(value)} is unknown{hint}; right is one of {', '.join(Role)}")
        return Role.PHONE if logical is Logical.PHONE else None
    role = Role(value)
    if role is Role.PHONE:
        attributes.expect(logical is Logical.PHONE, f"role phone needs logicalType {Logical.PHONE}")
    elif logical is Logical.PHONE:
        attributes.fault(f"a phone number has the role phone, not {role}")
    elif role is Role.EXPIRY:
        is_clock = logical is Logical.WALL_CLOCK
        attributes.expect(is_clock, f"role expiry needs logicalType {Logical.WALL_CLOCK}")
    else:
        is_mark = type_ in (None, FieldType.BOOLEAN, FieldType.STRING) and logical is None
        attributes.expect(is_mark, f"role {role} needs a boolean or a plain string")
    return role


def _pattern(
    attributes: Attributes, type_: FieldType | None, logical: Logical | None
) -> str | None:
    value = attributes.text("pattern", "a regular expression")
    if value is None:
        return None
    is_plain_text = type_ in (None, FieldType.STRING) and logical is None
    if not is_plain_text and logical is not Logical.PHONE:
        attributes.fault("pattern is for plain strings and phone numbers only")
    is_of_digits = logical is Logical.PHONE
    problem = digits_pattern_problem(value) if is_of_digits else pattern_problem(value)
    if problem is None:
        return value
    attributes.fault(
        f"pattern {shown(value)} is no regular expression that serves here (RE2's, without "
        f"look-ahead and back-references): {problem}"
    )
    return None


def _bound(
    attributes: Attributes, key: str, type_: FieldType | None, logical: Logical | None
) -> float | None:
    value = attributes.number(key)
    is_of_numbers = logical is None and (type_ is None or type_.is_number)
    if attributes.has(key) and not is_of_numbers:
        attributes.fault(f"{key} is for numbers only, not for {logical or type_}")
        return None
    return value


def _check_range(
    attributes: Attributes, type_: FieldType | None, minimum: float | None, maximum: float | None
) -> None:
    """Note bounds between which there is no value."""
    if minimum is not None and maximum is not None and minimum > maximum:
        attributes.fault("minimum is greater than maximum")
        return
    if type_ is None or not type_.is_whole:
        return
    bound = INT_BOUNDS[type_]
    low = -bound if minimum is None else max(-bound, math.ceil(minimum))
    high = bound - 1 if maximum is None else min(bound - 1, math.floor(maximum))
    attributes.expect(low <= high, f"no {type_} lies between its minimum and maximum")


def _format(attributes: Attributes, logical: Logical | None) -> str:
    value = attributes.text("format", f"a form such as {DEFAULT_CLOCK_FORMAT}")
    if logical is not Logical.WALL_CLOCK:
        attributes.expect(
            not attributes.has("format"), f"format is for {Logical.WALL_CLOCK} fields only"
        )
        return DEFAULT_CLOCK_FORMAT
    problem = form_problem(value) if value is not None else None
    if value is None or problem is None:
        return value or DEFAULT_CLOCK_FORMAT
    attributes.fault(
        f"format {shown(value)} {problem}; right is for instance {DEFAULT_CLOCK_FORMAT}"
    )
    return DEFAULT_CLOCK_FORMAT
