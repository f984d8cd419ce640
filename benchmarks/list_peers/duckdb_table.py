"""DuckDB: a sorted column, half-joined to each block as an Arrow table.

It is made for few and large joins. A primary key makes its file fourteen times as large and blocks
of this size no faster, so there is none.
"""

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.list_numbers import Block, Mask, read_list
from benchmarks.list_peers import Listed


def build(text: Path, folder: Path) -> Path:
    """Write the numbers in their order."""
    built = folder / "list.duckdb"
    with duckdb.connect(str(built)) as database:
        database.register("found", pa.table({"number": read_list(text)}))
        database.execute("CREATE TABLE listed AS SELECT DISTINCT number FROM found ORDER BY number")
    return built


def open_built(built: Path) -> Listed:
    """Open the database, read-only and on one core."""
    database = duckdb.connect(str(built), read_only=True, config={"threads": 1})

    def listed(numbers: Block) -> Mask:
        database.register("block", pa.table({"number": numbers}))
        found = database.execute("SELECT number FROM listed SEMI JOIN block USING (number)")
        mask: Mask = np.isin(numbers, found.fetchnumpy()["number"])
        return mask

    return listed
