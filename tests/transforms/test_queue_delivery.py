from collections.abc import Iterator
from dataclasses import replace

import pytest

from dialer.ledger import Ledger
from dialer.memory_store import MemoryStore
from dialer.simulator import Fault, FaultPlan, Rules, Simulator
from dialer.slot_format import answer_name
from dialer.store import StoreError
from records.lead_page import QueuedLead
from tests.dialer.delivery_rig import free_port
from tests.transforms.queue_rig import (
    DELIVERED,
    GAP_SECS,
    QueueRig,
    all_of,
    message,
    messages,
    rows,
    told,
)
from transforms.in_process import BOARD
from transforms.queue_delivery import still_waiting

OPEN_RULES = Rules(gap_secs=0.0)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(OPEN_RULES) as running:
        yield running


def faulty(*faults: Fault, rules: Rules = OPEN_RULES) -> Simulator:
    return Simulator(rules, faults=FaultPlan.of(*faults))


def test_an_empty_queue_has_nothing_to_do_and_asks_nobody() -> None:
    rig = QueueRig("http://127.0.0.1:1")
    act = rig.act()
    assert (act.outcomes, act.wait_secs) == ([], 0.0)
    assert rig.cells.front.value is None


def test_leads_leave_at_once_where_the_gate_is_open(simulator: Simulator) -> None:
    rig = QueueRig(simulator.url)
    rig.arrive(messages(1, 200))
    assert told(rig.act().outcomes) == all_of(1, 200)
    assert rig.waiting == 0


def test_before_the_slot_opens_a_firing_says_how_long_it_takes_and_changes_nothing(
    simulator: Simulator,
) -> None:
    rig = QueueRig(simulator.url)
    rig.arrive(messages(1, 200))
    rig.act()
    rig.arrive(messages(201, 210))
    rig.clock.advance(10)
    for _ in range(3):
        act = rig.act()
        assert act.outcomes == []
        assert act.wait_secs == pytest.approx(GAP_SECS - 10)
        front = rig.cells.front.value
    rig.act()
    assert rig.cells.front.value is front, "a firing too early wrote the front"
    assert rows(simulator) == [200]
    rig.clock.advance(20)
    assert told(rig.act().outcomes) == all_of(201, 210)


def test_part_full_batches_are_merged_into_full_requests(simulator: Simulator) -> None:
    rig = QueueRig(simulator.url)
    for first in range(1, 451, 9):
        rig.arrive(messages(first, first + 8))
    assert told(rig.run()) == all_of(1, 450)
    assert rows(simulator) == [200, 200, 50]


def test_many_campaigns_behind_one_gate_fill_their_requests(simulator: Simulator) -> None:
    """Twelve campaigns trickle in, ten leads a batch: requests are as full as the leads permit."""
    rig = QueueRig(simulator.url)
    number = 1
    for _ in range(25):
        for campaign in range(12):
            rig.arrive(messages(number, number + 9, campaign=f"campaign {campaign}"))
            number += 10
    assert told(rig.run()) == all_of(1, 3000)
    assert sorted(rows(simulator)) == [50] * 12 + [200] * 12


def test_leads_of_a_campaign_leave_in_the_order_they_came(simulator: Simulator) -> None:
    rig = QueueRig(simulator.url, limit=7)
    for first in range(1, 61, 6):
        rig.arrive(messages(first, first + 2, campaign="a"))
        rig.arrive(messages(first + 3, first + 5, campaign="b"))
    rig.run()
    for campaign in ("a", "b"):
        sent = [
            phone
            for arrival in simulator.arrivals
            if arrival.campaign == campaign
            for phone in arrival.phones
        ]
        assert sent == sorted(sent)


def test_too_soon_and_the_same_leads_go_again_after_the_gap() -> None:
    with faulty(Fault.TOO_SOON) as simulator:
        rig = QueueRig(simulator.url)
        rig.arrive(messages(1, 3))
        assert rig.act().outcomes == []
        assert rig.left() == ["m1", "m2", "m3"]
        rig.act()
        rig.clock.advance(GAP_SECS)
        assert told(rig.act().outcomes) == all_of(1, 3)
    assert rows(simulator) == [3, 3]


