"""Reading one field of a lead schema's JSON, with every fault in it named.

Libraries take looser Avro than a lead needs (names with blanks, aliases with dots), and what Avro
cannot say stands in attributes; so each part is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import phonenumbers

from schemas.attributes import Attributes, is_text, shown
from schemas.defaults import default_fault, is_in_form
from schemas.lead_field import (
    CALLABLE_TYPES,
    DEFAULT_CLOCK_FORMAT,
    FieldType,
    LeadField,
    Logical,
    Role,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RIGHT_NAME: Final = "letters, digits and _, no digit first"
_UNREADABLE: Final = object()
_PHONE_TYPES: Final = (FieldType.STRING, FieldType.LONG)
_SAMPLE: Final = datetime(2037, 6, 30, 18, 45, 15)
_OTHER_MEANING = re.compile(r"date|time-\w+|(local-)?timestamp-\w+|decimal|duration")
"""Logical types that would change what a value means, so that they cannot be passed over."""


def read_field(raw: object, faults: list[str]) -> LeadField | None:
    """Read one member of a record schema's `fields`.

    Args:
        raw: The JSON value.
        faults: Takes a sentence for each fault found.

    Returns:
        The field, or None where it is too broken to look further.
    """
    if not isinstance(raw, Mapping):
        faults.append(f"a field must be an object, not {shown(raw)}")
        return None
    name = raw.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        faults.append(f"a field's name is {shown(name)}; right are {_RIGHT_NAME}")
        return None
    known_faults = len(faults)
    branch, nullable = _branch(Attributes(name, raw, {}, faults))
    inner = branch if isinstance(branch, Mapping) else {}
    attributes = Attributes(name, raw, inner, faults)
    type_ = _type(attributes, branch)
    if type_ is None:
        return None
    field = _field(attributes, type_, nullable=nullable)
    if len(faults) == known_faults and "default" in raw:
        fault = default_fault(field)
        if fault is not None:
            attributes.fault(fault)
    return field


def _field(attributes: Attributes, type_: FieldType, *, nullable: bool) -> LeadField:
    logical = _logical(attributes, type_)
    minimum = _bound(attributes, "minimum", type_, logical)
    maximum = _bound(attributes, "maximum", type_, logical)
    if minimum is not None and maximum is not None:
        attributes.expect(minimum <= maximum, "minimum is greater than maximum")
    return LeadField(
        name=attributes.name,
        type=type_,
        nullable=nullable,
        aliases=_aliases(attributes),
        logical=logical,
        role=_role(attributes, type_, logical),
        pattern=_pattern(attributes, type_, logical),
        minimum=minimum,
        maximum=maximum,
        format=_format(attributes, logical),
        symbols=_symbols(attributes, type_),
        region=_region(attributes, logical),
        types=_types(attributes, logical),
        default=attributes.outer.get("default"),
        required="default" not in attributes.outer and not nullable,
    )


def _branch(attributes: Attributes) -> tuple[object, bool]:
    """Return the field's type without null (`_UNREADABLE`: a fault), and whether null is one."""
    written = attributes.outer.get("type")
    branches = written if isinstance(written, list) else [written]
    others = [branch for branch in branches if branch != "null"]
    nullable = len(others) < len(branches)
    if len(others) == 1 and len(branches) <= 2:
        return others[0], nullable
    attributes.fault(f"type is {shown(written)}; right is one type, or null and one type")
    return _UNREADABLE, nullable


def _type(attributes: Attributes, branch: object) -> FieldType | None:
    written = branch.get("type") if isinstance(branch, Mapping) else branch
    if isinstance(written, str) and written in tuple(FieldType):
        return FieldType(written)
    if branch is not _UNREADABLE:
        right = ", ".join(FieldType)
        attributes.fault(f"type {shown(written)} is not supported; right is one of {right}")
    return None


def _aliases(attributes: Attributes) -> tuple[str, ...]:
    aliases = attributes.outer.get("aliases", [])
    if not isinstance(aliases, list):
        attributes.fault(f"aliases is {shown(aliases)}; right is a list of names")
        return ()
    for alias in aliases:
        if not isinstance(alias, str) or not _NAME.fullmatch(alias):
            attributes.fault(
                f"alias {shown(alias)} is no Avro name; right are {_RIGHT_NAME} "
                "(MobileNo stands for a column Mobile No.)"
            )
    return tuple(alias for alias in aliases if isinstance(alias, str))


