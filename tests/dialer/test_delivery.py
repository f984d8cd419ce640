import logging
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from dialer.memory_store import MemoryStore
from dialer.simulator.faults import Fault, PlannedFault
from dialer.simulator.plan import FaultPlan
from dialer.simulator.rules import Rules
from dialer.simulator.server import Simulator
from dialer.slot_format import answer_name, claim_name, encode_claim
from dialer.slots import Claim, ClaimedLead, Sender, make_claim
from dialer.store import NotDurable, StoreError
from dialer.verdicts import AnswerKind
from records.lead_block import Lead
from tests.dialer.delivery_rig import GAP_SECS, KEY, DeliveryRig, run_through
from tests.dialer.sample_leads import Listed, lead, leads, told

DELIVERED = "delivered/ok"
OPEN_RULES = Rules(gap_secs=0.0)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(OPEN_RULES) as running:
        yield running


def faulty(*faults: Fault, rules: Rules = OPEN_RULES) -> Simulator:
    return Simulator(rules, faults=FaultPlan.of(*faults))


def claimed_by_another(
    rig: DeliveryRig, carried: list[Lead], *, run: str = "run-1", lock: str | None = None
) -> Claim:
    """A process claims the next slot, and is not heard of again."""
    now = rig.clock.now()
    slot = rig.ledger().tail.last_slot + 1
    claim = make_claim(
        slot=slot,
        token="its token",
        sender=Sender("another process", run, lock),
        campaign=carried[0].campaign,
        leads=[ClaimedLead(one.phone, one.source) for one in carried],
        lists="",
        timeout_secs=60.0,
        read_at=now,
        now=now,
    )
    rig.store.put_new(claim_name(slot), encode_claim(claim))
    return claim


# The plain way


def test_every_lead_is_delivered_and_the_gap_is_kept_between_all_requests(
    simulator: Simulator,
) -> None:
    rig = DeliveryRig(simulator)
    outcomes = run_through(rig.start(leads(1, 450)))
    assert told(outcomes) == dict.fromkeys(range(1, 451), DELIVERED)
    assert [arrival.rows for arrival in simulator.arrivals] == [200, 200, 50]
    slots = rig.slots()
    for (_, answer), (claim, _) in pairwise(slots):
        assert claim.made.boot_secs - answer.answered.boot_secs >= GAP_SECS
    assert rig.board.requests == 3
    assert rig.board.pending == 0
    assert not rig.board.stopped


def test_nothing_is_sent_after_the_last_lead_is_settled(simulator: Simulator) -> None:
    rig = DeliveryRig(simulator)
    begun = rig.clock.now().boot_secs
    run_through(rig.start(leads(1, 3)))
    assert rig.clock.now().boot_secs == begun


def test_outcomes_name_the_request_that_carried_the_lead(simulator: Simulator) -> None:
    rig = DeliveryRig(simulator)
    (outcome,) = run_through(rig.start(leads(1, 1)))
    assert outcome.request_id == rig.slots()[0][0].request_id == "run-1-000001"


def test_a_second_start_tells_the_same_outcomes_and_sends_nothing(simulator: Simulator) -> None:
    rig = DeliveryRig(simulator)
    first = run_through(rig.start(leads(1, 5)))
    assert run_through(rig.start(leads(1, 5))) == first
    assert len(simulator.arrivals) == 1


def test_what_is_settled_is_told_again_without_the_dialer(simulator: Simulator) -> None:
    rig = DeliveryRig(simulator)
    run_through(rig.start(leads(1, 5)))
    unreachable = DeliveryRig(None, rig.store)
    assert told(run_through(unreachable.start(leads(1, 5)))) == dict.fromkeys(
        range(1, 6), DELIVERED
    )
    assert unreachable.board.notices == []


def test_what_was_delivered_stays_delivered_though_it_is_listed_and_expired_now(
    simulator: Simulator,
) -> None:
    rig = DeliveryRig(simulator)
    expiring = lead(1, expires_at=rig.clock.now().wall_secs + 10)
    run_through(rig.start([expiring, lead(2)]))
    rig.clock.advance(60)
    outcomes = run_through(rig.start([expiring, lead(2)], lists=Listed([lead(1), lead(2)])))
    assert told(outcomes) == {1: DELIVERED, 2: DELIVERED}


