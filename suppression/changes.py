"""A new version of an index, from an old one and lists of changes."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from records.peeking import ByteStream
from schemas.lead_schema import default_lead_schema
from suppression.build_terms import BuildSource, BuildTerms, Watch, nobody_watches
from suppression.change_lists import DELETED, ChangeLines, Changes, ChangesSink, ChangeTable
from suppression.entries import Entries
from suppression.faults import ListError
from suppression.gathering import Gathering, ListRows, ReadSource
from suppression.index_file import FORMAT, IndexFile, IndexInfo, IndexSource, open_index
from suppression.index_writing import write_index
from suppression.number_pages import Int64s, Masks

__all__ = ["Merged", "merge_index"]


@dataclass(frozen=True, slots=True)
class Merged:
    """A new version of an index, and what it changed.

    Attributes:
        index: the new version.
        added: how many numbers were added.
        changed: how many are blocked for other categories than before.
        deleted: how many were taken off.
        not_there: how many were to be taken off, and were not on the list.
    """

    index: IndexFile
    added: int
    changed: int
    deleted: int
    not_there: int


def merge_index(
    old: Path,
    sources: Sequence[BuildSource],
    target: Path,
    terms: BuildTerms,
    *,
    watch: Watch = nobody_watches,
    clock_secs: Callable[[], float] = time.time,
) -> Merged:
    """Make a new version of an index from an old one and lists of changes, and open it.

    The changes are held in memory, about 40 bytes each. Of several changes of a number the last one
    holds, those of later sources behind those of earlier ones.

    Args:
        old: the old version.
        sources: lines of `+` or `-` and a number, or CSV with a column that says add or delete.
        target: the file to write; it may be the old one. It is replaced as a whole, and not touched
            where the merge fails.
        terms: how the changes are read. The new version is dated by the newest of them.
        watch: is told how far it is; what it raises ends the merge.
        clock_secs: gives seconds since 1970.

    Raises:
        ListError: The old version is no index or a damaged one, or a source is no list of changes.
        OSError: A file cannot be read or written.
    """
    index = open_index(old)
    with _ChangeGathering(target, terms, watch) as gathering:
        read = [gathering.read(source) for source in sources]
        changes = gathering.changes()
        dates = [each.date_secs for each in read if each.date_secs is not None]
        newest_secs = max(dates, default=index.info.date_secs)
        info = IndexInfo(
            format=FORMAT,
            version="",
            region=terms.region,
            count=0,
            full=0,
            blocked=(),
            has_categories=index.info.has_categories or any(each.has_categories for each in read),
            date_secs=newest_secs if terms.date_secs is None else terms.date_secs,
            built_secs=clock_secs(),
            sources=(_as_source(index, old), *(each.source for each in read if each.source)),
            not_numbers=sum(each.not_numbers for each in read),
            cleared=0,
            not_numbers_file=gathering.finish_not_numbers(),
        )
        figures = _figures(index, changes)
        new = write_index(gathering.watched(_changed(index, changes)), target, info)
        gathering.keep_not_numbers()
    return Merged(new, *figures)


class _ChangeGathering(Gathering):
    """Reads lists of changes, and gathers these."""

    def __init__(self, target: Path, terms: BuildTerms, watch: Watch) -> None:
        """Gather, with room beside the target."""
        super().__init__(target, terms, watch)
        self._sink = ChangesSink()

    @property
    def added(self) -> int:
        """How many changes have been found."""
        return len(self._sink)

    def _take(self, numbers: Int64s, masks: Masks | None) -> None:
        self._sink.add(numbers, masks)

    def changes(self) -> Changes:
        """All that was found."""
        return self._sink.changes()

    def _rows(self, entries: Entries, head: bytes) -> ListRows:
        layout = self._layout(entries, head)
        if layout is None:
            return ChangeLines(entries, self._phones, self._sink)
        return ChangeTable(entries, layout, default_lead_schema(), self._columned, self._sink)

    def _read_index(self, source: BuildSource, _stream: ByteStream) -> ReadSource:
        raise ListError(
            f"{source.name} is an index, which does not say what changes; build a list from both"
        )


def _as_source(index: IndexFile, path: Path) -> IndexSource:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return IndexSource(index.name, index.size_bytes, digest, index.info.date_secs)


def _figures(index: IndexFile, changes: Changes) -> tuple[int, int, int, int]:
    """How many numbers are added, changed, deleted, and how many that were to be are not there."""
    there, masks = index.masks(changes.numbers)
    deletes = changes.values == DELETED
    differs = ~deletes & there & (masks != changes.values)
    counts = (~deletes & ~there, differs, deletes & there, deletes & ~there)
    added, changed, deleted, not_there = (int(np.count_nonzero(each)) for each in counts)
    return added, changed, deleted, not_there


def _changed(index: IndexFile, changes: Changes) -> Iterator[tuple[Int64s, Masks]]:
    """The numbers of an index with changes, in order."""
    done = 0
    for numbers, masks in index.blocks():
        stop = int(np.searchsorted(changes.numbers, numbers[-1], side="right"))
        if stop == done:
            yield numbers, masks
            continue
        kept = ~np.isin(numbers, changes.numbers[done:stop])
        added, their_masks = _added(changes, done, stop)
        together = np.concatenate((numbers[kept], added))
        order = np.argsort(together)
        yield together[order], np.concatenate((masks[kept], their_masks))[order]
        done = stop
    yield _added(changes, done, len(changes.numbers))


def _added(changes: Changes, start: int, stop: int) -> tuple[Int64s, Masks]:
    values = changes.values[start:stop]
    is_added = values != DELETED
    return changes.numbers[start:stop][is_added], values[is_added].astype(np.uint8)
