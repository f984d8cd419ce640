"""DecodeMessages: Pub/Sub messages to records with named fields."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import apache_beam as beam

from records.blocks import Decoded, Unreadable
from records.message_schemas import BadMessageSchemas, MessageSchemas
from records.messages import Message, MessageRules, decode_message
from records.record_pairs import parse_record_pairs
from records.record_paths import parse_record_path
from schemas.outcome import Source, utc_text
from transforms.decode import RECORDS, UNREADABLE, DecodedLeads, unreadable_outcome
from transforms.in_process import MESSAGES, halting
from transforms.metrics import RECORDS_READ
from transforms.schema_service import SchemaService, SchemaServiceFailed

CAMPAIGN_ATTRIBUTE = "attribute:"
"""What stands before an attribute's name where it serves as the column of a lead's campaign."""


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """How messages are to be read, in a form that can travel to a worker.

    Attributes:
        record_path: where in a message's objects the records are; None: they are the records.
        record_pairs: where in a record names and values are lists.
        schemas: a file or folder of Avro schemas; None: the schema service is asked.
        campaign_attribute: the attribute that names each lead's campaign, or None.
        project: the project that the subscription, and so its schemas, belong to.
    """

    record_path: str | None
    record_pairs: tuple[str, ...]
    schemas: str | None
    campaign_attribute: str | None
    project: str | None = None

    def faults(self) -> list[str]:
        """What is wrong with them, each with the name of its option."""
        checks: list[tuple[str, Callable[[], object]]] = []
        if self.record_path is not None:
            checks.append(("--record_path", partial(parse_record_path, self.record_path)))
        for text in self.record_pairs:
            checks.append(("--record_pairs", partial(parse_record_pairs, text)))
        if self.schemas is not None:
            checks.append(
                ("--message_schemas", partial(MessageSchemas.of_path, Path(self.schemas)))
            )
        faults = []
        for option, check in checks:
            try:
                check()
            except (ValueError, BadMessageSchemas) as error:
                faults.append(f"{option}: {error}")
        return faults

    def rules(self) -> MessageRules:
        """The rules that these settings give.

        Raises:
            ValueError: one of them cannot be read.
            BadMessageSchemas: the file or folder holds no schemas.
        """
        return MessageRules(
            schemas=MessageSchemas.of_path(Path(self.schemas))
            if self.schemas
            else MessageSchemas(SchemaService(self.project)),
            record_path=parse_record_path(self.record_path) if self.record_path else (),
            record_pairs=tuple(parse_record_pairs(text) for text in self.record_pairs),
        )


@dataclass(frozen=True, slots=True)
class DecodedMessages:
    """Records of messages that could be read, each with the id of its message."""

    records: list[tuple[str, Decoded]]

    def located(self) -> Iterator[tuple[Source, Decoded]]:
        """Each record with its source."""
        for message_id, record in self.records:
            yield Source.of_message(message_id, record.number), record


class DecodeMessages(beam.PTransform):
    """Decodes messages that this process holds.

    Input: lists of `Message`.
    Outputs: `records`: `DecodedMessages`; `rejected`: lists of `Outcome`, status invalid.
    Guarantee: every record of a message is in exactly one of the two, but those that have had their
        outcome since the message arrived.
    Parallelism: by list.
    """

    def __init__(self, *, settings: MessageSettings) -> None:
        """Decode by these settings."""
        super().__init__()
        self._settings = settings

    def expand(self, messages: beam.PCollection) -> DecodedLeads:
        """Apply to lists of `Message`."""
        tagged = messages | "Decode list" >> beam.ParDo(
            _DecodeMessagesFn(self._settings)
        ).with_outputs(RECORDS, UNREADABLE)
        return DecodedLeads(tagged[RECORDS], tagged[UNREADABLE])


class _DecodeMessagesFn(beam.DoFn):
    """Decodes one list of messages."""

    def __init__(self, settings: MessageSettings) -> None:
        self._settings = settings

    def setup(self) -> None:
        self._rules = open_rules(self._settings)

    def process(self, messages: Sequence[Message]) -> Iterator[beam.pvalue.TaggedOutput]:
        with halting(SchemaServiceFailed):
            decoded, unreadable = self._decode(messages)
        RECORDS_READ.inc(len(decoded) + len(unreadable))
        if decoded:
            yield beam.pvalue.TaggedOutput(RECORDS, DecodedMessages(decoded))
        if unreadable:
            at = utc_text(time.time())
            outcomes = [
                unreadable_outcome(record, Source.of_message(message_id, record.number), at)
                for message_id, record in unreadable
            ]
            yield beam.pvalue.TaggedOutput(UNREADABLE, outcomes)

    def _decode(
        self, messages: Sequence[Message]
    ) -> tuple[list[tuple[str, Decoded]], list[tuple[str, Unreadable]]]:
        decoded: list[tuple[str, Decoded]] = []
        unreadable: list[tuple[str, Unreadable]] = []
        for message in messages:
            readable, rest = decode_message(message, self._rules)
            held = MESSAGES.get(message.message_id)
            settled = held.settled if held else set()
            decoded += [
                (message.message_id, with_campaign(record, message, self._settings))
                for record in readable
                if record.number not in settled
            ]
            unreadable += [
                (message.message_id, record) for record in rest if record.number not in settled
            ]
        return decoded, unreadable


def with_campaign(record: Decoded, message: Message, settings: MessageSettings) -> Decoded:
    """The record with the attribute that names its campaign as a further column."""
    name = settings.campaign_attribute
    if name is None:
        return record
    column = {CAMPAIGN_ATTRIBUTE + name: message.attributes.get(name, "")}
    return dataclasses.replace(record, fields={**record.fields, **column})


def count_leads(message: Message, settings: MessageSettings) -> int:
    """How many records a message holds; one that cannot be read counts as one.

    Raises:
        SchemaServiceFailed: its schema cannot be asked for.
    """
    readable, rest = decode_message(message, open_rules(settings))
    return len(readable) + len(rest)


@lru_cache(maxsize=1)
def open_rules(settings: MessageSettings) -> MessageRules:
    """The rules, kept with the schemas that they have found, for all rounds of this process."""
    return settings.rules()
