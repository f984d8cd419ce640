"""Index files: a do-not-disturb list of any length as one file that is mapped, not read.

The file is a mark, the packed numbers with their tables, a footer in JSON, and a tail that says where
the footer begins. Checksums cover all of it, and all of it is read once when it is opened: what was
cut short or altered on its way is refused, for a number that is missing would be called.
"""

from __future__ import annotations

import json
import mmap
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from suppression.categories import FULL
from suppression.faults import ListError
from suppression.number_pages import Int64s, Masks, NumberPages, Tables

FORMAT: Final = 1
MARK: Final = b"\x89DNDi\r\n\x1a"
"""The first bytes of an index: none of a text, and altered by what alters line ends."""

MARK_BYTES: Final = len(MARK)

_TAIL: Final = struct.Struct("<IIQ8s")
_ALIGN: Final = 8
_WHOLE: Final = "full"
_PART: Final = "partial"
_TYPES: Final = {
    "strays": "<i8",
    "stray_masks": "u1",
    "span_first": "<i8",
    "span_base": "<i8",
    "chunk_start": "<u4",
    "chunk_size": "<u4",
}
_Sections = Mapping[str, Mapping[str, npt.NDArray[Any]]]


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


class IndexFile:
    """An index that is open: a `Listing` whose numbers are pages of a file, shared by processes.

    Attributes:
        name: the list's name, for messages.
        info: what is known of it.
        size_bytes: the file's size.
    """

    def __init__(self, name: str, info: IndexInfo, content: mmap.mmap, tables: _Sections) -> None:
        self.name = name
        self.info = info
        self.size_bytes = len(content)
        bytes_ = np.frombuffer(content, np.uint8)
        self._whole = _pages(tables[_WHOLE], bytes_, has_masks=False)
        self._part = _pages(tables[_PART], bytes_, has_masks=True)

    @property
    def version(self) -> str:
        """What is known by this name has the same numbers on it, always."""
        return self.info.version

    @property
    def count(self) -> int:
        """How many numbers are listed."""
        return self.info.count

    def __str__(self) -> str:
        """Name the list, say how long it is, and what was passed over."""
        numbers = f"{self.count:,} number{'s' * (self.count != 1)}"
        parts = [f"{self.name}: {numbers}, version {self.version}"]
        if self.info.not_numbers:
            parts.append(f"{self.info.not_numbers:,} lines that hold no number")
        if self.info.cleared:
            parts.append(f"{self.info.cleared:,} rows that are clear by their verdict")
        return "; ".join(parts)

    def listed(
        self, e164: pa.Int64Array | npt.NDArray[np.int64], category: int | None = None
    ) -> npt.NDArray[np.bool_]:
        """Say of each number whether it must not be called.

        Args:
            e164: country code and national digits, as one number; an Arrow array without nulls or a
                numpy one.
            category: what the call is about, 1 to 8; None: whatever a number is blocked for counts.
        """
        numbers = np.asarray(e164, np.int64)
        found = self._whole.listed(numbers)
        if not self._part.is_empty:
            in_part, masks = self._part.masks(numbers)
            found |= in_part if category is None else in_part & _blocks(masks, category)
        return found

    def masks(self, e164: Int64s) -> tuple[npt.NDArray[np.bool_], Masks]:
        """Say of each number whether it is listed, and the mask of what it is blocked for."""
        found, masks = self._part.masks(e164)
        whole = self._whole.listed(e164)
        return found | whole, np.where(whole, FULL, masks).astype(np.uint8)

    def blocks(self) -> Iterator[tuple[Int64s, Masks]]:
        """Give all numbers in order, with the masks of what they are blocked for."""
        parts = ((numbers, masks) for numbers, masks in self._part.blocks())
        ahead: tuple[Int64s, Masks] | None = None
        for numbers, _ in self._whole.blocks():
            full = np.full(len(numbers), FULL, np.uint8)
            between = [(numbers, full)]
            last = int(numbers[-1])
            while (ahead := ahead or _next(parts)) is not None and int(ahead[0][0]) <= last:
                stop = int(np.searchsorted(ahead[0], last, side="right"))
                between.append((ahead[0][:stop], ahead[1][:stop]))
                ahead = (ahead[0][stop:], ahead[1][stop:]) if stop < len(ahead[0]) else None
            yield _in_order(between)
        if ahead is not None:
            yield ahead
        while (ahead := _next(parts)) is not None:
            yield ahead