def test_each_claim_names_the_lists_that_its_leads_were_judged_by(simulator: Simulator) -> None:
    rig, known = DeliveryRig(simulator), [lead(9)]
    delivery = rig.start(leads(1, 3), limit=1, lists=Listed(known)).outcomes()
    assert told(next(delivery)) == {1: DELIVERED}
    known.append(lead(2))
    assert [told(outcomes) for outcomes in delivery] == [{2: "suppressed/dnd"}, {3: DELIVERED}]
    run_through(rig.start(leads(5, 5)))
    assert [claim.lists for claim, _ in rig.slots()] == ["with 1", "with 2", ""]


def test_a_second_run_calls_what_the_first_delivered_duplicates(simulator: Simulator) -> None:
    rig = DeliveryRig(simulator)
    run_through(rig.start(leads(1, 2)))
    outcomes = run_through(rig.start(leads(1, 3), run="run-2"))
    assert told(outcomes) == {
        1: "suppressed/duplicate",
        2: "suppressed/duplicate",
        3: DELIVERED,
    }
    assert "run-1-000001" in outcomes[0].detail


# Stopping


def test_a_stop_ends_with_the_leads_pending(simulator: Simulator) -> None:
    rig = DeliveryRig(simulator)
    delivery = rig.start(leads(1, 450), should_stop=lambda: len(simulator.arrivals) == 2)
    outcomes = run_through(delivery)
    assert len(outcomes) == 400
    assert rig.board.pending == 50
    assert rig.board.stopped == "stopped on request"


def test_what_another_thread_stops_it_for_stands_though_an_answer_comes_meanwhile(
    simulator: Simulator,
) -> None:
    rig = DeliveryRig(simulator)

    def should_stop() -> bool:
        rig.board.stopped = "the list is too old" * (len(simulator.arrivals) == 1)
        return bool(rig.board.stopped)

    outcomes = run_through(rig.start(leads(1, 450), should_stop=should_stop))
    assert len(outcomes) == 200
    assert rig.board.stopped == "the list is too old"


def test_a_reason_to_stop_is_not_lost_when_an_answer_comes(simulator: Simulator) -> None:
    rig = DeliveryRig(simulator)
    delivery = rig.start(leads(1, 450))
    given = delivery.outcomes()
    next(given)
    rig.board.stopped = "the list is too old"
    rig.clock.advance(60)
    delivery.act()
    assert rig.board.stopped == "the list is too old"
    assert list(given) == []


def test_a_stop_is_heard_while_it_waits_for_the_gate(simulator: Simulator) -> None:
    rig = DeliveryRig(simulator)
    delivery = rig.start(leads(1, 250), should_stop=lambda: bool(rig.clock.slept_secs))
    run_through(delivery)
    assert sum(rig.clock.slept_secs) < 1
    assert rig.board.stopped


# Who else writes to the ledger


def test_the_claim_of_a_dead_process_is_answered_unknown_after_its_time(
    simulator: Simulator,
) -> None:
    rig = DeliveryRig(simulator)
    claimed_by_another(rig, leads(1, 2))
    begun = rig.clock.now().boot_secs
    outcomes = run_through(rig.start(leads(1, 3)))
    assert told(outcomes) == {1: "unknown/no_answer", 2: "unknown/no_answer", 3: DELIVERED}
    (_, taken_over), (claim, _) = rig.slots()
    assert taken_over.answered.boot_secs >= begun + 5 + 60
    assert claim.made.boot_secs >= taken_over.answered.boot_secs + GAP_SECS


def test_the_lock_now_held_proves_its_last_holder_dead(simulator: Simulator) -> None:
    rig = DeliveryRig(simulator)
    claimed_by_another(rig, leads(1, 1), lock="8:42")
    begun = rig.clock.now().boot_secs
    outcomes = run_through(rig.start(leads(1, 2), lock="8:42"))
    assert told(outcomes) == {1: "unknown/no_answer", 2: DELIVERED}
    assert rig.slots()[0][1].answered.boot_secs == begun


def test_the_answer_of_another_process_is_waited_for(simulator: Simulator) -> None:
    rig = DeliveryRig(simulator)
    claimed_by_another(rig, leads(1, 1), run="run-2")
    assert told(run_through(rig.start(leads(2, 2)))) == {2: DELIVERED}
    assert len(rig.slots()) == 2


