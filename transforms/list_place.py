"""Where a list is kept, by Beam's filesystems: on this machine, or in a bucket."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from apache_beam.io.filesystem import BeamIOError, FileSystem
from apache_beam.io.filesystems import FileSystems

from dialer.bucket_client import SCHEMES
from records.peeking import ByteStream
from suppression.kept_lists import Stamp
from transforms.read import NO_FILESYSTEM, open_raw

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class ListPlace:
    """The place of one list.

    Attributes:
        name: the file's name, as Beam's filesystems have it.
    """

    name: str

    def stamp(self) -> Stamp:
        """What is known of the file without reading it.

        Raises:
            OSError: it is not there, or cannot be asked for.
        """
        if "://" in self.name:
            return _asked(lambda: _stamp_elsewhere(self.name))
        status = Path(self.name).stat()
        times = (status.st_mtime_ns, status.st_ctime_ns)
        parts = (Path(self.name).absolute(), status.st_size, *times, status.st_dev, status.st_ino)
        text = "\0".join(map(str, parts))
        return Stamp(text, status.st_size, status.st_mtime, written_secs=status.st_ctime)

    @contextmanager
    def open(self) -> Iterator[ByteStream]:
        """Open the file, as it is stored.

        Raises:
            OSError: it cannot be opened or read.
        """
        with _asked(lambda: open_raw(self.name)) as raw:
            yield _Readable(raw)


@dataclass(frozen=True, slots=True)
class _Readable:
    """A stream that fails with an OSError, whatever its filesystem raises."""

    raw: BinaryIO

    def read(self, size: int, /) -> bytes:
        return _asked(lambda: self.raw.read(size))


def _stamp_elsewhere(name: str) -> Stamp:
    try:
        filesystem = FileSystems.get_filesystem(name)
    except ValueError as error:
        raise OSError(NO_FILESYSTEM) from error
    try:
        found = filesystem.metadata(name)
    except BeamIOError:
        if not filesystem.exists(name):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from None
        raise
    checksum = _checksum(filesystem, name)
    changed_secs = found.last_updated_in_seconds or None
    text = "\0".join(map(str, (name, found.size_in_bytes, changed_secs, checksum)))
    # An object of a bucket is never seen half written.
    is_object = checksum is not None and name.partition("://")[0] in SCHEMES
    written_secs = None if is_object else changed_secs
    return Stamp(text, found.size_in_bytes, changed_secs, written_secs)


def _checksum(filesystem: FileSystem, name: str) -> str | None:
    """The checksum of a file, where its filesystem has one."""
    try:
        return filesystem.checksum(name) or None
    except (OSError, NotImplementedError):
        return None


def _asked(ask: Callable[[], _Result]) -> _Result:
    """Ask a filesystem; each one's client has failures of its own, of many types."""
    try:
        return ask()
    except OSError:
        raise
    except Exception as error:
        raise OSError(errno.EIO, f"its filesystem failed: {type(error).__name__}") from error
