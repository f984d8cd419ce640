"""Avro container files: what their header says, and the values in their blocks.

The container is read here for the reason that the values are (docs/decisions/0008): a file is
anybody's, and its numbers are believed only as far as they can be true.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from records.avro_binary import AvroBody, Misread, read_values
from records.avro_codecs import CODECS, MAX_BLOCK_BYTES, unpacked
from records.avro_schema import (
    ArrayOf,
    AvroType,
    BadWriterSchema,
    BrokenAvro,
    MapOf,
    Named,
    Primitive,
    RecordOf,
    UnionOf,
    WriterSchema,
    parse_writer_schema,
)
from schemas.cell_text import quoted

AVRO_START: Final = b"Obj\x01"
"""How an Avro file begins."""

_MAX_RECORDS: Final = 1_000_000
_SYNC_BYTES: Final = 16
_HEADER: Final = MapOf(Primitive("bytes"))
_LONG = re.compile(rb"([\x80-\xff]{0,9}[\x00-\x7f])", re.DOTALL)
_LONG_BYTES: Final = 10


class BadAvroFile(Exception):
    """An Avro file that cannot be read; says what is wrong with it, and what to do."""


@dataclass(frozen=True, slots=True)
class AvroWriter:
    """What the header of an Avro file says.

    Attributes:
        schema: the schema of its records, as JSON.
        codec: how its blocks are packed.
        sync: what stands behind each of its blocks.
    """

    schema: str
    codec: str
    sync: bytes


@dataclass(frozen=True, slots=True)
class BlockHead:
    """How a block begins.

    Attributes:
        records: how many records are in it.
        start: where its data begins, in bytes from its own beginning.
        end: where it ends, sync marker included.
    """

    records: int
    start: int
    end: int


def read_header(head: bytes) -> tuple[AvroWriter, int]:
    """Read the header of an Avro file.

    Args:
        head: the file's beginning.

    Returns:
        What it says, and how long it is in bytes.

    Raises:
        BadAvroFile: It is cut off, or what it says cannot be read.
    """
    body = AvroBody(head, {}, place=len(AVRO_START))
    try:
        said = body.value(_HEADER, 0)
        sync = body.take(_SYNC_BYTES)
    except BrokenAvro as e:
        raise BadAvroFile(
            f"an Avro file whose header is cut off or damaged, or too long to be read ({e})"
        ) from e
    metadata = said if isinstance(said, dict) else {}
    writer = AvroWriter(_text(metadata, "avro.schema"), _text(metadata, "avro.codec"), sync)
    if writer.codec not in CODECS:
        raise BadAvroFile(
            f"an Avro file packed with the codec {quoted(writer.codec)}; write it with one of"
            f" {', '.join(filter(None, CODECS))}"
        )
    return writer, body.place


def record_of(writer: AvroWriter) -> RecordOf:
    """Return the type of a file's records.

    Raises:
        BadAvroFile: The schema cannot be read, or is none of records.
    """
    if not writer.schema:
        raise BadAvroFile("an Avro file without a schema in its header; write it again")
    try:
        root = _schema_of(writer.schema).root
    except BadWriterSchema as e:
        raise BadAvroFile(f"an Avro file whose schema cannot be read: {e}") from e
    if not isinstance(root, RecordOf):
        raise BadAvroFile("an Avro file whose values are no records; write a record for each lead")
    return root


def may_wrap(record: RecordOf) -> bool:
    """Say whether a field of a record may hold a lead: an object, a list, or the bytes of one."""
    return any(_may_hold_lead(field.type) for field in record.fields)


def _may_hold_lead(type_: AvroType) -> bool:
    match type_:
        case UnionOf(branches):
            return any(map(_may_hold_lead, branches))
        case Primitive(kind, logical):
            return kind == "bytes" and logical is None
        case RecordOf() | MapOf() | ArrayOf() | Named():
            return True
        case _:
            return False


@lru_cache(maxsize=16)
def _schema_of(text: str) -> WriterSchema:
    return parse_writer_schema(text)


def block_head(data: bytes | bytearray, at: int) -> BlockHead | None:
    """Read how a block begins.

    Args:
        data: of the file.
        at: where in it the block begins.

    Returns:
        None where the data ends within.

    Raises:
        BrokenAvro: No block begins so.
    """
    records, place = _long(data, at)
    size, start = _long(data, place)
    if start < 0:
        return None
    if not 0 <= records <= _MAX_RECORDS or not 0 <= size <= MAX_BLOCK_BYTES:
        raise BrokenAvro("no block of records begins here, or one that is too great to be read")
    return BlockHead(records, start - at, start - at + size + _SYNC_BYTES)


def _long(data: bytes | bytearray, at: int) -> tuple[int, int]:
    """Read a whole number, and where it ends: -1 if the data ends within."""
    if at < 0:
        return 0, -1
    match = _LONG.match(data, at)
    if match is None:
        if len(data) - at < _LONG_BYTES:
            return 0, -1
        raise BrokenAvro("a whole number is too long")
    value = 0
    for place, byte in enumerate(match[1]):
        value |= (byte & 0x7F) << (7 * place)
    return (value >> 1) ^ -(value & 1), match.end()


def read_blocks(content: bytes, writer: AvroWriter) -> Iterator[object | Misread | BrokenAvro]:
    """Read the values in whole blocks, one behind the other.

    Yields:
        As many answers as the blocks say that they have records.
    """
    schema = _schema_of(writer.schema)
    at = 0
    while at < len(content) and (head := block_head(content, at)) is not None:
        data = content[at + head.start : at + head.end - _SYNC_BYTES]
        at += head.end
        try:
            body = unpacked(data, writer.codec)
        except BrokenAvro as e:
            for _ in range(head.records):
                yield e
        else:
            yield from read_values(body, schema, head.records)


def _text(metadata: Mapping[str, object], name: str) -> str:
    value = metadata.get(name, b"")
    return value.decode(errors="replace") if isinstance(value, bytes) else ""
