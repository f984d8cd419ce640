"""From a file's stored bytes to its plain text and its layout: the way into every lead file."""

from records.compression import open_plain
from records.encodings import as_utf8
from records.layout import HEAD_BYTES, Layout, detect_layout
from records.peeking import ByteStream, Peekable
from schemas.lead_schema import LeadSchema


def open_text(raw: ByteStream) -> Peekable:
    """Give the plain content of a stream as UTF-8 text: unpacked, and UTF-16 brought to UTF-8.

    Args:
        raw: the file's own bytes, as stored. It stays the caller's to close.
    """
    return Peekable(as_utf8(open_plain(raw)))


def open_leads(raw: ByteStream, *, name: str, schema: LeadSchema) -> tuple[ByteStream, Layout]:
    """Open a lead file, whatever its packing, encoding and layout.

    Args:
        raw: the file's own bytes, as stored. It stays the caller's to close.
        name: the file's name, for messages.
        schema: what a lead is.

    Returns:
        The plain content from its first byte, and the layout: what `split_records` takes.

    Raises:
        NotALeadFile: It is another kind of file, or its header names no phone column.
    """
    text = open_text(raw)
    return text, detect_layout(text.peek(HEAD_BYTES), name=name, schema=schema)
