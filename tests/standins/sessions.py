"""Processes of ours that never outlive us, each in a session of its own.

A session, so that it can be ended as a whole with whatever it has started, and so that a Ctrl-C at
the terminal reaches us alone: we say who is to hear of it. On a lifeline, so that it is ended also
where we cannot do it any more, because we were killed.
"""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

# The shell becomes the command. Beside it stays a watch that reads from us and hears only when there
# is nobody left who could write. The watch is deaf to SIGTERM: it is the last of the session to go,
# so that until then no other process can be given the session's number.
_ON_A_LIFELINE = """
exec 3<&0 </dev/null
(trap '' TERM; read -r _ <&3; kill -TERM 0) >/dev/null 2>&1 &
exec 3<&-
exec "$@"
"""
_END_SECS = 10.0


@contextmanager
def session(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str] | None = None,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command; on leaving, end it with all of its session.

    Args:
        command: its words.
        folder: where it runs.
        environment: variables that it has beside ours.
        stdout: where its output goes, as `subprocess` has it; None: where ours does.
        stderr: the same of its errors.
    """
    process = subprocess.Popen(
        ["/bin/sh", "-c", _ON_A_LIFELINE, "sh", *command],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            tell(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_SECS)
        tell(process, signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def tell(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Send a signal to all of a session."""
    # Where there is none of it any more, or (on a Mac) only what nobody has waited for.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process has ended.

    Attributes:
        status: its exit status; minus the signal's number where one ended it.
        was_interrupted: whether we were told to end before it had.
    """

    status: int
    was_interrupted: bool


def wait_passing_on(process: "subprocess.Popen[bytes]") -> Ended:
    """Wait for the end of a process; Ctrl-C and SIGTERM are its own affair from here on.

    Afterwards they are heeded no more: what is left to do is to end what was started.
    """
    heard: list[int] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        heard.append(number)
        if process.returncode is None:
            tell(process, signal.Signals(number))

    signal.signal(signal.SIGINT, pass_on)
    signal.signal(signal.SIGTERM, pass_on)
    status = process.wait()
    return Ended(status, was_interrupted=bool(heard))


def leave_on_signals() -> None:
    """Make Ctrl-C and SIGTERM end us in good order: every session that was begun is ended."""
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
