"""The JSON in a message, out of whatever publishers put around it.

Some pack what they publish, some encode it in base64 although the transport does so too, some
write their JSON as a JSON text; nothing but the bytes says so. What comes out of all the layers of
one message is bounded: a few bytes can be packed so that they unpack to gigabytes.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from typing import Final

from records.compression import open_plain
from records.encodings import UTF8_MARK
from records.foreign import foreign_file, is_binary
from records.json_lines import NotJson, json_kind, read_json
from records.peeking import DamagedStream

MAX_PLAIN_BYTES: Final = 10 * 1024 * 1024
"""How much one message may unpack to: as much as Pub/Sub lets anyone publish unpacked."""

_READ_BYTES: Final = 64 * 1024
# Messages that are packed are gzip. Of the other ways that files come in, bzip2 makes a hundred
# megabytes of a few dozen bytes before it can be stopped.
_GZIP: Final = b"\x1f\x8b\x08"
_OTHER_PACKING: Final = (b"BZh", b"\x28\xb5\x2f\xfd")
_MAX_LAYERS: Final = 4
# Nothing is given back once it is taken: a long run of blanks would be tried at each of them.
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\s-]++={0,2}\s*+")
_JSON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*[{\[\"]")
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_BLANKS: Final = b" \t\r\n\v\f="


class UnreadableContent(Exception):
    """A content that is no object or list of JSON; says why, and quotes nothing of it.

    Attributes:
        raw: the innermost text that could be got at.
    """

    def __init__(self, detail: str, raw: bytes) -> None:
        super().__init__(detail)
        self.raw = raw


class ContentReader:
    """Reads the contents of one message: its own, and those of texts in it."""

    def __init__(self) -> None:
        self._room = MAX_PLAIN_BYTES

    def read(
        self, content: bytes, *, called: str, keep_literals: bool = True
    ) -> tuple[object, bytes]:
        """Read a content as JSON.

        Args:
            content: JSON in UTF-8, packed as gzip, in base64, or as a JSON text, in any order.
            called: what a fault calls it.
            keep_literals: whether numbers that a float would hide stay their text: not where a
                schema says what they are.

        Returns:
            An object or a list, and its text.

        Raises:
            UnreadableContent: It is neither.

        >>> ContentReader().read(b"eyJQaG9uZSI6MX0=", called="the message")
        ({'Phone': 1}, b'{"Phone":1}')
        """
        for _ in range(_MAX_LAYERS):
            text = self._unpacked(content, called).removeprefix(UTF8_MARK).strip()
            try:
                value = read_json(text, called=called, keep_literals=keep_literals)
            except NotJson as e:
                fault = _foreign(text, called) or str(e)
                value = None
            else:
                if isinstance(value, dict | list):
                    return value, text
                fault = f"{called} is {json_kind(value)}, not an object or a list of objects"
            inner = _wrapped_in(value) if isinstance(value, str) else _from_base64(text)
            if inner is None:
                break
            content = inner
        raise UnreadableContent(fault, text)

    def _unpacked(self, content: bytes, called: str) -> bytes:
        if not content.startswith(_GZIP):
            if len(content) > MAX_PLAIN_BYTES:
                raise self._too_great(content, called)
            return content
        stream = open_plain(io.BytesIO(content))
        pieces: list[bytes] = []
        try:
            while piece := stream.read(_READ_BYTES):
                self._room -= len(piece)
                if self._room < 0:
                    raise self._too_great(content, called)
                pieces.append(piece)
        except DamagedStream as e:
            raise UnreadableContent(f"{called} is packed: {e}", content) from e
        return b"".join(pieces)

    def _too_great(self, content: bytes, called: str) -> UnreadableContent:
        return UnreadableContent(
            f"{called} is greater than is read: a message may hold {MAX_PLAIN_BYTES:,} bytes, "
            "unpacked",
            content,
        )


def _foreign(text: bytes, called: str) -> str | None:
    """Say what a content is that is no JSON, where that can be told by its beginning."""
    if not text:
        return f"{called} is empty"
    if text.startswith(_OTHER_PACKING):
        return f"{called} is packed, and not as gzip"
    kind = foreign_file(text)
    if kind is not None:
        return f"{called} is {kind.what}, not JSON"
    if is_binary(text):
        return f"{called} is binary data, and nothing says of which kind"
    return None


def _wrapped_in(text: str) -> bytes | None:
    """Return the content of a JSON text, if that may be JSON again or base64 of it."""
    content = text.encode(errors="replace")
    return content if _JSON_START.match(content) else _from_base64(content)


def _from_base64(text: bytes, *, may_be_again: bool = True) -> bytes | None:
    """Return what a text is the base64 of, if that is JSON by its beginning, or packed.

    Or once more the base64 of such a content: some publishers encode what is encoded already.
    """
    if not _BASE64.fullmatch(text):
        return None
    bare = text.translate(_URL_SAFE, _BLANKS)
    try:
        content = base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return None
    is_content = _JSON_START.match(content) or content.startswith((_GZIP, *_OTHER_PACKING))
    if is_content or (may_be_again and _from_base64(content, may_be_again=False) is not None):
        return content
    return None
