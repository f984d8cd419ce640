"""Lists kept in files, as the tests of the cache want them."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from records.peeking import ByteStream
from suppression.kept_lists import Stamp


@dataclass
class FilePlace:
    """The place of a file of this machine, which counts how often it is read.

    Attributes:
        path: the file.
        is_whole: whether nobody sees it half written, as with an object of a bucket.
        readings: how often it was opened.
        on_reading: is called each time, when it is open.
    """

    path: Path
    is_whole: bool = True
    readings: int = 0
    on_reading: Callable[[], None] = field(default=lambda: None)

    @property
    def name(self) -> str:
        return str(self.path)

    def stamp(self) -> Stamp:
        status = self.path.stat()
        text = f"{status.st_size} {status.st_mtime_ns} {status.st_ino}"
        written_secs = None if self.is_whole else status.st_ctime
        return Stamp(text, status.st_size, status.st_mtime, written_secs)

    @contextmanager
    def open(self) -> Iterator[ByteStream]:
        self.readings += 1
        with self.path.open("rb") as file:
            self.on_reading()
            yield file


def replaced(path: Path, content: bytes) -> None:
    """Put another file in the place of one, whole."""
    new = path.with_name("new")
    new.write_bytes(content)
    new.replace(path)


def touched(path: Path, secs: float) -> None:
    """Set when a file was changed."""
    os.utime(path, (secs, secs))
