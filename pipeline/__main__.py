"""The command line: `python -m pipeline [run] ...`, `python -m pipeline simulate ...`."""

import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable, Sequence

from pipeline import terminal
from pipeline.command_line import help_text, nearest
from pipeline.faults import Faults
from pipeline.main_job import EXIT_NOT_STARTED, EXIT_PENDING, run_main_job
from pipeline.simulate import run_simulator
from transforms.in_process import request_stop

_VERBS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": run_main_job,
    "simulate": run_simulator,
}
_SHOWN_VERBS = """
verbs:
  run        deliver leads (the default)
  simulate   a stand-in for the dialer, on this machine: see simulate --help
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: the words of the command line; the process's own by default.

    Returns:
        The exit status.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _be_quiet()
    # Whatever is written holds numbers: it is for its owner alone.
    os.umask(0o077)
    _stop_on_signals()
    try:
        verb, words = _verb(words)
        if verb == "run" and any(word in ("-h", "--help") for word in words):
            sys.stdout.write(help_text("python -m pipeline") + _SHOWN_VERBS)
            return 0
        return _VERBS[verb](words)
    except Faults as faults:
        terminal.complain(faults.faults)
        return EXIT_NOT_STARTED
    except Exception as error:  # noqa: BLE001 - the last resort: its message might hold a number
        terminal.complain([terminal.internal_failure(error)])
        return EXIT_PENDING


def _verb(words: list[str]) -> tuple[str, list[str]]:
    if not words or words[0].startswith("-"):
        return "run", words
    if words[0] not in _VERBS:
        raise Faults([f"there is no verb {words[0][:20]!r}{nearest(words[0], list(_VERBS))}"])
    return words[0], words[1:]


def _be_quiet() -> None:
    """Keep Beam's log lines and warnings off the terminal: what matters is said in our own words."""
    logging.getLogger().addHandler(logging.NullHandler())
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


def _stop_on_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # What is ignored from outside (nohup) stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: request_stop())


if __name__ == "__main__":
    sys.exit(main())
