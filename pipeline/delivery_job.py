"""`python -m pipeline run`: leads are delivered, from files or from a subscription."""

from collections.abc import Callable, Sequence

from pipeline import terminal
from pipeline.events_job import run_events_job
from pipeline.events_setup import EventsJob, set_up
from pipeline.exit_status import EXIT_DONE
from pipeline.main_job import run_main_job
from pipeline.options import read_options
from pipeline.placement import Drive
from pipeline.stream_job import run_prism_stream, submit_stream

_EVENTS_JOBS: dict[Drive, Callable[[EventsJob], int]] = {
    Drive.LOOP: run_events_job,
    Drive.PRISM: run_prism_stream,
    Drive.NATIVE: submit_stream,
}


def run_delivery(words: Sequence[str]) -> int:
    """Deliver leads.

    Args:
        words: the words of the command line behind the verb.

    Returns:
        The exit status.

    Raises:
        Faults: it cannot begin.
    """
    options = read_options(words)
    if options.events is None:
        return run_main_job(options)
    prepared = set_up(options, options.events)
    if prepared is None:
        terminal.say("stopped before anything was pulled")
        return EXIT_DONE
    return _EVENTS_JOBS[options.placement.drive](prepared)
