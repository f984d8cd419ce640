"""Do-not-disturb lists: as text, as tables, and as index files.

Whatever stands in a list, it is refused, or what was read of it can be asked for.
"""

import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from suppression.building import BuildTerms, build_index
from suppression.categories import Categories
from suppression.faults import ListError
from suppression.index_file import IndexFile, open_index
from tests.suppression.built_lists import built, source_of

TEXTS: tuple[str | bytes, ...] = (
    "9876512345\n+91 98765 12346\n0-98765-12347\n",
    "# date: 2026-01-01\nDND numbers\n9876512345 # a comment\n\ntotal: 3\n",
    "9876512345, 9876512346; 9876512347\n",
    b"\xef\xbb\xbf9876512345\r\n9876512346\r",
    "9876512345\n".encode("utf-16"),
)
TABLES: tuple[str | bytes, ...] = (
    "PhoneNumber,Preference\n9876512345,1#2\n9876512346,0\n",
    'Name;Mobile\n"Rao; K";9876512345\nAsha;\n',
    "Area Code,Number\n212,5550123\n",
    "phone\tstatus\n9876512345\tDND\n9876512346\tclear\n",
)


def check_list(data: bytes) -> None:
    """Build an index of a list, without and with categories."""
    for categories in (Categories.IGNORED, Categories.BLOCKED):
        with suppress(ListError):
            _check_index(built(data, allow_empty=True, categories=categories))


def check_index(data: bytes) -> None:
    """Open an index file: what is not as it was written is refused, with its name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.dnd"
        path.write_bytes(data)
        complaint = ""
        try:
            _check_index(open_index(path))
        except ListError as error:
            complaint = str(error)
        assert (str(path) in complaint) == bool(complaint)


def _check_index(index: IndexFile) -> None:
    """All that is listed can be asked for, and nothing else is."""
    assert str(index)
    numbers = np.concatenate([np.empty(0, np.int64), *(block for block, _ in index.blocks())])
    assert len(numbers) == index.count
    assert np.all(np.diff(numbers) > 0)
    assert index.listed(numbers).all()
    for category in range(1, 9):
        index.listed(numbers, category)
    known = set(numbers.tolist())
    near = np.array(sorted({number + 1 for number in known} - known), np.int64)
    assert not index.listed(near).any()


def text_samples() -> list[bytes]:
    """Lists of a number a line."""
    return [text.encode() if isinstance(text, str) else text for text in TEXTS]


def table_samples() -> list[bytes]:
    """Lists with columns."""
    return [text.encode() if isinstance(text, str) else text for text in TABLES]


def index_samples() -> list[bytes]:
    """Index files, with and without categories."""
    many = "".join(f"98{number * 7919 % 10**8:08d}\n" for number in range(300))
    return [
        _index_of(many.encode(), Categories.IGNORED),
        _index_of(table_samples()[0], Categories.BLOCKED),
    ]


def _index_of(content: bytes, categories: Categories) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.dnd"
        terms = BuildTerms("IN", categories=categories)
        build_index([source_of(content, "list")], path, terms, clock_secs=lambda: 1.8e9)
        return path.read_bytes()
