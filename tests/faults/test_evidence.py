"""What would break the promise is found out: each promise is told from every other, and from none."""

from dataclasses import replace

import pytest

from dialer.verdicts import AnswerKind
from tests.faults.evidence import NOTHING_SENT, RESUMABLE, Evidence, Struck, what_happened
from tests.faults.matrix import Cell, Moment, Promise

STRUCK = Struck(Moment.TAKEN, slot=2, was_claimed=True, said="", status=None)
DELIVERED = Evidence(
    struck=STRUCK,
    kind=AnswerKind.ROWS,
    by_the_struck=True,
    arrivals=(1, 1),
    told=(("delivered.ok", True), ("delivered.ok", True)),
)
UNKNOWN = replace(
    DELIVERED,
    kind=AnswerKind.NO_ANSWER,
    told=(("unknown.no_answer", True), ("unknown.no_answer", True)),
)
AGAIN = replace(
    DELIVERED,
    kind=AnswerKind.NOT_SENT,
    told=(("delivered.ok", False), ("delivered.ok", False)),
)
UNCLAIMED = replace(DELIVERED, struck=replace(STRUCK, was_claimed=False))


@pytest.mark.parametrize(
    ("evidence", "promise"),
    [
        (DELIVERED, Promise.DELIVERED),
        (UNCLAIMED, Promise.DELIVERED),
        (UNKNOWN, Promise.UNKNOWN),
        (replace(UNKNOWN, arrivals=(0, 0)), Promise.UNKNOWN),
        (AGAIN, Promise.AGAIN),
        (replace(UNCLAIMED, by_the_struck=False), Promise.LATER),
        (
            replace(UNCLAIMED, struck=replace(UNCLAIMED.struck, said=NOTHING_SENT)),
            Promise.LATER,
        ),
    ],
)
def test_each_promise_is_told_from_the_others(evidence: Evidence, promise: Promise) -> None:
    assert what_happened(evidence) == Cell(promise)
    struck = replace(evidence.struck, said=evidence.struck.said + RESUMABLE, status=1)
    assert what_happened(replace(evidence, struck=struck)) == Cell(promise, stops=True)


@pytest.mark.parametrize(
    "evidence",
    [
        pytest.param(replace(DELIVERED, arrivals=(1, 2)), id="a lead came twice"),
        pytest.param(replace(DELIVERED, arrivals=(1, 0)), id="a lead never came"),
        pytest.param(replace(UNKNOWN, arrivals=(1, 2)), id="an unknown lead came again"),
        pytest.param(replace(AGAIN, arrivals=(2, 2)), id="what was not sent came twice"),
        pytest.param(replace(AGAIN, told=DELIVERED.told), id="what was not sent is delivered"),
        pytest.param(replace(DELIVERED, told=AGAIN.told), id="another request is named"),
        pytest.param(replace(DELIVERED, told=UNKNOWN.told), id="what was answered is unknown"),
        pytest.param(
            replace(UNKNOWN, told=DELIVERED.told), id="what was not answered is delivered"
        ),
        pytest.param(
            replace(DELIVERED, told=(*DELIVERED.told, *UNKNOWN.told)), id="leads are told apart"
        ),
        pytest.param(replace(DELIVERED, by_the_struck=False), id="a claim has changed hands"),
        pytest.param(replace(DELIVERED, kind=AnswerKind.TOO_SOON), id="another kind of answer"),
    ],
)
def test_what_nobody_promised_is_no_cell(evidence: Evidence) -> None:
    with pytest.raises(AssertionError):
        what_happened(evidence)


@pytest.mark.parametrize("status", [0, 1, 2, 3, -6])
def test_a_program_that_ends_without_saying_that_it_goes_on_is_found_out(status: int) -> None:
    struck = replace(STRUCK, status=status, said="Traceback")
    with pytest.raises(AssertionError):
        what_happened(replace(DELIVERED, struck=struck))


def test_a_program_that_was_killed_does_not_stop_by_itself() -> None:
    assert what_happened(replace(DELIVERED, struck=replace(STRUCK, status=-9))) == Cell(
        Promise.DELIVERED
    )
