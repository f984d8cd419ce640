"""Reading one field of a lead schema's JSON, with every fault in it named.

Avro's own rules are looser in every library than a lead needs (names with blanks, defaults of
another branch), and what Avro cannot say stands in attributes; so each part is checked here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar

import phonenumbers

from schemas.lead_field import DEFAULT_CLOCK_FORMAT, FieldType, LeadField, Logical, Role

CALLABLE_TYPES: Final = (
    "mobile",
    "fixed_line",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)
"""The types of phone number, by the names that `phonenumbers` gives them in its metadata."""

INT_BOUNDS: Final[Mapping[FieldType, int]] = {FieldType.INT: 2**31, FieldType.LONG: 2**63}
"""The size of Avro's whole numbers: from minus the bound to one below it."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SAMPLE = datetime(2037, 6, 30, 18, 45, 15)
_ABSENT: Final = object()
_FOREIGN_LOGICAL = re.compile(r"date|time-\w+|(local-)?timestamp-\w+|decimal|duration")
_T = TypeVar("_T")


def read_field(raw: object, faults: list[str]) -> LeadField | None:
    """Read one member of a record schema's `fields`.

    Args:
        raw: The JSON value.
        faults: Takes a sentence for each fault found.

    Returns:
        The field, or None where it is too broken to look further.
    """
    if not isinstance(raw, Mapping):
        faults.append(f"a field must be an object, not {_shown(raw)}")
        return None
    name = raw.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        faults.append(
            f"a field's name is {_shown(name)}; right are letters, digits and _, no digit first"
        )
        return None
    return _FieldReading(name, raw, faults).read()


