"""How an index file is written, and how it is seen to be whole.

The file is a mark, the packed numbers with the tables that find them, a footer in JSON, and a tail
that says where the footer begins. Checksums cover all of it, and all of it is read once when it is
opened: what was cut short or altered on its way is refused, for a number that is missing would be
called.
"""

import json
import mmap
import struct
import zlib
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from suppression.faults import ListError
from suppression.number_pages import Tables

FORMAT: Final = 1
MARK: Final = b"\x89DNDi\r\n\x1a"
"""The first bytes of an index: none of a text, and altered by what alters line ends."""

_TAIL: Final = struct.Struct("<IIQ8s")
_ALIGN: Final = 8
_TYPES: Final = {
    "strays": "<i8",
    "stray_masks": "u1",
    "span_first": "<i8",
    "span_base": "<i8",
    "chunk_start": "<u4",
    "chunk_size": "<u4",
}


@dataclass(frozen=True, slots=True)
class IndexSource:
    """What an index was built from.

    Attributes:
        name: the file's name.
        size_bytes: its size.
        sha256: the hash of its bytes, as hexadecimal digits.
        changed_secs: when it was changed, seconds since 1970; None: that was not known.
    """

    name: str
    size_bytes: int
    sha256: str
    changed_secs: float | None


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What is known of an index.

    Attributes:
        format: the version of the file's format.
        version: a hash of the numbers and what they are blocked for: what has the same version has
            the same numbers.
        region: the region that numbers without a country code were taken for.
        count: how many numbers are listed.
        full: how many of them are blocked for every category.
        blocked: for each category from 1 to 8, how many are blocked for it.
        has_categories: whether a column of categories was read.
        date_secs: the list's own date, seconds since 1970; None: it has none.
        built_secs: when the index was built.
        sources: what it was built from.
        not_numbers: how many lines or rows held something that is no number.
        cleared: how many rows a scrub's verdict left off the list.
        not_numbers_file: the name of the file beside the index that has the lines without a number.
    """

    format: int
    version: str
    region: str
    count: int
    full: int
    blocked: tuple[int, ...]
    has_categories: bool
    date_secs: float | None
    built_secs: float
    sources: tuple[IndexSource, ...]
    not_numbers: int
    cleared: int
    not_numbers_file: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sections:
    """The tables of an index: of the numbers blocked for every category, and of the others."""

    full: dict[str, npt.NDArray[Any]]
    partial: dict[str, npt.NDArray[Any]]


def read_format(content: mmap.mmap, name: str) -> tuple[IndexInfo, Sections]:
    """Read what finds the numbers of an index, all of which is verified.

    Args:
        content: the file, which begins with the mark.
        name: what messages call it.

    Raises:
        ListError: It was cut short or altered, or is of another version's format.
    """
    footer, end = _footer(content, name)
    if footer.get("format") != FORMAT:
        raise ListError(
            f"{name} is an index of format {footer.get('format')}, and this program reads format"
            f" {FORMAT}; build it again from its sources"
        )
    with memoryview(content) as whole, whole[:end] as body:
        if zlib.crc32(body) != footer.get("body_crc32"):
            raise _damaged(name, "its checksum does not match")
    try:
        sections = footer["sections"]
        return _info(footer["info"]), Sections(
            full=_tables(content, sections["full"]), partial=_tables(content, sections["partial"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(name, "its footer lacks what it should hold") from error


def _tables(content: mmap.mmap, places: dict[str, Any]) -> dict[str, npt.NDArray[Any]]:
    return {
        table: np.frombuffer(content, kind, places[table][1], places[table][0])
        for table, kind in _TYPES.items()
    }


def _footer(content: mmap.mmap, name: str) -> tuple[dict[str, Any], int]:
    """The footer, and where the body ends."""
    if len(content) < len(MARK) + _TAIL.size:
        raise _damaged(name, "it is cut short")
    length, checksum, size_bytes, mark = _TAIL.unpack(content[-_TAIL.size :])
    end = len(content) - _TAIL.size - length
    if mark != MARK or size_bytes != len(content) or end < len(MARK):
        raise _damaged(name, "it is cut short, or something was added to it")
    text = content[end : end + length]
    if zlib.crc32(text) != checksum:
        raise _damaged(name, "the checksum of its footer does not match")
    try:
        footer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(name, "its footer cannot be read") from error
    if not isinstance(footer, dict):
        raise _damaged(name, "its footer lacks what it should hold")
    return footer, end


def _damaged(name: str, how: str) -> ListError:
    return ListError(f"{name} is a damaged index ({how}); fetch it again, or build it again")


def _info(fields: dict[str, Any]) -> IndexInfo:
    sources = tuple(IndexSource(**source) for source in fields["sources"])
    return IndexInfo(**{**fields, "sources": sources, "blocked": tuple(fields["blocked"])})


class IndexWriter:
    """Writes an index from its mark to its tail."""

    def __init__(self, file: BinaryIO) -> None:
        """Write to an empty file."""
        self._file = file
        self._at = 0
        self._checksum = 0
        self._put(MARK)

    def write(self, values: npt.NDArray[np.generic]) -> int:
        """Append an array, and say at which byte it begins."""
        at = self._at
        self._put(np.ascontiguousarray(values).view(np.uint8).data)
        return at

    def end(self, info: IndexInfo, *, full: Tables, partial: Tables) -> None:
        """Append the tables of both sets, the footer and the tail."""
        sections = {"full": self._tables(full), "partial": self._tables(partial)}
        footer = {
            "format": FORMAT,
            "body_crc32": self._checksum,
            "sections": sections,
            "info": asdict(info),
        }
        text = json.dumps(footer).encode()
        size_bytes = self._at + len(text) + _TAIL.size
        self._file.write(text)
        self._file.write(_TAIL.pack(len(text), zlib.crc32(text), size_bytes, MARK))

    def _tables(self, tables: Tables) -> dict[str, tuple[int, int]]:
        """Append tables; where each is, and how long."""
        return {
            table: (self._aligned(values.astype(_TYPES[table])), len(values))
            for table, values in tables.items()
        }

    def _aligned(self, values: npt.NDArray[np.generic]) -> int:
        self._put(bytes(-self._at % _ALIGN))
        return self.write(values)

    def _put(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._at += len(data)
        self._checksum = zlib.crc32(data, self._checksum)
