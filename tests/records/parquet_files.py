"""Writing Parquet files, and reading them in one go."""

import io
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from records.blocks import RawBlock
from records.parquet_file import inspect_parquet, read_row_groups
from tests.records.reading import SCHEMA, Content


def parquet_file(
    columns: Mapping[str, object] | pa.Table, *, group_rows: int = 1000, **options: object
) -> bytes:
    """A file of these columns: Arrow arrays, or lists of Python values."""
    content = io.BytesIO()
    table = columns if isinstance(columns, pa.Table) else pa.table(dict(columns))
    pq.write_table(table, content, row_group_size=group_rows, **options)
    return content.getvalue()


def read_parquet(content: bytes, *, range_bytes: int = 1 << 20) -> Content:
    """All that is read of a file."""
    source = io.BytesIO(content)
    layout, ranges = inspect_parquet(
        source, name="f", schema=SCHEMA, may_seek=True, range_bytes=range_bytes
    )
    blocks: Sequence[RawBlock] = [
        block for each in ranges for block in read_row_groups(source, layout, each, file="f")
    ]
    return Content.of(layout, blocks)
