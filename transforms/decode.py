"""DecodeLeads: raw records to records with named fields."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

import apache_beam as beam
import numpy as np
import numpy.typing as npt

from records.blocks import Decoded, RawBlock, Unreadable, source_of
from records.decoding import decode_by_column
from records.tables import Table
from schemas.outcome import Outcome, Source, Status, utc_text
from transforms.metrics import RECORDS_READ, count_rejected, count_windows_1252

RECORDS = "records"
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class DecodedBlock:
    """Records of one file that could be read.

    Attributes:
        file: the file's name.
        records: those that were read row by row.
        table: those that were read by column; None: there are none.
    """

    file: str
    records: list[Decoded]
    table: Table | None = None

    def __len__(self) -> int:
        return len(self.records) + (0 if self.table is None else len(self.table.numbers))

    def row_wise(self, rows: npt.NDArray[np.intp] | None = None) -> "DecodedBlock":
        """The records, with some of the table's as if they had been read row by row.

        Args:
            rows: which rows of the table; None: all.
        """
        if self.table is None:
            return self
        taken = np.arange(len(self.table.numbers)) if rows is None else rows
        numbers = self.table.numbers[taken].tolist()
        lines = self.table.lead_json(taken).to_pylist()
        found = map(Decoded, numbers, self.table.fields(taken), lines)
        return DecodedBlock(self.file, sorted([*self.records, *found], key=attrgetter("number")))

    def located(self) -> Iterator[tuple[Source, Decoded]]:
        """Each record with its source."""
        for record in self.records:
            yield source_of(record, self.file), record


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
        decoded = decode_by_column(block)
        unreadable = decoded.unreadable
        found = DecodedBlock(block.file, decoded.records, decoded.table)
        RECORDS_READ.inc(len(found) + len(unreadable))
        count_windows_1252(block.file, sum(record.windows_1252 for record in decoded.records))
        if len(found):
            yield beam.pvalue.TaggedOutput(RECORDS, found)
        if unreadable:
            at = utc_text(time.time())
            outcomes = [
                unreadable_outcome(record, source_of(record, block.file), at)
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
