"""Every metric of the pipeline, by name, with what it counts.

They are Beam metrics in the namespace `dialfeed`: a runner shows them while a job runs, and the
summary of a local run is made from them.
"""

from collections import Counter
from collections.abc import Iterable

from apache_beam.metrics.metric import Metrics

from schemas.outcome import REASONS, Outcome, Status

NAMESPACE = "dialfeed"

# Records read, whatever became of them.
RECORDS_READ = Metrics.counter(NAMESPACE, "records_read")
# Rows of CSV that were no UTF-8 and were read as Windows-1252.
ROWS_AS_WINDOWS_1252 = Metrics.counter(NAMESPACE, "rows_as_windows_1252")
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
