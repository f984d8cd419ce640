"""SQLite: a table whose only column is its integer primary key, so that the table is the index."""

import sqlite3
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from benchmarks.list_numbers import Block, Mask, read_sorted
from benchmarks.list_peers import Listed

_MAPPED_BYTES = 1 << 40
# SQLite takes 32,766 at the most.
_AT_ONCE = 30_000


def build(text: Path, folder: Path) -> Path:
    """Insert the numbers in their order, in one transaction that need not survive a crash."""
    built = folder / "list.sqlite"
    database = sqlite3.connect(built, isolation_level=None)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    database.execute("CREATE TABLE listed (number INTEGER PRIMARY KEY)")
    database.execute("BEGIN")
    rows = zip(read_sorted(text).tolist(), strict=True)
    database.executemany("INSERT INTO listed VALUES (?)", rows)
    database.execute("COMMIT")
    database.close()
    return built


def open_built(built: Path) -> Listed:
    """Open the database, mapped and read-only."""
    database = sqlite3.connect(f"file:{built}?mode=ro", uri=True)
    database.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")

    def found(keys: list[int]) -> Iterator[int]:
        places = ",".join("?" * len(keys))
        rows = database.execute(f"SELECT number FROM listed WHERE number IN ({places})", keys)
        return (row[0] for row in rows)

    def listed(numbers: Block) -> Mask:
        # One statement a block, its numbers in the order of the table: five times one a number.
        keys = np.sort(numbers).tolist()
        parts = (found(keys[at : at + _AT_ONCE]) for at in range(0, len(keys), _AT_ONCE))
        return np.isin(numbers, np.fromiter(chain.from_iterable(parts), np.int64))

    return listed