class _FieldReading:
    """The parts of one field, looked up on the field or inside its type."""

    def __init__(self, name: str, raw: Mapping[str, object], faults: list[str]) -> None:
        self._name = name
        self._raw = raw
        self._inner: Mapping[str, object] = {}
        self._faults = faults

    def read(self) -> LeadField | None:
        known_faults = len(self._faults)
        type_, nullable = self._type()
        if type_ is None:
            return None
        logical = self._logical(type_)
        field = LeadField(
            name=self._name,
            type=type_,
            nullable=nullable,
            aliases=self._aliases(),
            logical=logical,
            role=self._role(type_, logical),
            pattern=self._pattern(type_, logical),
            minimum=self._bound("minimum", type_),
            maximum=self._bound("maximum", type_),
            format=self._format(logical),
            symbols=self._symbols(type_),
            region=self._region(logical),
            types=self._types(logical),
            default=self._raw.get("default"),
            required="default" not in self._raw and not nullable,
        )
        if field.minimum is not None and field.maximum is not None:
            self._expect(field.minimum <= field.maximum, "minimum is greater than maximum")
        if len(self._faults) == known_faults and "default" in self._raw:
            self._check_default(field)
        return field

    def _fault(self, sentence: str) -> None:
        self._faults.append(f"{self._name}: {sentence}")

    def _expect(self, holds: bool, sentence: str) -> None:
        if not holds:
            self._fault(sentence)

    def _attribute(
        self, key: str, is_right: Callable[[object], bool], right: str, absent: _T
    ) -> object | _T:
        """Return an attribute of the field or its type; `absent` where it is none or wrong."""
        outer, inner = self._raw.get(key, _ABSENT), self._inner.get(key, _ABSENT)
        if outer is not _ABSENT and inner is not _ABSENT and outer != inner:
            self._fault(f"{key} stands on the field and in its type, and they differ")
            return absent
        value = inner if outer is _ABSENT else outer
        if value is _ABSENT:
            return absent
        if not is_right(value):
            self._fault(f"{key} is {_shown(value)}; right is {right}")
            return absent
        return value

    def _type(self) -> tuple[FieldType | None, bool]:
        written = self._raw.get("type", _ABSENT)
        if written is _ABSENT:
            self._fault("has no type")
            return None, False
        branches = written if isinstance(written, list) else [written]
        others = [branch for branch in branches if branch != "null"]
        nullable = len(others) < len(branches)
        if len(others) != 1 or len(branches) > 2:
            self._fault(f"type is {_shown(written)}; right is one type, or null and one type")
            return None, nullable
        return self._named_type(others[0]), nullable

    def _named_type(self, branch: object) -> FieldType | None:
        if isinstance(branch, Mapping):
            self._inner = branch
            branch = branch.get("type")
        if isinstance(branch, str) and branch in tuple(FieldType):
            return FieldType(branch)
        right = ", ".join(FieldType)
        self._fault(f"type {_shown(branch)} is not supported; right is one of {right}")
        return None

    def _aliases(self) -> tuple[str, ...]:
        aliases = self._raw.get("aliases", [])
        if not isinstance(aliases, list):
            self._fault(f"aliases is {_shown(aliases)}; right is a list of names")
            return ()
        for alias in aliases:
            if not isinstance(alias, str) or not _NAME.fullmatch(alias):
                self._fault(
                    f"alias {_shown(alias)} is no Avro name (letters, digits and _, no digit "
                    "first); columns match by letters and digits, so MobileNo stands for Mobile No."
                )
        return tuple(alias for alias in aliases if isinstance(alias, str))

    def _logical(self, type_: FieldType) -> Logical | None:
        value = self._attribute("logicalType", _is_text, "a name", None)
        if value is None:
            return None
        if value in tuple(Logical):
            allowed = (FieldType.STRING,) if value == Logical.WALL_CLOCK else _PHONE_TYPES
            self._expect(type_ in allowed, f"{value} must be a {' or '.join(allowed)}, not {type_}")
            return Logical(str(value))
        # Avro lets a reader ignore what it does not know; these would change what a value means.
        if _FOREIGN_LOGICAL.fullmatch(str(value)):
            self._fault(
                f"logicalType {value} is not supported; right is wall-clock on a string, "
                "phone-number, or none"
            )
        return None

    def _role(self, type_: FieldType, logical: Logical | None) -> Role | None:
        right = ", ".join(Role)
        value = self._attribute("role", lambda role: role in tuple(Role), f"one of {right}", None)
        if value is None:
            return Role.PHONE if logical is Logical.PHONE else None
        role = Role(str(value))
        if role is Role.PHONE:
            self._expect(logical is Logical.PHONE, "role phone needs logicalType phone-number")
        elif logical is Logical.PHONE:
            self._fault(f"a phone-number has the role phone, not {role}")
        elif role is Role.EXPIRY:
            self._expect(logical is Logical.WALL_CLOCK, "role expiry needs logicalType wall-clock")
        else:
            self._expect(
                type_ in (FieldType.BOOLEAN, FieldType.STRING) and logical is None,
                "role do-not-call needs a boolean or a plain string",
            )
        return role

    def _pattern(self, type_: FieldType, logical: Logical | None) -> str | None:
        value = self._attribute("pattern", _is_text, "a regular expression", None)
        if value is None:
            return None
        if logical is Logical.WALL_CLOCK or not (
            type_ is FieldType.STRING or logical is Logical.PHONE
        ):
            self._fault("pattern is for plain strings and phone numbers only")
            return None
        try:
            re.compile(str(value))
        except re.error as error:
            self._fault(f"pattern {_shown(value)} is no regular expression: {error}")
            return None
        return str(value)

    def _bound(self, key: str, type_: FieldType) -> float | None:
        value = self._attribute(key, _is_number, "a number", None)
        if value is not None and not (type_.is_number and self._inner.get("logicalType") is None):
            self._fault(f"{key} is for numbers only, not for {type_}")
            return None
        return value if isinstance(value, int | float) else None

    def _format(self, logical: Logical | None) -> str:
        value = str(self._attribute("format", _is_text, "a text", DEFAULT_CLOCK_FORMAT))
        if logical is not Logical.WALL_CLOCK:
            written = "format" in self._raw or "format" in self._inner
            self._expect(not written, "format is for wall-clock fields only")
        elif not _tells_a_day(value):
            self._fault(
                f"format {_shown(value)} does not tell a moment; right is for instance "
                f"{DEFAULT_CLOCK_FORMAT} (year, month and day at least, no offset)"
            )
        return value

    def _symbols(self, type_: FieldType) -> tuple[str, ...]:
        if type_ is not FieldType.ENUM:
            return ()
        symbols = self._inner.get("symbols")
        if not isinstance(symbols, list) or not symbols or not all(map(_is_text, symbols)):
            self._fault(f"symbols is {_shown(symbols)}; right is a list of names")
            return ()
        return tuple(symbols)

    def _region(self, logical: Logical | None) -> str:
        if logical is not Logical.PHONE:
            return ""
        value = self._attribute("region", _is_text, "two letters such as IN", "")
        if value == "":
            if "region" not in self._raw and "region" not in self._inner:
                self._fault("a phone-number needs a region, two letters such as IN")
            return ""
        if value not in phonenumbers.SUPPORTED_REGIONS:
            self._fault(f"region {_shown(value)} is unknown; right are two letters such as IN")
            return ""
        return str(value)

    def _types(self, logical: Logical | None) -> tuple[str, ...]:
        if logical is not Logical.PHONE:
            return ("mobile",)
        value = self._attribute("types", _is_list, 'a list such as ["mobile"]', ["mobile"])
        types = list(value) if isinstance(value, list) else []
        self._expect(bool(types), 'types is empty; right is a list such as ["mobile"]')
        for type_ in types:
            if type_ not in CALLABLE_TYPES:
                self._fault(
                    f"type of number {_shown(type_)} is unknown; "
                    f"right is one of {', '.join(CALLABLE_TYPES)}"
                )
        return tuple(str(type_) for type_ in types)

    def _check_default(self, field: LeadField) -> None:
        default = field.default
        if default is None:
            self._expect(field.nullable, "default is null, but null is not among its types")
        elif field.role is Role.PHONE:
            self._fault("a phone number has no default: every lead without one would call it")
        elif not _fits_type(default, field):
            self._fault(f"default {_shown(default)} is no {field.logical or field.type}")
        elif not _fits_attributes(default, field):
            self._fault(f"default {_shown(default)} is outside what its attributes allow")


