"""Opening what a verb is to ask: an index, or one made of lists for as long as it is asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.faults import Faults
from suppression.categories import Categories
from suppression.index_file import IndexFile, is_index, open_index

_HEAD_BYTES = 8
_PREFIX = "dialfeed-"


@contextmanager
def opened_index(name: str) -> Iterator[IndexFile]:
    """Open an index, here or in a bucket.

    Raises:
        Faults: it is not there.
        ListError: It is none, or not sound.
        OSError: It cannot be read.
    """
    with _at_hand(name) as path:
        yield open_index(path, name=name)


@contextmanager
def opened_list(name: str, region: str) -> Iterator[IndexFile]:
    """Open an index, or a list as text or CSV.

    Args:
        name: its name, here or in a bucket.
        region: of which region numbers without a country code are, if it is no index.

    Raises:
        Faults: it is not there.
        ListError: It is neither, or not sound.
        OSError: It cannot be read.
    """
    with _at_hand(name) as path:
        if path.is_file() and is_index(_head(path)):
            yield open_index(path, name=name)
            return
    with built_list((name,), region, categories=Categories.UNSAID) as index:
        yield index


@contextmanager
def built_list(
    names: Sequence[str], region: str, *, categories: Categories, allow_empty: bool = False
) -> Iterator[IndexFile]:
    """Make an index of lists, which is gone at the end; raises as `opened_list`.

    Args:
        names: names and globs of lists.
        region: of which region numbers without a country code are.
        categories: what a column of categories names.
        allow_empty: whether a list may hold no number at all.
    """
    # They bring Beam, which takes a second to load.
    from pipeline.build_progress import BuildProgress
    from pipeline.suppression_sources import find_sources
    from suppression.building import BuildTerms, build_index

    faults: list[str] = []
    sources = find_sources(names, faults)
    if faults:
        raise Faults(faults)
    terms = BuildTerms(region=region, categories=categories, allow_empty=allow_empty)
    with TemporaryDirectory(prefix=_PREFIX) as folder:
        with BuildProgress(sum(source.size_bytes for source in sources)) as progress:
            index = build_index(sources, Path(folder) / "list.dnd", terms, watch=progress.watch)
        yield index


@contextmanager
def _at_hand(name: str) -> Iterator[Path]:
    """A file of this machine that holds what a file holds, there or in a bucket."""
    if "://" not in name:
        yield Path(name)
        return
    from pipeline.suppression_sources import fetch

    with TemporaryDirectory(prefix=_PREFIX) as folder:
        path = Path(folder) / "fetched.dnd"
        fetch(name, path)
        yield path


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)
