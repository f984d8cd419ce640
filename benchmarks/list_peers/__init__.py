"""Ways to keep a list, each as one who knows that tool would do it, all behind the same two functions.

A module has `build(text, folder)`, which reads a list of one number a line and returns the file that
is kept of it, and `open_built(file)`, which gives the function that says of a block of numbers which
are on the list. Whoever makes a peer faster makes the comparison fairer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

from benchmarks.list_numbers import Block, Mask

Listed = Callable[[Block], Mask]


class Way(Protocol):
    """What each module here is."""

    def build(self, text: Path, folder: Path) -> Path:
        """Build the list from text into a folder, and return the file that a process opens."""
        ...

    def open_built(self, built: Path) -> Listed:
        """Open what was built."""
        ...


@dataclass(frozen=True, slots=True)
class Peer:
    """A way to keep a list.

    Attributes:
        name: what it is, for a person.
        module: where it is, in this package.
        needs: a package that may be missing.
    """

    name: str
    module: str
    needs: str | None = None

    @property
    def is_here(self) -> bool:
        """Whether what it needs is installed."""
        return self.needs is None or find_spec(self.needs) is not None

    def load(self) -> Way:
        """Import it; when it is asked for, since each is measured in a process without the others."""
        return cast(Way, import_module(f"{__name__}.{self.module}"))


OURS = Peer("this program's index", "ours")
PEERS = (
    OURS,
    Peer("Python set", "python_set"),
    Peer("sorted 64-bit array", "sorted_array"),
    Peer("SQLite", "sqlite_table"),
    Peer("DuckDB", "duckdb_table", "duckdb"),
    Peer("pyroaring BitMap64", "roaring", "pyroaring"),
    Peer("plain bitmap, 4e9 bits", "plain_bitmap"),
)
