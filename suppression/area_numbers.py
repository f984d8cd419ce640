"""Lists of the United States in two columns: the area code in one, the number in the other.

The national registry's flat files are such. A line read by its second column alone would hide the
number that it lists, so either every line is joined or the list is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from schemas.cell_text import clean, unwrapped
from schemas.names import name_key
from schemas.plain_phones import as_mask
from suppression.faults import ListError
from suppression.list_dates import without_dates

_REGION = "US"
_PAIR = re.compile(r'"?(\d{3})"?\s*[,;|\t]\s*"?(\d{3}[-. ]?\d{4})"?', re.ASCII)
_AREA = re.compile(r"\d{3}", re.ASCII)
_LOCAL = re.compile(r"\d{3}[-. ]?\d{4}", re.ASCII)
_DIGIT = re.compile(r"\d")
_DIGITS_OF_A_NUMBER = 7
_AREA_COLUMNS = frozenset({"area", "areacode", "npa"})
# The same by column: what all lines of a flat file are, and what no line of another list is like.
_PLAIN_PAIR = r"^[0-9]{3},[0-9]{7}$"
_LIKE_A_PAIR = r"^\W*[0-9]{3}\W*[,;|\t]"
_ENTRY = r"^[^#]*\p{Nd}"


@dataclass(frozen=True, slots=True, eq=False)
class JoinedLines:
    """Lines of a list whose area codes and numbers, if they stood apart, are joined.

    Attributes:
        lines: the lines.
        are_pairs: whether they stood apart.
    """

    lines: pa.Array
    are_pairs: bool


def joined_column(lines: pa.Array, region: str) -> JoinedLines | None:
    """Join the lines of a list by column, if one look tells whether they are in two columns.

    Returns:
        None where they must be looked at one by one, by `PairedLines`.
    """
    if region != _REGION:
        return JoinedLines(lines, are_pairs=False)
    pairs = as_mask(pc.match_substring_regex(lines, _PLAIN_PAIR))
    if len(pairs) and pairs.all():
        return JoinedLines(pc.replace_substring(lines, ",", "", max_replacements=1), are_pairs=True)
    like = as_mask(pc.match_substring_regex(lines, _LIKE_A_PAIR))
    entries = as_mask(pc.match_substring_regex(lines, _ENTRY))
    is_clear = entries.any() and not like.any() and pc.all(pc.string_is_ascii(lines)).as_py()
    return JoinedLines(lines, are_pairs=False) if is_clear else None


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

    def expect(self, *, are_pairs: bool, place: int) -> None:
        """Hear of lines that are in two columns, or not.

        Raises:
            ListError: Those before were otherwise.
        """
        if not self._is_asked:
            return
        if self._are_pairs is None:
            self._are_pairs = are_pairs
        if self._are_pairs is not are_pairs:
            raise ListError(
                f"{self._name}, line {place}: some lines are in two columns (area code and number)"
                " and others are not; bring the list to one form"
            )

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
        digits = len(_DIGIT.findall(without_dates(entry)))
        if pair is None and digits < _DIGITS_OF_A_NUMBER:
            return line  # a title or a total
        self.expect(are_pairs=pair is not None, place=place)
        return line if pair is None else pair[1] + pair[2]


def with_area_line(line: str, region: str) -> str:
    """Return a line with area code and number as one, where it has them in two columns.

    >>> with_area_line("415,5550199", "US"), with_area_line("415,5550199", "IN")
    ('4155550199', '415,5550199')
    """
    pair = _PAIR.fullmatch(line) if region == _REGION else None
    return line if pair is None else pair[1] + pair[2]


def area_column(header: Sequence[str], region: str) -> str | None:
    """Return the column of a header that holds area codes, where the region has them apart."""
    if region != _REGION:
        return None
    return next((column for column in header if name_key(column) in _AREA_COLUMNS), None)


def with_area_column(areas: pa.Array, numbers: pa.Array) -> pa.Array:
    """The same for columns, of cells without blanks around; null where a row is not that plain."""
    joined = pc.binary_join_element_wise(areas, numbers, "")
    is_plain = pc.and_(
        pc.match_substring_regex(areas, r"^[0-9]{3}$"),
        pc.match_substring_regex(numbers, r"^[0-9]{3}[-. ]?[0-9]{4}$"),
    )
    return pc.if_else(is_plain, joined, None)


def with_area(area: str, number: str) -> str:
    """Return a number behind its area code; a number that has its own stays as it is.

    >>> with_area("415", "555-0199"), with_area("415", "415 555 0199")
    ('415555-0199', '415 555 0199')
    """
    code, local = unwrapped(clean(area)), unwrapped(clean(number))
    return code + local if _AREA.fullmatch(code) and _LOCAL.fullmatch(local) else number
