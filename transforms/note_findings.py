"""NoteFindings: what a check has found, brought to the process that asked for it."""

import threading
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field

import apache_beam as beam

from dialer.rehearsal import Rehearsed
from schemas.outcome import Outcome, Status
from transforms.check_batches import CheckedLeads
from transforms.metrics import count_outcomes

MOST_EXAMPLES = 3
"""How many examples of a reason are kept: the first ones, by file and record."""

Kind = tuple[Status, str]
"""Status and reason."""


@dataclass(frozen=True, slots=True, order=True)
class Example:
    """A record that would not be sent, and why not."""

    file: str
    record: int
    detail: str


@dataclass(slots=True)
class Findings:
    """What a check has found.

    Attributes:
        examples: by status and reason, the first records by file and number.
        sent: what would be sent.
    """

    examples: dict[Kind, list[Example]] = field(default_factory=dict)
    sent: Rehearsed = field(default_factory=Rehearsed)

    def keep_examples(self, outcomes: Iterable[Outcome]) -> None:
        """Keep those that come before the ones that are kept, and never more than a few."""
        for outcome in outcomes:
            kept = self.examples.setdefault((outcome.status, outcome.reason), [])
            source = outcome.source
            place = (source.file or "", source.record or 0)
            if len(kept) == MOST_EXAMPLES and (kept[-1].file, kept[-1].record) <= place:
                continue
            insort(kept, Example(*place, outcome.detail))
            del kept[MOST_EXAMPLES:]

    def add(self, sent: Rehearsed) -> None:
        """Take in what would be sent for one account."""
        self.sent.requests += sent.requests
        self.sent.leads.update(sent.leads)


FINDINGS = Findings()
"""The state of an imported module, as Beam hands copies of anything else to its steps."""

_LOCK = threading.Lock()


def forget_findings() -> None:
    """Begin another check."""
    fresh = Findings()
    FINDINGS.examples, FINDINGS.sent = fresh.examples, fresh.sent


class NoteFindings(beam.PTransform):
    """Counts outcomes, keeps a few examples of each reason, and notes what would be sent.

    Input: by the step that gave them, lists of `Outcome`; and what CheckBatches gives.
    Outputs: none; `FINDINGS` has them, and the metrics the counts.
    Guarantee: the examples of a reason are its first records, in whatever order outcomes come.
    Parallelism: by list, in this process.
    """

    def __init__(self, checked: CheckedLeads) -> None:
        """Note what this check has found, too."""
        super().__init__()
        self._checked = checked

    def expand(self, rejected: dict[str, beam.PCollection]) -> None:
        """Apply to lists of `Outcome`."""
        for step, outcomes in {**rejected, "checked": self._checked.withheld}.items():
            outcomes | f"Note {step}" >> beam.ParDo(_NoteOutcomesFn())
        self._checked.sent | "Note sent" >> beam.ParDo(_NoteSentFn())


class _NoteOutcomesFn(beam.DoFn):
    """Counts outcomes, and keeps examples."""

    def process(self, outcomes: list[Outcome]) -> None:
        count_outcomes(outcomes)
        with _LOCK:
            FINDINGS.keep_examples(outcomes)


class _NoteSentFn(beam.DoFn):
    """Notes what would be sent."""

    def process(self, sent: Rehearsed) -> None:
        with _LOCK:
            FINDINGS.add(sent)
