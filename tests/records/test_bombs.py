"""Small files that hold, or claim to hold, more than fits: they are read or refused in bounded memory."""

import bz2
import lzma
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
import zstandard

from tests.records.avro_files import schema_of, written_block, written_header, written_long
from tests.records.parquet_files import parquet_file
from tests.records.zip_files import packed

ROOT = Path(__file__).resolve().parent.parent.parent
MEGABYTE = 1 << 20
MOST_BYTES = 320 * MEGABYTE
HEADER = b"PhoneNumber,Name\n9876512345,"
LEAD = schema_of({"PhoneNumber": "string"})

_PROBE = """
import io, resource, sys
from records.decoding import count_records, decode_by_column
from records.layout import NotALeadFile
from records.opening import open_leads
from records.parquet_file import inspect_parquet, read_row_groups
from records.peeking import DamagedStream
from records.ranges import find_ranges
from records.splitting import split_records
from tests.records.reading import SCHEMA

def opened():
    return open_leads(io.BytesIO(data), name="f", schema=SCHEMA)

def blocks():
    file = opened()
    if file.layout.format != "parquet":
        find_ranges(file.content, file.layout, may_seek=False, count=count_records)
        file = opened()
        yield from split_records(file.content, file.layout, file="f")
        return
    source = io.BytesIO(data)
    layout, ranges = inspect_parquet(source, name="f", schema=SCHEMA, may_seek=True)
    for each in ranges:
        yield from read_row_groups(source, layout, each, file="f")

data = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    for block in blocks():
        decode_by_column(block)
except (NotALeadFile, DamagedStream):
    pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def gzipped(beginning: bytes, more: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(beginning)]
    parts += [packer.compress(more * (MEGABYTE // len(more))) for _ in range(100)]
    return b"".join([*parts, packer.flush()])


def long_string(megabytes: int = 200) -> bytes:
    """A record's one text, as Avro has it in a block."""
    return written_long(megabytes * MEGABYTE) + b"x" * (megabytes * MEGABYTE)


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(data) + packer.flush()


def repeated(text: str, rows: int) -> pa.Array:
    numbers = pa.array([0] * rows, pa.int32())
    return pa.DictionaryArray.from_arrays(numbers, pa.array([text]))


def wide_zstd() -> bytes:
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=parameters)
    return packer.compress(HEADER + b"x" * (200 * MEGABYTE))


BOMBS: dict[str, Callable[[], bytes]] = {
    "gzip, one line": lambda: gzipped(HEADER, b"x"),
    "gzip, one quoted cell": lambda: gzipped(HEADER + b'"', b"x\n"),
    "gzip, one text of JSON": lambda: gzipped(b'[{"PhoneNumber":"', b"x"),
    "gzip, lists in lists": lambda: gzipped(b'[{"PhoneNumber":"1"},', b"["),
    "zip": lambda: packed({"leads.csv": HEADER + b"x" * (200 * MEGABYTE)}),
    "zstd, a wide window": wide_zstd,
    "avro, deflate": lambda: (
        written_header(LEAD, "deflate") + written_block(deflated(long_string()), 1)
    ),
    "avro, xz": lambda: written_header(LEAD, "xz") + written_block(lzma.compress(long_string()), 1),
    "avro, bzip2": lambda: (
        written_header(LEAD, "bzip2") + written_block(bz2.compress(long_string(70)), 1)
    ),
    "avro, zstandard": lambda: (
        written_header(LEAD, "zstandard") + written_block(zstandard.compress(long_string()), 1)
    ),
    "avro, a length that is not there": lambda: (
        written_header(LEAD) + written_block(written_long(1 << 40) + b"x", 1)
    ),
    "avro, records of no bytes": lambda: (
        written_header(schema_of({"PhoneNumber": "null"})) + written_block(b"", 10**9)
    ),
    "avro, a list of no bytes": lambda: (
        written_header(schema_of({"PhoneNumber": {"type": "array", "items": "null"}}))
        + written_block(written_long(10**9) + b"\x00", 1)
    ),
    "parquet, a long text in many rows": lambda: parquet_file(
        {"PhoneNumber": repeated("9876512345", 2_000), "Name": repeated("x" * 200_000, 2_000)},
        group_rows=2_000,
        compression="zstd",
    ),
    "parquet, a long text in many lists": lambda: parquet_file(
        {
            "PhoneNumber": ["9876512345"] * 2_000,
            "Names": pa.array([["x" * 200_000]] * 2_000, pa.list_(pa.string())),
        },
        group_rows=2_000,
        compression="zstd",
    ),
}


@pytest.mark.parametrize("what", BOMBS)
def test_a_small_file_with_much_in_it_is_read_or_refused_in_bounded_memory(what: str) -> None:
    content = BOMBS[what]()
    assert len(content) < 2 * MEGABYTE

    done = subprocess.run(
        [sys.executable, "-c", _PROBE],
        input=content,
        capture_output=True,
        cwd=ROOT,
        timeout=120,
        check=True,
    )
    unit = 1 if sys.platform == "darwin" else 1024

    assert int(done.stdout) * unit < MOST_BYTES
