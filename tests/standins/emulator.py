"""Google's Pub/Sub emulator: the one place that knows how it is found, started and ended.

`python -m tests.standins.emulator COMMAND ...` runs a command beside an emulator of its own, and has its
exit status; without a command it only looks whether there is one.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from tests.standins.sessions import leave_on_signals, session, wait_passing_on

HOST_VARIABLE = "PUBSUB_EMULATOR_HOST"
"""Where Google's clients look for an emulator."""
PROJECT_VARIABLE = "PUBSUB_PROJECT_ID"
PROJECT = "demo"
"""The emulator knows every project; this is the one that ours are in."""

_COMPONENT = Path("platform", "pubsub-emulator", "bin", "cloud-pubsub-emulator")
_STARTS_WITHIN_SECS = 60.0
_ANSWERS_WITHIN_SECS = 5.0
_LOOKS_EVERY_SECS = 0.1
_LAST_WORDS_BYTES = 2_000


class EmulatorMissing(Exception):
    """This machine has no emulator; says what to install."""


class EmulatorFailed(Exception):
    """The emulator did not start, or does not answer; says why."""


@lru_cache(maxsize=1)
def find_emulator() -> Path:
    """Find the emulator's program, a component of gcloud.

    It is started without gcloud, which would be a process more to end, and asks for its beta commands.

    Raises:
        EmulatorMissing: something of it is not here.
    """
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        raise EmulatorMissing(
            "Google's Pub/Sub emulator is not on this machine, for there is no gcloud: install the"
            " Google Cloud CLI (https://cloud.google.com/sdk/docs/install), then its component"
            " pubsub-emulator"
        )
    asked = subprocess.run(
        [gcloud, "info", "--format=value(installation.sdk_root)"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    program = Path(asked.stdout.strip(), _COMPONENT)
    if not program.is_file():
        raise EmulatorMissing(
            "Google's Pub/Sub emulator is not on this machine, though gcloud is: install its"
            " component by `gcloud components install pubsub-emulator` (where gcloud is a package"
            " of the system: `apt-get install google-cloud-cli-pubsub-emulator`)"
        )
    if not shutil.which("java") and "JAVA_HOME" not in os.environ:
        raise EmulatorMissing(
            "Google's Pub/Sub emulator needs Java, and there is none: install a Java runtime"
        )
    return program


def environment(address: str) -> dict[str, str]:
    """The variables by which Google's clients use the emulator at an address, and nothing else."""
    return {HOST_VARIABLE: address, PROJECT_VARIABLE: PROJECT}


def running_emulator() -> str | None:
    """The address of the emulator that our environment names, if it names one.

    Raises:
        EmulatorFailed: nothing answers there. Google's clients would try for minutes, at each call.
    """
    address = os.environ.get(HOST_VARIABLE)
    if not address:
        return None
    try:
        place = urlsplit(f"//{address}")
        host_and_port = (place.hostname or "", place.port or 0)
        socket.create_connection(host_and_port, _ANSWERS_WITHIN_SECS).close()
    except (OSError, ValueError) as error:
        raise EmulatorFailed(
            f"{HOST_VARIABLE} is {address}, and nothing answers there: start an emulator, or unset"
            " the variable"
        ) from error
    return address


@contextmanager
def emulator() -> Iterator[str]:
    """Run an emulator on a free port; gives its address.

    Raises:
        EmulatorMissing: it is not here.
        EmulatorFailed: it did not start.
    """
    program = find_emulator()
    port = _free_port()
    command = [str(program), "--host=127.0.0.1", f"--port={port}"]
    with (
        tempfile.TemporaryFile() as words,
        session(command, folder=Path.cwd(), stdout=words, stderr=words) as process,
    ):
        _wait_until_it_listens(process, words, port)
        yield f"127.0.0.1:{port}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_it_listens(process: "subprocess.Popen[bytes]", words: IO[bytes], port: int) -> None:
    """Wait until the emulator itself says so: on the port there could be another process."""
    ends = time.monotonic() + _STARTS_WITHIN_SECS
    said = b""
    # Where its port was taken it says so and stays, idle.
    while process.poll() is None and b"Exception" not in said and time.monotonic() < ends:
        said = os.pread(words.fileno(), 1 << 20, 0)
        if f"listening on {port}".encode() in said:
            return
        time.sleep(_LOOKS_EVERY_SECS)
    last_words = os.pread(words.fileno(), 1 << 20, 0)[:_LAST_WORDS_BYTES].decode(errors="replace")
    raise EmulatorFailed(f"Google's Pub/Sub emulator did not start. It said:\n{last_words}")


def main(command: list[str]) -> int:
    """Run a command, if there is one, beside an emulator; its exit status."""
    leave_on_signals()
    try:
        find_emulator()
        return _run_beside_one(command) if command else 0
    except (EmulatorMissing, EmulatorFailed) as error:
        sys.stderr.write(f"{error}.\n")
        return 1


def _run_beside_one(command: list[str]) -> int:
    with (
        emulator() as address,
        session(command, folder=Path.cwd(), environment=environment(address)) as process,
    ):
        status = wait_passing_on(process).status
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
