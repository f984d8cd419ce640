"""What a number's digits mean in a region: its country, its type, whether it is a number at all.

The authority is `phonenumbers`. It is asked about digits only (see `phone_text`), and for the
numbers of the region itself its own metadata patterns are applied directly: the same answer, in a
few microseconds instead of eighty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import phonenumbers
from phonenumbers import shortnumberinfo

from schemas.phone_text import BareNumber

EITHER: Final = "fixed_line_or_mobile"
"""The type of a number that may be a mobile or a landline."""

_SPECIAL_TYPES: Final = (
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)
"""The types that come before landline and mobile, in the order `phonenumbers` tries them."""


@dataclass(frozen=True, slots=True)
class KnownNumber:
    """A number that exists in its country's numbering plan."""

    country_code: int
    national: str
    region: str | None
    type: str

    @property
    def e164(self) -> int:
        """The country code and the national digits, as one number."""
        return int(f"{self.country_code}{self.national}")


@dataclass(frozen=True, slots=True)
class MobileRules:
    """What plain national digits must be to have one reading only, a mobile of the region.

    Attributes:
        required: patterns that all must match the whole; the first one says which lengths they have.
        refused: patterns of which none may match the whole.
    """

    required: tuple[str, ...]
    refused: tuple[str, ...]


class NumberPlan:
    """The numbering plan of one region, and the way there from other countries' numbers."""

    def __init__(self, region: str) -> None:
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
        if metadata is None:
            raise ValueError(f"region {region!r} is unknown")
        self.region = region
        self.country_code: int = phonenumbers.country_code_for_region(region)
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[self.country_code]
        self._is_main = regions[0] == region
        self._is_alone = len(regions) == 1
        self._national_prefix: str = metadata.national_prefix or ""
        self._international_prefix = re.compile(
            f"(?:{metadata.international_prefix or '00'})|00", re.ASCII
        )
        self._line_lengths = frozenset((*_lengths(metadata.mobile), *_lengths(metadata.fixed_line)))
        self._general = _Description(metadata.general_desc)
        self._special = [(name, _Description(getattr(metadata, name))) for name in _SPECIAL_TYPES]
        self._fixed_line = _Description(metadata.fixed_line)
        self._mobile = _Description(metadata.mobile)
        self._lines_are_alike: bool = metadata.same_mobile_and_fixed_line_pattern

    def readings(self, bare: BareNumber) -> list[KnownNumber]:
        """Return every number that the digits can be, each digit used.

        One reading is a number; none is no number; several are a number in doubt.
        """
        found = {number.e164: number for number in self._readings(bare)}
        return list(found.values())

    def may_be_cut(self, bare: BareNumber) -> bool:
        """Say whether digits before an x may be the beginning of a longer number.

        In 9198765432x10 it may mask a digit behind the country code.
        """
        code = str(self.country_code)
        begins_with_code = not bare.international and bare.digits.startswith(code)
        return bare.before_x and begins_with_code and len(bare.digits) in self._line_lengths

    def is_short_code(self, bare: BareNumber) -> bool:
        """Say whether the digits are a short code of the region, such as the police's number."""
        if bare.international or bare.digits.startswith("0") or len(bare.digits) > 6:
            return False
        number = phonenumbers.PhoneNumber(self.country_code, int(bare.digits))
        return shortnumberinfo.is_valid_short_number_for_region(number, self.region)

    def foreign_code(self, bare: BareNumber) -> int | None:
        """Return the country code that the digits name, if it is another country's."""
        international = bare.digits if bare.international else None
        prefix = self._international_prefix.match(bare.digits)
        if international is None and prefix:
            international = bare.digits[prefix.end() :]
        if not international or international.startswith("0"):
            return None
        codes = (int(international[:length]) for length in (1, 2, 3))
        code = next((c for c in codes if c in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), None)
        return None if code == self.country_code else code

    def mobile_pattern(self) -> str | None:
        """Return a pattern for plain national digits that have one reading only: a mobile.

        None where the region has no mobiles, or shares its country code and is not the first
        to be asked.
        """
        rules = self.mobile_rules()
        if rules is None:
            return None
        refused = "|".join(rf"(?:{pattern})\Z" for pattern in rules.refused)
        all_of = "".join(rf"(?=(?:{pattern})\Z)" for pattern in rules.required[1:])
        return rf"(?!{refused}){all_of}(?:{rules.required[0]})"

    def mobile_rules(self) -> MobileRules | None:
        """Return the same as patterns without lookahead, for engines that have none."""
        lines = self._fixed_line if self._lines_are_alike else self._mobile
        if not self._is_main or lines.base is None or self._general.base is None:
            return None
        refused = [rf"(?:{self._international_prefix.pattern})\d*"]
        if self._national_prefix:
            refused.append(rf"{self._national_prefix}\d*")
        refused += [rf"{self.country_code}\d{{{size}}}" for size in sorted(self._line_lengths)]
        # A special number that is too long or too short for its kind is none: so it is passed on.
        refused += [each.base for _, each in self._special if each.base is not None]
        lengths = sorted(lines.lengths & self._general.lengths)
        if not lengths:
            return None
        sizes = "|".join(rf"\d{{{size}}}" for size in lengths)
        return MobileRules((sizes, lines.base, self._general.base), tuple(refused))

    def _readings(self, bare: BareNumber) -> Iterator[KnownNumber]:
        digits = bare.digits
        if bare.international:
            yield from _abroad(digits, self)
            return
        yield from self._at_home(digits)
        prefix = self._national_prefix
        if prefix and digits.startswith(prefix):
            yield from self._at_home(digits[len(prefix) :])
        code = str(self.country_code)
        # Some write the trunk prefix before the country code: 091-98...
        for before in {code, prefix + code}:
            if digits.startswith(before) and len(digits) - len(before) in self._line_lengths:
                yield from self._at_home(digits[len(before) :])
        international = self._international_prefix.match(digits)
        if international:
            yield from _abroad(digits[international.end() :], self)

    def _at_home(self, national: str) -> Iterator[KnownNumber]:
        type_ = self._type(national) if self._is_main else None
        if type_ is not None:
            yield KnownNumber(self.country_code, national, self.region, type_)
        elif not self._is_alone:
            yield from _parsed(f"{self.country_code}{national}", (national,))

    def at_home_after_code(self, digits: str) -> Iterator[KnownNumber]:
        """Read what stands behind the region's own country code: national digits, or 0 and them."""
        yield from self._at_home(digits)
        prefix = self._national_prefix
        if prefix and digits.startswith(prefix):
            yield from self._at_home(digits[len(prefix) :])

    def _type(self, national: str) -> str | None:
        """Return the type of national digits in the order `phonenumbers.number_type` has."""
        if not self._general.fits(national):
            return None
        for name, description in self._special:
            if description.fits(national):
                return name
        if self._fixed_line.fits(national):
            alike = self._lines_are_alike or self._mobile.fits(national)
            return EITHER if alike else "fixed_line"
        return "mobile" if not self._lines_are_alike and self._mobile.fits(national) else None


