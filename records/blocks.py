"""What passes between reading, splitting and decoding."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from records.layout import Layout
from schemas.outcome import Source


@dataclass(frozen=True, slots=True)
class RawBlock:
    """Some whole records of a file, one behind the other, as bytes.

    Attributes:
        file: the file's name, as the caller calls it.
        first: the number of the first record; data records count from 1, blank lines not at all.
        layout: how the bytes are to be read.
        content: the records with their line ends, without NUL bytes. It begins and ends between
            records.
        records: how many records are in it.
        size_bytes: how far it goes in the plain content; more than `content` has where that is the
            beginning of a record too long to be kept.
        fault: why the one record in it cannot be read as it stands.
    """

    file: str
    first: int
    layout: Layout
    content: bytes
    records: int
    size_bytes: int
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """A record that could be read.

    Attributes:
        number: which data record of its file it is, from 1; in a message, from 0.
        fields: its values by their names as the file has them: text in CSV, any JSON value in
            JSON lines. A name that stands twice over different values has a tuple of them.
        lead_json: the record as one line of JSON.
        windows_1252: its bytes were no UTF-8 and have been read as Windows-1252.
        message_id: of the message that was written to the file, if its record is one.
    """

    number: int
    fields: Mapping[str, object]
    lead_json: bytes
    windows_1252: bool = False
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    r"""A record that could not be read.

    Attributes:
        number: which data record of its file it is, from 1; in a message, from 0.
        raw: its text, at most 1 MiB of it; a byte that is no UTF-8 stands as a backslash escape
            (`\xff`), unless the row was read as Windows-1252.
        reason: `unreadable`, or `columns` when its cells fit no columns.
        detail: what is wrong with it.
        message_id: of the message that was written to the file, if its record is one.
    """

    number: int
    raw: str
    reason: str
    detail: str
    message_id: str | None = None

    @property
    def lead_json(self) -> bytes:
        """The raw text as a JSON string."""
        return as_json(self.raw)


def sort_out(
    answers: Iterable[Decoded | Unreadable],
) -> tuple[list[Decoded], list[Unreadable]]:
    """Return the records that could be read and those that could not, each in their order."""
    decoded: list[Decoded] = []
    unreadable: list[Unreadable] = []
    for answer in answers:
        if isinstance(answer, Decoded):
            decoded.append(answer)
        else:
            unreadable.append(answer)
    return decoded, unreadable


def source_of(record: Decoded | Unreadable, file: str) -> Source:
    """Return where a record came from: its place in the file, or in the message in the file."""
    if record.message_id is not None:
        return Source.of_message(record.message_id, record.number)
    return Source.of_record(file, record.number)


def as_json(value: object) -> bytes:
    """Write a value as one line of JSON, lone halves of a surrogate pair as their escapes.

    >>> as_json(("a", None))
    b'["a",null]'
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")
