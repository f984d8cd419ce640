"""Zip archives of exactly one file: that file is what was sent; the rest is what packers add."""

import errno
import io
import zipfile
import zlib
from collections.abc import Sequence
from typing import Final, Protocol

from records.foreign import ForeignFile, office_beginning, office_document
from records.peeking import ByteStream, CorruptStream

ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06")
"""How a zip archive begins."""

_START_BYTES: Final = 4
_ENCRYPTED: Final = 1
_UNPACK: Final = "unpack it first"
_LOOK_BYTES: Final = 64 * 1024


class NotOneFile(Exception):
    """A zip archive that does not hold one file that can be read.

    Attributes:
        kind: what it is, and the remedy.
    """

    def __init__(self, kind: ForeignFile) -> None:
        super().__init__(f"{kind.what}; {kind.remedy}")
        self.kind = kind


class SeekableStream(Protocol):
    """A file's own bytes, in which one can go to any place."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes."""
        ...

    def seek(self, place: int, whence: int = 0, /) -> int:
        """Go to a place."""
        ...

    def tell(self) -> int:
        """Return the place."""
        ...


def open_zip(raw: ByteStream) -> ByteStream | None:
    """Open the one file in a zip archive; None: the stream is something else, and not read from.

    Args:
        raw: the archive's own bytes. Its directory is at its end, so a stream that cannot be sought
            in is none.

    Raises:
        NotOneFile: It does not hold exactly one file that can be read.
    """
    if not isinstance(raw, io.IOBase) or not raw.seekable():
        return None
    start = raw.read(_START_BYTES)
    raw.seek(0)
    return _Unzipped(raw) if start.startswith(ZIP_STARTS) else None


class _Unzipped:
    """The bytes of the one file in an archive; what it holds is checked by its checksum."""

    def __init__(self, raw: SeekableStream) -> None:
        try:
            archive = zipfile.ZipFile(raw)
            only = _only(archive.infolist())
            self._content = archive.open(only)
        except (zipfile.BadZipFile, EOFError, ValueError, UnicodeDecodeError) as e:
            raise NotOneFile(_damaged(raw)) from e
        except OSError as e:
            # A directory that has moved sends the reader to a place before the file's beginning.
            if e.errno != errno.EINVAL:
                raise
            raise NotOneFile(_damaged(raw)) from e
        except NotImplementedError as e:
            raise NotOneFile(ForeignFile(f"a zip archive ({e})", _UNPACK)) from e
        self._given = 0

    def read(self, size: int, /) -> bytes:
        try:
            data = self._content.read(size)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as e:
            raise CorruptStream(
                f"the zip data is corrupt after {self._given:,} unpacked bytes"
            ) from e
        self._given += len(data)
        return data


def _damaged(raw: SeekableStream) -> ForeignFile:
    """Say what an archive is whose directory cannot be read, or is not there."""
    raw.seek(0)
    office = office_beginning(raw.read(_LOOK_BYTES))
    return office or ForeignFile("a zip archive that is cut off or damaged", "fetch it again")


def _only(entries: Sequence[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """Return the one file; folders and what macOS adds are none."""
    names = [entry.filename for entry in entries]
    office = office_document(names)
    if office is not None:
        raise NotOneFile(office)
    files = [entry for entry in entries if not _is_extra(entry)]
    if len(files) != 1:
        what = f"of {len(files):,} files" if files else "without any file in it"
        raise NotOneFile(ForeignFile(f"a zip archive {what}", _UNPACK))
    if files[0].flag_bits & _ENCRYPTED:
        raise NotOneFile(ForeignFile("an encrypted zip archive", f"{_UNPACK}, with its password"))
    return files[0]


def _is_extra(entry: zipfile.ZipInfo) -> bool:
    # `ZipInfo.is_dir` breaks on an empty name.
    parts = entry.filename.split("/")
    return parts[-1] in ("", ".DS_Store") or parts[0] == "__MACOSX"
