"""The verbs of the command line, and how every one of them ends: an exit status, and no stack trace."""

import sys
from collections.abc import Callable, Sequence

from pipeline import terminal
from pipeline.check_job import run_check
from pipeline.command_line import CHECK_HELP, RUN_HELP, help_text, nearest
from pipeline.events_job import run_events_job
from pipeline.events_setup import EventsJob, set_up
from pipeline.faults import Faults
from pipeline.jobs import EXIT_DONE, EXIT_NOT_STARTED, EXIT_PENDING
from pipeline.main_job import run_main_job
from pipeline.options import read_options
from pipeline.placement import Drive
from pipeline.simulate import run_simulator
from pipeline.stream_job import run_prism_stream, submit_stream


def _deliver(words: Sequence[str]) -> int:
    """Deliver leads, from files or from a subscription."""
    options = read_options(words)
    if options.events is None:
        return run_main_job(options)
    prepared = set_up(options, options.events)
    if prepared is None:
        terminal.say("stopped before anything was pulled")
        return EXIT_DONE
    return _EVENTS_JOBS[options.placement.drive](prepared)


_EVENTS_JOBS: dict[Drive, Callable[[EventsJob], int]] = {
    Drive.LOOP: run_events_job,
    Drive.PRISM: run_prism_stream,
    Drive.NATIVE: submit_stream,
}


_VERBS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": _deliver,
    "check": run_check,
    "simulate": run_simulator,
}
_HELP = {"run": RUN_HELP, "check": CHECK_HELP}
_SHOWN_VERBS = """
verbs:
  run        deliver leads (the default)
  check      say what would become of files of leads, and post nothing: see check --help
  simulate   a stand-in for the dialer, on this machine: see simulate --help
"""


def run_verb(words: Sequence[str]) -> int:
    """Do what the command line says.

    Args:
        words: the words of the command line, the verb among them or left out.

    Returns:
        The exit status.
    """
    try:
        verb, rest = _verb(words)
        if verb in _HELP and any(word in ("-h", "--help") for word in rest):
            sys.stdout.write(help_text("python -m pipeline", _HELP[verb]) + _SHOWN_VERBS)
            return 0
        return _VERBS[verb](rest)
    except Faults as faults:
        terminal.complain(faults.faults)
        return EXIT_NOT_STARTED
    except Exception as error:  # noqa: BLE001 - the last resort: its message might hold a number
        terminal.complain([terminal.internal_failure(error)])
        return EXIT_PENDING


def _verb(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    if not words or words[0].startswith("-"):
        return "run", words
    if words[0] not in _VERBS:
        # It is repeated only where it was meant as a verb: it might be a number, or the key.
        hint = nearest(words[0], list(_VERBS))
        what = f"there is no verb {words[0]}{hint}" if hint else "the first word is no verb"
        raise Faults([f"{what}; verbs: {', '.join(_VERBS)}"])
    return words[0], words[1:]
