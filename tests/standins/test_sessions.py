"""Nothing that was started outlives the one who started it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.standins.sessions import session

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECS = 30.0

# A process with one of its own; both write their ids where the test looks for them.
FAMILY = 'sleep 300 & echo "$$ $!" > "$0/ids.new"; mv "$0/ids.new" "$0/ids"; wait'
STARTER = """
import sys
from pathlib import Path
from tests.standins.sessions import leave_on_signals, session, wait_passing_on
folder = Path(sys.argv[1])
leave_on_signals()
with session(["/bin/sh", "-c", sys.argv[2], str(folder)], folder=folder) as process:
    sys.exit(wait_passing_on(process).status)
"""


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECS
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def family(folder: Path) -> list[int]:
    wait_until((folder / "ids").exists)
    return [int(word) for word in (folder / "ids").read_text().split()]


def runs(process_id: int) -> bool:
    done = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(process_id)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()[:1] not in ("", "Z")


def start(folder: Path, script: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", STARTER, str(folder), script], cwd=ROOT)


def test_a_session_ends_as_a_whole_when_it_is_left(tmp_path: Path) -> None:
    with session(["/bin/sh", "-c", FAMILY, str(tmp_path)], folder=tmp_path):
        ids = family(tmp_path)
        assert all(runs(each) for each in ids)

    assert not any(runs(each) for each in ids)


def test_a_session_ends_as_a_whole_though_its_first_process_has_ended_before(
    tmp_path: Path,
) -> None:
    script = FAMILY.removesuffix("; wait")

    with session(["/bin/sh", "-c", script, str(tmp_path)], folder=tmp_path) as process:
        first, second = family(tmp_path)
        process.wait(PATIENCE_SECS)
        assert runs(second)

    assert not runs(first)
    assert not runs(second)


def test_a_session_that_does_not_heed_the_request_to_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.standins.sessions._END_SECS", 0.2)

    with session(
        ["/bin/sh", "-c", f"trap '' TERM; {FAMILY}", str(tmp_path)], folder=tmp_path
    ) as process:
        ids = family(tmp_path)

    assert process.returncode == -signal.SIGKILL
    assert not any(runs(each) for each in ids)


def test_a_session_ends_though_the_one_who_began_it_was_killed(tmp_path: Path) -> None:
    starter = start(tmp_path, FAMILY)
    ids = family(tmp_path)

    starter.kill()
    starter.wait(PATIENCE_SECS)

    wait_until(lambda: not any(runs(each) for each in ids))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_passed_on_and_the_end_is_the_sessions_own(
    tmp_path: Path, number: signal.Signals
) -> None:
    heeding = f"trap 'exit 7' {number.name.removeprefix('SIG')}; {FAMILY}"
    starter = start(tmp_path, heeding)
    ids = family(tmp_path)

    starter.send_signal(number)

    assert starter.wait(PATIENCE_SECS) == 7
    assert not any(runs(each) for each in ids)


def test_a_command_has_our_variables_and_its_own_and_nothing_to_read(tmp_path: Path) -> None:
    with session(
        ["/bin/sh", "-c", 'cat; echo "$OWN $HOME"'],
        folder=tmp_path,
        environment={"OWN": "mine"},
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read().decode()
        status = process.wait(PATIENCE_SECS)

    assert said.split() == ["mine", os.environ["HOME"]]
    assert status == 0
