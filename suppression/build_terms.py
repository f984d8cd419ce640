"""What an index is built from, and how that is read."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from records.peeking import ByteStream
from suppression.categories import Categories

Watch = Callable[[str, int, int], None]
"""Is told, about every piece, the source that is read, the bytes read of all, the numbers found."""


def nobody_watches(_name: str, _read_bytes: int, _numbers: int) -> None:
    """Watch nothing."""


@dataclass(frozen=True, slots=True)
class BuildSource:
    """A file that an index is built from.

    Attributes:
        name: its name, for messages.
        open: gives its own bytes, as stored.
        size_bytes: its size.
        changed_secs: when it was changed, seconds since 1970; it dates a list that has no date of
            its own. None: nothing does.
    """

    name: str
    open: Callable[[], AbstractContextManager[ByteStream]]
    size_bytes: int
    changed_secs: float | None


@dataclass(frozen=True, slots=True)
class BuildTerms:
    """How lists are read.

    Attributes:
        region: the region of numbers without a country code.
        column: the name of the column of numbers; None: by the names that it may have.
        category_column: the same of the column of categories.
        categories: what a column of categories says.
        allow_empty: whether a list may hold no number.
        date_secs: the date of the whole; None: that of its oldest source.
        not_numbers: where the lines without a number are written, if there are any; None: nowhere.
    """

    region: str
    column: str | None = None
    category_column: str | None = None
    categories: Categories = Categories.IGNORED
    allow_empty: bool = False
    date_secs: float | None = None
    not_numbers: Path | None = None