def test_a_lead_that_may_have_been_sent_is_not_called_listed_or_expired(
    simulator: Simulator,
) -> None:
    rig = DeliveryRig(simulator)
    expiring = lead(1, expires_at=rig.clock.now().wall_secs + 10)
    claimed_by_another(rig, [expiring, lead(2)])
    rig.clock.advance(20)
    outcomes = run_through(rig.start([expiring, lead(2)], lists=Listed([lead(2)])))
    assert told(outcomes) == {1: "unknown/no_answer", 2: "unknown/no_answer"}


def test_a_lead_in_another_runs_open_claim_is_held_and_not_sent(simulator: Simulator) -> None:
    rig = DeliveryRig(simulator)
    claimed_by_another(rig, leads(1, 1), run="run-2")
    assert told(run_through(rig.start(leads(1, 1)))) == {1: "unknown/held"}
    assert simulator.arrivals == []


# What the dialer answers


@pytest.mark.parametrize(
    ("fault", "then"),
    [
        (Fault.TOO_SOON, DELIVERED),
        (Fault.STATUS_429, DELIVERED),
        (Fault.STATUS_503_RETRY_AFTER, DELIVERED),
        (Fault.STATUS_500, "unknown/no_answer"),
        (Fault.STATUS_500_TAKEN, "unknown/no_answer"),
        (Fault.STATUS_503, "unknown/no_answer"),
        (Fault.REDIRECT, "unknown/no_answer"),
        (Fault.DROP_BEFORE, "unknown/no_answer"),
        (Fault.DROP_AFTER, "unknown/no_answer"),
        (Fault.UNREADABLE, "unknown/no_answer"),
        (Fault.CUT, "unknown/no_answer"),
        (Fault.EMPTY, "unknown/no_answer"),
        (Fault.OTHER_ERROR, "unknown/no_answer"),
        (Fault.BAD_DATA, "failed/dialer_refused"),
        (Fault.REORDERED, DELIVERED),
    ],
)
def test_an_answer_settles_its_leads_or_lets_them_go_again(fault: Fault, then: str) -> None:
    with faulty(fault) as simulator:
        rig = DeliveryRig(simulator)
        outcomes = run_through(rig.start(leads(1, 3)))
    assert told(outcomes) == dict.fromkeys((1, 2, 3), then)
    assert max(simulator.taken.values(), default=0) <= 1


def test_retry_after_keeps_the_gate_closed_where_it_asks_for_more_than_the_gap() -> None:
    plan = FaultPlan(sequence=(PlannedFault.of(Fault.STATUS_429, 90),))
    with Simulator(OPEN_RULES, faults=plan) as simulator:
        rig = DeliveryRig(simulator)
        run_through(rig.start(leads(1, 1)))
    (_, refused), (claim, _) = rig.slots()
    assert claim.made.boot_secs - refused.answered.boot_secs >= 90


def test_unknown_leads_go_again_at_most_three_times_where_the_operator_allows_it() -> None:
    with faulty(*[Fault.DROP_BEFORE] * 9) as simulator:
        rig = DeliveryRig(simulator)
        outcomes = run_through(rig.start(leads(1, 1), resends=True))
    assert told(outcomes) == {1: "unknown/no_answer"}
    assert len(simulator.arrivals) == 4


def test_after_an_unknown_answer_one_lead_is_tried_after_a_longer_wait_then_full_batches() -> None:
    with faulty(Fault.DROP_BEFORE) as simulator:
        rig = DeliveryRig(simulator)
        run_through(rig.start(leads(1, 12), limit=4))
    assert [arrival.rows for arrival in simulator.arrivals] == [4, 1, 4, 3]
    slots = rig.slots()
    assert slots[1][0].made.boot_secs - slots[0][1].answered.boot_secs >= 2 * GAP_SECS


def test_a_wrong_key_stops_after_one_request_and_says_both_causes() -> None:
    with Simulator(replace(OPEN_RULES, keys=frozenset({"another"}))) as simulator:
        rig = DeliveryRig(simulator)
        assert run_through(rig.start(leads(1, 300))) == []
    assert len(simulator.arrivals) == 1
    assert rig.board.pending == 300
    assert "--api_key" in rig.board.stopped
    assert "'sales'" in rig.board.stopped


