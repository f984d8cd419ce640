"""Building an index from lists."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from suppression.build_terms import BuildSource, BuildTerms, Watch, nobody_watches
from suppression.gathering import Gathering
from suppression.index_file import FORMAT, IndexFile, IndexInfo
from suppression.index_writing import write_index

__all__ = ["BuildSource", "BuildTerms", "Watch", "build_index", "nobody_watches"]


def build_index(
    sources: Sequence[BuildSource],
    target: Path,
    terms: BuildTerms,
    *,
    name: str | None = None,
    watch: Watch = nobody_watches,
    clock_secs: Callable[[], float] = time.time,
) -> IndexFile:
    """Build an index from lists, and open it.

    Args:
        sources: text, CSV or indexes, packed or not; their numbers go together.
        target: the file to write. It is replaced as a whole, and not touched where the build fails.
        terms: how they are read.
        name: what messages call the index; None: as the target.
        watch: is told how far it is; what it raises ends the build.
        clock_secs: gives seconds since 1970.

    Raises:
        ListError: A source is no list, or one that must not be relied on.
        OSError: A file cannot be read or written.
    """
    with Gathering(target, terms, watch) as gathering:
        read = [gathering.read(source) for source in sources]
        dates = [each.date_secs for each in read if each.date_secs is not None]
        info = IndexInfo(
            format=FORMAT,
            version="",
            region=terms.region,
            count=0,
            full=0,
            blocked=(),
            has_categories=any(each.has_categories for each in read),
            date_secs=min(dates, default=None) if terms.date_secs is None else terms.date_secs,
            built_secs=clock_secs(),
            sources=tuple(each.source for each in read if each.source),
            not_numbers=sum(each.not_numbers for each in read),
            cleared=sum(each.cleared for each in read),
            not_numbers_file=gathering.finish_not_numbers(),
        )
        blocks = gathering.watched(gathering.sorter.blocks())
        index = write_index(blocks, target, info, name=name)
        gathering.keep_not_numbers()
        return index
