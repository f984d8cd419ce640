"""How a file is to be read, found from its first bytes: CSV, JSON lines or a JSON array, and its header.

By content, not by name: exports arrive under any name. The name is asked only where the content
says nothing, as in a file of JSON lines that begins with junk.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from records.avro_file import AVRO_START, AvroWriter, BadAvroFile, may_wrap, read_header, record_of
from records.cutting import MAX_RECORD_BYTES
from records.foreign import foreign_file, is_binary
from records.header import Header, looks_like_data, read_headers, shown_columns, text_start
from records.json_detection import first_names, is_document, is_object
from records.json_elements import cut_elements
from records.rows import without_marks
from records.wrapping import Wrapping
from schemas.columns import has_phone_column, nearest_phone_column
from schemas.lead_schema import LeadSchema

# How much of a file's beginning decides; a header must end within it.
HEAD_BYTES = 256 * 1024

PARQUET_START = b"PAR1"
"""How a Parquet file begins; what is in it stands at its end (see `records.parquet_file`)."""

MAX_WRAPPER_BYTES = 32 << 20
"""How long a record may be that leads are taken from: it may hold all leads of the file."""

# What a Cloud Storage subscription writes of each message.
_MESSAGE = frozenset({"data", "attributes", "message_id", "publish_time"})

# How many records are asked for the names of their keys.
_NAMING_RECORDS = 100

# What a name of a column has hardly in it, and other programs write between columns.
_OTHER_DELIMITERS = "~^:!#$%*=\\,;|"

_JSON_LINES_NAME = re.compile(r"\.(?:jsonl|ndjson|ldjson)(?:\.\w+)?$", re.IGNORECASE)


Format = Literal["csv", "json_lines", "json_array", "avro", "parquet"]
"""How the records of a file may be written."""


class NotALeadFile(Exception):
    """A file that holds no leads; the text says what it is and what to do, and no phone number."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the records of a file are read.

    Attributes:
        format: how the records are written.
        delimiter: what separates the cells, in CSV.
        header: the columns' names, in CSV; "" for a nameless one. Empty: there is no text at all.
        body_offset: where the first record begins: so many bytes into the plain content, in
            UTF-8 and without NUL bytes.
        names: the columns or keys as they are known before the records are read, for the operator:
            of JSON those of the first records.
        writer: what the header of an Avro file says.
        wrapping: where in its records the leads are, if they are not the leads themselves.
    """

    format: Format
    delimiter: str | None = None
    header: tuple[str, ...] = ()
    body_offset: int = 0
    names: tuple[str, ...] = ()
    writer: AvroWriter | None = None
    wrapping: Wrapping | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no text at all."""
        return self.format == "csv" and not self.header

    @property
    def is_text(self) -> bool:
        """Whether the content is text."""
        return self.format not in ("avro", "parquet")

    @property
    def most_record_bytes(self) -> int:
        """How long a record may be."""
        return MAX_RECORD_BYTES if self.wrapping is None else MAX_WRAPPER_BYTES

    @property
    def holds_messages(self) -> bool:
        """Whether it is a file of messages, as a subscription writes them, and leads are in them."""
        is_in_data = self.wrapping is not None and self.wrapping.first_key == "data"
        return is_in_data and self.format == "avro" and set(self.names) >= _MESSAGE


def detect_layout(
    head: bytes,
    *,
    name: str,
    schema: LeadSchema,
    wrapping: Wrapping | None = None,
    delimiter: str | None = None,
) -> Layout:
    """Find out how a lead file is to be read.

    Args:
        head: the first `HEAD_BYTES` bytes of the plain content (see `records.opening`), or all
            of it where it is shorter.
        name: the file's name, for messages.
        schema: what a lead is; the header of a CSV file must have a column for its phone number.
        wrapping: where in the file's records the leads are, if they are not the leads themselves.
        delimiter: what separates the cells, if it is CSV; None: the header says so.

    Raises:
        NotALeadFile: It is another kind of file, its header names no phone column, or its records
            wrap nothing.
    """
    is_wrapped = wrapping is not None
    layout = _detected(head, name=name, schema=schema, is_wrapped=is_wrapped, delimiter=delimiter)
    if wrapping is None or layout.is_empty:
        return layout
    if layout.format in ("csv", "parquet"):
        kind = "CSV" if layout.format == "csv" else "Parquet"
        raise NotALeadFile(
            f"{name} is {kind}: {wrapping} is for JSON and Avro; leave it out for this file"
        )
    return replace(layout, wrapping=wrapping)