def test_no_answer_leaves_the_leads_unknown_and_one_lead_tries_next() -> None:
    with faulty(Fault.DROP_AFTER) as simulator:
        rig = QueueRig(simulator.url)
        rig.arrive(messages(1, 200))
        assert told(rig.act().outcomes) == all_of(1, 200, "unknown/no_answer")
        assert BOARD.silent_requests == 1
        rig.arrive(messages(201, 203))
        assert told(rig.run()) == all_of(201, 203)
        assert BOARD.silent_requests == 0
    assert rows(simulator) == [200, 1, 2]


def test_a_replayed_bundle_tells_what_its_claims_came_to_and_sends_nothing(
    simulator: Simulator,
) -> None:
    rig = QueueRig(simulator.url)
    rig.arrive(messages(1, 250))
    lost = rig.act(saves=False)
    rig.new_worker()
    again = rig.act()
    assert told(again.outcomes) == told(lost.outcomes) == all_of(1, 200)
    assert [each.request_id for each in again.outcomes] == ["events-000001"] * 200
    assert told(rig.run()) == all_of(201, 250)
    assert rows(simulator) == [200, 50]


def test_a_worker_that_died_after_its_claim_leaves_its_leads_unknown(simulator: Simulator) -> None:
    class Dying(MemoryStore):
        def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:
            if name == answer_name(1) and self.dies:
                raise KeyboardInterrupt
            super().put_new(name, data, spend_reserve=spend_reserve)

        dies = True

    store = Dying()
    rig = QueueRig(simulator.url, store=store)
    rig.arrive(messages(1, 5))
    with pytest.raises(KeyboardInterrupt):
        rig.act(saves=False)
    store.dies = False
    rig.new_worker()
    rig.arrive(messages(6, 7))
    assert told(rig.run()) == {**all_of(1, 5, "unknown/no_answer"), **all_of(6, 7)}
    assert rows(simulator)[0] == 5
    assert max(simulator.taken.values()) == 1


def test_a_message_that_comes_again_while_it_waits_is_sent_once(simulator: Simulator) -> None:
    rig = QueueRig(simulator.url)
    rig.arrive([message(1), message(2), message(1)])
    outcomes = rig.act().outcomes
    assert [each.source.message_id for each in outcomes].count("m1") == 2
    assert {each.reason for each in outcomes} == {"ok"}
    assert rows(simulator) == [2]
    assert rig.waiting == 0


def test_another_message_of_the_same_lead_is_a_duplicate(simulator: Simulator) -> None:
    rig = QueueRig(simulator.url)
    rig.arrive([message(1)])
    rig.act()
    rig.arrive([message(2, phone=1), message(3)])
    assert told(rig.run()) == {"m2": "suppressed/duplicate", "m3": DELIVERED}


def test_the_board_tells_which_lists_requests_were_judged_by(simulator: Simulator) -> None:
    rig = QueueRig(simulator.url, limit=1)
    rig.arrive(messages(1, 2))
    rig.act()
    rig.blocked.append(message(9))

    rig.run()

    assert BOARD.list_versions == ["with 0", "with 1"]


def test_a_lead_that_was_listed_while_it_waited_is_not_sent(simulator: Simulator) -> None:
    rig = QueueRig(simulator.url)
    rig.arrive(messages(1, 3))
    rig.blocked.append(message(2))
    assert told(rig.run()) == {**all_of(1, 3), "m2": "suppressed/dnd"}


def test_a_wrong_key_stops_nothing_and_loses_nothing() -> None:
    with Simulator(replace(OPEN_RULES, keys=frozenset({"another"}))) as simulator:
        rig = QueueRig(simulator.url)
        rig.arrive(messages(1, 300))
        waits = []
        for _ in range(3):
            act = rig.act()
            assert act.outcomes == []
            waits.append(act.wait_secs)
            rig.clock.sleep(act.wait_secs)
        assert len(simulator.arrivals) == 3
    assert waits == [60.0, 120.0, 240.0]
    assert rig.waiting == 300
    assert len(rig.left()) == 300
    assert not BOARD.stopped
    assert "--api_key" in BOARD.note
    assert len(BOARD.notices) == 1, "the same is not said again and again"


