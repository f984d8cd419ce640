"""Streams for real: an unbounded source, Prism's own timers, a dialer that counts every breach."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from dialer.simulator import Fault, FaultPlan, PlannedFault, Rules, Simulator
from tests.prism.stream_job import FLUSH_SECS, GAP_SECS

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECS = 120.0
_POLL_SECS = 0.05


@pytest.fixture
def dialer() -> Iterator[Simulator]:
    """It takes a second for its first answer: time enough to be killed before it is there."""
    faults = FaultPlan(sequence=(PlannedFault.of(Fault.SLOW, 1.0),))
    with Simulator(Rules(gap_secs=GAP_SECS), faults=faults) as running:
        yield running


class Job:
    """The streaming job: its folder outlives it, its processes are one group."""

    def __init__(self, prism: Path, dialer: Simulator, folder: Path) -> None:
        self._prism = prism
        self._dialer = dialer
        self._folder = folder
        self._starts = 0
        self._published = 0
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "outcomes").mkdir()
        (folder / "journal").touch()

    def start(self) -> None:
        self._starts += 1
        with (
            (self._folder / f"log-{self._starts}").open("wb") as log,
            (self._folder / "metrics").open("wb") as metrics,
        ):
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.prism.stream_job"),
                    *("--prism", str(self._prism), "--url", self._dialer.url),
                    *("--folder", str(self._folder), "--start", str(self._starts)),
                ],
                cwd=ROOT,
                stdout=metrics,
                stderr=log,
                start_new_session=True,
            )

    def publish(self, count: int, *, campaign: str = "Summer") -> None:
        """Publish messages of the next numbers."""
        numbers = range(self._published + 1, self._published + count + 1)
        self._published += count
        with (self._folder / "journal").open("ab") as journal:
            for number in numbers:
                fields = {"number": number, "campaign": campaign}
                journal.write(json.dumps(fields).encode() + b"\n")

    def end(self) -> dict[str, int]:
        """Say that no more will come, and wait until the job has drained; its metrics."""
        (self._folder / "end").touch()
        assert self._process is not None
        assert self._process.wait(PATIENCE_SECS) == 0, self.log()
        metrics: dict[str, int] = json.loads((self._folder / "metrics").read_bytes())
        return metrics

    def kill(self) -> None:
        """End all its processes, in the middle of whatever they do."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def log(self) -> str:
        return (self._folder / f"log-{self._starts}").read_text(errors="replace")[-4000:]

    def outcomes(self) -> dict[str, set[tuple[str, str]]]:
        """What was told of each message: one thing, however often it was told."""
        told: dict[str, set[tuple[str, str]]] = {}
        for file in (self._folder / "outcomes").iterdir():
            for line in file.read_bytes().splitlines():
                outcome = json.loads(line)
                said = (outcome["reason"], outcome["request_id"])
                told.setdefault(outcome["source"]["message_id"], set()).add(said)
        return told

    @property
    def published(self) -> set[str]:
        return {f"m{number}" for number in range(1, self._published + 1)}


@pytest.fixture
def job(prism: Path, dialer: Simulator, tmp_path: Path) -> Iterator[Job]:
    job = Job(prism, dialer, tmp_path)
    yield job
    job.kill()


def wait_for(happens: Callable[[], bool], job: Job) -> None:
    ends = time.monotonic() + PATIENCE_SECS
    while not happens():
        assert time.monotonic() < ends, job.log()
        time.sleep(_POLL_SECS)


def gaps(dialer: Simulator) -> list[float]:
    times = [arrival.monotonic_secs for arrival in dialer.arrivals]
    return [later - earlier for earlier, later in pairwise(times)]


def test_leads_leave_as_they_come_and_the_end_of_the_stream_drains(
    job: Job, dialer: Simulator, record_property: Callable[[str, object], None]
) -> None:
    job.publish(1)
    job.start()
    wait_for(lambda: len(dialer.arrivals) == 1, job)
    time.sleep(2 * GAP_SECS)
    published = time.monotonic()
    job.publish(3)
    wait_for(lambda: len(dialer.arrivals) == 2, job)
    quick_secs = time.monotonic() - published
    job.publish(1200)
    for number in range(40):
        job.publish(5, campaign=f"campaign {number % 4}")
    wait_for(lambda: len(dialer.arrivals) >= 4, job)
    metrics = job.end()
    record_property("publish to post, seconds", quick_secs)
    record_property("gaps, seconds", gaps(dialer))
    assert dialer.violations == []
    assert {name: reason for name, said in job.outcomes().items() for reason, _ in said} == (
        dict.fromkeys(job.published, "ok")
    )
    assert max(dialer.taken.values()) == 1
    assert quick_secs <= FLUSH_SECS + 3
    assert metrics["requests"] == len(dialer.arrivals) <= 12
    assert metrics["leads_to_deliver"] == len(job.published)
    assert metrics["waiting.Summer"] == metrics["oldest_waiting_secs"] == 0
    assert metrics["requests_without_answer"] == 0
    assert 0 <= metrics["gate_opens_in_secs"] <= GAP_SECS


def test_killed_at_any_moment_it_loses_and_doubles_nothing(job: Job, dialer: Simulator) -> None:
    for start in range(4):
        job.publish(400)
        job.start()
        before = len(dialer.arrivals)
        wait_for(lambda: len(dialer.arrivals) > before, job)  # noqa: B023 - asked at once
        if start < 3:
            time.sleep(0.2 * start)
            job.kill()
    job.end()
    assert dialer.violations == []
    assert max(dialer.taken.values()) == 1
    outcomes = job.outcomes()
    assert outcomes.keys() == job.published
    assert {len(said) for said in outcomes.values()} == {1}, "an outcome was told in two ways"
    unknown = {name for name, said in outcomes.items() if "no_answer" in dict(said)}
    # Each kill can only leave the one request unknown that was under way: here, the first.
    assert 0 < len(unknown) <= 200
    assert len(dialer.taken) == len(job.published)
