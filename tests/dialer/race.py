"""A race: real processes on one ledger, killed and stopped while they claim, send and answer.

A worker is the real delivery with its real client and store. The supervisor watches the ledger's
folder and the dialer, so that it can hit the very process that has just claimed or sent.

How long a stop may be follows from the one thing that the protocol cannot promise: a process frozen
between its last look and its last byte, for longer than its time limit, may send too late. So stops
are shorter than the limit; they are often longer than the window, which makes senders too late.
"""

import fcntl
import os
import random
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import orjson

from dialer import slots
from dialer.account_key import AccountKey
from dialer.board import Board
from dialer.client import Client
from dialer.clock import SystemClock
from dialer.delivery import Delivery, Terms
from dialer.dialects import V1
from dialer.dispatcher import Dispatcher
from dialer.judging import Judge
from dialer.ledger import Ledger
from dialer.lists import NO_LISTS
from dialer.slot_format import decode_claim
from dialer.slots import Sender
from dialer.store import LocalStore
from dialer.waiting import by_campaign
from records.lead_block import Lead, LeadBlock
from schemas.outcome import Source
from tests.dialer.race_dialer import RaceDialer

GAP_SECS = 0.2
WINDOW_SECS = 0.3
TIMEOUT_SECS = 0.7
LONGEST_STOP_SECS = 0.55
_STALE_SECS = 0.15
_LIMIT = 4


@dataclass(frozen=True, slots=True)
class Runner:
    """One sender of the race.

    Attributes:
        name: names its place; a restart takes the same place.
        run: its run.
        numbers: its leads, by number; the campaign follows from the number.
        locks: whether it holds a lock on its output.
    """

    name: str
    run: str
    numbers: Sequence[int]
    locks: bool


def lead_of(number: int) -> Lead:
    """A lead of the race."""
    phone = f"98{number:08d}"
    values = orjson.dumps([phone])
    source = Source.of_record("leads.csv", number)
    campaign = f"campaign {number % 2}"
    return Lead(source, campaign, phone, int("91" + phone), values, None, False, None, b"{}")


def work(folder: Path, url: str, runner: Runner) -> None:
    """Deliver a runner's leads, write their outcomes, and end: the whole life of a worker."""
    slots.SEND_WINDOW_SECS, slots.STALE_VIEW_SECS = WINDOW_SECS, _STALE_SECS
    clock = SystemClock()
    ledger = Ledger(LocalStore(folder / "ledger"), run=runner.run, clock=clock)
    dispatcher = Dispatcher(
        by_campaign([LeadBlock.of([lead_of(number) for number in runner.numbers])]),
        judge=Judge(lists=NO_LISTS, resends=False),
        limit=_LIMIT,
    )
    board = Board()
    delivery = Delivery(
        ledger=ledger,
        dispatcher=dispatcher,
        client=Client(url, clock=clock),
        terms=Terms(V1, AccountKey("key"), "bulkData", ("PhoneNumber",), GAP_SECS, TIMEOUT_SECS),
        sender=Sender(str(os.getpid()), runner.run, _lock(folder, runner)),
        clock=clock,
        should_stop=_never,
        board=board,
    )
    lines = [outcome.to_json_line() for outcomes in delivery.outcomes() for outcome in outcomes]
    if board.stopped:
        raise SystemExit(board.stopped)
    (folder / f"{runner.name}.{os.getpid()}.outcomes").write_bytes(b"".join(lines))


