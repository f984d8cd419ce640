"""What a run has come to, from the pipeline's metrics."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apache_beam.metrics.metric import MetricsFilter

from schemas.outcome import REASONS, Status
from transforms.metrics import NAMESPACE, REJECTED, WINDOWS_1252


@dataclass(slots=True)
class Summary:
    """Counts of one start of a run.

    Attributes:
        records: records read.
        outcomes: outcomes by status and reason.
        pending: leads that ended without an outcome.
        requests: requests that this start sent.
        rows_as_windows_1252: rows of CSV that were no UTF-8.
        altered: values with spaces for characters that the dialer does not take.
        rejected: records that ended invalid, by file; a file without any is not there.
        windows_1252: rows of CSV that were no UTF-8, by file; a file without any is not there.
    """

    records: int = 0
    outcomes: dict[tuple[Status, str], int] = field(default_factory=dict)
    pending: int = 0
    requests: int = 0
    rows_as_windows_1252: int = 0
    altered: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    windows_1252: dict[str, int] = field(default_factory=dict)

    def add(self, other: "Summary") -> None:
        """Add the counts of a further round."""
        self.records += other.records
        self.requests += other.requests
        self.altered += other.altered
        for kind, count in other.outcomes.items():
            self.outcomes[kind] = self.outcomes.get(kind, 0) + count

    @property
    def settled(self) -> int:
        """Records that have an outcome."""
        return sum(self.outcomes.values())

    @property
    def is_conserved(self) -> bool:
        """Whether every record that was read has an outcome."""
        return self.records == self.settled


def summarise(metrics: Any) -> Summary:  # noqa: ANN401 - Beam's results have no common type
    """Read the metrics of a finished pipeline."""
    counters: Counter[str] = Counter()
    for counter in metrics.query(MetricsFilter().with_namespace(NAMESPACE))["counters"]:
        # One for each step that counted: two writers can have outcomes of one reason.
        counters[counter.key.metric.name] += int(counter.committed or 0)
    return Summary(
        records=counters["records_read"],
        outcomes={
            (status, reason): count
            for status, reasons in REASONS.items()
            for reason in sorted(reasons)
            if (count := counters[f"outcomes.{status}.{reason}"])
        },
        pending=counters["leads_pending"],
        requests=counters["requests"],
        rows_as_windows_1252=counters["rows_as_windows_1252"],
        altered=counters["values_altered"],
        rejected=_by_file(counters, REJECTED),
        windows_1252=_by_file(counters, WINDOWS_1252),
    )


def _by_file(counters: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): count
        for name, count in counters.items()
        if name.startswith(prefix)
    }
