"""A do-not-disturb list, and the screen that several of them make.

The numbers are held sorted, with their country codes, so that a match is exact: a false one would
lose a lead, a missed one would break the law. A list of national size can stand behind the same
`Listing` as a map of a file.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from records.foreign import ForeignFile, foreign_file
from records.layout import HEAD_BYTES
from records.opening import open_text
from records.peeking import ByteStream, DamagedStream, Peekable
from records.zip_file import NotOneFile
from schemas.lead_schema import default_lead_schema
from schemas.phones import PhoneReader
from suppression.entries import Entries
from suppression.faults import ListError
from suppression.table_lists import TableList, table_layout
from suppression.text_lists import TextList

__all__ = ["ListError", "Listing", "Screen", "SuppressionList", "open_list"]


class Listing(Protocol):
    """What can be asked about numbers, a block at a time."""

    @property
    def version(self) -> str:
        """What is known by this name has the same numbers on it, always."""
        ...

    @property
    def count(self) -> int:
        """How many numbers are listed."""
        ...

    def __str__(self) -> str:
        """Name the list and say how long it is, for the operator."""
        ...

    def listed(self, e164: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Say of each number (country code and national digits) whether it is listed."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SuppressionList:
    """One list in memory, eight bytes a number.

    Attributes:
        name: its file's name.
        numbers: the numbers with country codes, each once, in order.
        not_numbers: how many lines or rows held something that is no number.
        cleared: how many rows a scrub's verdict leaves off the list.
        version: a hash of the numbers.
    """

    name: str
    numbers: npt.NDArray[np.int64]
    not_numbers: int
    cleared: int
    version: str

    @property
    def count(self) -> int:
        """How many numbers are listed."""
        return len(self.numbers)

    def __str__(self) -> str:
        """Name the list and say how long it is, and what in it was passed over."""
        parts = [f"{self.name}, {self.count:,} numbers"]
        if self.not_numbers:
            parts.append(f"{self.not_numbers:,} lines that hold no number")
        if self.cleared:
            parts.append(f"{self.cleared:,} rows that are clear by their verdict")
        return "; ".join(parts)

    def listed(self, e164: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Say of each number (country code and national digits) whether it is listed."""
        if not self.count:
            return np.zeros(len(e164), dtype=np.bool_)
        places = np.searchsorted(self.numbers, e164)
        found: npt.NDArray[np.bool_] = self.numbers[np.minimum(places, self.count - 1)] == e164
        return found


class Screen:
    """Several lists as one: a number is listed if it stands on any of them.

    >>> Screen([]).listed(np.array([919876512345])).tolist()
    [False]
    """

    def __init__(self, lists: Sequence[Listing]) -> None:
        self.lists = tuple(lists)
        self.version = _version_of([each.version for each in self.lists])

    @property
    def count(self) -> int:
        """How many entries the lists have in all; one on two lists counts twice."""
        return sum(each.count for each in self.lists)

    def listed(self, e164: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Say of each number (country code and national digits) whether it is listed."""
        found = np.zeros(len(e164), dtype=np.bool_)
        for each in self.lists:
            found |= each.listed(e164)
        return found

    def now(self) -> "Screen":
        """The lists as they stand at this moment: these, which do not change."""
        return self


def _version_of(versions: Sequence[str]) -> str:
    """The version of several lists as one: of none it is empty, of one it is that list's own."""
    if len(versions) < 2:
        return "".join(versions)
    return hashlib.sha256("\n".join(sorted(versions)).encode()).hexdigest()[:16]


def open_list(
    stream: ByteStream, *, name: str, phones: PhoneReader, allow_empty: bool
) -> SuppressionList:
    """Read a list: one number a line, or CSV with a header; packed or not.

    Args:
        stream: the file's own bytes, as stored. It stays the caller's to close.
        name: the file's name, for messages.
        phones: the reader of numbers; it gives the region of those without a country code.
        allow_empty: whether a list may hold nothing but blank lines, comments or a header.

    Raises:
        ListError: It is no list, or one that must not be relied on.
    """
    try:
        text = open_text(stream)
    except NotOneFile as e:
        raise ListError(_no_list(name, e.kind)) from e
    try:
        return _read_list(text, name, phones, allow_empty=allow_empty)
    except DamagedStream as e:
        raise ListError(f"{name} is damaged ({e}); fetch it again") from e


def _read_list(
    text: Peekable, name: str, phones: PhoneReader, *, allow_empty: bool
) -> SuppressionList:
    schema = default_lead_schema()
    head = text.peek(HEAD_BYTES)
    foreign = foreign_file(head)
    if foreign is not None:
        raise ListError(_no_list(name, foreign))
    entries = Entries(phones, name)
    layout = table_layout(head, schema)
    rows = TextList(entries, name) if layout is None else TableList(entries, name, layout, schema)
    rows.read(text)
    numbers = entries.numbers()
    if not len(numbers) and not entries.cleared:
        _refuse_empty(name, is_bare=rows.is_bare, allow_empty=allow_empty)
    version = hashlib.sha256(numbers.astype("<i8").tobytes()).hexdigest()[:16]
    return SuppressionList(name, numbers, entries.not_numbers, entries.cleared, version)


def _no_list(name: str, kind: ForeignFile) -> str:
    return (
        f"{name} is {kind.what}, not a list of numbers; {kind.remedy}, or "
        "fetch the list in its flat form, one number a line"
    )


def _refuse_empty(name: str, *, is_bare: bool, allow_empty: bool) -> None:
    if not is_bare:
        raise ListError(
            f"{name} holds text and no phone number, so it is no list; give one number a line, or "
            "CSV with a column PhoneNumber"
        )
    if not allow_empty:
        raise ListError(
            f"{name} holds no phone number; if nobody is to be screened out by it, leave it out "
            "or give --dnd_allow_empty"
        )
