"""The command line: `python -m pipeline [run] ...`, `python -m pipeline simulate ...`.

Only what is light is imported up here. Beam takes a second to load, and what happens in it must not
show: a warning of its own, or the stack trace of a Ctrl-C.
"""

import os
import signal
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        arguments: the words of the command line; the process's own by default.

    Returns:
        The exit status.
    """
    signals = _stop_signals()
    for number in signals:
        signal.signal(number, _end_at_once)
    _be_quiet()
    # Whatever is written holds numbers: it is for its owner alone.
    os.umask(0o077)
    from transforms.in_process import request_stop

    for number in signals:
        signal.signal(number, lambda *_: request_stop())
    from pipeline.verbs import run_verb

    status = run_verb(list(sys.argv[1:] if arguments is None else arguments))
    # What was to be done is done: a signal must not change its status while Python ends.
    for number in signals:
        signal.signal(number, signal.SIG_IGN)
    return status


def _stop_signals() -> list[signal.Signals]:
    """The signals that mean: stop.

    Under nohup a closed terminal is no wish to stop. An interrupt is one also where a shell has started
    the program in the background, with the signal ignored: somebody has sent it.
    """
    hung_up = [] if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else [signal.SIGHUP]
    return [signal.SIGINT, signal.SIGTERM, *hung_up]


def _end_at_once(*_: object) -> None:
    """The end before there is anything to finish; as system calls, since Python is not ready."""
    os.write(1, b"stopped before anything was posted by this start; the same command goes on\n")
    os._exit(1)


def _be_quiet() -> None:
    """Keep Beam's log lines and warnings off the terminal: what matters is said in our own words."""
    import logging
    import warnings

    logging.getLogger().addHandler(logging.NullHandler())
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


if __name__ == "__main__":
    sys.exit(main())
