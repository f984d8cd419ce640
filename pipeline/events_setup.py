"""What the jobs of events have in common: all that is seen to before the first message is pulled."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from apache_beam.io.filesystems import FileSystems

from dialer.clock import SystemClock
from pipeline import outcome_files, terminal
from pipeline.event_options import EventOptions
from pipeline.faults import Faults
from pipeline.graph import Job
from pipeline.jobs import (
    make_job,
    open_account,
    run_terms,
    say_terms,
    start_name,
)
from pipeline.lists import check_lists
from pipeline.options import RunOptions
from pipeline.pubsub_names import check_names
from pipeline.runs import OutputLock, RunRecord, Runs, first_events_start
from transforms.held_messages import HeldMessages
from transforms.in_process import BOARD, stop_requested, stopping_at_once
from transforms.lists import open_screen
from transforms.messages import count_leads
from transforms.read import reason_of
from transforms.record_outcomes import OutcomeSettings
from transforms.subscription import Subscription

_SLOTS_HELD = 3
"""How many requests' worth of leads is held; the rest of the backlog stays in the subscription."""


@dataclass(frozen=True, slots=True)
class EventsJob:
    """A job of events that may begin.

    Attributes:
        options: the options.
        events: how the leads come.
        job: what its graph is made of.
        record: the run.
        runs: where it is recorded, if that is on this machine.
    """

    options: RunOptions
    events: EventOptions
    job: Job
    record: RunRecord
    runs: Runs | None

    @property
    def outcomes_place(self) -> str:
        """Where outcomes go, for the operator."""
        places = (self.job.outcomes.folder, self.job.outcomes.topic)
        return " and ".join(place for place in places if place)

    def make_durable(self) -> bool:
        """See to it that what was written outlasts a crash; whether it does."""
        outcomes = self.job.outcomes
        if outcomes.folder is None:
            return True
        return outcome_files.make_durable(Path(outcomes.folder), outcomes.start)

    @contextmanager
    def subscribed(self) -> Iterator[HeldMessages]:
        """The messages of the subscription, coming; what is held at the end is given back."""
        most = _SLOTS_HELD * self.options.batch_size
        with Subscription(self.events.subscription, most_messages=most) as subscription:
            yield HeldMessages(
                subscription,
                clock=SystemClock(),
                most_leads=most,
                count_leads=partial(count_leads, settings=self.events.messages),
                timestamp_attribute=self.events.timestamp_attribute,
            )


def set_up(options: RunOptions, events: EventOptions) -> EventsJob | None:
    """See that a job of events can begin, record that it does, and say on which terms.

    Returns:
        The job; None: it was asked to end before it began.

    Raises:
        Faults: it cannot; nothing was pulled or posted.
    """
    faults = check_lists(options.lists)
    with stopping_at_once():
        faults += check_names(events, is_here=options.placement.is_here)
    if stop_requested():
        return None
    if faults:
        raise Faults(faults)
    screen = open_screen(options.lists)
    BOARD.note_lists(screen.version)
    here = Path(options.output) if options.output and options.placement.is_here else None
    lock = OutputLock(here) if here else None
    account = open_account(options)
    terms = run_terms(options, screen, lock)
    runs = Runs(here) if here else None
    record = runs.go_on(terms) if runs else first_events_start(terms)
    folder = str(outcome_files.prepare(here, "events")) if here else None
    if options.output and not here:
        folder = _record_elsewhere(options.output, record)
    terminal.say(f"listening to {events.subscription}, run {record.run}")
    say_terms(options, account, screen)
    job = make_job(
        options,
        record=record,
        account=account,
        outcomes=OutcomeSettings(
            folder=folder,
            start=start_name(record),
            by_windows=not options.placement.is_here,
            topic=events.outcomes_topic,
            campaign_attribute=events.messages.campaign_attribute,
            dialer_list=outcome_files.dialer_list(here, options.schema.region) if here else None,
        ),
        sent_before=True,
    )
    BOARD.gap_secs, BOARD.limit = job.delivery.gap_secs, job.delivery.limit
    return EventsJob(options, events, job, record, runs)


def _record_elsewhere(output: str, record: RunRecord) -> str:
    """Record the run in a bucket, which shows that it can be written; the folder of its outcomes."""
    place = f"{output.rstrip('/')}/runs/{record.run}.json"
    try:
        with FileSystems.create(place, mime_type="application/json") as file:
            file.write(json.dumps(asdict(record), indent=1).encode())
    except (OSError, ValueError) as error:
        raise Faults([f"--output {output} cannot be written: {reason_of(error)}"]) from error
    return f"{output.rstrip('/')}/outcomes/events"
