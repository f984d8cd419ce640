"""An hour's outage, in a clock that the test moves: the batch under way is lost, and few leads more."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from dialer.account_key import AccountKey
from dialer.board import Board
from dialer.client import Client
from dialer.delivery import Delivery, Terms
from dialer.dialects import V1
from dialer.ledger import Ledger
from dialer.slots import Sender
from dialer.store import LocalStore
from schemas.outcome import Outcome
from tests.dialer.delivery_rig import free_port
from tests.dialer.sample_leads import dispatcher_of, leads, told
from tests.dialer.virtual_dialer import Answer, Arrival, VirtualDialer, WorldClock, rows

LIMIT = 200
LEADS = 1_600
HOUR_SECS = 3_600.0
ROUNDING_SECS = 1e-6
MOST_LEADS_MORE = 20
"""What an hour's outage may cost beyond the request that was under way when it began."""


class Killed(BaseException):
    """The process is gone: nothing of its own runs after this."""


class KillingStore(LocalStore):
    """A real disk; the process that writes to it may be killed right after it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.kills_after = ""

    def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:
        super().put_new(name, data, spend_reserve=spend_reserve)
        if self.kills_after and name.endswith(self.kills_after):
            self.kills_after = ""
            raise Killed


@dataclass
class Outage:
    """A dialer that answers 502 for an hour, and one run that goes on through it.

    Attributes:
        folder: where the ledger is.
        gap_secs: the gap.
        is_taken: whether it takes the leads all the same.
        lasts_secs: how long it is down; it begins after three good requests.
        arrivals: what came.
    """

    folder: Path
    gap_secs: float
    is_taken: bool = False
    lasts_secs: float = HOUR_SECS
    clock: WorldClock = field(default_factory=WorldClock)
    arrivals: list[Arrival] = field(default_factory=list)
    taken: Counter[str] = field(default_factory=Counter)
    starts: int = 0

    def answer(self, arrival: Arrival) -> Answer:
        self.arrivals.append(arrival)
        is_down = self._is_within(arrival.at_secs)
        if not is_down or self.is_taken:
            self.taken.update(arrival.phones)
        return Answer(502, b"<html>") if is_down else Answer(200, rows(arrival.phones))

    def run(self, restarts: "Restarts") -> list[Outcome]:
        """Run to the end, through as many processes as it takes."""
        with VirtualDialer(self.clock, self.answer) as dialer:
            while True:
                outcomes = self.process(dialer.url, restarts)
                if len(outcomes) == LEADS:
                    return outcomes
                if restarts.reboots:
                    self.clock.reboot(f"boot {self.starts}")

    def process(self, url: str, restarts: "Restarts") -> list[Outcome]:
        """The life of one process: it knows what the ledger says, and nothing else."""
        self.starts += 1
        store = KillingStore(self.folder)
        ends_at = self.clock.elapsed_secs + restarts.every_secs

        def should_stop() -> bool:
            is_due = self.clock.elapsed_secs >= ends_at
            if not restarts.kills_after:
                return is_due
            # Out of the outage a kill would cost leads of its own.
            if is_due and self.is_down:
                store.kills_after = restarts.kills_after
            return False

        delivery = Delivery(
            ledger=Ledger(store, run="run-1", clock=self.clock),
            dispatcher=dispatcher_of(leads(1, LEADS), limit=LIMIT),
            client=Client(url, clock=self.clock),
            terms=Terms(V1, AccountKey("key"), "bulkData", ("PhoneNumber",), self.gap_secs, 60.0),
            sender=Sender(f"process {self.starts}", "run-1", None),
            clock=self.clock,
            should_stop=should_stop,
            board=Board(),
        )
        outcomes: list[Outcome] = []
        with suppress(Killed):
            for some in delivery.outcomes():
                outcomes += some
        return outcomes

    @property
    def is_down(self) -> bool:
        return self._is_within(self.clock.elapsed_secs)

    @property
    def during(self) -> list[Arrival]:
        """The requests that came while it was down."""
        return [each for each in self.arrivals if self._is_within(each.at_secs)]

    @property
    def ends_at_secs(self) -> float:
        return 2.5 * self.gap_secs + self.lasts_secs

    def _is_within(self, at_secs: float) -> bool:
        return 2.5 * self.gap_secs <= at_secs < self.ends_at_secs


@dataclass(frozen=True, slots=True)
class Restarts:
    """How processes follow one another.

    Attributes:
        every_secs: how long each lives.
        kills_after: the part of a slot after whose writing it is killed; empty: it ends politely.
        reboots: whether the machine starts again with it.
    """

    every_secs: float
    kills_after: str = ""
    reboots: bool = False


NONE = Restarts(every_secs=1e9)


def check(outage: Outage, outcomes: list[Outcome]) -> Counter[str]:
    """All that holds in every outage; what the leads were told."""
    said = Counter(told(outcomes).values())
    assert said.keys() == {"delivered/ok", "unknown/no_answer"}
    assert said.total() == LEADS
    assert said["unknown/no_answer"] <= LIMIT + MOST_LEADS_MORE
    came = Counter(phone for arrival in outage.arrivals for phone in arrival.phones)
    assert max(came.values()) == 1
    assert LEADS - len(came) <= said["unknown/no_answer"]
    gaps = [later.at_secs - earlier.at_secs for earlier, later in pairwise(outage.arrivals)]
    assert min(gaps) >= outage.gap_secs - ROUNDING_SECS
    return said


@pytest.mark.parametrize("is_taken", [False, True])
@pytest.mark.parametrize(("gap_secs", "leads_more"), [(30.0, 13), (12.0, 17), (10.0, 20)])
def test_an_hour_of_502s_costs_the_request_under_way_and_one_lead_a_few_minutes(
    tmp_path: Path, gap_secs: float, leads_more: int, is_taken: bool
) -> None:
    outage = Outage(tmp_path, gap_secs, is_taken)
    said = check(outage, outage.run(NONE))

    assert said["unknown/no_answer"] == LIMIT + leads_more
    assert [len(arrival.phones) for arrival in outage.during] == [LIMIT] + [1] * leads_more
    waits = [later.at_secs - earlier.at_secs for earlier, later in pairwise(outage.during)]
    longest_secs = min(20 * gap_secs, 300.0)
    doubled = [min(gap_secs * 2**failures, longest_secs) for failures in range(1, len(waits) + 1)]
    assert waits == pytest.approx(doubled, abs=1.0)


def test_when_the_dialer_returns_the_first_readable_answer_brings_full_requests_back(
    tmp_path: Path,
) -> None:
    outage = Outage(tmp_path, 30.0)
    outage.run(NONE)

    first, second, third, *_ = (
        each for each in outage.arrivals if each.at_secs >= outage.ends_at_secs
    )
    assert [len(each.phones) for each in (first, second, third)] == [1, LIMIT, LIMIT]
    assert second.at_secs - first.at_secs == pytest.approx(30.0, abs=1.0)
    assert first.at_secs < outage.ends_at_secs + 300.0


@pytest.mark.parametrize(
    "restarts",
    [
        pytest.param(Restarts(120.0), id="every other minute"),
        pytest.param(Restarts(700.0), id="every dozen minutes"),
        pytest.param(Restarts(700.0, reboots=True), id="with the machine"),
    ],
)
def test_restarts_cost_no_lead_more(tmp_path: Path, restarts: Restarts) -> None:
    outage = Outage(tmp_path, 30.0)
    said = check(outage, outage.run(restarts))

    assert outage.starts > 5
    assert LIMIT <= said["unknown/no_answer"] <= LIMIT + 13


@pytest.mark.parametrize("kills_after", ["1-claim", "2-answer"])
@pytest.mark.parametrize("reboots", [False, True])
@pytest.mark.parametrize("every_secs", [1.0, 400.0])
def test_kills_in_the_outage_cost_no_more_than_it_does(
    tmp_path: Path, kills_after: str, reboots: bool, every_secs: float
) -> None:
    """Killed at every request of it, or at every second one."""
    outage = Outage(tmp_path, 30.0)
    said = check(outage, outage.run(Restarts(every_secs, kills_after, reboots)))

    assert outage.starts > 3
    assert said["unknown/no_answer"] <= LIMIT + 13


def test_an_hour_without_a_connection_costs_no_lead(tmp_path: Path) -> None:
    outage = Outage(tmp_path, 30.0, lasts_secs=0.0)
    nowhere = f"http://127.0.0.1:{free_port()}/"
    assert outage.process(nowhere, Restarts(HOUR_SECS)) == []
    assert not [path for path in tmp_path.iterdir() if not path.name.startswith(".")]

    said = Counter(told(outage.run(NONE)).values())
    assert said == {"delivered/ok": LEADS}