def test_with_the_right_key_the_same_command_finishes() -> None:
    with Simulator(replace(OPEN_RULES, keys=frozenset({"another"}))) as simulator:
        rig = DeliveryRig(simulator)
        run_through(rig.start(leads(1, 3)))
    with Simulator(OPEN_RULES) as simulator:
        again = DeliveryRig(simulator, rig.store)
        assert told(run_through(again.start(leads(1, 3)))) == dict.fromkeys((1, 2, 3), DELIVERED)


def test_one_unknown_campaign_among_good_ones_fails_alone() -> None:
    with Simulator(replace(OPEN_RULES, campaigns=frozenset({"good"}))) as simulator:
        rig = DeliveryRig(simulator)
        waiting = [*leads(1, 2, campaign="good"), *leads(3, 300, campaign="typo")]
        outcomes = told(run_through(rig.start(waiting)))
    assert outcomes[1] == outcomes[2] == DELIVERED
    assert {outcomes[record] for record in range(3, 301)} == {"failed/campaign_refused"}
    assert len(simulator.arrivals) == 2


def test_a_wrong_address_stops_with_all_leads_pending() -> None:
    with faulty(Fault.STATUS_404) as simulator:
        rig = DeliveryRig(simulator)
        assert run_through(rig.start(leads(1, 3))) == []
    assert "--api_url" in rig.board.stopped


def test_two_refusals_of_data_in_a_row_stop_the_run() -> None:
    with faulty(Fault.BAD_DATA, Fault.BAD_DATA) as simulator:
        rig = DeliveryRig(simulator)
        outcomes = run_through(rig.start(leads(1, 9), limit=3))
    assert set(told(outcomes).values()) == {"failed/dialer_refused"}
    assert rig.board.pending == 3
    assert "--bulk_parameter" in rig.board.stopped


def test_one_row_at_fault_is_found_by_halving_and_all_others_are_delivered() -> None:
    with Simulator(replace(OPEN_RULES, dnd=frozenset({lead(11).phone}))) as simulator:
        rig = DeliveryRig(simulator)
        outcomes = told(run_through(rig.start(leads(1, 16), limit=16)))
    assert outcomes.pop(11) == "suppressed/dialer_dnd"
    assert outcomes == dict.fromkeys([n for n in range(1, 17) if n != 11], DELIVERED)
    assert [arrival.rows for arrival in simulator.arrivals] == [16, 8, 8, 4, 2, 2, 1, 1, 4]
    assert rig.board.halvings == 8


# When nothing can be sent


def test_without_a_connection_no_slot_is_used_and_the_waits_grow_from_the_gap() -> None:
    rig = DeliveryRig(None)
    delivery = rig.start(leads(1, 1), should_stop=lambda: len(rig.board.notices) == 6)
    begun = rig.clock.now().boot_secs
    assert run_through(delivery) == []
    assert rig.slots() == []
    waited = rig.clock.now().boot_secs - begun
    assert 30 + 60 + 120 + 240 + 300 <= waited <= 1.1 * (30 + 60 + 120 + 240 + 300)
    assert all("nothing was sent" in notice for notice in rig.board.notices)


class SlowStore(MemoryStore):
    """Each claim takes as long as it is told, as on a disk that was asleep."""

    def __init__(self, secs: list[float]) -> None:
        super().__init__()
        self.rig: DeliveryRig | None = None
        self._secs = secs

    def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:
        super().put_new(name, data, spend_reserve=spend_reserve)
        if name.endswith("claim") and self._secs and self.rig:
            self.rig.clock.advance(self._secs.pop(0))


def test_a_sender_that_is_too_late_says_not_sent_and_waits_ever_longer(
    simulator: Simulator,
) -> None:
    store = SlowStore([5.1] * 7)
    rig = store.rig = DeliveryRig(simulator, store)
    assert told(run_through(rig.start(leads(1, 2)))) == {1: DELIVERED, 2: DELIVERED}
    slots = rig.slots()
    assert [answer.kind for _, answer in slots] == [AnswerKind.NOT_SENT] * 7 + [AnswerKind.ROWS]
    pauses = [
        claim.made.boot_secs - answer.answered.boot_secs
        for (_, answer), (claim, _) in pairwise(slots)
    ]
    assert pauses == pytest.approx([1, 2, 4, 8, 16, 30, 30])
    assert rig.board.requests == 1


