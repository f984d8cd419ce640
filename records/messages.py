"""A message to the records in it: one answer for each, and at least one for every message.

A message that cannot be read will not be better when it is delivered again, so whatever stands in
one becomes records or a reason, and no exception.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from records.avro_values import plain
from records.blocks import Decoded, Unreadable, as_json
from records.cutting import MAX_RECORD_BYTES
from records.message_avro import has_schema, read_by_schema
from records.message_content import ContentReader, UnreadableContent
from records.message_schemas import MessageSchemas
from records.record_pairs import RecordPairs, with_pairs
from records.record_paths import NoRecord, RecordPath, records_at
from schemas.outcome import outcome_lead

MAX_RECORDS: Final = 100_000
"""How many records one message may hold: from here on each of them is an element of its own."""

_TEXT_LEAD: Final = (
    "an outcome whose lead is a text that cannot be read: correct the text, publish that"
)


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was delivered.

    Attributes:
        data: its content.
        attributes: what its publisher, and the service, said about it.
        message_id: its identity; a message that is delivered again has the same.
        publish_time_secs: when it was published, seconds since 1970 in UTC.
    """

    data: bytes
    attributes: Mapping[str, str]
    message_id: str
    publish_time_secs: float


@dataclass(frozen=True, slots=True)
class MessageRules:
    """How messages are to be read.

    Attributes:
        schemas: finds the schemas of messages that have one.
        record_path: where in a message's objects the records are.
        record_pairs: where in a record names and values are lists; each that is there counts.
    """

    schemas: MessageSchemas
    record_path: RecordPath = ()
    record_pairs: tuple[RecordPairs, ...] = ()


def decode_message(message: Message, rules: MessageRules) -> tuple[list[Decoded], list[Unreadable]]:
    """Read the records of a message.

    The number of each is its place in the message, from 0: the same whenever the message is read
    by these rules.

    Returns:
        Those that could be read and those that could not, each in the message's order; together
        at least one. What the rules' lookup of schemas raises (a service is out of reach) passes
        through, and nothing else is raised.
    """
    reader = ContentReader()
    try:
        value, text = _content(message, rules.schemas, reader)
    except UnreadableContent as e:
        return [], [unreadable(0, NoRecord(e.raw, str(e)))]
    decoded: list[Decoded] = []
    faulty: list[Unreadable] = []
    for number, record in enumerate(records_in(value, rules.record_path, reader)):
        if number == MAX_RECORDS:
            detail = f"the message holds more than {MAX_RECORDS:,} records"
            return [], [unreadable(0, NoRecord(text or message.data, detail))]
        if isinstance(record, NoRecord):
            faulty.append(unreadable(number, record))
        else:
            lead_json = text if record is value and text else as_json(plain(record))
            decoded.append(Decoded(number, with_pairs(record, rules.record_pairs), lead_json))
    return decoded, faulty


def _content(
    message: Message, schemas: MessageSchemas, reader: ContentReader
) -> tuple[object, bytes | None]:
    """Return what a message holds, and the line of JSON that it is, if it is one."""
    if has_schema(message.attributes):
        return read_by_schema(message.data, message.attributes, schemas, reader), None
    value, text = reader.read(message.data, called="the message")
    # A line end can only be blank space between tokens, and would cut the outcome's line.
    return value, text.replace(b"\r", b" ").replace(b"\n", b" ")


def records_in(
    value: object, path: RecordPath, reader: ContentReader, *, called: str = "the message"
) -> Iterator[Mapping[str, object] | NoRecord]:
    """Give the records of a message's value: those of its objects, or of outcomes among them.

    Args:
        value: any.
        path: where in its objects the records are.
        reader: of the message.
        called: what a fault calls the value.
    """
    for held in records_at(value, (), reader, called=called):
        if isinstance(held, NoRecord) or outcome_lead(held) is not None:
            yield from _leads(held, path, reader)
            continue
        for record in records_at(held, path, reader, called=called):
            yield from _leads(record, path, reader)


def _leads(
    found: Mapping[str, object] | NoRecord, path: RecordPath, reader: ContentReader
) -> Iterator[Mapping[str, object] | NoRecord]:
    """Give what was found, or if that is an outcome, the lead that it tells of.

    Such a lead stood at the path once and was taken from there, unless it was refused for want of
    the path: so it is looked for there if there is something, and is the record itself if not.
    """
    lead = None if isinstance(found, NoRecord) else outcome_lead(found)
    if lead is None:
        yield found
    elif isinstance(lead, str):
        yield from _reread(lead, path, reader)
    elif path and path[0] in lead:
        yield from records_at(lead, path, reader)
    else:
        yield lead


def _reread(
    text: str, path: RecordPath, reader: ContentReader
) -> Iterator[Mapping[str, object] | NoRecord]:
    """Give the records of a text that could not be read when it came: by other rules it may."""
    try:
        value, _ = reader.read(text.encode(errors="surrogatepass"), called="the text")
    except UnreadableContent:
        yield NoRecord(text, _TEXT_LEAD)
    else:
        yield from records_at(value, path, reader)


def unreadable(number: int, fault: NoRecord) -> Unreadable:
    """Return the answer for a part that holds no record."""
    raw = fault.raw[:MAX_RECORD_BYTES]
    text = raw if isinstance(raw, str) else raw.decode(errors="backslashreplace")
    return Unreadable(number, text, "unreadable", fault.detail)
