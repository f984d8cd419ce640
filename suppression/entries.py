"""Gathering the numbers of a list, entry by entry."""

import re
from array import array
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from schemas.cell_text import clean, is_placeholder, unwrapped
from schemas.phones import PhoneReader
from suppression.faults import ListError
from suppression.plain_entries import PlainEntries, plain_entries

_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d*)?e[+-]?\d+", re.ASCII | re.IGNORECASE)
_DIGITS = re.compile(r"\d+", re.ASCII)
# What one number is spelled with, and in how many groups of digits at the most.
_ONE_NUMBER = re.compile(r"[\d ().-]+", re.ASCII)
_MOST_GROUPS = 6
# More than one number has, with its country code and prefixes: several run together.
_DIGITS_OF_TWO_NUMBERS = 18
_PIECES = re.compile(r"[/,;|\t]")


class Entries:
    """The numbers of one list, as they are found.

    Attributes:
        region: the region that numbers without a country code are of.
        not_numbers: how many lines or rows hold something that is no number.
        cleared: how many rows are said not to be listed.
    """

    def __init__(self, phones: PhoneReader, name: str) -> None:
        self.region = phones.region
        self._phones = phones
        self._name = name
        self._plain: PlainEntries | None = None
        self._numbers = array("q")
        self.not_numbers = 0
        self.cleared = 0

    def numbers(self) -> npt.NDArray[np.int64]:
        """Return the different numbers with their country codes, in order."""
        return np.unique(np.frombuffer(self._numbers, dtype=np.int64))

    def add(
        self,
        entries: Sequence[str],
        places: Sequence[int],
        otherwise: Callable[[str, int], bool] | None = None,
    ) -> set[int]:
        """Add the numbers of some entries, several in one entry too.

        Args:
            entries: texts without blanks around them.
            places: the number of the line or row that each comes from.
            otherwise: what is asked about an entry that is not a number as a whole; says whether
                it has been dealt with. By default its parts are added that are numbers.

        Returns:
            The places of the entries that hold no number, or more than numbers.

        Raises:
            ListError: An entry shows that a spreadsheet has cut off digits of a number, or holds the
                digits of one among other text.
        """
        unread = set()
        for index in self._add_plain(entries):
            entry, place = entries[index], places[index]
            if not self._add_read(entry) and not (otherwise or self.add_parts)(entry, place):
                unread.add(place)
        return unread

    def add_parts(self, entry: str, place: int) -> bool:
        """Add the parts of an entry that are numbers, and say whether all of them are."""
        parts = [part.strip() for part in _PIECES.split(entry)]
        filled = [part for part in parts if not is_placeholder(part)]
        for part in filled:
            self._refuse_lost_digits(part, place)
        unread = [part for part in filled if not self._add_read(part)]
        for part in unread:
            self._refuse_hidden_number(part, place)
        return bool(filled) and not unread

    def holds_number(self, text: str) -> bool:
        """Say whether a text is a number, without adding it."""
        return bool(self._phones.read_each(text))

    def _add_plain(self, entries: Sequence[str]) -> Sequence[int]:
        """Add the plain entries, and return the places of the others."""
        if self._plain is None:
            self._plain = plain_entries(self._phones, entries)
        if self._plain is None:
            return range(len(entries))
        numbers, others = self._plain.split(entries)
        self._numbers.frombytes(numbers.tobytes())
        return others

    def _add_read(self, entry: str) -> bool:
        found = self._phones.read_each(entry)
        self._numbers.extend(number.e164 for number in found)
        return bool(found)

    def _refuse_hidden_number(self, part: str, place: int) -> None:
        """Refuse a text that is no number and holds one: passed over, it would be called.

        A text of digits alone that is no number of any kind is not meant: no lead can have it.
        """
        text = clean(part)
        groups = [found.span() for found in _DIGITS.finditer(text)]
        for at, (start, end) in enumerate(groups):
            if end - start >= _DIGITS_OF_TWO_NUMBERS and len(set(text[start:end])) > 1:
                self._refuse(place)
            # One number's digits may stand apart, as in 98765 12345 (office).
            for _, stop in groups[at : at + _MOST_GROUPS]:
                run = text[start:stop]
                if not _ONE_NUMBER.fullmatch(run):
                    break
                if self.holds_number(run):
                    self._refuse(place)

    def _refuse(self, place: int) -> None:
        raise ListError(
            f"{self._name}, line {place}: it holds the digits of a number among other text, and"
            " cannot be read, so that number would be called; give the number alone, or begin the"
            " line with # if it is a comment"
        )

    def _refuse_lost_digits(self, part: str, place: int) -> None:
        if _SCIENTIFIC.fullmatch(unwrapped(clean(part))):
            raise ListError(
                f"{self._name}, line {place}: a spreadsheet has cut off the last digits of a "
                "number (as in 9.8E+09); format the column as text and export the list again"
            )
