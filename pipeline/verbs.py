"""The verbs of the command line, and how every one of them ends: an exit status, and no stack trace.

Each verb is imported when it is called for: those that deliver or check bring Beam, which takes a second
to load.
"""

import sys
from collections.abc import Callable, Sequence

from pipeline import terminal
from pipeline.command_line import CHECK_HELP, RUN_HELP, help_text, nearest
from pipeline.exit_status import EXIT_DONE, EXIT_NOT_STARTED, EXIT_PENDING
from pipeline.faults import Faults


def _run(words: Sequence[str]) -> int:
    from pipeline.delivery_job import run_delivery

    return run_delivery(words)


def _check(words: Sequence[str]) -> int:
    from pipeline.check_job import run_check

    return run_check(words)


def _simulate(words: Sequence[str]) -> int:
    from pipeline.simulate import run_simulator

    return run_simulator(words)


def _suppression(words: Sequence[str]) -> int:
    from pipeline.suppression_command import run_suppression

    return run_suppression(words)


_VERBS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": _run,
    "check": _check,
    "simulate": _simulate,
    "suppression": _suppression,
}
_HELP = {"run": RUN_HELP, "check": CHECK_HELP}
_SHOWN_VERBS = """
verbs:
  run          deliver leads (the default)
  check        say what would become of files of leads, and post nothing: see check --help
  simulate     a stand-in for the dialer, on this machine: see simulate --help
  suppression  build, show, ask and change the index of a do-not-disturb list: see suppression --help
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
            return EXIT_DONE
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