_PHONE_TYPES: Final = (FieldType.STRING, FieldType.LONG)


def _fits_type(value: object, field: LeadField) -> bool:
    match field.type:
        case FieldType.STRING:
            return isinstance(value, str)
        case FieldType.BOOLEAN:
            return isinstance(value, bool)
        case FieldType.ENUM:
            return value in field.symbols
        case FieldType.FLOAT | FieldType.DOUBLE:
            return _is_number(value)
        case FieldType.INT | FieldType.LONG:
            bound = INT_BOUNDS[field.type]
            is_whole = isinstance(value, int) and not isinstance(value, bool)
            return is_whole and isinstance(value, int) and -bound <= value < bound


def _fits_attributes(value: object, field: LeadField) -> bool:
    if isinstance(value, int | float):
        low = -math.inf if field.minimum is None else field.minimum
        high = math.inf if field.maximum is None else field.maximum
        return low <= value <= high
    if field.logical is Logical.WALL_CLOCK:
        return _is_in_form(str(value), field.format)
    return field.pattern is None or re.fullmatch(field.pattern, str(value)) is not None


def _is_in_form(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text, form).strftime(form) == text
    except ValueError:
        return False


def _tells_a_day(form: str) -> bool:
    """Whether a form, written and read again, gives at least the same day and no offset."""
    text = _SAMPLE.strftime(form)
    try:
        read = datetime.strptime(text, form)
    except ValueError:
        return False
    return read.date() == _SAMPLE.date() and "%z" not in form and "%Z" not in form


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _shown(value: object) -> str:
    if value is None:
        return "missing"
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
