"""Lists opened from this machine's own folder, where each version of a list is made but once.

What a run maps is never the operator's own file. That one may be written over or cut off at any
moment, which would change a map under a run's feet, or kill the run (SIGBUS). An index is copied, text
is built into an index; both are known by what the file holds, so that the next run finds them.

As long as a file's stamp is the same, its bytes are not even read.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

import phonenumbers

from suppression.building import BuildSource, BuildTerms, Watch, build_index, nobody_watches
from suppression.cache_folder import CacheFolder
from suppression.faults import ListError
from suppression.index_file import MARK, IndexFile, is_index, open_index
from suppression.kept_lists import KeptList, Place, Stamp

_PIECE_BYTES: Final = 1 << 20
_MOST_READINGS: Final = 3
_READERS: Final = ("suppression", "records", "schemas")
"""The packages that decide how a list is read."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A list that is to be opened, and what is known of it so far."""

    place: Place
    terms: BuildTerms
    watch: Watch
    stamp: Stamp
    is_settled: bool

    @property
    def memo(self) -> str:
        """What it is remembered by."""
        return _hash(self.stamp.text, _said(self.terms), _readers())


class ListCache:
    """The lists of this machine."""

    def __init__(self, folder: Path, *, clock_secs: Callable[[], float] = time.time) -> None:
        """Keep them in a folder.

        Args:
            folder: the folder, as `find_folder` gives it.
            clock_secs: gives seconds since 1970.
        """
        self._folder = CacheFolder(folder)
        self._clock_secs = clock_secs

    def open(self, place: Place, terms: BuildTerms, *, watch: Watch = nobody_watches) -> KeptList:
        """Open the list that is at a place now.

        Args:
            place: where it is.
            terms: how it is read, if it is text.
            watch: is told how far reading it has come; what it raises ends that.

        Raises:
            ListError: It is no list, or one that must not be relied on; or the folder cannot be
                written.
            OSError: It cannot be read.
        """
        for _ in range(_MOST_READINGS):
            stamp = place.stamp()
            is_settled = stamp.is_settled(self._clock_secs())
            wanted = _Wanted(place, terms, watch, stamp, is_settled)
            # Who comes second waits, and finds it made.
            with self._folder.locked(wanted.memo):
                index = self._recall(wanted) or self._take_in(wanted)
            if index is not None:
                return KeptList(index, stamp, is_settled)
        raise ListError(
            f"{place.name} is changed again and again while it is read: write a new version under"
            " another name, and rename it when it is whole"
        )

    def _recall(self, wanted: _Wanted) -> IndexFile | None:
        key = self._folder.recall(wanted.memo)
        return None if key is None else self._known(key, wanted.place.name)

    def _known(self, key: str, name: str) -> IndexFile | None:
        """Open an entry; None: there is none, or it is damaged."""
        try:
            index = open_index(self._folder.entry(key), name=name)
        except ListError:
            self._folder.forget(key)
            return None
        except OSError:
            return None
        self._folder.note_used(key)
        return index

    def _take_in(self, wanted: _Wanted) -> IndexFile | None:
        """Fetch the file, and make an entry of it; None: it was changed meanwhile."""
        self._folder.sweep(self._clock_secs())
        with self._folder.workplace(wanted.memo) as work:
            copy = work / "copy"
            self._folder.see_room(wanted.stamp.size_bytes)
            digest, head = self._fetch(wanted, copy)
            is_whole = copy.stat().st_size == wanted.stamp.size_bytes
            if not is_whole or wanted.place.stamp().text != wanted.stamp.text:
                return None
            holds_index = is_index(head)
            key = digest if holds_index else _hash(digest, _said(wanted.terms), _readers())
            index = self._known(key, wanted.place.name)
            if index is None:
                with self._folder.writing():
                    made = self._verified if holds_index else self._built
                    made(wanted, copy).replace(self._folder.entry(key))
                    index = open_index(self._folder.entry(key), name=wanted.place.name)
            if wanted.is_settled:
                self._folder.remember(wanted.memo, key, work)
        return index

    def _fetch(self, wanted: _Wanted, copy: Path) -> tuple[str, bytes]:
        """Copy the file; its SHA-256, in hex, and its first bytes."""
        digest, head, size_bytes = hashlib.sha256(), b"", 0
        with self._folder.writing():
            target = copy.open("xb", buffering=0)
        with target, wanted.place.open() as source:
            while piece := source.read(_PIECE_BYTES):
                digest.update(piece)
                head = head if len(head) >= len(MARK) else (head + piece)[: len(MARK)]
                rest = memoryview(piece)
                while rest:
                    with self._folder.writing():
                        rest = rest[target.write(rest) :]
                size_bytes += len(piece)
                wanted.watch(wanted.place.name, size_bytes, 0)
        return digest.hexdigest(), head

    def _verified(self, wanted: _Wanted, copy: Path) -> Path:
        """See that an index is sound."""
        open_index(copy, name=wanted.place.name)
        copy.chmod(0o600)
        return copy

    def _built(self, wanted: _Wanted, copy: Path) -> Path:
        """Build an index from a list of text."""
        target, name = copy.with_name("built"), wanted.place.name
        # When the file was changed is no part of what it holds: its stamp says so.
        source = BuildSource(name, lambda: copy.open("rb"), wanted.stamp.size_bytes, None)
        build_index(
            [source],
            target,
            wanted.terms,
            name=name,
            watch=wanted.watch,
            clock_secs=self._clock_secs,
        )
        return target


def _said(terms: BuildTerms) -> str:
    """What of the terms decides how a list is read, and whether it is one."""
    return repr(
        (
            *(terms.region, terms.column, terms.category_column, terms.categories.name),
            *(terms.allow_empty, terms.date_secs),
        )
    )


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


@cache
def _readers() -> str:
    """A hash of what reads lists: a program that reads them otherwise reads them again."""
    digest = hashlib.sha256(phonenumbers.__version__.encode())
    for package in _READERS:
        for file in sorted(resources.files(package).iterdir(), key=lambda file: file.name):
            if file.is_file():
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
