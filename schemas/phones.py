"""Reading the number in a phone cell: never a stranger's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number that may be called.

    Attributes:
        national: The national digits, as they are sent.
        e164: The country code and the national digits, as one number.
        note: What else stood in the cell, if anything did.
        is_mobile: Whether it is, or may be, a mobile.
    """

    national: str
    e164: int
    note: str | None = None
    is_mobile: bool = True


@dataclass(frozen=True, slots=True)
class PhoneFault:
    """A cell without a number that may be called.

    Attributes:
        reason: `phone_missing`, `phone_invalid`, `phone_type` or `phone_country`.
        detail: What was read and what is right.
    """

    reason: str
    detail: str
