"""`python -m pipeline suppression`: building, showing, asking and changing indices of lists.

Each verb is imported when it is called for: those that read lists bring Beam, which takes a second to
load.
"""

import sys
from collections.abc import Callable, Sequence

from pipeline.command_line import help_text, nearest
from pipeline.exit_status import EXIT_DONE
from pipeline.faults import Faults
from pipeline.suppression_table import HELP, PROG, VERBS
from pipeline.suppression_words import asks_for_help


def _build(words: Sequence[str]) -> int:
    from pipeline.suppression_building import run_build

    return run_build(words)


def _show(words: Sequence[str]) -> int:
    from pipeline.suppression_asking import run_show

    return run_show(words)


def _test(words: Sequence[str]) -> int:
    from pipeline.suppression_asking import run_test

    return run_test(words)


def _merge(words: Sequence[str]) -> int:
    from pipeline.suppression_building import run_merge

    return run_merge(words)


_RUN: dict[str, Callable[[Sequence[str]], int]] = {
    "build": _build,
    "show": _show,
    "test": _test,
    "merge": _merge,
}


def run_suppression(words: Sequence[str]) -> int:
    """Do what the words behind `suppression` say.

    Args:
        words: the words, one of its verbs first.

    Returns:
        The exit status: 0 done, 1 stopped or failed on the way, 2 a list or a number is not in order.

    Raises:
        Faults: it could not begin, or a list cannot be relied on.
    """
    verb = words[0] if words else ""
    if verb in _RUN:
        if asks_for_help(words[1:]):
            sys.stdout.write(help_text(PROG, VERBS[verb].help, VERBS[verb].groups))
            return EXIT_DONE
        return _RUN[verb](words[1:])
    if asks_for_help(words):
        sys.stdout.write(HELP)
        return EXIT_DONE
    known = ", ".join(_RUN)
    if not verb:
        raise Faults([f"suppression needs a verb: {known}; see suppression --help"])
    # It is repeated only where it was meant as a verb: it might be a number.
    hint = nearest(verb, list(_RUN))
    what = f"suppression has no verb {verb}{hint}" if hint else "the word behind it is no verb"
    raise Faults([f"{what}; the verbs of suppression: {known}"])
