"""Reading the number in a phone cell: never a stranger's.

A cell is read whole (`phone_text`), its digits are looked up in the region's numbering plan
(`number_plan`), and one number of a kind that may be called comes out, or the reason why not.
Leads and do-not-disturb lists are read by this one reader.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers

from schemas.cell_text import clean, is_nothing, is_placeholder, quoted, unwrapped
from schemas.number_plan import EITHER, KnownNumber, NumberPlan
from schemas.numeric_cells import whole_number
from schemas.phone_text import (
    COUNTING,
    BareNumber,
    NotDigits,
    bare_numbers,
    is_filling,
    is_made_up,
)

_KIND_WORDS: Final = {
    "fixed_line": "a landline",
    "mobile": "a mobile",
    EITHER: "a landline or mobile",
    "toll_free": "a toll-free number",
    "premium_rate": "a premium-rate number",
    "shared_cost": "a shared-cost number",
    "voip": "an internet telephone",
    "personal_number": "a personal number",
    "pager": "a pager",
    "uan": "a company's or telemarketer's service number",
    "voicemail": "a voicemail number",
}
_MAX_PLAIN: Final = 10**15
_CACHED_CELLS: Final = 8192
_MAX_CACHED_LENGTH: Final = 64
_SERIES_DIGITS: Final = 4


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


class PhoneReader:
    """Reads phone cells for one region.

    Args:
        region: ISO 3166, two letters.
        types: The types that may be called, as `phonenumbers` names them. A number that may be a
            mobile or a landline counts as both.
        pattern: A regular expression that the national digits of a lead must match as a whole.

    Attributes:
        region: The region.
        plan: Its numbering plan.
        types: The types that may be called.
        pattern: The regular expression, if there is one.
        prefers_mobile: Whether a mobile comes before another number that may be called.
    """

    def __init__(self, region: str, types: Sequence[str], pattern: str | None) -> None:
        self.region = region
        self.plan = NumberPlan(region)
        self.types = frozenset(types)
        if self.types & {"mobile", "fixed_line"}:
            self.types |= {EITHER}
        self.prefers_mobile = "mobile" in types and len(types) > 1
        self._pattern = re.compile(pattern, re.ASCII) if pattern is not None else None
        self.pattern = pattern
        self._plain = self._plain_mobiles()
        self._right = self._what_is_right(types)
        # A cell that is refused by column is read again to say why.
        self._read_short = lru_cache(_CACHED_CELLS)(self._read)

    def read(self, cell: object) -> PhoneNumber | PhoneFault:
        """Read the number to call from a cell.

        Args:
            cell: The cell's text; a whole number of any numeric type is read like its digits.

        Returns:
            The first number in the cell that may be called (if landlines may be called too: the
            first mobile, if there is one), or why there is none.
        """
        plain = str(cell) if type(cell) is int and abs(cell) < _MAX_PLAIN else cell
        if type(plain) is str and self._is_plain(plain):
            return PhoneNumber(plain, int(f"{self.plan.country_code}{plain}"))
        is_short = isinstance(cell, str) and len(cell) <= _MAX_CACHED_LENGTH
        return self._read_short(cell) if is_short else self._read(cell)

    def _read(self, cell: object) -> PhoneNumber | PhoneFault:
        found = self._numbers(cell)
        if isinstance(found, PhoneFault):
            return found
        judged = [self._judged(number, cell) for number in found]
        callable_ = [verdict for verdict in judged if isinstance(verdict, PhoneNumber)]
        if not callable_:
            return _joined([verdict for verdict in judged if isinstance(verdict, PhoneFault)])
        chosen = callable_[0]
        if self.prefers_mobile:
            chosen = next((number for number in callable_ if number.is_mobile), chosen)
        return chosen if len(found) == 1 else _with_note(chosen, len(found), cell)

    def read_any(self, cell: object) -> PhoneNumber | PhoneFault:
        """Read the first number of a cell, of any type and country.

        National digits without a country code are numbers of the region.
        """
        found = self._numbers(cell)
        return found if isinstance(found, PhoneFault) else _any_number(found[0])

    def read_each(self, cell: object) -> tuple[PhoneNumber, ...]:
        """Read all numbers of a cell, of any type and country; none if it cannot be read.

        A do-not-disturb list needs each of them: a number passed over would be called.
        """
        found = self._numbers(cell)
        return () if isinstance(found, PhoneFault) else tuple(map(_any_number, found))

    def _numbers(self, cell: object) -> list[KnownNumber] | PhoneFault:
        """Return the different numbers of a cell, at least one, each digit accounted for."""
        if type(cell) is str and self._plain is not None and self._plain.fullmatch(cell):
            return [KnownNumber(self.plan.country_code, cell, self.plan.region, "mobile")]
        text = _text(cell)
        if text is None:
            return self._invalid(cell, "it is neither text nor a whole number")
        text = unwrapped(clean(text))
        if is_placeholder(text):
            return PhoneFault("phone_missing", f"is empty ({quoted(cell)}); {self._right}")
        pieces = bare_numbers(text)
        if not pieces:
            return self._invalid(cell, "it holds no digits")
        found: dict[int, KnownNumber] = {}
        filled: PhoneFault | None = None
        for piece in pieces:
            if isinstance(piece, BareNumber) and is_filling(piece.digits):
                filled = filled or self._invalid(cell, "it is made up")
                continue
            number = self._number(piece, cell, is_alone=len(pieces) == 1)
            if isinstance(number, PhoneFault):
                return number
            if is_made_up(number.national):
                filled = filled or self._invalid(cell, "it is made up")
            else:
                found.setdefault(number.e164, number)
        return list(found.values()) if found or filled is None else filled

    def _number(
        self, piece: BareNumber | NotDigits, cell: object, *, is_alone: bool
    ) -> KnownNumber | PhoneFault:
        if isinstance(piece, NotDigits):
            return self._invalid(cell, piece.problem)
        if self.plan.may_be_cut(piece):
            return self._invalid(cell, "a digit of it may be masked")
        if self._is_plain_mobile(piece):
            return KnownNumber(self.plan.country_code, piece.digits, self.region, "mobile")
        readings = self.plan.readings(piece)
        if len(readings) > 1:
            return self._invalid(cell, "it can be read as more than one number")
        if readings:
            return readings[0]
        foreign = self.plan.foreign_code(piece)
        if foreign is not None and is_alone:
            return self._fault("phone_country", cell, f"is of the foreign country +{foreign}")
        if is_alone and self.plan.is_short_code(piece):
            return self._fault("phone_type", cell, "is a short code")
        digits = len(piece.digits)
        what = "it" if is_alone else f"the part {quoted(piece.digits)}"
        count = f"{digits} digit" if digits == 1 else f"{digits} digits"
        return self._invalid(cell, f"{what} has {count}, and no such number exists")

    def _judged(self, number: KnownNumber, cell: object) -> PhoneNumber | PhoneFault:
        if number.country_code != self.plan.country_code:
            what = f"is of the foreign country +{number.country_code}"
            return self._fault("phone_country", cell, what)
        if number.region != self.plan.region:
            what = f"is of the foreign country +{number.country_code} ({number.region})"
            return self._fault("phone_country", cell, what)
        if number.type not in self.types:
            kind = _KIND_WORDS.get(number.type, "of no known type")
            return self._fault("phone_type", cell, f"is {kind}")
        if self._pattern is not None and not self._pattern.fullmatch(number.national):
            series = f"is of the series {number.national[:_SERIES_DIGITS]}"
            what = f"{series}, which the schema's pattern {self.pattern} leaves out"
            return self._fault("phone_type", cell, what)
        return _any_number(number)

    def _invalid(self, cell: object, problem: str) -> PhoneFault:
        return self._fault("phone_invalid", cell, f"is no phone number: {problem}")

    def _fault(self, reason: str, cell: object, what: str) -> PhoneFault:
        return PhoneFault(reason, f"{quoted(cell)} {what}; {self._right}")

    def _plain_mobiles(self) -> re.Pattern[str] | None:
        """Compile the test for the plainest cells: national digits that are a mobile."""
        mobiles = self.plan.mobile_pattern() if "mobile" in self.types else None
        if mobiles is None:
            return None
        made_up = rf"(?!{COUNTING}\Z)(?!(?P<digit>\d)(?P=digit)*\Z)"
        return re.compile(made_up + mobiles, re.ASCII)

    def _is_plain_mobile(self, piece: BareNumber) -> bool:
        """Say whether digits have one reading only, a mobile, without trying the others."""
        is_plain = self._plain is not None and self._plain.fullmatch(piece.digits) is not None
        return is_plain and not piece.international

    def _is_plain(self, cell: str) -> bool:
        return (
            self._plain is not None
            and self._plain.fullmatch(cell) is not None
            and (self._pattern is None or self._pattern.fullmatch(cell) is not None)
        )

    def _what_is_right(self, types: Sequence[str]) -> str:
        kinds = " or ".join(_KIND_WORDS[type_] for type_ in types)
        example = phonenumbers.example_number_for_type(
            self.plan.region, getattr(phonenumbers.PhoneNumberType, types[0].upper())
        )
        such_as = (
            f", such as {phonenumbers.national_significant_number(example)}" if example else ""
        )
        return f"right is {kinds} of {self.plan.region} (+{self.plan.country_code}){such_as}"


def _any_number(number: KnownNumber) -> PhoneNumber:
    return PhoneNumber(number.national, number.e164, is_mobile=number.type in ("mobile", EITHER))


def _with_note(number: PhoneNumber, count: int, cell: object) -> PhoneNumber:
    note = f"{quoted(cell)} holds {count} numbers; only {number.national} is used"
    return PhoneNumber(number.national, number.e164, note, number.is_mobile)


def _joined(faults: Sequence[PhoneFault]) -> PhoneFault:
    details: Iterable[str] = dict.fromkeys(fault.detail for fault in faults)
    return PhoneFault(faults[0].reason, "; ".join(details))


def _text(cell: object) -> str | None:
    """Return a cell as text, whole numbers of any numeric type as their digits, or None."""
    if isinstance(cell, str):
        return cell
    if is_nothing(cell):
        return ""
    whole = whole_number(cell)
    return None if whole is None else str(whole)