def _next(
    parts: Iterator[tuple[Int64s, Masks | None]],
) -> tuple[Int64s, Masks] | None:
    numbers, masks = next(parts, (None, None))
    return None if numbers is None or masks is None else (numbers, masks)


def _in_order(
    parts: list[tuple[Int64s, Masks]],
) -> tuple[Int64s, Masks]:
    if len(parts) == 1:
        return parts[0]
    numbers = np.concatenate([numbers for numbers, _ in parts])
    order = np.argsort(numbers, kind="stable")
    return numbers[order], np.concatenate([masks for _, masks in parts])[order]


def _blocks(masks: Masks, category: int) -> npt.NDArray[np.bool_]:
    blocks: npt.NDArray[np.bool_] = (masks & np.uint8(1 << (category - 1))) != 0
    return blocks


def _pages(
    tables: Mapping[str, npt.NDArray[Any]], content: npt.NDArray[np.uint8], *, has_masks: bool
) -> NumberPages:
    return NumberPages(**tables, content=content, has_masks=has_masks)


def is_index(head: bytes) -> bool:
    """Say whether a file's first bytes are those of an index."""
    return head.startswith(MARK)


def open_index(path: Path | str, *, name: str | None = None) -> IndexFile:
    """Map an index, all of it verified.

    Args:
        path: the file.
        name: what messages call it; None: as the path.

    Raises:
        ListError: it is no index, was cut short or altered, or is of another version's format.
        OSError: it cannot be read.
    """
    called = str(path) if name is None else name
    with Path(path).open("rb") as file:
        head = file.read(len(MARK))
        if not is_index(head):
            raise ListError(f"{called} is no index of a list; build one from it")
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    footer, end = _footer(content, called)
    if footer.get("format") != FORMAT:
        raise ListError(
            f"{called} is an index of format {footer.get('format')}, and this program reads format"
            f" {FORMAT}; build it again from its sources"
        )
    with memoryview(content) as whole, whole[:end] as body:
        if zlib.crc32(body) != footer.get("body_crc32"):
            raise _damaged(called, "its checksum does not match")
    try:
        sections = {
            section: {
                table: np.frombuffer(content, _TYPES[table], count, at)
                for table, (at, count) in tables.items()
            }
            for section, tables in footer["sections"].items()
        }
        info = _info(footer["info"])
        return IndexFile(called, info, content, sections)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(called, "its footer lacks what it should hold") from error


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
    return json.loads(text), end


def _damaged(name: str, how: str) -> ListError:
    return ListError(f"{name} is a damaged index ({how}); fetch it again, or build it again")


def _info(fields: dict[str, Any]) -> IndexInfo:
    sources = tuple(IndexSource(**source) for source in fields["sources"])
    return IndexInfo(**{**fields, "sources": sources, "blocked": tuple(fields["blocked"])})


class BodyWriter:
    """Writes the body of an index, and what finds and proves it."""

    def __init__(self, file: BinaryIO) -> None:
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
        sections = {}
        for name, tables in ((_WHOLE, full), (_PART, partial)):
            sections[name] = {
                table: (self._aligned(values.astype(_TYPES[table])), len(values))
                for table, values in tables.items()
            }
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

    def _aligned(self, values: npt.NDArray[np.generic]) -> int:
        self._put(bytes(-self._at % _ALIGN))
        return self.write(values)

    def _put(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._at += len(data)
        self._checksum = zlib.crc32(data, self._checksum)
