"""The whole program, as a process, against the simulator as a process, with the gap off."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.leads import write_csv
from benchmarks.memory import rusage_peak_bytes

_ANNOUNCEMENT = "simulator listening on "


@dataclass(frozen=True)
class Measured:
    """One run of the program.

    Attributes:
        leads: records in the input.
        wall_secs: how long it took.
        cpu_secs: user and system time of the program's process.
        peak_bytes: the most memory that it held.
    """

    leads: int
    wall_secs: float
    cpu_secs: float
    peak_bytes: int


@contextmanager
def simulator() -> Iterator[str]:
    """The built-in dialer, without a gap: gives its URL."""
    command = [sys.executable, "-m", "pipeline", "simulate", "--port", "0", "--gap_secs", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip().removeprefix(_ANNOUNCEMENT)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def deliver(leads: int) -> Measured:
    """Deliver a file of so many leads."""
    with tempfile.TemporaryDirectory() as name, simulator() as url:
        folder = Path(name)
        write_csv(folder / "leads.csv", leads)
        (folder / "dnd.txt").write_text("9000000001\n")
        command = [
            *(sys.executable, "-m", "pipeline"),
            *("--input", str(folder / "leads.csv"), "--campaign", "Bench"),
            *("--api_url", url, "--api_key", "env:BENCH_KEY", "--pace_secs", "0"),
            *("--dnd", str(folder / "dnd.txt"), "--output", str(folder / "out")),
        ]
        started = time.monotonic()
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, env={**os.environ, "BENCH_KEY": "bench"}
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"the program ended with {process.returncode}")
        return Measured(
            leads=leads,
            wall_secs=time.monotonic() - started,
            cpu_secs=usage.ru_utime + usage.ru_stime,
            peak_bytes=rusage_peak_bytes(usage),
        )
