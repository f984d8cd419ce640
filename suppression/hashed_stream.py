"""A stream that is hashed as it is read."""

import hashlib
import io
from collections.abc import Callable
from typing import Final

from records.peeking import ByteStream

_READ_BYTES: Final = 1 << 20


class HashedStream(io.RawIOBase):
    """A stream whose bytes are hashed as they are read; in zip archives one goes to and fro."""

    def __init__(self, raw: ByteStream, note_read: Callable[[int], None]) -> None:
        super().__init__()
        self._raw = raw
        self._note_read = note_read
        self._hash = hashlib.sha256()
        self._at = 0
        self.size_bytes = 0
        """How many bytes have been read and hashed, from the first on."""

    def begins_with(self, mark: bytes) -> bool:
        """Whether the stream begins with some bytes; one that cannot be sought in does not tell."""
        if not self.seekable():
            return False
        head = self.read(len(mark))
        self.seek(0)
        return head == mark

    def digest(self) -> str:
        """The hash of all that was read, as hexadecimal digits."""
        return self._hash.hexdigest()

    def read(self, size: int = -1, /) -> bytes:
        """Return at least one byte and at most `size`; none at the end."""
        data = self._raw.read(size)
        new = data[max(0, self.size_bytes - self._at) :] if self._at <= self.size_bytes else b""
        self._at += len(data)
        if new:
            self._hash.update(new)
            self.size_bytes += len(new)
            self._note_read(len(new))
        return data

    def read_on(self) -> None:
        """Read what was left out, so that all is hashed."""
        if self._at != self.size_bytes:
            self.seek(self.size_bytes)
        while self.read(_READ_BYTES):
            pass

    def readable(self) -> bool:
        """Whether it can be read from."""
        return True

    def seekable(self) -> bool:
        """Whether one can go to any place."""
        return isinstance(self._raw, io.IOBase) and self._raw.seekable()

    def seek(self, place: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place."""
        if not isinstance(self._raw, io.IOBase):
            raise io.UnsupportedOperation
        self._at = self._raw.seek(place, whence)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at
