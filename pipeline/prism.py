"""Prism, Beam's local runner of streams, as a process of our own.

Beam would start it by itself, in our process group: Ctrl-C in a terminal would end it before the job
could drain, and a program that is killed would leave it behind. So it gets a session of its own, and
ends when the pipe that it is held by breaks.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from pipeline.faults import Faults

_STARTS_WITHIN_SECS = 30.0
_POLL_SECS = 0.1
_ENDS_WITHIN_SECS = 10.0
# `read` comes back when the program that holds the other end has gone, however it went.
_KEEPER = '"$@" </dev/null & child=$!; read -r _; kill "$child" 2>/dev/null; wait "$child"'


def find_prism(location: str | None) -> Path:
    """The binary.

    Args:
        location: where the user says that it is; None: where `make prism` has built it.

    Raises:
        Faults: it is not there.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    built = cache / "dialfeed" / f"prism-{version('apache-beam')}" / "prism"
    binary = Path(location) if location else built
    if not (binary.is_file() and os.access(binary, os.X_OK)):
        where = f"--prism_location {location} is no program" if location else "Prism is not built"
        raise Faults([f"{where}: `make prism` builds it, with Go, or name one by --prism_location"])
    return binary


@contextmanager
def running_prism(binary: Path) -> Iterator[str]:
    """Run Prism on a free port of this machine; gives the address of its job service.

    Raises:
        Faults: it does not start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603 - the binary that the user, or the Makefile, put there
        [
            *("/bin/sh", "-c", _KEEPER, "keeper", str(binary)),
            *("--job_port", str(port), "--serve_http=false", "--log_level", "error"),
        ],
        stdin=subprocess.PIPE,
        # What it logs may quote elements, and so leads.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_open(port, process)
        yield f"localhost:{port}"
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_ENDS_WITHIN_SECS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_open(port: int, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + _STARTS_WITHIN_SECS
    while time.monotonic() < ends and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(_POLL_SECS)
    raise Faults(["Prism does not start on this machine"])
