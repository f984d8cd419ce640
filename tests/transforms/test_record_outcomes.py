from pathlib import Path

import apache_beam as beam
import pytest

from schemas.outcome import Outcome, Source, Status
from tests.transforms.running import pinned
from tests.transforms.test_write_outcomes import outcome
from transforms.in_process import MESSAGES, MessageState
from transforms.record_outcomes import OutcomeSettings, RecordOutcomes


def record(kinds: dict[str, list[list[Outcome]]], settings: OutcomeSettings) -> dict[str, int]:
    """Record lists of outcomes, and give the counters."""
    pipeline = pinned()
    given = {
        kind: pipeline | f"Give {kind}" >> beam.Create(lists, reshuffle=False)
        for kind, lists in kinds.items()
    }
    given | RecordOutcomes(settings)
    result = pipeline.run()
    result.wait_until_finish()
    return {c.key.metric.name: c.committed for c in result.metrics().query()["counters"]}


def test_outcomes_are_counted_by_status_and_reason(tmp_path: Path) -> None:
    dnd = outcome(3, Status.SUPPRESSED, "dnd")

    counts = record(
        {"delivered": [[outcome(1), outcome(2)]], "screened": [[dnd]]},
        OutcomeSettings(str(tmp_path), "0001-abcdef"),
    )

    assert counts["outcomes.delivered.ok"] == 2
    assert counts["outcomes.suppressed.dnd"] == 1
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["0001-abcdef-delivered.jsonl", "0001-abcdef-screened.jsonl"]


def test_a_message_is_settled_when_all_its_outcomes_are_where_they_stay(tmp_path: Path) -> None:
    MESSAGES["m"] = MessageState(leads=2)
    settings = OutcomeSettings(str(tmp_path), "s")

    record({"delivered": [[of_message(0)]]}, settings)
    assert not MESSAGES["m"].is_settled
    record({"failed": [[of_message(1)]]}, settings)
    assert MESSAGES["m"].is_settled


def test_a_message_is_not_settled_by_an_outcome_that_could_not_be_written(tmp_path: Path) -> None:
    MESSAGES["m"] = MessageState(leads=1)

    with pytest.raises(Exception, match="while running"):
        record({"delivered": [[of_message(0)]]}, OutcomeSettings(str(tmp_path / "none"), "s"))

    assert not MESSAGES["m"].is_settled


def of_message(index: int) -> Outcome:
    return Outcome(
        status=Status.DELIVERED,
        reason="ok",
        detail="",
        campaign="Summer",
        phone="9876512345",
        lead_json=b"{}",
        source=Source.of_message("m", index),
        request_id="000001-ab",
        at="2027-01-15T08:00:00.000Z",
    )
