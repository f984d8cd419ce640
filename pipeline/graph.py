"""The pipeline: the way of a lead, from a file to its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass

import apache_beam as beam

from transforms.batch import BatchFileLeads
from transforms.decode import DecodeLeads
from transforms.deliver import DeliverBatches
from transforms.delivery_settings import DeliverySettings, LedgerSettings
from transforms.lists import ListSettings
from transforms.read import InputFile, ReadLeads
from transforms.screen import ScreenLeads
from transforms.validate import LeadRules, ValidateLeads
from transforms.write_outcomes import WriteOutcomes


@dataclass(frozen=True, slots=True)
class Job:
    """All that the graph of one start of a run is made of.

    Attributes:
        files: the files of leads.
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
    validated = decoded.records | "Validate leads" >> ValidateLeads(rules=job.rules)
    screened = validated.accepted | "Screen leads" >> ScreenLeads(
        lists=job.lists, sent_before=job.sent_before
    )
    batched = screened.accepted | "Batch leads" >> BatchFileLeads(account=job.delivery.url)
    sent = batched | "Deliver batches" >> DeliverBatches(settings=job.delivery, lists=job.lists)

    for kind, outcomes in {
        "unreadable": decoded.rejected,
        "invalid": validated.rejected,
        "screened": screened.rejected,
        "delivered": sent.delivered,
        "failed": sent.failed,
        "unknown": sent.unknown,
        "suppressed": sent.suppressed,
    }.items():
        outcomes | f"Write {kind} outcomes" >> WriteOutcomes(
            folder=job.outcomes_folder, start=f"{job.start}-{kind}"
        )
