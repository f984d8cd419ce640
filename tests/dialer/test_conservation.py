"""Conservation: whatever goes in comes out once, through random leads, answers, blows and restarts.

Two runs share one account. The delivery is the real one, over HTTP to the simulator; the store can
fail, lie, or take its process with it before or after a write, as a kill -9 would.
"""

import contextlib
from collections import Counter
from collections.abc import Iterator

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dialer.memory_store import MemoryStore
from dialer.simulator.faults import Fault
from dialer.simulator.plan import FaultPlan
from dialer.simulator.rules import Rules
from dialer.simulator.server import Simulator
from dialer.store import NotDurable, ObjectExists, OutcomeUncertain, StoreError
from records.lead_block import Lead
from schemas.outcome import Outcome
from tests.dialer.delivery_rig import DeliveryRig, run_through
from tests.dialer.sample_leads import Listed, lead, told

RUNS = ("run-1", "run-2")
_FAULTS = [
    Fault.NONE,
    Fault.TOO_SOON,
    Fault.STATUS_429,
    Fault.STATUS_500,
    Fault.STATUS_500_TAKEN,
    Fault.STATUS_503_RETRY_AFTER,
    Fault.REDIRECT,
    Fault.DROP_BEFORE,
    Fault.DROP_AFTER,
    Fault.SHORT,
    Fault.REORDERED,
    Fault.NO_PHONES,
    Fault.REFUSE_ROW,
    Fault.REFUSE_DND,
    Fault.NO_ROWS,
    Fault.UNREADABLE,
    Fault.CUT,
    Fault.EMPTY,
    Fault.OTHER_ERROR,
    Fault.BAD_DATA,
    Fault.STATUS_404,
    Fault.NO_USER,
]
_TROUBLES = {
    "full": (False, StoreError("no room")),
    "lost": (False, OutcomeUncertain("the connection broke")),
    "applied": (True, OutcomeUncertain("the connection broke")),
    "own exists": (True, ObjectExists("there")),
    "no sync": (True, NotDurable("no sync")),
}


class Killed(BaseException):
    """The process is gone: nothing of its own runs after this."""


class TroubledStore(MemoryStore):
    """Meets the next write with a trouble, or with the end of its process."""

    def __init__(self) -> None:
        super().__init__()
        self.trouble = ""

    def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:
        trouble, self.trouble = self.trouble, ""
        applies, error = _TROUBLES.get(trouble, (True, None))
        if trouble == "killed before":
            raise Killed
        if applies:
            super().put_new(name, data, spend_reserve=spend_reserve)
        if trouble == "killed after":
            raise Killed
        if error is not None:
            raise error


_leads = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(["a", "b"]), st.booleans()),
    min_size=1,
    max_size=14,
)


class Conservation(RuleBasedStateMachine):
    """Two runs on one account, and everything that can come between."""

    simulator: Simulator
    rig: DeliveryRig

    @initialize(
        inputs=st.tuples(_leads, _leads),
        faults=st.lists(st.sampled_from(_FAULTS), max_size=12),
        dnd=st.sets(st.integers(1, 12), max_size=2),
        on_list=st.sets(st.integers(1, 12), max_size=2),
        limit=st.integers(1, 5),
    )
    def begin(
        self,
        inputs: tuple[list[tuple[int, str, bool]], list[tuple[int, str, bool]]],
        faults: list[Fault],
        dnd: set[int],
        on_list: set[int],
        limit: int,
    ) -> None:
        refused = frozenset(lead(number).phone for number in dnd)
        self.simulator = Simulator(
            Rules(gap_secs=0.0, dnd=refused), faults=FaultPlan.of(*faults)
        ).start()
        self.store = TroubledStore()
        self.rig = DeliveryRig(self.simulator, self.store)
        self.lists = Listed([lead(number) for number in on_list])
        self.limit = limit
        expiry = self.rig.clock.now().wall_secs + 300
        self.inputs: dict[str, list[Lead]] = {
            run: [
                lead(n, phone=phone, campaign=campaign, expires_at=expiry if expires else None)
                for n, (phone, campaign, expires) in enumerate(numbers, start=1)
            ]
            for run, numbers in zip(RUNS, inputs, strict=True)
        }
        self.under_way: dict[str, Iterator[list[Outcome]]] = {}
        self.known: dict[str, list[Outcome]] = {}

    @rule(run=st.sampled_from(RUNS))
    def start(self, run: str) -> None:
        """Start a run, or start it again: the process before it is killed."""
        self.under_way[run] = self.rig.start(
            self.inputs[run], run=run, limit=self.limit, lists=self.lists
        ).outcomes()
        self.known[run] = []

    @precondition(lambda self: self.under_way)
    @rule(run=st.sampled_from(RUNS), trouble=st.sampled_from(["", *_TROUBLES]))
    def go_on(self, run: str, trouble: str) -> None:
        """Let a run go on until it has the next outcomes."""
        if run in self.under_way:
            self.store.trouble = trouble
            self.known[run].extend(next(self.under_way[run], []))

    @precondition(lambda self: self.under_way)
    @rule(run=st.sampled_from(RUNS), moment=st.sampled_from(["killed before", "killed after"]))
    def kill_at_the_next_write(self, run: str, moment: str) -> None:
        """Kill a run's process at its next write: a claim, an answer, or what it takes over."""
        if run in self.under_way:
            self.store.trouble = moment
            with contextlib.suppress(Killed):
                next(self.under_way[run], [])
            del self.under_way[run]

    @rule(secs=st.sampled_from([1.0, 40.0, 400.0]))
    def let_time_pass(self, secs: float) -> None:
        self.rig.clock.advance(secs)

    @rule()
    def reboot(self) -> None:
        """The machine starts again: no process outlives it."""
        self.under_way.clear()
        self.rig.clock.reboot(f"boot {self.rig.starts}/{self.rig.clock.now().boot_secs}")

    @invariant()
    def nothing_is_taken_twice(self) -> None:
        if hasattr(self, "simulator"):
            assert max(self.simulator.taken.values(), default=0) <= 1

    @invariant()
    def no_record_is_told_twice(self) -> None:
        for run in getattr(self, "under_way", {}):
            told(self.known[run])

    def teardown(self) -> None:
        """All comes to its end, and then it must add up."""
        if not hasattr(self, "simulator"):
            return
        try:
            self._must_add_up()
        finally:
            self.simulator.close()

    def _must_add_up(self) -> None:
        self.store.trouble = ""
        ends = {run: self._to_the_end(run) for run in RUNS}
        statuses: dict[tuple[str, str], Counter[str]] = {}
        for run, outcomes in ends.items():
            assert set(told(outcomes)) == {one.source.record for one in self.inputs[run]}
            for outcome in outcomes:
                key = (outcome.campaign or "", outcome.phone or "")
                statuses.setdefault(key, Counter())[outcome.status.value] += 1
        for key, counts in statuses.items():
            assert counts["delivered"] <= 1
            if counts["delivered"]:
                assert self.simulator.taken[key] == 1
        for key in self.simulator.taken:
            assert statuses[key]["delivered"] or statuses[key]["unknown"] or self._was_failed(key)

    def _to_the_end(self, run: str) -> list[Outcome]:
        """The same command again and again, until no lead is pending."""
        for _ in range(40):
            outcomes = run_through(
                self.rig.start(self.inputs[run], run=run, limit=self.limit, lists=self.lists)
            )
            if not self.rig.board.pending:
                assert not self.rig.board.stopped or outcomes
                return outcomes
        raise AssertionError("the run never ends")

    def _was_failed(self, key: tuple[str, str]) -> bool:
        """Whether a dialer that takes a lead and says that it failed was the one that took it."""
        return any(
            arrival.answered == Fault.REFUSE_ROW
            for arrival in self.simulator.arrivals
            if arrival.campaign == key[0] and key[1] in arrival.taken
        )


TestConservation = Conservation.TestCase
TestConservation.settings = settings(
    max_examples=120,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
