"""Every metric of the pipeline, by name, with what it counts.

They are Beam metrics in the namespace `dialfeed`: a runner shows them while a job runs, and the
summary of a local run is made from them.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from apache_beam.metrics.metric import Metrics
from apache_beam.metrics.metricbase import Gauge

from schemas.outcome import REASONS, Outcome, Status

NAMESPACE = "dialfeed"

# Records read, whatever became of them.
RECORDS_READ = Metrics.counter(NAMESPACE, "records_read")
# Rows of CSV that were no UTF-8 and were read as Windows-1252.
ROWS_AS_WINDOWS_1252 = Metrics.counter(NAMESPACE, "rows_as_windows_1252")
# Values that are sent with spaces for characters that the dialer does not take, of leads that passed.
VALUES_ALTERED = Metrics.counter(NAMESPACE, "values_altered")
# Leads that came to be delivered, after validation and screening.
LEADS_TO_DELIVER = Metrics.counter(NAMESPACE, "leads_to_deliver")
# Leads that ended without an outcome because the run was stopped.
LEADS_PENDING = Metrics.counter(NAMESPACE, "leads_pending")
# Requests that were sent to the dialer.
REQUESTS = Metrics.counter(NAMESPACE, "requests")
# Outcomes written, by status and reason: outcomes.delivered.ok, outcomes.suppressed.dnd ...
OUTCOMES = {
    (status, reason): Metrics.counter(NAMESPACE, f"outcomes.{status}.{reason}")
    for status, reasons in REASONS.items()
    for reason in sorted(reasons)
}
# Records of a file that ended invalid: rejected.FILE, its name as InputFile has it.
REJECTED = "rejected."
# Rows of a file that were no UTF-8: windows_1252.FILE.
WINDOWS_1252 = "windows_1252."
# How many outcomes came at once.
OUTCOMES_AT_ONCE = Metrics.distribution(NAMESPACE, "outcomes_at_once")


def count_outcomes(outcomes: Iterable[Outcome]) -> None:
    """Count outcomes under their status and reason."""
    counts: Counter[tuple[Status, str]] = Counter(
        (outcome.status, outcome.reason) for outcome in outcomes
    )
    for kind, count in counts.items():
        OUTCOMES[kind].inc(count)
    OUTCOMES_AT_ONCE.update(counts.total())


def count_rejected(outcomes: Iterable[Outcome]) -> None:
    """Count invalid records under the file that they are of; those of messages have none."""
    counts = Counter(outcome.source.file for outcome in outcomes)
    for file, count in counts.items():
        if file is not None:
            Metrics.counter(NAMESPACE, f"{REJECTED}{file}").inc(count)


def count_windows_1252(file: str, rows: int) -> None:
    """Count rows of a file that were no UTF-8."""
    if rows:
        ROWS_AS_WINDOWS_1252.inc(rows)
        Metrics.counter(NAMESPACE, f"{WINDOWS_1252}{file}").inc(rows)


class QueueGauges:
    """What an operator of a stream is paged on, as gauges of whole numbers, rounded up."""

    def __init__(self) -> None:
        """Show nothing yet."""
        # How long the oldest lead has waited, in seconds; 0: none waits.
        self._oldest = Metrics.gauge(NAMESPACE, "oldest_waiting_secs")
        # The gate: seconds until the next request may go; 0: it is open.
        self._gate = Metrics.gauge(NAMESPACE, "gate_opens_in_secs")
        # The circuit: how many of the last requests in a row brought no answer; 0: it is closed.
        self._circuit = Metrics.gauge(NAMESPACE, "requests_without_answer")
        # The age of the oldest do-not-disturb list, in seconds; not there where there is no list.
        self._list_age = Metrics.gauge(NAMESPACE, "list_age_secs")
        # Leads in the queue: waiting.CAMPAIGN.
        self._waiting: dict[str, Gauge] = {}

    def show(
        self,
        *,
        waiting: Mapping[str, int],
        oldest_secs: float,
        opens_in_secs: float,
        silent_requests: int,
        lists_changed_secs: float | None,
        now_secs: float,
    ) -> None:
        """Set them all; a campaign that waits no more is set to 0.

        Args:
            waiting: leads in the queue, by campaign.
            oldest_secs: how long the oldest of them has waited.
            opens_in_secs: how long the gate stays closed; below 0: it is open.
            silent_requests: how many requests in a row brought no answer.
            lists_changed_secs: when the oldest list was last changed, seconds since 1970; None: there
                is no list.
            now_secs: the present moment, seconds since 1970.
        """
        self._oldest.set(math.ceil(oldest_secs))
        self._gate.set(max(0, math.ceil(opens_in_secs)))
        self._circuit.set(silent_requests)
        if lists_changed_secs is not None:
            self._list_age.set(max(0, math.ceil(now_secs - lists_changed_secs)))
        for campaign in waiting:
            if campaign not in self._waiting:
                self._waiting[campaign] = Metrics.gauge(NAMESPACE, f"waiting.{campaign}")
        for campaign, gauge in self._waiting.items():
            gauge.set(waiting.get(campaign, 0))
