"""Packed files, told by their first bytes and never by their names.

A stream that is cut off gives all that can be unpacked from it before it says so: the leads before
the cut are as good as any. One that is corrupt does so too, but what it gave must not be relied on:
a checksum says that something is wrong, and not where.
"""

import bz2
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import zstandard

from records.peeking import ByteStream, CorruptStream, DamagedStream, Peekable

_READ_BYTES = 16 * 1024
# What is handed to an unpacker at a time. It bounds what comes out at once (zstd makes 128 KiB of
# 4 bytes: 8 MiB) and what is lost before the place where corrupt data is noticed.
_PIECE_BYTES = 256


class _Unpacker(Protocol):
    """What zlib, bz2 and zstandard have in common: the reader of one member or frame."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _gzip_unpacker() -> _Unpacker:
    return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)


def _zstd_unpacker() -> _Unpacker:
    return zstandard.ZstdDecompressor().decompressobj()


@dataclass(frozen=True, slots=True)
class _Packing:
    """A way of packing: how its members begin and how one is unpacked."""

    name: str
    start: re.Pattern[bytes]
    unpacker: Callable[[], _Unpacker]


_START_BYTES = 10
_PACKINGS = (
    _Packing("gzip", re.compile(rb"\x1f\x8b\x08", re.DOTALL), _gzip_unpacker),
    _Packing("bzip2", re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), bz2.BZ2Decompressor),
    # The second form is a skippable frame, with which parallel zstd begins.
    _Packing("zstd", re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"), _zstd_unpacker),
)


def open_plain(raw: ByteStream) -> ByteStream:
    """Give the plain bytes of a stream: unpacked if it is gzip, bzip2 or zstd, else as they are.

    Several members, streams or frames one behind the other are one content. Memory is bounded
    whatever the stream says.

    Args:
        raw: The file's own bytes, as stored. It stays the caller's to close.

    Returns:
        A stream whose `read` raises `DamagedStream` where the packed data is cut off or followed by
        something else, and `CorruptStream` where it is not what was packed.
    """
    source = raw if isinstance(raw, Peekable) else Peekable(raw)
    packing = _packing(source)
    return source if packing is None else _Unpacked(source, packing)


def packing_of(source: Peekable) -> str | None:
    """Return what a stream is packed with, by the name people call it, or None."""
    packing = _packing(source)
    return None if packing is None else packing.name


def _packing(source: Peekable) -> _Packing | None:
    start = source.peek(_START_BYTES)
    return next((packing for packing in _PACKINGS if packing.start.match(start)), None)


class _Unpacked:
    """The unpacked bytes of a packed stream: member after member."""

    def __init__(self, source: ByteStream, packing: _Packing) -> None:
        self._source = source
        self._packing = packing
        self._unpacker = packing.unpacker()
        self._packed = b""
        self._plain = b""
        self._given = 0
        self._damage: DamagedStream | None = None
        # Whether the next piece begins a further member: junk behind the last one does not.
        self._is_first_piece = False

    def read(self, size: int, /) -> bytes:
        while not self._plain and self._damage is None and self._more_packed():
            self._plain = self._unpack_piece()
        if not self._plain and self._damage is not None:
            raise self._damage
        taken, self._plain = self._plain[:size], self._plain[size:]
        self._given += len(taken)
        return taken

    def _more_packed(self) -> bool:
        """Say whether packed bytes are at hand; at their end the last member must be whole."""
        if self._unpacker.eof:
            # Padding of zeros behind a member is common on tapes and object stores, and means
            # nothing.
            self._packed = self._packed.lstrip(b"\0")
            while not self._packed and (chunk := self._source.read(_READ_BYTES)):
                self._packed = chunk.lstrip(b"\0")
        elif not self._packed:
            self._packed = self._source.read(_READ_BYTES)
            if not self._packed:
                self._fail(DamagedStream, "is cut off")
        return bool(self._packed)

    def _unpack_piece(self) -> bytes:
        if self._unpacker.eof:
            self._unpacker = self._packing.unpacker()
            self._is_first_piece = self._given > 0
        piece = self._packed[:_PIECE_BYTES]
        try:
            plain = self._unpacker.decompress(piece)
        except (zlib.error, OSError, zstandard.ZstdError):
            # bz2 says OSError for bad data; the source is not read in this block.
            if self._is_first_piece:
                self._fail(DamagedStream, "is followed by something else")
            else:
                self._fail(CorruptStream, "is corrupt")
            return b""
        self._is_first_piece = False
        rest = self._unpacker.unused_data if self._unpacker.eof else b""
        self._packed = rest + self._packed[_PIECE_BYTES:]
        return plain

    def _fail(self, kind: type[DamagedStream], how: str) -> None:
        self._damage = kind(
            f"the {self._packing.name} data {how} after {self._given:,} unpacked bytes"
        )
