"""What the simulated dialer remembers: each arrival, what it took, and which limits were broken."""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from dialer.dialects import Dialect
from dialer.simulator.plan import FaultPlan
from dialer.simulator.replies import Reply, faulty_reply, plain_reply
from dialer.simulator.rules import Rules, Ruling, judge, limit_broken, refusal
from dialer.simulator.submission import Submission, read_submission


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request that arrived.

    Attributes:
        api: the version that it spoke.
        monotonic_secs: when its last byte was there, by this machine's monotonic clock.
        wall_secs: the same by the wall clock, in seconds since the epoch.
        campaign: the campaign that it named.
        parameters: its further form fields, by name; never the key.
        rows: how many rows it held, 0 where they could not be read.
        phones: the numbers in them.
        taken: the numbers that were taken.
        answered: how it was answered: `rows`, `queued`, or the name of a refusal or fault.
        transaction_id: the transaction that its leads are queued as; empty: none.
    """

    api: str
    monotonic_secs: float
    wall_secs: float
    campaign: str
    parameters: Mapping[str, str]
    rows: int
    phones: tuple[str, ...]
    taken: tuple[str, ...]
    answered: str
    transaction_id: str


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
        self,
        dialect: Dialect,
        body: bytes,
        content_type: str,
        *,
        monotonic_secs: float,
        wall_secs: float,
    ) -> Reply:
        """Decide on a request, and remember it.

        Args:
            dialect: the version whose path it was sent to.
            body: its body.
            content_type: how it was marked.
            monotonic_secs: the moment by the monotonic clock.
            wall_secs: the moment by the wall clock.
        """
        submission = read_submission(body, content_type, dialect, self._rules.bulk_parameter)
        phones = submission.phones
        with self._lock:
            number = len(self.arrivals) + 1
            violation = self._violation(submission, dialect, monotonic_secs)
            if violation:
                name, what = violation
                self.violations.append(f"request {number}: {what}")
                ruling = refusal(dialect, name)
                reply = plain_reply(ruling)
            else:
                ruling = self._judge(submission, dialect, number)
                reply = faulty_reply(ruling, next(self._faults), dialect, self._chance)
            was_taken_up = bool(reply.taken) or reply.answered == ruling.name
            self.taken.update((submission.campaign, phone) for phone in reply.taken)
            arrival = Arrival(
                api=dialect.name,
                monotonic_secs=monotonic_secs,
                wall_secs=wall_secs,
                campaign=submission.campaign,
                parameters=submission.parameters,
                rows=len(phones),
                phones=phones,
                taken=reply.taken,
                answered=str(reply.answered),
                transaction_id=ruling.transaction_id if was_taken_up else "",
            )
            self.arrivals.append(arrival)
            if self._on_submission is not None:
                self._on_submission(submission)
            if self._log is not None:
                self._write_log(self._log, _log_line(arrival))
        return reply

    def _violation(
        self, submission: Submission, dialect: Dialect, monotonic_secs: float
    ) -> tuple[str, str] | None:
        """The limit that a request breaks: the refusal's name, and what to note."""
        since_secs = monotonic_secs - self.arrivals[-1].monotonic_secs if self.arrivals else None
        return limit_broken(submission, dialect, self._rules, since_secs)

    def _judge(self, submission: Submission, dialect: Dialect, number: int) -> Ruling:
        """Decide on the request of that number, which breaks no limit."""
        return judge(
            submission,
            dialect,
            self._rules,
            transaction_id=f"simulated-{number:06d}",
            has=lambda phone: bool(self.taken[submission.campaign, phone]),
        )

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
            "api": arrival.api,
            "campaign": arrival.campaign,
            "parameters": arrival.parameters,
            "rows": arrival.rows,
            "taken": arrival.taken,
            "answered": arrival.answered,
            "transaction_id": arrival.transaction_id or None,
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )
