"""What drivers that keep their leads elsewhere between two acts rely on."""

from dialer.memory_store import MemoryStore
from dialer.simulator.faults import Fault
from dialer.simulator.plan import FaultPlan
from dialer.simulator.rules import Rules
from dialer.simulator.server import Simulator
from dialer.store import StoreError
from tests.dialer.delivery_rig import GAP_SECS, DeliveryRig
from tests.dialer.sample_leads import dispatcher_of, lead, leads, told

OPEN_RULES = Rules(gap_secs=0.0)


def records(waiting: list) -> list[int]:
    return [each.source.record for each in waiting]


def test_untouched_leads_remain_in_their_order() -> None:
    assert records(dispatcher_of(leads(1, 450), limit=2).remaining()) == list(range(1, 451))


def test_the_campaign_that_was_served_last_stands_last() -> None:
    with Simulator(OPEN_RULES) as simulator:
        rig = DeliveryRig(simulator)
        waiting = [*leads(1, 3, campaign="a"), *leads(4, 5, campaign="b")]
        dispatcher = dispatcher_of(waiting, limit=2)
        delivery = rig.start([])
        delivery.take_up(dispatcher)
        assert sorted(told(delivery.act().outcomes)) == [1, 2]
    assert records(dispatcher.remaining()) == [4, 5, 3]


def test_a_lead_that_goes_again_remains_with_those_in_its_shadow() -> None:
    with Simulator(OPEN_RULES, faults=FaultPlan.of(Fault.DROP_BEFORE)) as simulator:
        rig = DeliveryRig(simulator)
        waiting = [lead(1), lead(2, phone=1), lead(3)]
        dispatcher = dispatcher_of(waiting, resends=True)
        delivery = rig.start([])
        delivery.take_up(dispatcher)
        assert delivery.act().outcomes == []
    assert records(dispatcher.remaining()) == [1, 2, 3]


def test_leads_that_are_taken_up_are_judged_by_the_ledger_as_it_stands_now() -> None:
    with Simulator(OPEN_RULES) as simulator:
        rig = DeliveryRig(simulator)
        delivery = rig.start(leads(1, 1))
        delivery.act()
        another = rig.start(leads(2, 2))
        rig.clock.advance(GAP_SECS)
        another.act()
        delivery.take_up(dispatcher_of(leads(2, 2)))
        assert told(delivery.act().outcomes) == {2: "delivered/ok"}
    assert len(simulator.arrivals) == 2


def test_a_reason_to_stop_is_none_any_more_once_leads_are_taken_up_anew() -> None:
    class FullOnce(MemoryStore):
        is_full = True

        def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:
            if self.is_full:
                self.is_full = False
                raise StoreError("the disk is full")
            super().put_new(name, data, spend_reserve=spend_reserve)

    with Simulator(OPEN_RULES) as simulator:
        rig = DeliveryRig(simulator, FullOnce())
        delivery = rig.start(leads(1, 1))
        assert delivery.act().outcomes == []
        assert rig.board.stopped == "the disk is full"
        delivery.take_up(dispatcher_of(leads(1, 1)))
        assert told(delivery.act().outcomes) == {1: "delivered/ok"}
        assert not rig.board.stopped
