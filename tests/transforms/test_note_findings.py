import random

import apache_beam as beam
from hypothesis import given
from hypothesis import strategies as st

from dialer.rehearsal import Rehearsed
from pipeline.summary import summarise
from schemas.outcome import Outcome, Source, Status
from tests.transforms.running import AT, pinned
from transforms.check_batches import CheckedLeads
from transforms.note_findings import (
    FINDINGS,
    MOST_EXAMPLES,
    Example,
    Findings,
    NoteFindings,
    forget_findings,
)


def outcome(file: str, record: int, reason: str = "dnd") -> Outcome:
    return Outcome(
        status=Status.SUPPRESSED,
        reason=reason,
        detail=f"detail {record}",
        campaign="Summer",
        phone="9876500001",
        lead_json=b"{}",
        source=Source.of_record(file, record),
        request_id=None,
        at=AT,
    )


def test_outcomes_of_all_steps_are_counted_and_kept_as_examples_with_what_would_be_sent() -> None:
    forget_findings()
    pipeline = pinned()
    screened = pipeline | "Screened" >> beam.Create([[outcome("b.csv", 2)], [outcome("a.csv", 9)]])
    withheld = pipeline | "Withheld" >> beam.Create([[outcome("a.csv", 3, "duplicate")]])
    sent = pipeline | "Sent" >> beam.Create([Rehearsed(requests=2), Rehearsed(requests=3)])
    {"screened": screened} | NoteFindings(CheckedLeads(withheld, sent))
    result = pipeline.run()
    result.wait_until_finish()

    assert summarise(result.metrics()).outcomes == {
        (Status.SUPPRESSED, "dnd"): 2,
        (Status.SUPPRESSED, "duplicate"): 1,
    }
    assert FINDINGS.sent.requests == 5
    assert FINDINGS.examples == {
        (Status.SUPPRESSED, "dnd"): [
            Example("a.csv", 9, "detail 9"),
            Example("b.csv", 2, "detail 2"),
        ],
        (Status.SUPPRESSED, "duplicate"): [Example("a.csv", 3, "detail 3")],
    }
    forget_findings()
    assert Findings() == FINDINGS


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(1, 99)), unique=True, min_size=1, max_size=40
    ),
    st.randoms(use_true_random=False),
)
def test_the_first_records_of_a_reason_are_kept_in_whatever_order_they_come(
    places: list[tuple[str, int]], shuffler: random.Random
) -> None:
    findings = Findings()
    shuffler.shuffle(places)
    for place in places:
        findings.keep_examples([outcome(*place)])
        assert all(len(kept) <= MOST_EXAMPLES for kept in findings.examples.values())

    (kept,) = findings.examples.values()
    assert [(each.file, each.record) for each in kept] == sorted(places)[:MOST_EXAMPLES]