def _logical(attributes: Attributes, type_: FieldType) -> Logical | None:
    value = attributes.text("logicalType", "a name")
    if value is None:
        return None
    if value in tuple(Logical):
        allowed = _PHONE_TYPES if value == Logical.PHONE else (FieldType.STRING,)
        right = " or ".join(allowed)
        attributes.expect(type_ in allowed, f"{value} is a {right}, not {type_}")
        return Logical(value)
    attributes.expect(
        _OTHER_MEANING.fullmatch(value) is None,
        f"logicalType {value} is not supported; right is {Logical.WALL_CLOCK} on a string, "
        f"{Logical.PHONE}, or none",
    )
    return None


def _role(attributes: Attributes, type_: FieldType, logical: Logical | None) -> Role | None:
    value = attributes.text("role", f"one of {', '.join(Role)}")
    if value is None:
        return Role.PHONE if logical is Logical.PHONE else None
    if value not in tuple(Role):
        attributes.fault(f"role {shown(value)} is unknown; right is one of {', '.join(Role)}")
        return None
    role = Role(value)
    if role is Role.PHONE:
        attributes.expect(logical is Logical.PHONE, f"role phone needs logicalType {Logical.PHONE}")
    elif logical is Logical.PHONE:
        attributes.fault(f"a phone number has the role phone, not {role}")
    elif role is Role.EXPIRY:
        is_clock = logical is Logical.WALL_CLOCK
        attributes.expect(is_clock, f"role expiry needs logicalType {Logical.WALL_CLOCK}")
    else:
        is_mark = type_ in (FieldType.BOOLEAN, FieldType.STRING) and logical is None
        attributes.expect(is_mark, f"role {role} needs a boolean or a plain string")
    return role


def _pattern(attributes: Attributes, type_: FieldType, logical: Logical | None) -> str | None:
    value = attributes.text("pattern", "a regular expression")
    if value is None:
        return None
    is_plain_text = type_ is FieldType.STRING and logical is None
    if not is_plain_text and logical is not Logical.PHONE:
        attributes.fault("pattern is for plain strings and phone numbers only")
        return None
    try:
        re.compile(value)
    except re.error as error:
        attributes.fault(f"pattern {shown(value)} is no regular expression: {error}")
        return None
    return value


def _bound(
    attributes: Attributes, key: str, type_: FieldType, logical: Logical | None
) -> float | None:
    value = attributes.number(key)
    if value is not None and (logical is not None or not type_.is_number):
        attributes.fault(f"{key} is for numbers only, not for {logical or type_}")
        return None
    return value


def _format(attributes: Attributes, logical: Logical | None) -> str:
    value = attributes.text("format", "a text")
    if value is None:
        return DEFAULT_CLOCK_FORMAT
    if logical is not Logical.WALL_CLOCK:
        attributes.fault(f"format is for {Logical.WALL_CLOCK} fields only")
    elif not _tells_a_day(value):
        attributes.fault(
            f"format {shown(value)} does not tell a moment; right is for instance "
            f"{DEFAULT_CLOCK_FORMAT} (year, month and day at least, no offset)"
        )
    return value


def _tells_a_day(form: str) -> bool:
    """Whether a form, written and read again, gives at least the same day and no offset."""
    text = _SAMPLE.strftime(form)
    if "%z" in form or "%Z" in form or not is_in_form(text, form):
        return False
    return datetime.strptime(text, form).date() == _SAMPLE.date()


def _symbols(attributes: Attributes, type_: FieldType) -> tuple[str, ...]:
    if type_ is not FieldType.ENUM:
        return ()
    symbols = attributes.inner.get("symbols")
    if not isinstance(symbols, list) or not symbols or not all(map(is_text, symbols)):
        attributes.fault(f"symbols is {shown(symbols)}; right is a list of names")
        return ()
    return tuple(symbols)


def _region(attributes: Attributes, logical: Logical | None) -> str:
    if logical is not Logical.PHONE:
        return ""
    right = "two letters such as IN"
    attributes.expect(attributes.has("region"), f"a {logical} needs a region, {right}")
    value = attributes.text("region", right)
    if value is not None and value not in phonenumbers.SUPPORTED_REGIONS:
        attributes.fault(f"region {shown(value)} is unknown; right are {right}")
    return value or ""


def _types(attributes: Attributes, logical: Logical | None) -> tuple[str, ...]:
    if logical is not Logical.PHONE:
        return ("mobile",)
    types = attributes.names("types", 'a list such as ["mobile"]')
    if types is None:
        return ("mobile",)
    attributes.expect(bool(types), 'types is empty; right is a list such as ["mobile"]')
    for type_ in types:
        attributes.expect(
            type_ in CALLABLE_TYPES,
            f"type of number {shown(type_)} is unknown; "
            f"right is one of {', '.join(CALLABLE_TYPES)}",
        )
    return tuple(str(type_) for type_ in types)
