"""What is asked of a do-not-disturb list, and the screen that several of them make.

Answers are exact: a false match would lose a lead, a missed one would break the law.
"""

import hashlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from suppression.number_pages import Int64s


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

    def listed(self, e164: Int64s, category: int | None = None) -> npt.NDArray[np.bool_]:
        """Say of each number (country code and national digits) whether it must not be called.

        Args:
            e164: the numbers.
            category: what the call is about, 1 to 8; None: whatever a number is blocked for counts.
        """
        ...


class Screen:
    """Several lists as one: a number is listed if it stands on any of them.

    >>> Screen([]).listed(np.array([919876512345])).tolist()
    [False]
    """

    def __init__(self, lists: Sequence[Listing], category: int | None = None) -> None:
        """Screen by lists.

        Args:
            lists: the lists.
            category: what the calls are about, 1 to 8; None: whatever a number is blocked for counts.
        """
        self.lists = tuple(lists)
        self._category = category
        self.version = _version_of([each.version for each in self.lists])

    @property
    def count(self) -> int:
        """How many entries the lists have in all; one on two lists counts twice."""
        return sum(each.count for each in self.lists)

    def listed(self, e164: Int64s) -> npt.NDArray[np.bool_]:
        """Say of each number (country code and national digits) whether it must not be called."""
        found = np.zeros(len(e164), dtype=np.bool_)
        for each in self.lists:
            found |= each.listed(e164, self._category)
        return found

    def now(self) -> "Screen":
        """The lists as they stand at this moment: these, which do not change."""
        return self


def _version_of(versions: Sequence[str]) -> str:
    """The version of several lists as one: of none it is empty, of one it is that list's own."""
    if len(versions) < 2:
        return "".join(versions)
    return hashlib.sha256("\n".join(sorted(versions)).encode()).hexdigest()[:16]
