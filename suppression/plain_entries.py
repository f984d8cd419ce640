"""The plainest entries, a million of them in a second or two.

What `PhoneReader` takes fifteen microseconds for is here one match of a pattern: that of the
region's numbering plan, for national digits that have one reading only. Whatever the pattern does
not plainly accept goes to the reader, which alone says what an entry is.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

import numpy as np
import numpy.typing as npt
import phonenumbers

from schemas.number_plan import NumberPlan
from schemas.phones import PhoneReader

# The reader refuses what is typed to fill a cell.
_NOT_MADE_UP = r"(?!1234567890\Z)(?!(\d)\1*\Z)"
_SPACED = re.compile(r"\+?\d(?:[ -]?\d)*", re.ASCII)
_WITHOUT_SEPARATORS = str.maketrans("", "", " -")
_MAX_PROBES = 20


class PlainEntries:
    """Reads a region's mobiles: national digits, alone or behind a trunk prefix or country code.

    Digits may stand apart by single blanks or hyphens. The region is the only one with its
    country code.
    """

    def __init__(self, region: str, mobile_pattern: str) -> None:
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
        if metadata is None or metadata.general_desc is None:
            raise ValueError(f"region {region!r} is unknown")
        self._code = str(metadata.country_code)
        self._is_mobile = re.compile(_NOT_MADE_UP + mobile_pattern, re.ASCII).fullmatch
        # Where the digits as a whole may be a number too, or begin with another prefix, they
        # have more than one reading, and it is the reader who decides.
        trunk = metadata.national_prefix
        code_or_trunk = f"(?!{trunk}){self._code}|(?!{self._code}){trunk}" if trunk else self._code
        self._prefixed = re.compile(
            rf"(?!(?:{metadata.general_desc.national_number_pattern})\Z)"
            rf"(?!00|{metadata.international_prefix or '00'})"
            rf"(?:{code_or_trunk})(?P<national>\d+)",
            re.ASCII,
        ).fullmatch

    def split(self, entries: Sequence[str]) -> tuple[npt.NDArray[np.int64], list[int]]:
        """Read what is plain.

        Returns:
            The plain entries' numbers with the country code, and the places of the other entries,
            for the reader.
        """
        matches = list(map(self._is_mobile, entries))
        nationals = [match.string for match in matches if match]
        others = []
        for place in [place for place, match in enumerate(matches) if not match]:
            national = self._national(entries[place])
            if national is None:
                others.append(place)
            else:
                nationals.append(national)
        return self._with_code(nationals), others

    def _national(self, entry: str) -> str | None:
        if not _SPACED.fullmatch(entry):
            return None
        digits = entry.translate(_WITHOUT_SEPARATORS)
        if digits.startswith("+" + self._code):
            national = digits[1 + len(self._code) :]
        elif prefixed := self._prefixed(digits):
            national = prefixed["national"]
        else:
            national = digits
        return national if self._is_mobile(national) else None

    def _with_code(self, nationals: Sequence[str]) -> npt.NDArray[np.int64]:
        if len(set(map(len, nationals))) != 1:
            return np.array([int(self._code + each) for each in nationals], dtype=np.int64)
        length = len(nationals[0])
        digits = np.frombuffer("".join(nationals).encode(), dtype=np.uint8).reshape(-1, length)
        numbers = np.full(len(nationals), int(self._code), dtype=np.int64)
        for column in digits.T:
            numbers = numbers * 10 + (column - ord("0"))
        return numbers


def plain_entries(phones: PhoneReader, sample: Iterable[str]) -> PlainEntries | None:
    """Find out whether, and for which region, entries can be read by pattern.

    The reader itself says so: a number of the sample whose national digits alone are read as that
    same number is of the reader's own country. Where no regions share that country's code, the
    code is the region.

    Args:
        phones: the reader that the patterns must agree with.
        sample: some entries; a few are looked at.

    Returns:
        None if the sample does not tell, or regions share the country code.
    """
    for entry in islice(sample, _MAX_PROBES):
        for number in phones.read_each(entry):
            alone = phones.read_each(number.national)
            if [each.e164 for each in alone] == [number.e164]:
                return _for_country(number.e164 // 10 ** len(number.national))
    return None


def _for_country(code: int) -> PlainEntries | None:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    pattern = NumberPlan(regions[0]).mobile_pattern() if len(regions) == 1 else None
    return None if pattern is None else PlainEntries(regions[0], pattern)
