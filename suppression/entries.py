"""Gathering the numbers of a list, entry by entry."""

import re
from collections.abc import Callable, Collection
from itertools import pairwise
from typing import Protocol

import numpy as np
import pyarrow as pa

from schemas.cell_text import clean, is_placeholder, unwrapped
from schemas.phones import PhoneReader
from suppression.categories import FULL
from suppression.faults import ListError
from suppression.list_dates import without_dates
from suppression.number_pages import Int64s, Masks
from suppression.plain_entries import PlainEntries, ReadEntries

_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d*)?e[+-]?\d+", re.ASCII | re.IGNORECASE)
_SCIENTIFIC_INSIDE = re.compile(
    r"(?<![\w.,])\d[.,]\d+ ?e ?\+ ?\d{1,2}(?!\w)", re.ASCII | re.IGNORECASE
)
_DIGITS = re.compile(r"\d+", re.ASCII)
_SPLIT_RUN = re.compile(r"\d[\d ]*(?:[/_*\\~][\d ]*\d)+", re.ASCII)
_NO_LETTERS = re.compile(r"[\d\W_]+")
# What one number is spelled with, and in how many groups of digits at the most.
_ONE_NUMBER = re.compile(r"[\d ().-]+", re.ASCII)
_MOST_GROUPS = 6
# More than one number has, with its country code and prefixes: several run together.
_DIGITS_OF_TWO_NUMBERS = 18
_PIECES = re.compile(r"[/,;|\t]")


class EntrySink(Protocol):
    """Takes what is found in a list."""

    def add(self, numbers: Int64s, masks: Masks | None = None) -> None:
        """Take numbers, with the masks of what they are blocked for; None: everything."""
        ...

    def pass_over(self, name: str, place: int, text: str) -> None:
        """Take the text of a line or row without a number, and where it stands."""
        ...


class Entries:
    """The numbers of one list, as they are found.

    Attributes:
        name: the list's name, for messages.
        region: the region that numbers without a country code are of.
        not_numbers: how many lines or rows hold something that is no number.
        cleared: how many rows are said not to be listed.
    """

    def __init__(self, phones: PhoneReader, name: str, sink: EntrySink) -> None:
        """Gather the numbers of a list.

        Args:
            phones: the reader of numbers.
            name: the list's name, for messages.
            sink: where they go.
        """
        self.region = phones.region
        self._phones = phones
        self._plain = PlainEntries.of(phones)
        self.name = name
        self._sink = sink
        self.not_numbers = 0
        self.cleared = 0

    def read_plain(self, entries: pa.Array) -> ReadEntries:
        """Read those of some texts that are plainly a number, without adding them."""
        if self._plain is None:
            return ReadEntries(np.zeros(0, np.int64), np.zeros(len(entries), np.bool_))
        return self._plain.read(entries)

    def add_numbers(self, numbers: Int64s, masks: Masks | None = None) -> None:
        """Add numbers that were read, with the masks of what they are blocked for."""
        self._sink.add(numbers, masks)

    def add(
        self,
        entry: str,
        place: int,
        mask: int = FULL,
        otherwise: Callable[[str, int], bool] | None = None,
    ) -> bool:
        """Add the numbers of an entry, several if it has them.

        Args:
            entry: a text without blanks around it.
            place: the number of the line or row that it comes from.
            mask: what its numbers are blocked for.
            otherwise: what is asked about an entry that is not a number as a whole; says whether
                it has been dealt with. By default its parts are added that are numbers.

        Returns:
            Whether it holds numbers, and nothing else.

        Raises:
            ListError: It shows that a spreadsheet has cut off digits of a number, or holds the
                digits of one among other text.
        """
        if self._add_read(entry, mask):
            return True
        return otherwise(entry, place) if otherwise else self.add_parts(entry, place, mask)

    def add_parts(self, entry: str, place: int, mask: int = FULL) -> bool:
        """Add the parts of an entry that are numbers, and say whether all of them are."""
        parts = [part.strip() for part in _PIECES.split(entry)]
        filled = [part for part in parts if not is_placeholder(part)]
        for part in filled:
            self._refuse_lost_digits(part, place)
        unread = [part for part in filled if not self._add_read(part, mask)]
        if unread and (
            self._is_split_number(entry, unread) or any(map(self._hides_number, unread))
        ):
            self._refuse(place)
        return bool(filled) and not unread

    def refuse_numbers(self, entry: str, place: int, what: str) -> None:
        """Refuse an entry that holds a number, whole or hidden, which must not be passed over.

        Args:
            entry: a text without blanks around it.
            place: the number of the line that it comes from.
            what: what is wrong with it.

        Raises:
            ListError: It holds one.
        """
        parts = [entry, *_PIECES.split(entry)]
        for part in parts:
            self._refuse_lost_digits(part, place)
            if self.holds_number(part) or self._hides_number(part):
                raise ListError(f"{self.name}, line {place}: {what}")
        if self._is_split_number(entry, parts):
            raise ListError(f"{self.name}, line {place}: {what}")

    def pass_over(self, place: int, text: str) -> None:
        """Count a line or row without a number."""
        self.not_numbers += 1
        self._sink.pass_over(self.name, place, text)

    def holds_number(self, text: str) -> bool:
        """Say whether a text is a number, without adding it."""
        return bool(self._phones.read_each(text))

    def _add_read(self, entry: str, mask: int) -> bool:
        found = self._phones.read_each(entry)
        if found:
            numbers = np.array([number.e164 for number in found], np.int64)
            self._sink.add(numbers, np.full(len(found), mask, np.uint8))
        return bool(found)

    def _is_split_number(self, entry: str, unread: Collection[str]) -> bool:
        """Whether parts of a text, of which some are no numbers, are one number if put together."""
        text = without_dates(clean(entry))
        runs = [text] if _NO_LETTERS.fullmatch(text) else _SPLIT_RUN.findall(text)
        if any(self.holds_number("".join(_DIGITS.findall(run))) for run in runs):
            return True
        parts = [part.strip() for part in _PIECES.split(text)]
        return any(
            (one in unread or other in unread)
            and _ONE_NUMBER.fullmatch(one.removeprefix("+"))
            and _ONE_NUMBER.fullmatch(other)
            and self.holds_number(f"{one} {other}")
            for one, other in pairwise(parts)
        )

    def _hides_number(self, part: str) -> bool:
        """Whether a text that is no number holds one.

        A text of digits alone that is no number of any kind is not meant: no lead can have it.
        """
        text = without_dates(clean(part))
        groups = [found.span() for found in _DIGITS.finditer(text)]
        for at, (start, end) in enumerate(groups):
            if end - start >= _DIGITS_OF_TWO_NUMBERS and len(set(text[start:end])) > 1:
                return True
            # One number's digits may stand apart, as in 98765 12345 (office).
            for _, stop in groups[at : at + _MOST_GROUPS]:
                run = text[start:stop]
                if not _ONE_NUMBER.fullmatch(run):
                    break
                if self.holds_number(run):
                    return True
        return False

    def _refuse(self, place: int) -> None:
        raise ListError(
            f"{self.name}, line {place}: it holds the digits of a number among other text, and"
            " cannot be read, so that number would be called; give the number alone, or begin the"
            " line with # if it is a comment"
        )

    def _refuse_lost_digits(self, part: str, place: int) -> None:
        text = unwrapped(clean(part))
        if _SCIENTIFIC.fullmatch(text) or _SCIENTIFIC_INSIDE.search(text):
            raise ListError(
                f"{self.name}, line {place}: a spreadsheet has cut off the last digits of a "
                "number (as in 9.8E+09); format the column as text and export the list again"
            )
