"""A file's text on its way to be cut: without NUL bytes, in pieces of one size.

NUL is padding of fixed-width exports and crashed writers, never text.
"""

from records.peeking import ByteStream, DamagedStream


class PlainText:
    r"""Reads a stream without its NUL bytes.

    Places in the text count without them, so where there were any they are no places in the stream.

    Attributes:
        first_nul: where in the text the first NUL byte was dropped; None: none has been, until now.

    >>> import io
    >>> text = PlainText(io.BytesIO(b"a\0bc"))
    >>> text.skip(1)
    >>> text.read_up_to(9), text.first_nul
    (b'bc', 1)
    """

    def __init__(self, stream: ByteStream, *, is_text: bool = True) -> None:
        """Read a stream.

        Args:
            stream: its content.
            is_text: whether NUL is padding; in a binary format it is a value.
        """
        self._stream = stream
        self._is_text = is_text
        self._ahead = b""
        self._passed = 0
        self.first_nul: int | None = None

    def read_up_to(self, size: int) -> bytes:
        """Return the next `size` bytes; fewer only at the end, and before a damage.

        Raises:
            DamagedStream: All bytes before the damage have been read.
        """
        parts, missing = [self._ahead], size - len(self._ahead)
        while missing > 0:
            try:
                piece = self._stream.read(missing)
            except DamagedStream:
                # What came before is given out first; the stream raises again when it is asked.
                if any(parts):
                    break
                raise
            if not piece:
                break
            text = piece.replace(b"\0", b"") if self._is_text else piece
            if self.first_nul is None and len(text) < len(piece):
                self.first_nul = self._passed + piece.index(b"\0")
            self._passed += len(text)
            parts.append(text)
            missing -= len(text)
        whole = b"".join(parts)
        self._ahead = whole[size:]
        return whole[:size]

    def skip(self, size: int) -> None:
        """Pass over the next `size` bytes, or what there is before the end."""
        while size > 0 and (passed := self.read_up_to(min(size, 1 << 20))):
            size -= len(passed)
