"""Text streams in other encodings, brought to UTF-8 ahead of everything that looks at bytes.

Spreadsheets and advertising portals export UTF-16 with a byte order mark; between two bytes of
it nothing that looks for commas and line ends is safe.
"""

import codecs

from records.peeking import ByteStream, Peekable

UTF8_MARK = codecs.BOM_UTF8
_READ_BYTES = 64 * 1024
_UTF16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
MARK_BYTES = 4
"""So many bytes of a text tell its encoding."""
UTF8 = "UTF-8"
"""The encoding of a text that no mark says to be another."""


def encoding_of(start: bytes) -> str:
    r"""Return the encoding that a text's mark tells, as people call it.

    >>> encoding_of(b"\xff\xfeN\0"), encoding_of(b"Name")
    ('UTF-16-LE', 'UTF-8')
    """
    codec = _utf16_codec(start)
    return UTF8 if codec is None else codec.upper()


def _utf16_codec(start: bytes) -> str | None:
    if start[:MARK_BYTES] == codecs.BOM_UTF32_LE:  # it begins with UTF-16's mark
        return None
    return _UTF16_MARKS.get(start[:2])


def as_utf8(stream: ByteStream) -> ByteStream:
    """Give a stream's text as UTF-8: UTF-16 is told by its byte order mark, all else is as it is.

    What is no character in UTF-16 (half a pair, half a unit) becomes U+FFFD. The mark itself is
    kept, as UTF-8's.

    >>> import io
    >>> as_utf8(io.BytesIO("né".encode("utf-16"))).read(99).decode("utf-8-sig")
    'né'
    """
    source = Peekable(stream)
    codec = _utf16_codec(source.peek(MARK_BYTES))
    return source if codec is None else _Recoded(source, codec)


class _Recoded:
    """A stream of UTF-16 given out as UTF-8."""

    def __init__(self, source: ByteStream, codec: str) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(codec)(errors="replace")
        self._ready = b""

    def read(self, size: int, /) -> bytes:
        while not self._ready:
            chunk = self._source.read(_READ_BYTES)
            self._ready = self._decoder.decode(chunk, final=not chunk).encode()
            if not chunk:
                break
        taken, self._ready = self._ready[:size], self._ready[size:]
        return taken