def _detected(
    head: bytes, *, name: str, schema: LeadSchema, is_wrapped: bool, delimiter: str | None
) -> Layout:
    if head.startswith(PARQUET_START):
        return Layout("parquet")
    if head.startswith(AVRO_START):
        return _avro(head, name=name, schema=schema, is_wrapped=is_wrapped)
    foreign = foreign_file(head)
    if foreign is not None:
        raise NotALeadFile(f"{name} is {foreign.what}; {foreign.remedy}")
    content = head.replace(b"\0", b"")
    whole = len(head) < HEAD_BYTES
    text = content[text_start(content) :]
    lines = _text_lines(text, whole=whole)
    if not text.strip():
        return _empty(content, name=name, whole=whole)
    if lines and is_object(lines[0]):
        return _json_lines(content, text, lines)
    if is_document(text, lines):
        return _json_array(content, text)
    headers = read_headers(content, delimiter)
    header = _phone_header(headers, schema)
    if header is not None:
        return _csv(header, name=name, whole=whole)
    if is_wrapped and not lines and text.lstrip().startswith(b"{"):
        # One line, longer than is looked at: perhaps all leads are in it.
        return _json_array(content, text)
    if _is_json_lines(text, lines, name=name):
        return _json_lines(content, text, lines)
    if is_binary(head):
        raise NotALeadFile(f"{name} is binary data of a kind not known here; export it as CSV")
    raise NotALeadFile(_without_phone_column(headers, name=name, schema=schema))


def _text_lines(text: bytes, *, whole: bool) -> list[bytes]:
    """Return the lines that are not blank, the last one only if nothing of it is missing."""
    lines = text.split(b"\n")
    if not whole:
        lines.pop()
    return [line for line in lines if line.strip()]


def _empty(content: bytes, *, name: str, whole: bool) -> Layout:
    if not whole:
        raise NotALeadFile(f"{name} begins with {HEAD_BYTES:,} bytes without any text")
    return Layout("csv", ",", body_offset=len(content))


def _phone_header(headers: Sequence[Header], schema: LeadSchema) -> Header | None:
    """Choose the delimiter under which there is a phone column, and of several the most columns.

    `Phone;;` has one under the comma too, with two semicolons in its name.
    """
    fitting = [header for header in headers if has_phone_column(header.cells, schema)]
    return max(fitting, key=lambda header: len(header.cells), default=None)


def _csv(header: Header, *, name: str, whole: bool) -> Layout:
    if not header.ended and not whole:
        raise NotALeadFile(
            f"{name}: its header does not end within {HEAD_BYTES:,} bytes; check the quotes in it"
        )
    names = tuple(cell for cell in header.cells if cell)
    return Layout("csv", header.delimiter, header.cells, header.end, names)


def _json_lines(content: bytes, text: bytes, lines: Sequence[bytes]) -> Layout:
    names = first_names(lines[:_NAMING_RECORDS])
    return Layout("json_lines", body_offset=len(content) - len(text), names=names)


def _avro(head: bytes, *, name: str, schema: LeadSchema, is_wrapped: bool) -> Layout:
    try:
        writer, size = read_header(head)
        record = record_of(writer)
    except BadAvroFile as e:
        raise NotALeadFile(f"{name} is {e}") from e
    names = tuple(field.name for field in record.fields)
    is_known = is_wrapped or may_wrap(record) or has_phone_column(names, schema)
    if not is_known:
        raise NotALeadFile(without_phone_column(names, name=name, schema=schema))
    return Layout("avro", body_offset=size, names=names, writer=writer)


def _json_array(content: bytes, text: bytes) -> Layout:
    names = first_names(cut_elements(text)[:_NAMING_RECORDS])
    return Layout("json_array", body_offset=len(content) - len(text), names=names)


def _is_json_lines(text: bytes, lines: Sequence[bytes], *, name: str) -> bool:
    if any(map(is_object, lines)):
        return True
    return text.lstrip().startswith(b"{") or _JSON_LINES_NAME.search(name) is not None


def _without_phone_column(headers: Sequence[Header], *, name: str, schema: LeadSchema) -> str:
    cells = max((header.cells for header in headers), key=len, default=())
    if looks_like_data(cells):
        wanted = _wanted(schema)
        return f"{name} has {wanted}: its first line looks like a lead; add a line of column names"
    sign = _other_delimiter(cells, schema)
    if sign is not None:
        read = f"{name} has {_wanted(schema)}; read: {shown_columns(cells)}"
        return f"{read}. Do its columns stand apart by --csv_delimiter '{sign}'?"
    return without_phone_column(cells, name=name, schema=schema)


def _other_delimiter(cells: Sequence[str], schema: LeadSchema) -> str | None:
    """A sign that was not tried, under which there would be a phone column."""
    if len(cells) != 1:
        return None
    splits = {sign: without_marks(cells[0].split(sign)) for sign in _OTHER_DELIMITERS}
    return next((sign for sign, split in splits.items() if has_phone_column(split, schema)), None)


def without_phone_column(columns: Sequence[str], *, name: str, schema: LeadSchema) -> str:
    """Say that none of a file's columns feeds the phone field, and which is nearest to its names."""
    read = f"{name} has {_wanted(schema)}; read: {shown_columns(columns) or 'no text'}"
    nearest = nearest_phone_column(columns, schema)
    return read if nearest is None else f"{read}. Should one of them be {nearest}?"


def _wanted(schema: LeadSchema) -> str:
    return f"no column {schema.phone.name} (or another of its names in the lead schema)"
