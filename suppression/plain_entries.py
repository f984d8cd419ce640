"""The plainest entries, a million of them in a second or two.

What `PhoneReader` takes fifteen microseconds for is here one match of a pattern: that of the
region's numbering plan, for national digits that have one reading only. Whatever the pattern does
not plainly accept goes to the reader, which alone says what an entry is.
"""

import re
from collections.abc import Iterable, Sequence

import phonenumbers

from schemas.number_plan import NumberPlan
from schemas.phones import PhoneReader

_DIGITS = re.compile(r"[1-9]\d{6,14}", re.ASCII)
# The reader refuses what is typed to fill a cell.
_NOT_MADE_UP = r"(?!1234567890\Z)(?!(\d)\1*\Z)"
_MAX_PROBES = 20


class PlainEntries:
    """Reads entries of bare national digits, and the same behind + and the country code.

    Digits may stand apart by single blanks or hyphens.
    """

    def __init__(self, country_code: int, pattern: str) -> None:
        self._code = str(country_code)
        self._spaced = re.compile(
            rf"(?:\+{country_code}[ -]?)?(?P<national>\d(?:[ -]?\d)*)", re.ASCII
        )
        self._is_mobile = re.compile(_NOT_MADE_UP + pattern, re.ASCII).fullmatch

    def split(self, entries: Sequence[str]) -> tuple[list[int], list[int]]:
        """Read what is plain.

        Returns:
            The plain entries' numbers with the country code, and the places of the other entries,
            for the reader.
        """
        matches = list(map(self._is_mobile, entries))
        nationals = [match.string for match in matches if match]
        others = []
        for place in [place for place, match in enumerate(matches) if not match]:
            digits = self._digits(entries[place])
            if digits is None:
                others.append(place)
            else:
                nationals.append(digits)
        code = self._code
        return [int(code + national) for national in nationals], others

    def _digits(self, entry: str) -> str | None:
        spaced = self._spaced.fullmatch(entry)
        if spaced is None:
            return None
        digits = spaced["national"].replace(" ", "").replace("-", "")
        return digits if self._is_mobile(digits) else None


def plain_entries(phones: PhoneReader, sample: Iterable[str]) -> PlainEntries | None:
    """Find out whether, and for which country, entries can be read by pattern.

    The reader itself says so: an entry of bare digits which it reads as the national digits of a
    number shows its country code. Where that code is one region's alone, that is its region.

    Args:
        phones: the reader that the pattern must agree with.
        sample: some entries.

    Returns:
        None if no entry of the sample is plain, or if regions share the country code.
    """
    bare = [entry for entry in sample if _DIGITS.fullmatch(entry)][:_MAX_PROBES]
    for entry in bare:
        for number in phones.read_each(entry):
            if number.national == entry:
                return _for_country(number.e164 // 10 ** len(entry))
    return None


def _for_country(code: int) -> PlainEntries | None:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    pattern = NumberPlan(regions[0]).mobile_pattern() if len(regions) == 1 else None
    return None if pattern is None else PlainEntries(code, pattern)
