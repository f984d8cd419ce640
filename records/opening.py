"""From a file's stored bytes to its plain text and its layout: the way into every lead file."""

from dataclasses import dataclass

from records.compression import open_plain, packing_of
from records.encodings import MARK_BYTES, UTF8, as_utf8, encoding_of
from records.layout import HEAD_BYTES, Layout, NotALeadFile, detect_layout
from records.peeking import ByteStream, Peekable
from records.wrapping import Wrapping
from records.zip_file import NotOneFile, open_zip
from schemas.lead_schema import LeadSchema


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A lead file, opened.

    Attributes:
        content: the plain content from its first byte.
        layout: how its records are read.
        packing: how the file is packed (`gzip`, `bzip2`, `zstd`, `zip`), or None.
        encoding: what the text is written in, for the operator.
    """

    content: ByteStream
    layout: Layout
    packing: str | None
    encoding: str

    @property
    def is_stored_plain(self) -> bool:
        """Whether the content is the file as it is stored, byte for byte."""
        return self.packing is None and self.encoding == UTF8


def open_text(raw: ByteStream) -> Peekable:
    """Give the plain content of a stream as UTF-8 text: unpacked, and UTF-16 brought to UTF-8.

    Args:
        raw: the file's own bytes, as stored. It stays the caller's to close.

    Raises:
        NotOneFile: It is a zip archive of none, of several, or of what cannot be read.
    """
    return Peekable(as_utf8(_unpacked(raw)[0]))


def open_leads(
    raw: ByteStream,
    *,
    name: str,
    schema: LeadSchema,
    wrapping: Wrapping | None = None,
    delimiter: str | None = None,
) -> OpenedFile:
    """Open a lead file, whatever its packing, encoding and layout.

    Args:
        raw: the file's own bytes, as stored; a zip archive is read only if one can go to any place
            in it. It stays the caller's to close.
        name: the file's name, for messages.
        schema: what a lead is.
        wrapping: where in the file's records the leads are, if they are not the leads themselves.
        delimiter: what separates the cells, if it is CSV; None: the header says so.

    Raises:
        NotALeadFile: It is another kind of file, its header names no phone column, or its records
            wrap nothing.
    """
    try:
        unpacked, packing = _unpacked(raw)
    except NotOneFile as e:
        raise NotALeadFile(f"{name} is {e}") from e
    encoding = encoding_of(unpacked.peek(MARK_BYTES))
    text = Peekable(as_utf8(unpacked))
    layout = detect_layout(
        text.peek(HEAD_BYTES), name=name, schema=schema, wrapping=wrapping, delimiter=delimiter
    )
    return OpenedFile(text, layout, packing, encoding)


def _unpacked(raw: ByteStream) -> tuple[Peekable, str | None]:
    """Return the plain bytes of a stream, and what they were packed with."""
    unzipped = open_zip(raw)
    if unzipped is not None:
        return Peekable(unzipped), "zip"
    packed = Peekable(raw)
    packing = packing_of(packed)
    return Peekable(open_plain(packed)), packing
