"""The pipeline: the way of a lead, from a file to its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

import apache_beam as beam

from records.messages import Message
from transforms.batch import BatchFileLeads
from transforms.decode import DecodedLeads, DecodeLeads
from transforms.deliver import DeliverBatches, DeliveredLeads, DeliverRound
from transforms.delivery_settings import DeliverySettings, LedgerSettings
from transforms.lists import ListSettings
from transforms.messages import DecodeMessages, MessageSettings
from transforms.read import InputFile, ReadLeads
from transforms.screen import ScreenLeads
from transforms.validate import LeadRules, ValidateLeads
from transforms.write_outcomes import WriteOutcomes

Rejected = dict[str, beam.PCollection]
"""Lists of outcomes, by the step that rejected the records."""


@dataclass(frozen=True, slots=True)
class Job:
    """All that the graph of one start of a run is made of.

    Attributes:
        files: the files of leads; none where leads come in messages.
        rules: what a lead is.
        lists: the do-not-disturb lists.
        sent_before: the ledger, where an earlier start of this run may have sent leads.
        delivery: how and where to deliver.
        outcomes_folder: where outcomes are written.
        start: names this start of the run.
    """

    files: Sequence[InputFile]
    rules: LeadRules
    lists: ListSettings
    sent_before: LedgerSettings | None
    delivery: DeliverySettings
    outcomes_folder: str
    start: str


def build(pipeline: beam.Pipeline, job: Job) -> None:
    """Every record of `job.files` goes in here, and comes out as exactly one outcome."""
    files = pipeline | "Name files" >> beam.Create(job.files)
    read = files | "Read leads" >> ReadLeads()
    decoded = read | "Decode leads" >> DecodeLeads()
    accepted, rejected = _accept(decoded, job)
    batched = accepted | "Batch leads" >> BatchFileLeads(account=job.delivery.url)
    sent = batched | "Deliver batches" >> DeliverBatches(settings=job.delivery, lists=job.lists)
    _write(rejected, sent, job)


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
    _write(rejected, sent, job)


def _accept(decoded: DecodedLeads, job: Job) -> tuple[beam.PCollection, Rejected]:
    """The leads that may be sent, and the outcomes of the records that may not."""
    validated = decoded.records | "Validate leads" >> ValidateLeads(rules=job.rules)
    screened = validated.accepted | "Screen leads" >> ScreenLeads(
        lists=job.lists,
        sent_before=job.sent_before,
        by_any_run=job.delivery.dedupe_window_secs is not None,
    )
    return screened.accepted, {
        "unreadable": decoded.rejected,
        "invalid": validated.rejected,
        "screened": screened.rejected,
    }


def _write(rejected: Rejected, sent: DeliveredLeads, job: Job) -> None:
    """A writer behind each output, fused to its step: outcomes are there as soon as they are known."""
    delivered = {
        "delivered": sent.delivered,
        "failed": sent.failed,
        "unknown": sent.unknown,
        "suppressed": sent.suppressed,
    }
    for kind, outcomes in {**rejected, **delivered}.items():
        outcomes | f"Write {kind} outcomes" >> WriteOutcomes(
            folder=job.outcomes_folder, start=f"{job.start}-{kind}"
        )
