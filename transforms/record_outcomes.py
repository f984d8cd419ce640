"""RecordOutcomes: where outcomes go, and when a record counts as settled."""

from dataclasses import dataclass

import apache_beam as beam

from schemas.outcome import Outcome, Status
from transforms.in_process import note_settled
from transforms.list_dialer_dnd import DialerList, ListDialerDnd
from transforms.metrics import count_outcomes
from transforms.publish_outcomes import PublishOutcomes
from transforms.write_outcomes import WriteOutcomes
from transforms.write_windows import WriteOutcomeWindows


@dataclass(frozen=True, slots=True)
class OutcomeSettings:
    """Where outcomes go: to files, to a topic, or to both.

    Attributes:
        folder: where files of outcomes are written, or None.
        start: names this start of the job: the files of this machine begin with it.
        by_windows: whether several machines write: then each minute's outcomes are files of their
            own, in a folder that all of them reach.
        topic: the topic that outcomes are published to, or None.
        campaign_attribute: the attribute that names the campaign in messages of leads, or None.
        dialer_list: the list of the numbers that the dialer refuses as do-not-disturb, or None: a list
            in a bucket could not be added to.
    """

    folder: str | None
    start: str
    by_windows: bool = False
    topic: str | None = None
    campaign_attribute: str | None = None
    dialer_list: DialerList | None = None


class RecordOutcomes(beam.PTransform):
    """Brings outcomes to where they stay.

    Input: by the kind of outcome, a PCollection of lists of `Outcome`.
    Outputs: none.
    Guarantee: each kind is recorded on its own, fused to the step that gives it, so that outcomes are
        there as soon as they are known. A message whose outcomes they are is ready to be
        acknowledged when they are there.
    Parallelism: by list.
    """

    def __init__(self, settings: OutcomeSettings) -> None:
        """Record by these settings."""
        super().__init__()
        self._settings = settings

    def expand(self, kinds: dict[str, beam.PCollection]) -> None:
        """Apply to lists of `Outcome`, by kind; the kind stands in the names of files."""
        settings = self._settings
        if settings.folder is not None and settings.by_windows:
            together = tuple(kinds.values()) | "Of all kinds" >> beam.Flatten()
            together | "Write windows" >> WriteOutcomeWindows(folder=settings.folder)
        for kind, outcomes in kinds.items():
            self._record(kind, outcomes) | f"Settle {kind}" >> beam.ParDo(_SettleFn())

    def _record(self, kind: str, outcomes: beam.PCollection) -> beam.PCollection:
        settings = self._settings
        if settings.dialer_list is not None and kind == Status.SUPPRESSED:
            # Before the outcome is told: one that is told will not come again after a kill.
            outcomes |= "List dialer's DND" >> ListDialerDnd(settings.dialer_list)
        if settings.folder is not None and not settings.by_windows:
            outcomes |= f"Write {kind}" >> WriteOutcomes(
                folder=settings.folder, start=f"{settings.start}-{kind}"
            )
        if settings.topic is not None:
            outcomes |= f"Publish {kind}" >> PublishOutcomes(
                topic=settings.topic, campaign_attribute=settings.campaign_attribute
            )
        return outcomes


class _SettleFn(beam.DoFn):
    """Counts outcomes that are where they stay, and tells the messages that they belong to."""

    def process(self, outcomes: list[Outcome]) -> None:
        count_outcomes(outcomes)
        note_settled(outcome.source for outcome in outcomes)
