"""How the blocks of Avro files are packed, and unpacking them with a bound on what comes out."""

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import pyarrow as pa
import zstandard

from records.avro_schema import BrokenAvro

MAX_BLOCK_BYTES: Final = 64 << 20
"""How large a block of a file may be, packed and unpacked; writers make them a thousandth of it."""

_CHECKSUM_BYTES: Final = 4


def unpacked(data: bytes, codec: str) -> bytes:
    """Unpack the data of a block.

    Raises:
        BrokenAvro: It is not what was packed, or greater than is read.
    """
    try:
        body = CODECS[codec](data)
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
CODECS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "": _as_is,
    "null": _as_is,
    "deflate": _inflated,
    "snappy": _from_snappy,
    "zstandard": _from_zstandard,
    "bzip2": _from_bzip2,
    "xz": _from_xz,
}
"""Unpack a block, by the names that a file's header has for them; "" stands for none."""