def _lock(folder: Path, runner: Runner) -> str | None:
    """Take the lock of a runner's output for the rest of this process's life."""
    if not runner.locks:
        return None
    descriptor = os.open(folder / f"{runner.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    status = os.fstat(descriptor)
    return f"{status.st_dev}:{status.st_ino}"


def _never() -> bool:
    return False


@dataclass(slots=True)
class _Worker:
    runner: Runner
    process: ForkServerProcess
    wakes_at: float | None = None


@dataclass(slots=True)
class Race:
    """The supervisor.

    Attributes:
        folder: where the ledger, the locks and the outcomes are.
        dialer: the dialer.
        runners: who races.
        chance: what decides whom to hit, when and how.
        killed, stopped: the processes that were, by their ids.
        kills, stops: how often.
    """

    folder: Path
    dialer: RaceDialer
    runners: Sequence[Runner]
    chance: random.Random
    killed: set[str] = field(default_factory=set)
    stopped: set[str] = field(default_factory=set)
    kills: int = 0
    stops: int = 0
    _workers: list[_Worker] = field(default_factory=list)

    def run(self, *, chaos_secs: float, calm_secs: float) -> None:
        """Race: with blows for so long, then without until all have finished.

        Raises:
            AssertionError: a worker failed, or did not finish in the calm.
        """
        self._workers = [_Worker(runner, self._start(runner)) for runner in self.runners]
        try:
            ends_at = time.monotonic() + chaos_secs
            while time.monotonic() < ends_at and self._running():
                self._strike()
                self._tend()
            ends_at = time.monotonic() + calm_secs
            while time.monotonic() < ends_at and self._running():
                self._pause(0.05)
                self._tend()
            assert not self._running(), "not all workers came to their end"
        finally:
            for worker in self._workers:
                worker.process.kill()
                worker.process.join()
                worker.process.close()

    def _start(self, runner: Runner) -> ForkServerProcess:
        context = get_context("forkserver")
        context.set_forkserver_preload([__name__])
        process = context.Process(target=work, args=(self.folder, self.dialer.url, runner))
        process.start()
        return process

    def _running(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.process.exitcode != 0]

    def _tend(self) -> None:
        """Wake the stopped whose time has come, and start the dead again."""
        for worker in self._workers:
            if worker.wakes_at is not None and time.monotonic() >= worker.wakes_at:
                worker.wakes_at = None
                self._signal(worker, signal.SIGCONT)
            code = worker.process.exitcode
            if code is not None and code != 0:
                assert code == -signal.SIGKILL, f"{worker.runner.name} ended with {code}"
                worker.process.join()
                worker.process.close()
                worker.wakes_at = None
                worker.process = self._start(worker.runner)

    def _strike(self) -> None:
        """Hit a process: at any moment, right after its claim, or while its request is answered."""
        self._pause(self.chance.uniform(0.05, 0.4))
        match self.chance.randrange(3):
            case 0:
                worker = self.chance.choice(self._workers)
            case 1:
                found = self._next_claimer()
                if found is None:
                    return
                worker = found
                self._pause(self.chance.choice([0.0, 0.0005, 0.002]))
            case _:
                with self.dialer.arrived:
                    came = self.dialer.arrived.wait(1.0)
                found = self._claimer() if came else None
                if found is None:
                    return
                worker = found
                self._pause(self.chance.choice([0.0, 0.01, 0.04]))
        if worker.process.exitcode is not None or worker.wakes_at is not None:
            return
        name = str(worker.process.pid)
        if self.chance.random() < 0.5:
            self.kills += 1
            self.killed.add(name)
            worker.process.kill()
            worker.process.join()
        else:
            self.stops += 1
            self.stopped.add(name)
            self._signal(worker, signal.SIGSTOP)
            worker.wakes_at = time.monotonic() + self.chance.uniform(0.05, LONGEST_STOP_SECS)

    def _signal(self, worker: _Worker, number: signal.Signals) -> None:
        if worker.process.exitcode is None and worker.process.pid is not None:
            os.kill(worker.process.pid, number)

    def _pause(self, secs: float) -> None:
        """Let time pass, but wake in time whoever is to be woken."""
        until = time.monotonic() + secs
        while (remains := until - time.monotonic()) > 0:
            self._tend()
            time.sleep(min(remains, 0.01))

    def _next_claimer(self) -> _Worker | None:
        """Whoever makes the next claim, at the moment when it can be seen."""
        known, until = self._claims(), time.monotonic() + 1.0
        while time.monotonic() < until:
            if len(self._claims()) > len(known):
                return self._claimer()
            self._pause(0.0005)
        return None

    def _claims(self) -> list[str]:
        ledger = self.folder / "ledger"
        names = os.listdir(ledger) if ledger.exists() else []  # noqa: PTH208 - as fast as can be
        return sorted(name for name in names if name.endswith(".1-claim"))

    def _claimer(self) -> _Worker | None:
        """Who made the last claim, if it still runs."""
        claims = self._claims()
        if not claims:
            return None
        sender = decode_claim((self.folder / "ledger" / claims[-1]).read_bytes()).sender
        alive = (worker for worker in self._workers if worker.process.exitcode is None)
        return next((worker for worker in alive if str(worker.process.pid) == sender), None)
