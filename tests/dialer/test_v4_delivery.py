"""A delivery over V4, with all its real parts: what its answers do to the leads, and what is kept."""

from dataclasses import replace
from itertools import pairwise

import pytest

from dialer.dialects import V4
from dialer.simulator import Fault, FaultPlan, Rules, Simulator
from tests.dialer.delivery_rig import GAP_SECS, USER, DeliveryRig, run_through
from tests.dialer.sample_leads import leads, told

OPEN = Rules(gap_secs=0.0)
QUEUED = "delivered/queued"
UNKNOWN = "unknown/no_answer"


def rig_of(simulator: Simulator) -> DeliveryRig:
    return DeliveryRig(simulator, dialect=V4)


def test_leads_are_queued_in_requests_of_500_with_the_gap_between_them() -> None:
    with Simulator(OPEN) as simulator:
        rig = rig_of(simulator)
        outcomes = run_through(rig.start(leads(1, 1100), limit=V4.max_rows))
    assert set(told(outcomes).values()) == {QUEUED}
    assert [arrival.rows for arrival in simulator.arrivals] == [500, 500, 100]
    assert {arrival.parameters["userName"] for arrival in simulator.arrivals} == {USER}
    slots = rig.slots()
    for (_, before), (claim, _) in pairwise(slots):
        assert claim.made.boot_secs - before.answered.boot_secs >= GAP_SECS


def test_each_outcome_names_its_transaction_and_its_request() -> None:
    with Simulator(OPEN) as simulator:
        rig = rig_of(simulator)
        outcomes = run_through(rig.start(leads(1, 4), limit=2))
        transactions = [arrival.transaction_id for arrival in simulator.arrivals]
    assert [(outcome.detail, outcome.request_id) for outcome in outcomes] == [
        (f"transaction {transactions[0]}", "run-1-000001"),
        (f"transaction {transactions[0]}", "run-1-000001"),
        (f"transaction {transactions[1]}", "run-1-000002"),
        (f"transaction {transactions[1]}", "run-1-000002"),
    ]


def test_a_second_start_tells_the_same_outcomes_and_sends_nothing() -> None:
    with Simulator(OPEN) as simulator:
        rig = rig_of(simulator)
        first = run_through(rig.start(leads(1, 5), limit=2))
        again = run_through(rig.start(leads(1, 5), limit=2))
    assert [outcome.to_json_line() for outcome in again] == [
        outcome.to_json_line() for outcome in first
    ]
    assert len(simulator.arrivals) == 3


def test_a_second_run_calls_what_the_first_queued_duplicates() -> None:
    with Simulator(OPEN) as simulator:
        rig = rig_of(simulator)
        run_through(rig.start(leads(1, 2)))
        outcomes = run_through(rig.start(leads(1, 3), run="run-2"))
    assert told(outcomes) == {1: "suppressed/duplicate", 2: "suppressed/duplicate", 3: QUEUED}
    assert max(simulator.taken.values()) == 1


@pytest.mark.parametrize(
    ("fault", "then"),
    [
        (Fault.TOO_SOON, QUEUED),
        (Fault.STATUS_429, QUEUED),
        (Fault.STATUS_503_RETRY_AFTER, QUEUED),
        (Fault.STATUS_500, UNKNOWN),
        (Fault.STATUS_500_TAKEN, UNKNOWN),
        (Fault.STATUS_503, UNKNOWN),
        (Fault.REDIRECT, UNKNOWN),
        (Fault.DROP_BEFORE, UNKNOWN),
        (Fault.DROP_AFTER, UNKNOWN),
        (Fault.UNREADABLE, UNKNOWN),
        (Fault.CUT, UNKNOWN),
        (Fault.EMPTY, UNKNOWN),
        (Fault.NO_ROWS, UNKNOWN),
        (Fault.OTHER_ERROR, UNKNOWN),
        (Fault.BAD_DATA, "failed/dialer_refused"),
    ],
)
def test_an_answer_settles_its_leads_or_lets_them_go_again(fault: Fault, then: str) -> None:
    with Simulator(OPEN, faults=FaultPlan.of(fault)) as simulator:
        rig = rig_of(simulator)
        outcomes = run_through(rig.start(leads(1, 3)))
    assert told(outcomes) == dict.fromkeys((1, 2, 3), then)
    assert max(simulator.taken.values(), default=0) <= 1


def test_a_request_refused_for_one_row_is_halved_until_the_row_stands_alone() -> None:
    plan = FaultPlan.of(Fault.REFUSE_DATE, Fault.REFUSE_DATE, Fault.REFUSE_DATE)
    with Simulator(OPEN, faults=plan) as simulator:
        outcomes = told(run_through(rig_of(simulator).start(leads(1, 4))))
    assert [arrival.rows for arrival in simulator.arrivals] == [4, 2, 1, 1, 2]
    assert outcomes == {1: "failed/dialer_refused", 2: QUEUED, 3: QUEUED, 4: QUEUED}


def test_a_wrong_key_stops_after_one_request_and_names_user_and_key_and_no_campaign() -> None:
    with Simulator(replace(OPEN, keys=frozenset({"another"}))) as simulator:
        rig = rig_of(simulator)
        assert run_through(rig.start(leads(1, 300))) == []
    assert len(simulator.arrivals) == 1
    assert rig.board.pending == 300
    assert "--api_key" in rig.board.stopped
    assert "--api_user" in rig.board.stopped
    assert "sales" not in rig.board.stopped


def test_a_key_that_is_refused_on_the_way_fails_no_lead_of_a_campaign_without_success() -> None:
    plan = FaultPlan.of(Fault.NONE, Fault.NO_USER)
    waiting = [*leads(1, 2, campaign="first"), *leads(3, 4, campaign="second")]
    with Simulator(OPEN, faults=plan) as simulator:
        rig = rig_of(simulator)
        assert told(run_through(rig.start(waiting))) == {1: QUEUED, 2: QUEUED}
        assert rig.board.pending == 2
        outcomes = told(run_through(rig.start(waiting)))
    assert outcomes == dict.fromkeys((1, 2, 3, 4), QUEUED)
    assert max(simulator.taken.values()) == 1


def test_an_unknown_campaign_stops_with_all_causes() -> None:
    with Simulator(replace(OPEN, campaigns=frozenset({"another"}))) as simulator:
        rig = rig_of(simulator)
        assert run_through(rig.start(leads(1, 3))) == []
    assert all(word in rig.board.stopped for word in ("--api_user", "--api_key", "'sales'"))
