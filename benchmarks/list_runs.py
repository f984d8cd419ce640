"""Fresh processes for `list_speed`: each way to keep a list, and the program's own command."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.list_numbers import Mask
from benchmarks.list_peers import Peer
from benchmarks.memory import ANONYMOUS, PEAK, family, held_bytes, rusage_peak_bytes

WARM_SECS = 1.0
"""For how many seconds of CPU numbers are looked up at the least."""

_LOOK_AGAIN_SECS = 0.05


@dataclass(frozen=True, slots=True)
class Built:
    """A list that was built in one process, whose imports are not counted.

    Attributes:
        file: what is kept of it.
        cpu_secs: CPU seconds of all its threads and processes.
        wall_secs: how long it took.
    """

    file: Path
    cpu_secs: float
    wall_secs: float


@dataclass(frozen=True, slots=True)
class Looked:
    """A list that was opened in one process, and numbers that were looked up there.

    Attributes:
        open_secs: how long opening took.
        base_bytes: the anonymous memory of the process before it opened the list.
        held_bytes: and after it had looked all numbers up once; 0: not known here.
        a_second: numbers looked up a second of CPU, when warm.
    """

    open_secs: float
    base_bytes: int
    held_bytes: int
    a_second: float


@dataclass(frozen=True, slots=True)
class Watched:
    """A command that was run.

    Attributes:
        wall_secs: how long it took, with its interpreter and imports.
        cpu_secs: CPU seconds of all its processes.
        peak_bytes: the most that each of its processes had in memory, pages of files that they map
            included, added up.
        held_bytes: the most anonymous memory of all of them at one time; 0: not known here.
    """

    wall_secs: float
    cpu_secs: float
    peak_bytes: int
    held_bytes: int


def build(peer: Peer, text: Path, folder: Path) -> Built:
    """Build a list from text."""
    said = _ask("build", peer, text, folder)
    return Built(Path(said["file"]), said["cpu_secs"], said["wall_secs"])


def look(
    peer: Peer,
    built: Built,
    probes: Path,
    on_list: Mask,
    *,
    block: int,
    folder: Path,
    warm_secs: float = WARM_SECS,
) -> Looked:
    """Open a list, look numbers up in blocks, and hold the answers against the right ones.

    Args:
        peer: how the list is kept.
        built: the list.
        probes: the file of the numbers.
        on_list: which of them are on it.
        block: how many are looked up at a time.
        folder: where the answers may be written.
        warm_secs: for how many seconds of CPU they are looked up again, at least.
    """
    answers = folder / "answers.npy"
    said = _ask("look", peer, built.file, probes, answers, block, warm_secs)
    wrong = int(np.count_nonzero(np.load(answers) != on_list))
    answers.unlink()
    if wrong:
        raise SystemExit(f"{peer.name} is wrong about {wrong:,} of {len(on_list):,} numbers")
    return Looked(
        said["open_secs"],
        said["base_bytes"],
        said["held_bytes"],
        len(on_list) / said["cpu_secs"],
    )


def _ask(task: str, peer: Peer, *words: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.list_child", task, peer.module, *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit(f"{peer.name}: to {task} ended with {done.returncode}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def watch(command: Sequence[str]) -> Watched:
    """Run a command to its end, and look at its memory twenty times a second."""
    peaks: dict[int, int] = {}
    most = ended = status = 0
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not ended:
        members = family(process.pid)
        peaks |= {member: held_bytes(PEAK, member) or peaks.get(member, 0) for member in members}
        most = max(most, sum(held_bytes(ANONYMOUS, member) for member in members))
        time.sleep(_LOOK_AGAIN_SECS)
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    wall_secs = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command[1:5])} ended with {process.returncode}")
    return Watched(
        wall_secs=wall_secs,
        cpu_secs=usage.ru_utime + usage.ru_stime,
        peak_bytes=sum(peaks.values()) or rusage_peak_bytes(usage),
        held_bytes=most,
    )