class _Description:
    """One of the metadata's descriptions: a pattern, and the lengths it holds for.

    Attributes:
        base: the pattern; None: there is no such number in the region.
        lengths: how many digits its numbers have.
    """

    def __init__(self, description: phonenumbers.PhoneNumberDesc | None) -> None:
        self.base: str | None = None
        self.lengths = frozenset(_lengths(description))
        self._compiled: re.Pattern[str] | None = None
        if description is None or not description.national_number_pattern:
            return
        self.base = f"(?:{description.national_number_pattern})"
        lengths = "|".join(rf"\d{{{size}}}" for size in sorted(self.lengths))
        guard = rf"(?=(?:{lengths})\Z)" if lengths else ""
        self._compiled = re.compile(guard + self.base, re.ASCII)

    def fits(self, national: str) -> bool:
        return self._compiled is not None and self._compiled.fullmatch(national) is not None


def _lengths(description: phonenumbers.PhoneNumberDesc | None) -> tuple[int, ...]:
    return tuple(description.possible_length) if description is not None else ()


def _abroad(digits: str, plan: NumberPlan) -> Iterator[KnownNumber]:
    """Read digits that begin with a country code."""
    code = str(plan.country_code)
    if digits.startswith(code):
        yield from plan.at_home_after_code(digits[len(code) :])
    elif digits and not digits.startswith("0"):
        yield from _parsed(digits, ())


def _parsed(digits: str, nationals: Iterable[str]) -> Iterator[KnownNumber]:
    """Ask `phonenumbers` about a country code and national digits.

    Args:
        digits: Both, without a +.
        nationals: What the national digits must be; if empty, all that follow the country code,
            perhaps without the trunk prefix of that country.
    """
    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return
    code = number.country_code
    if code is None:
        return
    national = phonenumbers.national_significant_number(number)
    if not nationals:
        rest = digits[len(str(code)) :]
        region = phonenumbers.region_code_for_country_code(code)
        trunk = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True)
        nationals = (rest, rest.removeprefix(trunk or ""))
    if national not in nationals or not phonenumbers.is_valid_number(number):
        return
    type_ = phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(number)).lower()
    yield KnownNumber(code, national, phonenumbers.region_code_for_number(number), type_)
