"""What the simulated dialer remembers: each arrival, what it took, and which limits were broken."""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from dialer.simulator.plan import FaultPlan
from dialer.simulator.replies import Reply, faulty_reply, plain_reply
from dialer.simulator.rules import Rules, judge, refusal
from dialer.simulator.submission import Submission, read_submission


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request that arrived.

    Attributes:
        monotonic_secs: when its last byte was there, by this machine's monotonic clock.
        wall_secs: the same by the wall clock, in seconds since the epoch.
        campaign: the campaign that it named.
        rows: how many rows it held, 0 where they could not be read.
        phones: the numbers in them.
        taken: the numbers that were taken.
        answered: how it was answered: `rows`, or the name of a refusal or fault.
    """

    monotonic_secs: float
    wall_secs: float
    campaign: str
    rows: int
    phones: tuple[str, ...]
    taken: tuple[str, ...]
    answered: str


class Account:
    """Receives requests one after the other and keeps the books. Safe among threads."""

    def __init__(
        self,
        rules: Rules,
        faults: FaultPlan,
        log: Path | None,
        on_submission: Callable[[Submission], None] | None = None,
    ) -> None:
        """Open the books.

        Args:
            rules: how to answer.
            faults: which faults the requests meet.
            log: a file to append a JSON line a request to, owner-only since it holds numbers; None:
                nothing is written.
            on_submission: is told each request as it was understood.
        """
        self._rules = rules
        self._faults = faults.faults()
        self._chance = random.Random(faults.seed)  # noqa: S311 - repeatable, nothing secret
        self._log = log
        self._on_submission = on_submission
        self._lock = threading.Lock()
        self.arrivals: list[Arrival] = []
        self.taken: Counter[tuple[str, str]] = Counter()
        self.violations: list[str] = []
        if log is not None:
            self._write_log(log, b"")

    def receive(
        self, body: bytes, content_type: str, *, monotonic_secs: float, wall_secs: float
    ) -> Reply:
        """Decide on a request, and remember it.

        Args:
            body: its body.
            content_type: how it was marked.
            monotonic_secs: the moment by the monotonic clock.
            wall_secs: the moment by the wall clock.
        """
        submission = read_submission(body, content_type, self._rules.bulk_parameter)
        phones = submission.phones
        with self._lock:
            violation = self._violation(len(phones), monotonic_secs)
            if violation:
                name, what = violation
                self.violations.append(f"request {len(self.arrivals) + 1}: {what}")
                reply = plain_reply(refusal(name))
            else:
                ruling = judge(submission, self._rules)
                reply = faulty_reply(ruling, next(self._faults), self._chance)
            self.taken.update((submission.campaign, phone) for phone in reply.taken)
            arrival = Arrival(
                monotonic_secs=monotonic_secs,
                wall_secs=wall_secs,
                campaign=submission.campaign,
                rows=len(phones),
                phones=phones,
                taken=reply.taken,
                answered=str(reply.answered),
            )
            self.arrivals.append(arrival)
            if self._on_submission is not None:
                self._on_submission(submission)
            if self._log is not None:
                self._write_log(self._log, _log_line(arrival))
        return reply

    def _violation(self, rows: int, monotonic_secs: float) -> tuple[str, str] | None:
        """The limit that a request breaks: the refusal's name, and what to note."""
        if self.arrivals:
            since = monotonic_secs - self.arrivals[-1].monotonic_secs
            if since < self._rules.gap_secs:
                gap = f"the gap is {self._rules.gap_secs:g} s"
                return "too_soon", f"{since:.3f} s after the one before ({gap})"
        if rows > self._rules.max_rows:
            return "bad_data", f"{rows} rows (the limit is {self._rules.max_rows})"
        return None

    @staticmethod
    def _write_log(path: Path, line: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            os.fchmod(descriptor, 0o600)  # it may have been there before
            file.write(line)


def _log_line(arrival: Arrival) -> bytes:
    return orjson.dumps(
        {
            "at": datetime.fromtimestamp(arrival.wall_secs, UTC),
            "monotonic_secs": arrival.monotonic_secs,
            "campaign": arrival.campaign,
            "rows": arrival.rows,
            "taken": arrival.taken,
            "answered": arrival.answered,
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )
