"""The job of events: leads from a subscription, delivered as they come."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from dialer.clock import SystemClock
from pipeline import outcome_files, terminal
from pipeline.event_options import EventOptions
from pipeline.events import EventLoop
from pipeline.faults import Faults
from pipeline.graph import Job, build_round
from pipeline.jobs import (
    EXIT_DONE,
    EXIT_PENDING,
    empty_pipeline,
    make_job,
    open_account,
    run_terms,
    say_terms,
)
from pipeline.lists import check_lists
from pipeline.options import RunOptions
from pipeline.progress import EventProgress
from pipeline.runs import OutputLock, Runs
from pipeline.summary import Summary, summarise
from records.messages import Message
from transforms.held_messages import HeldMessages
from transforms.in_process import BOARD, halt
from transforms.lists import ListSettings, open_screen
from transforms.subscription import Subscription, SubscriptionUnusable

_SLOTS_HELD = 3
"""How many requests' worth of messages are held; the rest of the backlog stays in the subscription."""


def run_events_job(options: RunOptions, events: EventOptions) -> int:
    """Deliver what is published, until a signal or a quiet time ends it.

    Args:
        options: what to do.
        events: how the leads come.

    Returns:
        The exit status: 0 it ended cleanly, 1 it stopped for a failure, with leads pending.

    Raises:
        Faults: it cannot start; nothing was posted.
    """
    lists = ListSettings(options.dnd, options.schema.region, options.dnd_allow_empty)
    faults = check_lists(lists, options.dnd_max_age_hours, time.time())
    if faults:
        raise Faults(faults)
    screen = open_screen(lists)
    lock = OutputLock(options.output)
    account = open_account(options)
    record = Runs(options.output).go_on(run_terms(options, screen, lock))
    folder = outcome_files.prepare(options.output, "events")
    job = make_job(
        options,
        files=(),
        lists=lists,
        record=record,
        account=account,
        outcomes_folder=folder,
        sent_before=True,
    )
    total = Summary()

    def run_round(messages: Sequence[Message], may_send: bool) -> None:
        _run_round(job, options, events, messages, may_send=may_send, total=total)

    BOARD.gap_secs, BOARD.limit = job.delivery.gap_secs, job.delivery.limit
    started = time.monotonic()
    with subscribed(options, events) as held:
        terminal.say(f"listening to {events.subscription}, run {record.run}")
        say_terms(options, account, screen)
        loop = EventLoop(
            held=held,
            run_round=run_round,
            make_durable=partial(outcome_files.make_durable, folder, job.start),
            clock=SystemClock(),
            limit=options.batch_size,
            flush_secs=events.flush_secs,
            idle_secs=events.idle_secs,
        )
        with EventProgress(held):
            loop.run()
    terminal.show_events_summary(
        total,
        outcomes_folder=str(folder),
        secs=time.monotonic() - started,
        acknowledged=held.acknowledged,
        given_back=len(held),
        was_screened=bool(options.dnd),
    )
    if BOARD.stopped:
        terminal.show_pending(why=BOARD.stopped)
        return EXIT_PENDING
    return EXIT_DONE


@contextmanager
def subscribed(options: RunOptions, events: EventOptions) -> Iterator[HeldMessages]:
    """The messages of the subscription, coming; what is held at the end is given back.

    Raises:
        Faults: the subscription cannot be used.
    """
    try:
        subscription = Subscription(
            events.subscription, most_messages=_SLOTS_HELD * options.batch_size
        )
    except SubscriptionUnusable as error:
        raise Faults([f"--input_subscription {error}"]) from error
    with subscription:
        yield HeldMessages(subscription, clock=SystemClock(), timestamp_attribute=None)


def _run_round(
    job: Job,
    options: RunOptions,
    events: EventOptions,
    messages: Sequence[Message],
    *,
    may_send: bool,
    total: Summary,
) -> None:
    """Run the graph over the messages that are held, and add up what came of it."""
    try:
        pipeline = empty_pipeline(options)
        build_round(pipeline, job, messages, settings=events.messages, may_send=may_send)
        result = pipeline.run()
        result.wait_until_finish()
        total.add(summarise(result.metrics()))
    except Faults as faults:
        halt("; ".join(faults.faults))
    except Exception as error:  # noqa: BLE001 - Beam raises a step's failure in many types
        halt(terminal.internal_failure(error))
