"""The command line: `python -m pipeline [run] ...`, `python -m pipeline simulate ...`.

Only what is light is imported up here. Beam takes a second to load, and what happens in it must not
show: a warning of its own, or the stack trace of a Ctrl-C.
"""

import logging
import os
import signal
import sys
import warnings
from collections.abc import Sequence

from transforms.in_process import request_stop


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: the words of the command line; the process's own by default.

    Returns:
        The exit status.
    """
    _stop_on_signals()
    _be_quiet()
    # Whatever is written holds numbers: it is for its owner alone.
    os.umask(0o077)
    from pipeline.verbs import run_verb

    return run_verb(list(sys.argv[1:] if arguments is None else arguments))


def _be_quiet() -> None:
    """Keep Beam's log lines and warnings off the terminal: what matters is said in our own words."""
    logging.getLogger().addHandler(logging.NullHandler())
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


def _stop_on_signals() -> None:
    signals = [signal.SIGINT, signal.SIGTERM]
    # Under nohup a closed terminal is no wish to stop. A SIGINT is one also where a shell has started
    # the program in the background, with the signal ignored: somebody has sent it.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)
    for number in signals:
        signal.signal(number, lambda *_: request_stop())


if __name__ == "__main__":
    sys.exit(main())