def test_a_wall_clock_set_ahead_between_claim_and_send_makes_it_too_late(
    simulator: Simulator,
) -> None:
    class Summertime(MemoryStore):
        def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:
            super().put_new(name, data, spend_reserve=spend_reserve)
            if name == claim_name(1):
                rig.clock.set_wall(rig.clock.now().wall_secs + 3600)

    rig = DeliveryRig(simulator, Summertime())
    run_through(rig.start(leads(1, 1)))
    assert [answer.kind for _, answer in rig.slots()] == [AnswerKind.NOT_SENT, AnswerKind.ROWS]


def test_the_machine_may_sleep_between_claim_and_send_without_sending_late(
    simulator: Simulator,
) -> None:
    store = SlowStore([8 * 3600.0])
    rig = store.rig = DeliveryRig(simulator, store)
    run_through(rig.start(leads(1, 1)))
    assert [answer.kind for _, answer in rig.slots()] == [AnswerKind.NOT_SENT, AnswerKind.ROWS]
    assert len(simulator.arrivals) == 1


# When the store fails


class FailingStore(MemoryStore):
    """Fails once for each name that it is told, as told."""

    def __init__(self, failures: dict[str, StoreError], *, applies: bool) -> None:
        super().__init__()
        self._failures = failures
        self._applies = applies

    def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:
        failure = self._failures.pop(name, None)
        if failure is None or self._applies:
            super().put_new(name, data, spend_reserve=spend_reserve)
        if failure is not None:
            raise failure


def test_a_claim_that_may_not_last_is_answered_not_sent_and_stops_the_run(
    simulator: Simulator,
) -> None:
    store = FailingStore({claim_name(1): NotDurable("no sync")}, applies=True)
    rig = DeliveryRig(simulator, store)
    assert run_through(rig.start(leads(1, 2))) == []
    assert rig.board.stopped == "no sync"
    assert rig.slots()[0][1].kind is AnswerKind.NOT_SENT
    assert simulator.arrivals == []
    assert told(run_through(rig.start(leads(1, 2)))) == {1: DELIVERED, 2: DELIVERED}


def test_a_full_disk_at_the_claim_stops_the_run_and_the_same_command_finishes(
    simulator: Simulator,
) -> None:
    store = FailingStore({claim_name(1): StoreError("the disk is full")}, applies=False)
    rig = DeliveryRig(simulator, store)
    assert run_through(rig.start(leads(1, 2))) == []
    assert rig.board.stopped == "the disk is full"
    assert simulator.arrivals == []
    assert told(run_through(rig.start(leads(1, 2)))) == {1: DELIVERED, 2: DELIVERED}


def test_an_answer_that_cannot_be_written_leaves_its_leads_unknown_and_never_sent_again(
    simulator: Simulator,
) -> None:
    store = FailingStore({answer_name(1): StoreError("the disk is full")}, applies=False)
    rig = DeliveryRig(simulator, store)
    assert run_through(rig.start(leads(1, 2))) == []
    assert rig.board.stopped == "the disk is full"
    assert rig.board.pending == 2
    outcomes = told(run_through(rig.start(leads(1, 2))))
    assert outcomes == dict.fromkeys((1, 2), "unknown/no_answer")
    assert len(simulator.arrivals) == 1


def test_a_hole_in_the_ledger_stops_the_run_after_a_minute_and_names_it(
    simulator: Simulator,
) -> None:
    rig = DeliveryRig(simulator)
    run_through(rig.start(leads(1, 3), limit=1))
    rig.store.delete(answer_name(2))
    assert run_through(rig.start(leads(1, 4))) == []
    assert answer_name(2) in rig.board.stopped
    assert len(simulator.arrivals) == 3


# Discretion


def test_neither_key_nor_number_is_logged_or_shown(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with Simulator(replace(OPEN_RULES, keys=frozenset({"another"}))) as simulator:
        rig = DeliveryRig(simulator)
        run_through(rig.start(leads(1, 3)))
    shown = caplog.text + "".join(capfd.readouterr()) + repr(rig.board)
    assert KEY not in shown
    assert lead(1).phone not in shown


def test_a_ledger_of_another_boot_costs_one_gap(simulator: Simulator) -> None:
    rig = DeliveryRig(simulator)
    run_through(rig.start(leads(1, 1)))
    rig.clock.advance(3600)
    rig.clock.reboot("the next boot")
    run_through(rig.start(leads(2, 2)))
    made = rig.slots()[1][0].made
    assert made.boot_id == "the next boot"
    assert GAP_SECS <= made.boot_secs <= GAP_SECS + 1
