"""The lists that are named for building: found, and opened through Beam's filesystems."""

import io
import stat
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import BinaryIO

from apache_beam.io.filesystems import FileSystems

from pipeline.command_line import is_utf8
from pipeline.faults import Faults
from suppression.building import BuildSource
from suppression.faults import ListError
from transforms.in_process import StopRequested, stop_requested, stopping_at_once
from transforms.read import NO_FILE, NO_FILESYSTEM, open_raw, reason_of

_PIECE_BYTES = 1 << 20


def find_sources(names: Sequence[str], faults: list[str]) -> list[BuildSource]:
    """The lists of some names and globs, each once, in their order.

    Args:
        names: a file that has such a name is meant, else those that it matches as a glob, in the order
            of their names.
        faults: is added to.
    """
    found: dict[str, BuildSource] = {}
    for name in names:
        for source in _sources(name, faults):
            found.setdefault(source.name, source)
    return list(found.values())


def is_at(source: BuildSource, path: Path) -> bool:
    """Whether a list is the file that has a path, by whatever name."""
    return "://" not in source.name and path.exists() and path.samefile(source.name)


def fetch(name: str, target: Path) -> None:
    """Bring a file of a bucket to this machine.

    Raises:
        Faults: it is not there.
        ListError: It cannot be read.
        OSError: There is no room for it.
    """
    faults: list[str] = []
    sources = find_sources([name], faults)
    if len(sources) > 1:
        faults.append(f"{name} matches {len(sources):,} files: name one of them")
    if faults:
        raise Faults(faults)
    with sources[0].open() as stream, target.open("xb") as file:
        while piece := stream.read(_PIECE_BYTES):
            file.write(piece)


def _sources(name: str, faults: list[str]) -> list[BuildSource]:
    try:
        if "://" not in name and Path(name).exists():
            return [_local(name)]
        matched = FileSystems.match([name])[0].metadata_list
    except OSError as error:
        faults.append(f"{name} cannot be read: {reason_of(error)}")
        return []
    except ValueError:
        faults.append(f"{name} cannot be read: {NO_FILESYSTEM}")
        return []
    if not matched:
        faults.append(f"{name} matches no file")
    files = []
    for each in sorted(matched, key=lambda metadata: str(metadata.path)):
        if not is_utf8(each.path):
            faults.append(f"{each.path} has a name that is no UTF-8 text: rename it")
            continue
        changed_secs = each.last_updated_in_seconds or None
        files.append(_source(each.path, each.size_in_bytes, changed_secs))
    return files


def _local(name: str) -> BuildSource:
    status = Path(name).stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError("it is a folder: name the files in it, as in 'FOLDER/*'")
    if not stat.S_ISREG(status.st_mode):
        raise OSError(NO_FILE)
    return _source(name, status.st_size, status.st_mtime)


def _source(name: str, size_bytes: int, changed_secs: float | None) -> BuildSource:
    return BuildSource(name, partial(_open, name), size_bytes, changed_secs)


def _open(name: str) -> AbstractContextManager["_ListBytes"]:
    try:
        return _ListBytes(name, open_raw(name))
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> ListError:
    return ListError(f"{name} cannot be read: {reason_of(error)}")


class _ListBytes(io.RawIOBase):
    """A list's own bytes, as they are stored: what goes wrong with reading them is said of the list.

    A stop is heard while a bucket or a share does not answer.
    """

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self._name = name
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        """Read on."""
        if stop_requested():
            raise StopRequested
        try:
            with stopping_at_once():
                return self._stream.read(size)
        except OSError as error:
            raise _unreadable(self._name, error) from error
        raise StopRequested

    def seek(self, place: int, whence: int = 0, /) -> int:
        """Go to a place."""
        return self._stream.seek(place, whence)

    def tell(self) -> int:
        """Say where one is."""
        return self._stream.tell()

    def seekable(self) -> bool:
        """Say whether one can go to any place."""
        return self._stream.seekable()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()
