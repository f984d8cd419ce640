"""Writing Avro files: by another implementation, and block by block where a test needs its own."""

import io
import json
import zlib
from collections.abc import Sequence
from typing import Any

import fastavro
import pyarrow as pa

SYNC = b"sixteen bytes...".ljust(16, b".")


def schema_of(fields: dict[str, object], name: str = "Row") -> dict[str, object]:
    return {
        "type": "record",
        "name": name,
        "fields": [{"name": field, "type": type_} for field, type_ in fields.items()],
    }


def avro_file(
    schema: object, rows: Sequence[object], *, codec: str = "null", sync_interval: int = 16_000
) -> bytes:
    content = io.BytesIO()
    parsed: Any = fastavro.parse_schema(json.loads(json.dumps(schema)))
    fastavro.writer(
        content, parsed, rows, codec=codec, sync_interval=sync_interval, sync_marker=SYNC
    )
    return content.getvalue()


def written_long(value: int) -> bytes:
    body = io.BytesIO()
    fastavro.schemaless_writer(body, "long", value)
    return body.getvalue()


def written_body(schema: object, rows: Sequence[object]) -> bytes:
    body = io.BytesIO()
    parsed: Any = fastavro.parse_schema(json.loads(json.dumps(schema)))
    for row in rows:
        fastavro.schemaless_writer(body, parsed, row)
    return body.getvalue()


def written_header(schema: object, codec: str | None = None) -> bytes:
    metadata = {"avro.schema": json.dumps(schema).encode()}
    if codec is not None:
        metadata["avro.codec"] = codec.encode()
    body = io.BytesIO()
    fastavro.schemaless_writer(body, {"type": "map", "values": "bytes"}, metadata)
    return b"Obj\x01" + body.getvalue() + SYNC


def written_block(body: bytes, records: int) -> bytes:
    return written_long(records) + written_long(len(body)) + body + SYNC


def as_snappy(body: bytes) -> bytes:
    packed = pa.compress(body, codec="snappy", asbytes=True)
    return bytes(packed) + zlib.crc32(body).to_bytes(4, "big")
