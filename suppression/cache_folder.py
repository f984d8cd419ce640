"""The folder on this machine where lists are kept as index files, for their user alone.

Several processes share it. What is written there is made in a workplace and renamed when it is whole;
nothing is ever written into a file that has its name, as another process may have it mapped.
"""

import contextlib
import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from suppression.cache_location import unusable

_UNUSED_SECS = 30 * 86_400.0
# What a process that was killed has left under way; nothing takes that long.
_LEFT_SECS = 86_400.0
# What the entries may take together, but for those of the last day.
_MOST_BYTES = 4 << 30
_ENTRY, _MEMO, _LOCK, _WORK = ".dnd", ".memo", ".lock", ".work"
_KEPT = (_ENTRY, _MEMO)
_KEY = re.compile("[0-9a-f]{64}")


class CacheFolder:
    """What is kept in the folder: entries by their keys, and by memos what stamps they had."""

    def __init__(self, path: Path) -> None:
        """Keep it in `path`, which is there."""
        self._path = path

    def entry(self, key: str) -> Path:
        """Where the index file of a key is, or is to be."""
        return self._path / f"{key}{_ENTRY}"

    def recall(self, memo: str) -> str | None:
        """The key that is remembered under a memo's name; None: there is no such memo."""
        path = self._path / f"{memo}{_MEMO}"
        try:
            os.utime(path)
            key = path.read_text("ascii")
        except (OSError, ValueError):
            return None
        return key if _KEY.fullmatch(key) else None

    def remember(self, memo: str, key: str, workplace: Path) -> None:
        """Keep a key under a memo's name, if that can be: else the list is read again.

        Args:
            memo: the name.
            key: the key.
            workplace: a folder to make it in.
        """
        new = workplace / memo
        with contextlib.suppress(OSError):
            new.write_text(key, "ascii")
            new.replace(self._path / f"{memo}{_MEMO}")

    def note_used(self, key: str) -> None:
        """Note that an entry was used, which keeps it."""
        with contextlib.suppress(OSError):
            os.utime(self.entry(key))

    def forget(self, key: str) -> None:
        """Remove an entry that is no good."""
        self.entry(key).unlink(missing_ok=True)

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Have something to oneself, among all threads and processes of this machine.

        Raises:
            CacheUnusable: the folder cannot be written, or its filesystem has no locks.
        """
        path = self._path / f"{name}{_LOCK}"
        descriptor = self._lock(path)
        try:
            yield
        finally:
            # Whoever waits for it sees that it has gone, and makes another.
            with contextlib.suppress(OSError):
                path.unlink()
            os.close(descriptor)

    def _lock(self, path: Path) -> int:
        """Lock the file of that name, which whoever had it before has removed meanwhile."""
        while True:
            with self.writing():
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                with self.writing():
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
                if _is_named(path, descriptor):
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    @contextmanager
    def workplace(self, name: str) -> Iterator[Path]:
        """An empty folder to make an entry in, for whoever has the lock of that name.

        Raises:
            CacheUnusable: the folder cannot be written.
        """
        path = self._path / f"{name}{_WORK}"
        with self.writing():
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(mode=0o700)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)

    def see_room(self, size_bytes: int) -> None:
        """See that there is room for a file; a disk that is filled up would end more than this.

        Raises:
            CacheUnusable: there is none.
        """
        with self.writing():
            if shutil.disk_usage(self._path).free < size_bytes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Say of a failure inside that it is the folder that cannot be written.

        Raises:
            CacheUnusable: in place of an OSError.
        """
        try:
            yield
        except OSError as error:
            raise unusable(self._path, error.strerror) from error

    def sweep(self, now_secs: float) -> None:
        """Remove what nobody has used for long, and what was left under way.

        Where a file is mapped its pages stay, though its name goes.

        Args:
            now_secs: the present moment, seconds since 1970.
        """
        room = _MOST_BYTES
        for path, size_bytes, used_secs in sorted(self._found(), key=lambda each: -each[2]):
            room -= size_bytes
            unused_secs = now_secs - used_secs
            is_needed = unused_secs < _UNUSED_SECS and room > 0 and path.suffix in _KEPT
            if unused_secs < _LEFT_SECS or is_needed:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _found(self) -> Iterator[tuple[Path, int, float]]:
        """What is in the folder: its size, and when it was last used."""
        with self.writing():
            paths = list(self._path.iterdir())
        for path in paths:
            # Another process may remove it at any moment.
            with contextlib.suppress(FileNotFoundError):
                status = path.lstat()
                yield path, status.st_size, status.st_mtime


def _is_named(path: Path, descriptor: int) -> bool:
    """Whether a file still has its name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
