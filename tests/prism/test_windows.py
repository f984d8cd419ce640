"""Files by windows for real: Prism's own timers, while the stream goes on and when it ends."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECS = 120.0
WINDOW_SECS = 1.0
_POLL_SECS = 0.05


class Job:
    """The streaming job, and what it has written."""

    def __init__(self, prism: Path, folder: Path, *, window_secs: float) -> None:
        self._folder = folder
        (folder / "journal").touch()
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "tests.prism.windows_job", "--prism", str(prism)),
                    *("--folder", str(folder), "--window_secs", str(window_secs)),
                ],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def publish(self, first: int, last: int) -> None:
        with (self._folder / "journal").open("ab") as journal:
            journal.write(b"".join(b"%d\n" % number for number in range(first, last + 1)))

    def files(self) -> list[list[str]]:
        """The messages whose outcomes are in each file, in the order of the files' names."""
        paths = sorted((self._folder / "outcomes").glob("*.jsonl"))
        return [
            [json.loads(line)["source"]["message_id"] for line in path.read_bytes().splitlines()]
            for path in paths
        ]

    def wait_for_outcomes(self, count: int) -> None:
        ends = time.monotonic() + PATIENCE_SECS
        while sum(map(len, self.files())) < count:
            assert time.monotonic() < ends, self.log()
            time.sleep(_POLL_SECS)

    def end(self) -> None:
        """Say that no more will come, and wait until the job has ended."""
        (self._folder / "end").touch()
        assert self._process.wait(PATIENCE_SECS) == 0, self.log()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")[-4000:]


@pytest.fixture
def job(prism: Path, tmp_path: Path) -> Iterator[Job]:
    job = Job(prism, tmp_path, window_secs=WINDOW_SECS)
    yield job
    job.kill()


def test_files_appear_while_the_stream_goes_on_and_its_end_writes_the_rest(
    job: Job, tmp_path: Path
) -> None:
    job.publish(1, 5)
    job.wait_for_outcomes(5)
    job.publish(6, 10)
    job.wait_for_outcomes(10)
    assert len(job.files()) >= 2
    job.publish(11, 500)
    job.end()
    found = [message for each in job.files() for message in each]
    assert sorted(found) == sorted(f"m{number}" for number in range(1, 501))
    assert {path.suffix for path in (tmp_path / "outcomes").iterdir()} == {".jsonl"}