def test_refused_data_costs_one_lead_a_request_once_it_is_no_accident() -> None:
    with faulty(*[Fault.BAD_DATA] * 4) as simulator:
        rig = QueueRig(simulator.url, limit=50)
        rig.arrive(messages(1, 120))
        outcomes = rig.run()
    assert rows(simulator) == [50, 50, 1, 1, 1, 17]
    assert sorted(told(outcomes).values()) == [DELIVERED] * 18 + ["failed/dialer_refused"] * 102


def test_a_dialer_that_cannot_be_reached_is_tried_ever_later_and_no_slot_is_used() -> None:
    rig = QueueRig(f"http://127.0.0.1:{free_port()}")
    rig.arrive(messages(1, 2))
    waits = []
    for _ in range(4):
        act = rig.act()
        waits.append(act.wait_secs)
        rig.clock.sleep(act.wait_secs)
    for wait, base in zip(waits, (30, 60, 120, 240), strict=True):
        assert base <= wait <= 1.1 * base
    assert rig.left() == ["m1", "m2"]


@pytest.mark.parametrize("name", ["000000001.1-claim", "000000001.2-answer"])
def test_a_full_disk_keeps_the_leads_until_they_can_be_settled(
    simulator: Simulator, name: str
) -> None:
    class FullOnce(MemoryStore):
        fails = True

        def put_new(self, to: str, data: bytes, *, spend_reserve: bool = False) -> None:
            if self.fails and to.startswith(name.split("-")[0]):
                self.fails = False
                raise StoreError("the disk is full")
            super().put_new(to, data, spend_reserve=spend_reserve)

    rig = QueueRig(simulator.url, store=FullOnce())
    rig.arrive(messages(1, 3))
    act = rig.act()
    assert act.outcomes == []
    assert act.wait_secs == 60
    assert rig.left() == ["m1", "m2", "m3"]
    rig.clock.sleep(act.wait_secs)
    settled = set(told(rig.run()).values())
    assert settled == ({DELIVERED} if "claim" in name else {"unknown/no_answer"})
    assert max(simulator.taken.values()) == 1


def test_a_ledger_that_cannot_be_opened_is_tried_again(simulator: Simulator) -> None:
    rig = QueueRig(simulator.url)
    rig.arrive(messages(1, 3))
    terms, fails = rig.delivery._terms, [True]

    def open_late() -> Ledger:
        if fails:
            fails.clear()
            raise StoreError("the bucket does not answer")
        return terms.open_ledger()

    rig.delivery._terms = replace(terms, open_ledger=open_late)
    assert rig.act().wait_secs == 60
    assert told(rig.act().outcomes) == all_of(1, 3)


def test_what_an_act_broke_off_with_waits_on_in_front() -> None:
    waiting = [(QueuedLead(number, b""), message(number)) for number in range(1, 6)]
    order = [message(4), message(3)]
    left = still_waiting(waiting, [], order)
    assert [queued.since_secs for queued in left] == [1, 2, 5, 4, 3]


def test_while_nothing_may_be_sent_leads_stay_in_the_queue_and_that_is_said_once(
    simulator: Simulator,
) -> None:
    rig = QueueRig(simulator.url)
    rig.arrive(messages(1, 3))
    rig.why_wait = "the list is too old"
    waits = [rig.act().wait_secs for _ in range(2)]
    assert (rig.waiting, rows(simulator)) == (3, [])
    assert min(waits) >= 60.0
    assert BOARD.notices == [
        "the list is too old; the leads stay in the queue, and are tried again"
    ]
    assert not BOARD.stopped
    rig.why_wait = ""

    assert told(rig.act().outcomes) == all_of(1, 3)
