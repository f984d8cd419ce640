"""Lists of the United States in two columns: the area code in one, the number in the other.

The national registry's flat files are such. A line read by its second column alone would hide the
number that it lists, so either every line is joined or the list is refused.
"""

import re
from collections.abc import Sequence

from schemas.cell_text import clean, unwrapped
from schemas.names import name_key
from suppression.faults import ListError

_REGION = "US"
_PAIR = re.compile(r'"?(\d{3})"?\s*[,;|\t]\s*"?(\d{3}[-. ]?\d{4})"?', re.ASCII)
_AREA = re.compile(r"\d{3}", re.ASCII)
_LOCAL = re.compile(r"\d{3}[-. ]?\d{4}", re.ASCII)
_DIGIT = re.compile(r"\d")
_AREA_COLUMNS = frozenset({"area", "areacode", "npa"})


class PairedLines:
    """Joins the lines of one list that has them in two columns.

    Args:
        name: The list's name, for messages.
        region: The region that numbers without a country code are of.
    """

    def __init__(self, name: str, region: str) -> None:
        self._name = name
        self._is_asked = region == _REGION
        self._are_pairs: bool | None = None

    def joined(self, lines: Sequence[str], first: int) -> Sequence[str]:
        """Return lines with area code and number as one.

        Args:
            lines: Texts without blanks around them.
            first: The number of the first line.

        Raises:
            ListError: Some lines of the list are in two columns and others are not.
        """
        if not self._is_asked:
            return lines
        return [self._joined(line, place) for place, line in enumerate(lines, first)]

    def _joined(self, line: str, place: int) -> str:
        pair = _PAIR.fullmatch(clean(line)) if line else None
        entry = line.partition("#")[0]
        if pair is None and not _DIGIT.search(entry):
            return line
        if self._are_pairs is None:
            self._are_pairs = pair is not None
        if self._are_pairs is not (pair is not None):
            raise ListError(
                f"{self._name}, line {place}: some lines are in two columns (area code and number)"
                " and others are not; bring the list to one form"
            )
        return line if pair is None else pair[1] + pair[2]


def area_column(header: Sequence[str], region: str) -> str | None:
    """Return the column of a header that holds area codes, where the region has them apart."""
    if region != _REGION:
        return None
    return next((column for column in header if name_key(column) in _AREA_COLUMNS), None)


def with_area(area: str, number: str) -> str:
    """Return a number behind its area code; a number that has its own stays as it is.

    >>> with_area("415", "555-0199"), with_area("415", "415 555 0199")
    ('415555-0199', '415 555 0199')
    """
    code, local = unwrapped(clean(area)), unwrapped(clean(number))
    return code + local if _AREA.fullmatch(code) and _LOCAL.fullmatch(local) else number
