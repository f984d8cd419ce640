"""ValidateLeads: records to leads, by the schema."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

import apache_beam as beam
import numpy as np
import orjson
import pyarrow as pa

from records.blocks import Decoded
from records.lead_block import Lead, LeadBlock
from records.tables import Table
from schemas.checker import CheckedLead, LeadChecker, Refusal
from schemas.column_checker import ColumnChecker
from schemas.lead_schema import load_lead_schema
from schemas.outcome import Outcome, Source, Status, utc_text
from schemas.row_form import ANY_ROW, RowForm
from transforms.decode import DecodedBlock
from transforms.in_process import is_first_alteration
from transforms.metrics import VALUES_ALTERED, count_rejected

ACCEPTED = "accepted"
INVALID = "invalid"

OnAltered = Callable[[Source | None, int], None]
"""Is told how many values of a lead (None: of leads of a file) are not sent as they were read."""


@dataclass(frozen=True, slots=True)
class ValidatedLeads:
    """What ValidateLeads gives: blocks of leads, and outcomes of the records that are none."""

    accepted: beam.PCollection
    rejected: beam.PCollection


@dataclass(frozen=True, slots=True)
class LeadRules:
    """What a lead of this run is.

    Attributes:
        schema_text: the lead schema, as JSON.
        schema_name: what its user calls it.
        time_zone: the zone of the dialer's wall clock.
        campaign: the campaign of all leads; None: the column `campaign_field` names it.
        campaign_field: that column.
        form: what the dialer takes in a row, beyond what the schema says.
    """

    schema_text: str
    schema_name: str
    time_zone: str
    campaign: str | None
    campaign_field: str | None
    form: RowForm = ANY_ROW

    def checker(self) -> LeadChecker:
        """The checker that holds leads to these rules."""
        return LeadChecker(
            load_lead_schema(self.schema_text, name=self.schema_name),
            zone=ZoneInfo(self.time_zone),
            campaign=self.campaign,
            campaign_field=self.campaign_field,
            form=self.form,
        )


class Located(Protocol):
    """Records that were decoded, each with its source: a block of a file, or of messages."""

    def located(self) -> Iterator[tuple[Source, Decoded]]:
        """Each record with its source."""
        ...


class ValidateLeads(beam.PTransform):
    """Holds records to the lead schema.

    Input: `DecodedBlock`.
    Outputs: `accepted`: `LeadBlock`; `rejected`: lists of `Outcome`, status invalid, each with all
        the faults of its record.
    Guarantee: every record is in exactly one of the two.
    Parallelism: by block.
    """

    def __init__(self, *, rules: LeadRules) -> None:
        """Validate by these rules."""
        super().__init__()
        self._rules = rules

    def expand(self, blocks: beam.PCollection) -> ValidatedLeads:
        """Apply to `DecodedBlock`s."""
        tagged = blocks | "Validate block" >> beam.ParDo(
            _ValidateBlockFn(self._rules)
        ).with_outputs(ACCEPTED, INVALID)
        return ValidatedLeads(tagged[ACCEPTED], tagged[INVALID])


class _ValidateBlockFn(beam.DoFn):
    """Checks the records of one block."""

    def __init__(self, rules: LeadRules) -> None:
        self._rules = rules

    def setup(self) -> None:
        self._checker = self._rules.checker()
        self._columns = ColumnChecker(self._checker)

    def process(self, block: DecodedBlock) -> Iterator[beam.pvalue.TaggedOutput]:
        accepted, refused = check_block(
            block, self._checker, self._columns, on_altered=_count_altered
        )
        if accepted is not None:
            yield beam.pvalue.TaggedOutput(ACCEPTED, accepted)
        if refused:
            count_rejected(refused)
            yield beam.pvalue.TaggedOutput(INVALID, refused)


def _count_altered(source: Source | None, values: int) -> None:
    """Count values that were altered, once however often a message that is held is validated."""
    if source is None or is_first_alteration(source):
        VALUES_ALTERED.inc(values)


def _tell_nobody(_source: Source | None, _values: int) -> None:
    """Who does not ask is not told."""


def check_block(
    block: Located,
    checker: LeadChecker,
    columns: ColumnChecker,
    *,
    on_altered: OnAltered = _tell_nobody,
) -> tuple[LeadBlock | None, list[Outcome]]:
    """The leads of a block, and the outcomes of the records that are none.

    What is plainly a lead by its columns is taken together; the checker sees the others one by one.

    Args:
        block: the block.
        checker: the authority.
        columns: what applies it to columns.
        on_altered: is told how many values were altered for the dialer.
    """
    plain: LeadBlock | None = None
    if isinstance(block, DecodedBlock) and block.table is not None:
        plain, block = _split(block, block.table, columns, on_altered)
    leads, refused = check_records(block, checker, on_altered=on_altered)
    if not leads:
        return plain, refused
    others = LeadBlock.of(leads)
    return (others if plain is None else plain.merged(others)), refused


def _split(
    block: DecodedBlock, table: Table, columns: ColumnChecker, on_altered: OnAltered
) -> tuple[LeadBlock | None, DecodedBlock]:
    """The records of a block that are plainly leads, and the others."""
    count = len(table.numbers)
    checked = columns.check(table.names, table.cells, count, is_tidy=table.is_tidy)
    if checked is None:
        return None, block.row_wise()
    numbers = pa.array(table.numbers[checked.rows], pa.int64())
    others = np.ones(count, np.bool_)
    others[checked.rows] = False
    lines = table.lead_json(checked.rows)
    plain = LeadBlock.of_columns(block.file, numbers, checked, lines)
    if checked.altered:
        on_altered(None, checked.altered)
    return plain, block.row_wise(np.flatnonzero(others))


def check_records(
    block: Located, checker: LeadChecker, *, on_altered: OnAltered = _tell_nobody
) -> tuple[list[Lead], list[Outcome]]:
    """The leads of a block, and the outcomes of the records that are none."""
    leads: list[Lead] = []
    refused: list[Outcome] = []
    at = utc_text(time.time())
    for source, record in block.located():
        checked = checker.check(record.fields)
        if isinstance(checked, Refusal):
            refused.append(_outcome(record, checked, source, at))
        else:
            leads.append(_lead(record, checked, source))
            if checked.altered:
                on_altered(source, checked.altered)
    return leads, refused


def _lead(record: Decoded, checked: CheckedLead, source: Source) -> Lead:
    return Lead(
        source=source,
        campaign=_whole(checked.campaign),
        phone=checked.phone,
        e164=checked.e164,
        values=_sendable(checked.values),
        expires_at=checked.expires_at,
        do_not_call=checked.do_not_call,
        note=_whole(checked.note) if checked.note else None,
        lead_json=record.lead_json,
    )


def _sendable(values: Sequence[object]) -> bytes:
    """The values as a JSON array."""
    try:
        return orjson.dumps(values)
    except orjson.JSONEncodeError:
        return orjson.dumps(
            [_whole(value) if isinstance(value, str) else value for value in values]
        )


def _whole(text: str) -> str:
    """A text with U+FFFD for half a surrogate pair, which neither UTF-8 nor Arrow can hold."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _outcome(record: Decoded, refusal: Refusal, source: Source, at: str) -> Outcome:
    return Outcome(
        status=Status.INVALID,
        reason=refusal.reason,
        detail=refusal.detail,
        campaign=refusal.campaign,
        phone=refusal.phone,
        lead_json=record.lead_json,
        source=source,
        request_id=None,
        at=at,
    )
