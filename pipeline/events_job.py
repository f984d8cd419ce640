"""The job of events on this machine, round by round: leads from a subscription, delivered as they come."""

import time
from collections.abc import Sequence

from dialer.clock import SystemClock
from pipeline import terminal
from pipeline.events import EventLoop
from pipeline.events_setup import EventsJob
from pipeline.exit_status import EXIT_DONE, EXIT_PENDING
from pipeline.faults import Faults
from pipeline.graph import build_round
from pipeline.jobs import empty_pipeline, noting_lists, run_to_end
from pipeline.progress import EventProgress
from pipeline.summary import Summary
from records.messages import Message
from transforms.held_messages import HeldMessages
from transforms.in_process import BOARD, halt


def run_events_job(prepared: EventsJob) -> int:
    """Deliver what is published, until a signal or a quiet time ends it.

    Args:
        prepared: what to do.

    Returns:
        The exit status: 0 it ended cleanly, 1 it stopped for a failure, with leads pending.
    """
    total = Summary()

    def run_round(messages: Sequence[Message], may_send: bool) -> None:
        _run_round(prepared, messages, may_send=may_send, total=total)

    started = time.monotonic()
    with prepared.subscribed() as held:
        loop = EventLoop(
            held=held,
            run_round=run_round,
            make_durable=prepared.make_durable,
            clock=SystemClock(),
            limit=prepared.options.batch_size,
            flush_secs=prepared.events.flush_secs,
            idle_secs=prepared.events.idle_secs,
        )
        with EventProgress(held, lists=prepared.job.lists):
            loop.run()
    return conclude(prepared, total, held, secs=time.monotonic() - started)


def conclude(prepared: EventsJob, total: Summary, held: HeldMessages, *, secs: float) -> int:
    """Show what has come of the messages; the exit status."""
    if prepared.runs is not None:
        noting_lists(prepared.runs, prepared.record)
    terminal.show_events_summary(
        total,
        outcomes_place=prepared.outcomes_place,
        secs=secs,
        acknowledged=held.acknowledged,
        given_back=len(held) * held.was_given_back,
        left=len(held) * (not held.was_given_back),
        list_count=len(prepared.options.dnd),
    )
    if BOARD.stopped:
        terminal.show_pending(why=BOARD.stopped)
        return EXIT_PENDING
    return EXIT_DONE


def _run_round(
    prepared: EventsJob, messages: Sequence[Message], *, may_send: bool, total: Summary
) -> None:
    """Run the graph over the messages that are held, and add up what came of it."""
    try:
        pipeline = empty_pipeline(prepared.options)
        build_round(
            pipeline,
            prepared.job,
            messages,
            settings=prepared.events.messages,
            may_send=may_send,
        )
    except Faults as faults:
        halt("; ".join(faults.faults))
        return
    summary = run_to_end(pipeline)
    if summary is not None:
        total.add(summary)
