"""DecodeLeads: raw records to records with named fields."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam

from records.blocks import Decoded, RawBlock, Unreadable
from records.decoding import decode
from schemas.outcome import Outcome, Source, Status, utc_text
from transforms.metrics import RECORDS_READ, ROWS_AS_WINDOWS_1252, count_rejected

RECORDS = "records"
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class DecodedBlock:
    """Records of one file that could be read."""

    file: str
    records: list[Decoded]

    def located(self) -> Iterator[tuple[Source, Decoded]]:
        """Each record with its source."""
        for record in self.records:
            yield Source.of_record(self.file, record.number), record


@dataclass(frozen=True, slots=True)
class DecodedLeads:
    """What DecodeLeads gives: blocks of records, and outcomes of what could not be read."""

    records: beam.PCollection
    rejected: beam.PCollection


class DecodeLeads(beam.PTransform):
    """Decodes blocks of raw records.

    Input: `RawBlock`.
    Outputs: `records`: `DecodedBlock`; `rejected`: lists of `Outcome`, status invalid.
    Guarantee: every record is in exactly one of the two.
    Parallelism: by block.
    """

    def expand(self, blocks: beam.PCollection) -> DecodedLeads:
        """Apply to `RawBlock`s."""
        tagged = blocks | "Decode block" >> beam.ParDo(_DecodeBlockFn()).with_outputs(
            RECORDS, UNREADABLE
        )
        return DecodedLeads(tagged[RECORDS], tagged[UNREADABLE])


class _DecodeBlockFn(beam.DoFn):
    """Decodes one block."""

    def process(self, block: RawBlock) -> Iterator[beam.pvalue.TaggedOutput]:
        decoded, unreadable = decode(block)
        RECORDS_READ.inc(len(decoded) + len(unreadable))
        ROWS_AS_WINDOWS_1252.inc(sum(record.windows_1252 for record in decoded))
        if decoded:
            yield beam.pvalue.TaggedOutput(RECORDS, DecodedBlock(block.file, decoded))
        if unreadable:
            at = utc_text(time.time())
            outcomes = [
                unreadable_outcome(record, Source.of_record(block.file, record.number), at)
                for record in unreadable
            ]
            count_rejected(outcomes)
            yield beam.pvalue.TaggedOutput(UNREADABLE, outcomes)


def unreadable_outcome(record: Unreadable, source: Source, at: str) -> Outcome:
    """The outcome of a record that could not be read."""
    return Outcome(
        status=Status.INVALID,
        reason=record.reason,
        detail=record.detail,
        campaign=None,
        phone=None,
        lead_json=record.lead_json,
        source=source,
        request_id=None,
        at=at,
    )
