"""Running a step on the pinned runner, and reading what it gives."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import apache_beam as beam
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import assert_that, equal_to

from records.lead_block import Lead, LeadBlock
from schemas.lead_schema import default_lead_schema
from schemas.outcome import Outcome, Source
from transforms.validate import LeadRules

AT = "2027-01-15T08:00:00.000Z"
BUILT_IN_SCHEMA = (Path(__file__).parents[2] / "schemas" / "lead.avsc").read_text("utf-8")
SCHEMA = default_lead_schema()
RULES = LeadRules(
    schema_text=BUILT_IN_SCHEMA,
    schema_name="lead.avsc",
    time_zone="Asia/Kolkata",
    campaign="Summer",
    campaign_field=None,
)

Brief = tuple[str, str, int | None]
"""Status, reason and record number of an outcome."""


def pinned() -> beam.Pipeline:
    """A pipeline on the runner that the program uses."""
    return beam.Pipeline(runner=FnApiRunner())


def brief(outcomes: Iterable[Outcome]) -> list[Brief]:
    return [(str(each.status), each.reason, each.source.record) for each in outcomes]


def expect(values: beam.PCollection, expected: Sequence[object], label: str) -> None:
    """See that an output holds exactly these values, in any order."""
    assert_that(values, equal_to(list(expected)), label=label)


def expect_outcomes(outcomes: beam.PCollection, expected: Sequence[Brief], label: str) -> None:
    """See that an output holds exactly these outcomes, in any order."""
    expect(outcomes | f"Brief {label}" >> beam.FlatMap(brief), expected, label)


def lead(
    number: int, *, campaign: str = "Summer", file: str = "leads.csv", **changes: object
) -> Lead:
    """A lead with a number of its own, as ValidateLeads gives it."""
    phone = str(changes.pop("phone", 9_876_500_000 + number))
    values: dict[str, object] = {
        "source": Source.of_record(file, number),
        "campaign": campaign,
        "phone": phone,
        "e164": int(f"91{phone}"),
        "values": json.dumps([phone, f"Lead {number}", None, None]).encode(),
        "expires_at": None,
        "do_not_call": False,
        "note": None,
        "lead_json": json.dumps({"PhoneNumber": phone}).encode(),
        **changes,
    }
    return Lead(**values)  # type: ignore[arg-type]  # as the tests give them


def leads_of(block: LeadBlock) -> list[Lead]:
    return [block.row(index) for index in range(len(block))]
