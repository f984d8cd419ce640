"""Avro container files: what their header says, and the values in their blocks.

The container is read here for the reason that the values are (docs/decisions/0008): a file is
anybody's, and its numbers are believed only as far as they can be true.
"""

import bz2
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import pyarrow as pa
import zstandard

from records.avro_binary import AvroBody, Misread, read_values
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

MAX_BLOCK_BYTES: Final = 64 << 20
"""How large a block of a file may be, packed and unpacked; writers make them a thousandth of it."""

_MAX_RECORDS: Final = 1_000_000
_SYNC_BYTES: Final = 16
_HEADER: Final = MapOf(Primitive("bytes"))
_LONG = re.compile(rb"([\x80-\xff]{0,9}[\x00-\x7f])", re.DOTALL)
_LONG_BYTES: Final = 10
_CHECKSUM_BYTES: Final = 4


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
        raise BadAvroFile(f"an Avro file whose header is cut off or damaged ({e})") from e
    metadata = said if isinstance(said, dict) else {}
    writer = AvroWriter(_text(metadata, "avro.schema"), _text(metadata, "avro.codec"), sync)
    if writer.codec not in _CODECS:
        raise BadAvroFile(
            f"an Avro file packed with the codec {quoted(writer.codec)}; write it with one of"
            f" {', '.join(filter(None, _CODECS))}"
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


def unpacked(data: bytes, codec: str) -> bytes:
    """Unpack the data of a block.

    Raises:
        BrokenAvro: It is not what was packed, or greater than is read.
    """
    try:
        body = _CODECS[codec](data)
    except _FAULTS as e:
        raise BrokenAvro(f"its block cannot be unpacked ({codec}): it is damaged") from e
    if len(body) > MAX_BLOCK_BYTES:
        raise BrokenAvro(f"its block unpacks to more than {MAX_BLOCK_BYTES:,} bytes")
    return body


def _as_is(data: bytes) -> bytes:
    return data


def _inflated(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    body = unpacker.decompress(data, MAX_BLOCK_BYTES + 1)
    return _whole(body, is_whole=unpacker.eof)


def _from_bzip2(data: bytes) -> bytes:
    unpacker = bz2.BZ2Decompressor()
    body = unpacker.decompress(data, MAX_BLOCK_BYTES + 1)
    return _whole(body, is_whole=unpacker.eof)


def _from_xz(data: bytes) -> bytes:
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_BLOCK_BYTES * 2)
    body = unpacker.decompress(data, MAX_BLOCK_BYTES + 1)
    return _whole(body, is_whole=unpacker.eof)


def _from_zstandard(data: bytes) -> bytes:
    unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_BLOCK_BYTES * 2)
    with unpacker.stream_reader(io.BytesIO(data), read_across_frames=True) as stream:
        body = stream.read(MAX_BLOCK_BYTES + 1)
    # A frame that is cut off is not told by the stream; it then gives less than the frame says.
    said = zstandard.frame_content_size(data) if data else 0
    return _whole(body, is_whole=len(body) >= said)


def _from_snappy(data: bytes) -> bytes:
    size = _snappy_size(data)
    if size > MAX_BLOCK_BYTES:
        raise BrokenAvro(f"its block unpacks to more than {MAX_BLOCK_BYTES:,} bytes")
    packed, checksum = data[:-_CHECKSUM_BYTES], data[-_CHECKSUM_BYTES:]
    body = bytes(pa.decompress(packed, size, codec="snappy", asbytes=True))
    return _whole(body, is_whole=zlib.crc32(body).to_bytes(_CHECKSUM_BYTES, "big") == checksum)


def _snappy_size(data: bytes) -> int:
    size = 0
    for place, byte in enumerate(data[:5]):
        size |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return size
    raise _NotWhole


def _whole(body: bytes, *, is_whole: bool) -> bytes:
    if not is_whole and len(body) <= MAX_BLOCK_BYTES:
        raise _NotWhole
    return body


class _NotWhole(Exception):
    """What was packed is not whole."""


_FAULTS: Final = (
    zlib.error,
    lzma.LZMAError,
    zstandard.ZstdError,
    pa.ArrowException,
    OSError,
    EOFError,
    ValueError,
    MemoryError,
    _NotWhole,
)
_CODECS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "": _as_is,
    "null": _as_is,
    "deflate": _inflated,
    "snappy": _from_snappy,
    "zstandard": _from_zstandard,
    "bzip2": _from_bzip2,
    "xz": _from_xz,
}


def _text(metadata: Mapping[str, object], name: str) -> str:
    value = metadata.get(name, b"")
    return value.decode(errors="replace") if isinstance(value, bytes) else ""
