"""The laboratory: the real program, brought to a chosen moment of a chosen request, and struck there.

Nothing of the program is touched. One row of the matrix is one output and one ledger, its strikes one
after the other, with requests in between that nothing happens to.
"""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.evidence import NOTHING_SENT, Evidence, Struck, read_evidence, read_slots
from tests.faults.held_store import HeldStore
from tests.faults.jobs import LEADS, FileJob, Job
from tests.faults.line import Line
from tests.faults.matrix import Moment
from tests.faults.stage import PATIENCE_SECS, Hold, Stage
from tests.program.program import Done, Program, Running, phone
from tests.program.strict_dialer import StrictDialer

GAP_SECS = 0.2
FILES = FileJob()
_FIRST_SLOT, _STEP = 2, 2
_POLL_SECS = 0.001


@dataclass(frozen=True, slots=True)
class Strike:
    """The moment at which a strike is due.

    Attributes:
        running: the program.
        stage: what is around it.
        hold: the request that it meets, and where.
    """

    running: Running
    stage: Stage
    hold: Hold

    @property
    def moment(self) -> Moment:
        """The moment."""
        return self.hold.moment

    def go_on(self, *, lets_through: bool = True) -> None:
        """Let the request go on, and the program too, where that was stopped to hold it."""
        self.go_on_around_it(lets_through=lets_through)
        if self.running.process.poll() is None:
            self.running.stop(signal.SIGCONT)

    def go_on_around_it(self, *, lets_through: bool = True) -> None:
        """Let all but the program go on, or, where its sender is gone, nothing of the request be left."""
        self.stage.release(self.hold, lets_through=lets_through)

    def freeze(self) -> None:
        """Stop the program, unless it is, and see that it has stopped."""
        if not self.stage.keeps_the_program(self.hold):
            freeze(self.running)

    def thaw(self) -> None:
        """Let a program that was stopped run on."""
        self.running.stop(signal.SIGCONT)

    def end(self) -> Done:
        """Let the request go on, and wait until the program has ended by what was done to it."""
        self.go_on()
        return self.running.wait()

    def wait_until_unconnected(self) -> None:
        """Wait until the program has found out that it cannot connect."""
        before = self.running.heard.count(NOTHING_SENT)
        self.running.wait_until(lambda: self.running.heard.count(NOTHING_SENT) > before)

    def wait_until_answered(self) -> None:
        """Wait until the ledger has an answer to the request, whatever the dialer does."""
        answer = f"{self.hold.slot:09d}.2-answer"
        self.running.wait_until(lambda: answer in self.stage.names())


StrikeAt = Callable[[Strike], object]
"""What is done at a moment. It is over when this returns, and so is the program where it ends by it."""


def freeze(running: Running) -> None:
    """Stop a program, and see that it has stopped."""
    running.stop(signal.SIGSTOP)
    os.waitid(os.P_PID, running.process.pid, os.WSTOPPED)


class Laboratory:
    """One program, its dialer and its ledger.

    Attributes:
        program: the program.
        stage: the rest.
    """

    def __init__(
        self,
        program: Program,
        stage: Stage,
        *,
        job: Job,
        options: Sequence[str],
        prefix: Sequence[str],
    ) -> None:
        """Put it together; nothing is started yet."""
        self.program = program
        self.stage = stage
        self._job = job
        self._words = job.words(program, ("--ledger", stage.ledger, *options))
        self._prefix = prefix
        stage.dialer.replies += [stage.reply] * LEADS

    def run(self, strike: StrikeAt, moments: Sequence[Moment]) -> dict[Moment, Evidence]:
        """Strike one request at each of these moments, then let the program finish.

        Args:
            strike: what is done at a moment.
            moments: the moments, each met once.

        Returns:
            What has become of each request that was struck.
        """
        self._job.supply(self.program)
        holds = [Hold(_FIRST_SLOT + _STEP * at, moment) for at, moment in enumerate(moments)]
        struck: list[Struck] = []
        self.stage.arm(holds[0])
        running = self._start()
        for hold, following in zip(holds, [*holds[1:], None], strict=True):
            self._wait_for(hold, running)
            if following is not None:
                self.stage.arm(following)
            heard = len(running.heard)
            was_claimed = self.stage.last_claimed() >= hold.slot
            strike(Strike(running, self.stage, hold))
            status = running.process.poll()
            said = running.heard[heard:]
            struck.append(Struck(hold.moment, hold.slot, was_claimed, said, status))
            if status is not None and following is not None:
                running = self._start()
        return self._read(struck, self._job.finish(self.program, running, self._words))

    def _start(self) -> Running:
        return self.program.start_with(self._words, prefix=self._prefix)

    def _wait_for(self, hold: Hold, running: Running) -> None:
        """Wait until a request is held; the program is stopped where nothing else holds it."""
        deadline = time.monotonic() + PATIENCE_SECS
        while not self.stage.is_reached(hold):
            if running.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"never {hold.moment} {hold.slot}: {running.heard}")
            time.sleep(_POLL_SECS)
        if self.stage.keeps_the_program(hold):
            freeze(running)
            hold.released.set()
            assert hold.answered.wait(PATIENCE_SECS)

    def _read(
        self, struck: Sequence[Struck], outcomes: list[dict[str, Any]]
    ) -> dict[Moment, Evidence]:
        """The evidence, once all is over and adds up."""
        dialer = self.stage.dialer
        assert not dialer.faults
        assert sorted(outcome["phone"] for outcome in outcomes) == sorted(map(phone, range(LEADS)))
        return read_evidence(
            struck, read_slots(self.stage.ledger), outcomes=outcomes, dialer=dialer
        )


@contextmanager
def laboratory(
    folder: Path,
    *,
    ledger: Path | None = None,
    job: Job = FILES,
    options: Sequence[str] = (),
    prefix: Sequence[str] = (),
) -> Iterator[Laboratory]:
    """Set one up.

    Args:
        folder: for inputs and outputs.
        ledger: the folder of the ledger; None: it is in a bucket.
        job: what the program does.
        options: further words of the program's command line.
        prefix: what stands before its command line.
    """
    with ExitStack() as stack:
        dialer = stack.enter_context(StrictDialer(gap_secs=GAP_SECS))
        line = stack.enter_context(Line(dialer.port))
        program = Program(folder, line.url, GAP_SECS)
        store = stack.enter_context(HeldStore()) if ledger is None else None
        if store is not None:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setenv("STORAGE_EMULATOR_HOST", store.url)
        stack.callback(program.kill_all)
        stage = Stage(dialer, line, store, ledger or folder / "ledger")
        yield Laboratory(program, stage, job=job, options=options, prefix=prefix)
        program.kill_all()
        program.check_discretion()
