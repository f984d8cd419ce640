"""What a file is that is no text with leads or numbers in it, told by its first bytes."""

import codecs
import re
from collections.abc import Collection
from dataclasses import dataclass

_SAVE_AS_CSV = "save it as CSV (UTF-8)"
_EXPORT = "export the data as CSV (UTF-8)"
_UNPACK = "unpack it first"
_CONVERT = "convert it to CSV"

_WORDS_BYTES = 40
_SAMPLE_BYTES = 4096
# Printable text has none of these; NUL is padding, and the separators 1C to 1F do occur in cells.
_CONTROLS = bytes([*range(1, 9), *range(14, 28)])
_MAX_CONTROL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A kind of file that is not read.

    Attributes:
        what: what it is, with its article.
        remedy: what the user can do.
    """

    what: str
    remedy: str


_WORKBOOK = ForeignFile("an Excel workbook", _SAVE_AS_CSV)
_OPEN_DOCUMENT = ForeignFile("an OpenDocument spreadsheet", _SAVE_AS_CSV)
_OFFICE_DOCUMENT = ForeignFile("an Excel workbook or another Office document", _SAVE_AS_CSV)
_STARTS = (
    (
        rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "an Excel workbook of the old kind (.xls)",
        _SAVE_AS_CSV,
    ),
    (rb"%PDF-", "a PDF document", _EXPORT),
    (rb"\{\\rtf", "a rich text document", _EXPORT),
    (rb"Obj\x01", "an Avro file", _CONVERT),
    (rb"PAR1", "a Parquet file", _CONVERT),
    (rb"ARROW1|\xff{4}.{3}\0\x10\0\0\0", "an Arrow file", _CONVERT),
    (rb"ORC\x03|ORC$", "an ORC file", _CONVERT),
    (rb"SQLite format 3\0", "an SQLite database", _EXPORT),
    (rb"7z\xbc\xaf\x27\x1c", "a 7-zip archive", _UNPACK),
    (rb"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (rb"\xfd7zXZ\0", "an xz file", _UNPACK),
    (rb"\x04\x22\x4d\x18", "an lz4 file", _UNPACK),
    (rb".{257}ustar", "a tar archive", _UNPACK),
    (rb"\x1f\x8b|BZh[1-9]1AY&SY|\x28\xb5\x2f\xfd", "a file that was packed twice", _UNPACK),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF", "a picture or a recording", _EXPORT),
    (rb"BEGIN:VCARD", "a vCard address book", _EXPORT),
    (
        re.escape(codecs.BOM_UTF32_LE) + rb"|" + re.escape(codecs.BOM_UTF32_BE),
        "text in UTF-32",
        "save it as UTF-8",
    ),
)
_KINDS = tuple(
    (re.compile(start, re.DOTALL), ForeignFile(what, remedy)) for start, what, remedy in _STARTS
)
_TEXT_START = rb"(?:\xef\xbb\xbf|\s)*"
_PAGE = re.compile(_TEXT_START + rb"<(?:!doctype\s+html|html|head|body|table|!--)", re.IGNORECASE)
_XML = re.compile(_TEXT_START + rb"<[?!a-z][^\r\n>]*>", re.IGNORECASE)


def foreign_file(head: bytes) -> ForeignFile | None:
    """Say what a file is by its beginning, if it is no text that could hold records.

    Args:
        head: the plain (unpacked, UTF-8) content's first bytes.

    >>> foreign_file(b"%PDF-1.7").what
    'a PDF document'
    >>> foreign_file(b"PhoneNumber,Name")
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return office_beginning(head) or ForeignFile("a zip archive", _UNPACK)
    for start, kind in _KINDS:
        if start.match(head):
            return kind
    if _PAGE.match(head):
        return ForeignFile("a web page", f"download the data itself, or {_EXPORT}")
    if _XML.match(head):
        return ForeignFile("XML", _EXPORT)
    return ForeignFile("text in UTF-16", "save it as UTF-8") if _is_utf16(head) else None


def office_beginning(head: bytes) -> ForeignFile | None:
    """Say which document of an office program a zip archive probably is, by its beginning."""
    if b"xl/" in head:
        return _WORKBOOK
    if b"opendocument.spreadsheet" in head:
        return _OPEN_DOCUMENT
    if b"[Content_Types].xml" in head:
        return _OFFICE_DOCUMENT
    return None


def office_document(names: Collection[str]) -> ForeignFile | None:
    """Say which document of an office program a zip archive is, if it is one.

    Args:
        names: of all files in it.

    >>> office_document(["xl/workbook.xml", "[Content_Types].xml"]).what
    'an Excel workbook'
    >>> office_document(["leads.csv"])
    """
    if "[Content_Types].xml" in names:
        is_workbook = any(name.startswith("xl/") for name in names)
        return _WORKBOOK if is_workbook else _OFFICE_DOCUMENT
    if any(name.startswith("xl/workbook.") for name in names):
        return _WORKBOOK
    return _OPEN_DOCUMENT if "META-INF/manifest.xml" in names else None


def _is_utf16(head: bytes) -> bool:
    """Tell UTF-16 that no mark announces: every second byte of its first words is NUL."""
    sample = head[:_WORDS_BYTES]
    halves = (sample[::2], sample[1::2])
    return any(len(half) > 3 and half.count(0) > 0.9 * len(half) for half in halves) and (
        sample.count(0) < 0.7 * len(sample)
    )


def is_binary(head: bytes) -> bool:
    """Say whether a head that nothing else explains is no text at all.

    >>> is_binary(bytes(range(32))), is_binary(b"Name,City")
    (True, False)
    """
    sample = head[:_SAMPLE_BYTES]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls > _MAX_CONTROL_SHARE * len(sample)
