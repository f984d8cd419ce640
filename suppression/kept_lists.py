"""What a list is known by: its place, the stamp of the file there, and the version that was opened."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from records.peeking import ByteStream
from suppression.index_file import IndexFile

_SETTLES_SECS: Final = 2.0
"""Within this time a file may change twice under one stamp, and whoever writes it may not be done."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is known of a file without reading it.

    Attributes:
        text: everything by which another version of the file is another file.
        size_bytes: its size.
        changed_secs: when it was changed, seconds since 1970; None: nobody says.
        written_secs: when its filesystem last saw it written, where a file may be seen half written;
            None: only whole versions are seen.
    """

    text: str
    size_bytes: int
    changed_secs: float | None
    written_secs: float | None

    def is_settled(self, now_secs: float) -> bool:
        """Say whether the file is whole, and another version of it would have another stamp.

        >>> Stamp("", 1, None, written_secs=100.0).is_settled(101.0)
        False
        """
        return self.written_secs is None or abs(now_secs - self.written_secs) >= _SETTLES_SECS


class Place(Protocol):
    """Where the operator keeps a list."""

    @property
    def name(self) -> str:
        """Its name, for messages."""
        ...

    def stamp(self) -> Stamp:
        """Return what is known of the file there.

        Raises:
            OSError: There is none, or it cannot be asked for.
        """
        ...

    def open(self) -> AbstractContextManager[ByteStream]:
        """Open the file there, as it is stored.

        Raises:
            OSError: It cannot be opened or, later, read.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class KeptList:
    """One version of a list, opened.

    Attributes:
        index: its numbers.
        stamp: that of the file it was taken from.
        is_settled: whether that stamp tells it from every other version.
    """

    index: IndexFile
    stamp: Stamp
    is_settled: bool

    @property
    def dated_secs(self) -> float | None:
        """Of when it is, seconds since 1970: its own date, else the file's; None: nobody says."""
        own = self.index.info.date_secs
        return self.stamp.changed_secs if own is None else own
