"""One field of a lead as the schema describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DEFAULT_CLOCK_FORMAT: Final = "%Y-%m-%d %H:%M:%S"
"""The form of a wall-clock field that names none."""


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


class FieldType(StrEnum):
    """The Avro types that a lead's field may have."""

    STRING = "string"
    INT = "int"
    LONG = "long"
    FLOAT = "float"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    ENUM = "enum"

    @property
    def is_whole(self) -> bool:
        """Whether the values are whole numbers."""
        return self in (FieldType.INT, FieldType.LONG)

    @property
    def is_number(self) -> bool:
        """Whether the values are numbers."""
        return self.is_whole or self in (FieldType.FLOAT, FieldType.DOUBLE)


INT_BOUNDS: Final[Mapping[FieldType, int]] = {FieldType.INT: 2**31, FieldType.LONG: 2**63}
"""The size of Avro's whole numbers: from minus the bound to one below it."""


class Logical(StrEnum):
    """The logical types that a lead's field may have."""

    PHONE = "phone-number"
    WALL_CLOCK = "wall-clock"


class Role(StrEnum):
    """What a field is for, beyond being sent."""

    PHONE = "phone"
    EXPIRY = "expiry"
    DO_NOT_CALL = "do-not-call"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadField:
    """A field of a lead: its name, its type, and what Avro cannot say.

    Attributes:
        name: The name, as sent to the dialer.
        aliases: Further names of its columns, the preferred first.
        type: The Avro type, without null.
        nullable: Whether null is a value of the field.
        default: What a lead has that lacks the field (None without one, see `required`).
        required: Whether a lead must have the field: neither a default nor null is allowed.
        logical: What the text means, if it is more than text.
        role: What the field is for, if it is more than sent.
        pattern: A regular expression for the whole text (of a phone: for its national digits).
        minimum: The least number allowed.
        maximum: The greatest number allowed.
        format: The form of a wall clock, in strftime's directives.
        symbols: The values of an enum.
        region: The region of a phone number (ISO 3166, two letters).
        types: The types of phone number that may be called, as `phonenumbers` names them.
    """

    name: str
    type: FieldType
    aliases: tuple[str, ...] = ()
    nullable: bool = False
    default: object = None
    required: bool = True
    logical: Logical | None = None
    role: Role | None = None
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    format: str = DEFAULT_CLOCK_FORMAT
    symbols: tuple[str, ...] = ()
    region: str = ""
    types: tuple[str, ...] = ("mobile",)

    @property
    def names(self) -> tuple[str, ...]:
        """The field's own name and its aliases, in the order they are preferred."""
        return (self.name, *self.aliases)

    @property
    def is_sent(self) -> bool:
        """Whether the dialer is told the field."""
        return self.role is not Role.DO_NOT_CALL
