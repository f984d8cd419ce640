"""A stream whose beginning can be looked at before it is read.

What a file is stands in its first bytes, and object stores give streams that cannot seek back.
"""

from typing import Protocol

_READ_BYTES = 64 * 1024


class DamagedStream(Exception):
    """A packed stream is cut off or corrupt; what could be unpacked has been given out before."""


class CorruptStream(DamagedStream):
    """A packed stream whose checksum does not match: any byte that it gave out may be wrong."""


class ByteStream(Protocol):
    """Whatever bytes can be read from, front to back: a file, a socket, an unpacker."""

    def read(self, size: int, /) -> bytes:
        """Return at least one and at most `size` bytes; none at the end."""
        ...


class Peekable:
    """Reads a stream to its end; `peek` shows what comes next without consuming it.

    A `DamagedStream` met while peeking is raised when the bytes before it have been read, and
    again by every later `read`.

    >>> import io
    >>> stream = Peekable(io.BytesIO(b"abc"))
    >>> stream.peek(2), stream.read(9), stream.read(9)
    (b'ab', b'abc', b'')
    """

    def __init__(self, source: ByteStream) -> None:
        self._source = source
        self._ahead = b""
        self._damage: DamagedStream | None = None

    def peek(self, size: int) -> bytes:
        """Return the next `size` bytes, or what there is before the end (or the damage)."""
        chunks = [self._ahead]
        held = len(self._ahead)
        while held < size and self._damage is None:
            try:
                chunk = self._source.read(_READ_BYTES)
            except DamagedStream as damage:
                self._damage = damage
                break
            if not chunk:
                break
            chunks.append(chunk)
            held += len(chunk)
        self._ahead = b"".join(chunks)
        return self._ahead[:size]

    def read(self, size: int, /) -> bytes:
        """Return at least one and at most `size` bytes; none at the end.

        Raises:
            DamagedStream: All bytes before the damage have been read.
        """
        if self._ahead:
            taken, self._ahead = self._ahead[:size], self._ahead[size:]
            return taken
        if self._damage is not None:
            raise self._damage
        return self._source.read(size)
