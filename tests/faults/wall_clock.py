"""Starts the program with a wall clock of its own, which whoever started it can set.

    python -m tests.faults.wall_clock FILE python -m pipeline ...

The file holds by how many seconds the clock is wrong. Setting the machine's own clock would set it for
everybody on the machine; to the program this one is the wall clock, and its boot-time clock runs on.
"""

import mmap
import runpy
import struct
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_FORM = struct.Struct("d")


class WallClock:
    """What sets the clock."""

    def __init__(self, file: Path) -> None:
        """Keep it in a file; it is right."""
        self._file = file
        file.write_bytes(_FORM.pack(0.0))

    @property
    def prefix(self) -> Sequence[str]:
        """What stands before a program's words so that it goes by this clock."""
        return (sys.executable, "-m", "tests.faults.wall_clock", str(self._file))

    def move(self, secs: float) -> None:
        """Set it forward, or back."""
        (wrong_secs,) = _FORM.unpack(self._file.read_bytes())
        with self._file.open("r+b") as file:
            file.write(_FORM.pack(wrong_secs + secs))


def _run(file: Path, module: str, arguments: Sequence[str]) -> None:
    with file.open("rb") as opened:
        shared = mmap.mmap(opened.fileno(), _FORM.size, access=mmap.ACCESS_READ)
    right_time = time.time

    def wrong_time() -> float:
        (wrong_secs,) = _FORM.unpack(shared)
        return right_time() + float(wrong_secs)

    time.time = wrong_time
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _, given_file, _python, _m, given_module, *given_arguments = sys.argv
    _run(Path(given_file), given_module, given_arguments)
