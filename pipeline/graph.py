"""The pipeline: the way of a lead, from a file or a message to its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

import apache_beam as beam

from records.messages import Message
from transforms.batch import BatchFileLeads, BatchStreamLeads
from transforms.check_batches import CheckBatches, CheckSettings
from transforms.decode import DecodedLeads, DecodeLeads
from transforms.deliver import DeliverBatches, DeliveredLeads, DeliverRound
from transforms.deliver_stream import DeliverStream
from transforms.delivery_settings import DeliverySettings, LedgerSettings
from transforms.lists import ListSettings
from transforms.messages import DecodeMessages, MessageSettings
from transforms.note_findings import NoteFindings
from transforms.queue_leads import LeadsByAccount, LeadsByCampaign
from transforms.read import InputFile, ReadLeads, ranges_of
from transforms.record_outcomes import OutcomeSettings, RecordOutcomes
from transforms.screen import ScreenLeads
from transforms.validate import LeadRules, ValidateLeads

Rejected = dict[str, beam.PCollection]
"""Lists of outcomes, by the step that rejected the records."""


@dataclass(frozen=True, slots=True)
class Job:
    """All that the graph of one start of a run is made of.

    Attributes:
        rules: what a lead is.
        lists: the do-not-disturb lists.
        sent_before: the ledger, where leads of this run may have been sent before this start.
        delivery: how and where to deliver.
        outcomes: where outcomes go.
    """

    rules: LeadRules
    lists: ListSettings
    sent_before: LedgerSettings | None
    delivery: DeliverySettings
    outcomes: OutcomeSettings


@dataclass(frozen=True, slots=True)
class Check:
    """All that the graph of a check is made of.

    Attributes:
        rules: what a lead is.
        lists: the do-not-disturb lists.
        settings: how leads would be delivered.
    """

    rules: LeadRules
    lists: ListSettings
    settings: CheckSettings


def build(pipeline: beam.Pipeline, job: Job, files: Sequence[InputFile]) -> None:
    """Every record of `files` goes in here, and comes out as exactly one outcome."""
    accepted, rejected = _accept(_read(pipeline, files), job)
    batched = accepted | "Batch leads" >> BatchFileLeads(account=job.delivery.url)
    sent = batched | "Deliver batches" >> DeliverBatches(settings=job.delivery, lists=job.lists)
    _record(rejected, sent, job)


def build_check(pipeline: beam.Pipeline, check: Check, files: Sequence[InputFile]) -> None:
    """Every record of `files` goes in here; what would become of it is noted, and nothing is posted."""
    screen = ScreenLeads(lists=check.lists, sent_before=None)
    accepted, rejected = _accept_by(_read(pipeline, files), check.rules, screen)
    batched = accepted | "Batch leads" >> BatchFileLeads(account=check.settings.account)
    checked = batched | "Check batches" >> CheckBatches(settings=check.settings)
    rejected | "Note findings" >> NoteFindings(checked)


def build_round(
    pipeline: beam.Pipeline,
    job: Job,
    messages: Sequence[Message],
    *,
    settings: MessageSettings,
    may_send: bool,
) -> None:
    """One round of the local event loop: what can be settled now of the messages that are held."""
    held = pipeline | "Take held messages" >> beam.Create([messages], reshuffle=False)
    decoded = held | "Decode messages" >> DecodeMessages(settings=settings)
    accepted, rejected = _accept(decoded, job)
    batched = accepted | "Batch leads" >> BatchFileLeads(account=job.delivery.url)
    sent = batched | "Deliver round" >> DeliverRound(
        settings=job.delivery, lists=job.lists, may_send=may_send
    )
    _record(rejected, sent, job)


def build_stream(
    pipeline: beam.Pipeline,
    job: Job,
    read: beam.PTransform,
    *,
    settings: MessageSettings,
    flush_secs: float,
) -> None:
    """The unbounded graph: what `read` gives, lists of messages without end, goes in here."""
    messages = pipeline | "Read messages" >> read
    decoded = messages | "Decode messages" >> DecodeMessages(settings=settings)
    accepted, rejected = _accept(decoded, job)
    leads = accepted | "Leads by campaign" >> LeadsByCampaign()
    batches = leads | "Batch leads" >> BatchStreamLeads(
        batch_size=job.delivery.limit, flush_secs=flush_secs
    )
    queued = batches | "Leads by account" >> LeadsByAccount(account=job.delivery.url)
    sent = queued | "Deliver stream" >> DeliverStream(settings=job.delivery, lists=job.lists)
    _record(rejected, sent, job)


def _read(pipeline: beam.Pipeline, files: Sequence[InputFile]) -> DecodedLeads:
    """The records of files, decoded."""
    ranges = pipeline | "Name ranges" >> beam.Create(ranges_of(files))
    read = ranges | "Read leads" >> ReadLeads()
    decoded: DecodedLeads = read | "Decode leads" >> DecodeLeads()
    return decoded


def _accept(decoded: DecodedLeads, job: Job) -> tuple[beam.PCollection, Rejected]:
    """The leads of a job that may be sent, and the outcomes of the records that may not."""
    screen = ScreenLeads(
        lists=job.lists,
        sent_before=job.sent_before,
        by_any_run=job.delivery.dedupe_window_secs is not None,
    )
    return _accept_by(decoded, job.rules, screen)


def _accept_by(
    decoded: DecodedLeads, rules: LeadRules, screen: ScreenLeads
) -> tuple[beam.PCollection, Rejected]:
    """The leads that these rules and this screen let pass, and the outcomes of other records."""
    validated = decoded.records | "Validate leads" >> ValidateLeads(rules=rules)
    screened = validated.accepted | "Screen leads" >> screen
    return screened.accepted, {
        "unreadable": decoded.rejected,
        "invalid": validated.rejected,
        "screened": screened.rejected,
    }


def _record(rejected: Rejected, sent: DeliveredLeads, job: Job) -> None:
    """Each outcome to where it stays."""
    delivered = {
        "delivered": sent.delivered,
        "failed": sent.failed,
        "unknown": sent.unknown,
        "suppressed": sent.suppressed,
    }
    {**rejected, **delivered} | "Record outcomes" >> RecordOutcomes(job.outcomes)
