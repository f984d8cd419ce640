"""What a process takes of its machine, as Linux tells it."""

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

_LOOKS = 10
_PAUSE_SECS = 0.1


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a process holds.

    Attributes:
        kilobytes: memory of its own.
        threads: threads.
        files: open files, sockets and pipes.
    """

    kilobytes: int
    threads: int
    files: int


def footprint(process: int) -> Footprint:
    """The least of several looks: what a process holds all the time."""
    looks = [_look(process) for _ in range(_LOOKS)]
    return Footprint(
        min(look.kilobytes for look in looks),
        min(look.threads for look in looks),
        min(look.files for look in looks),
    )


def _look(process: int) -> Footprint:
    time.sleep(_PAUSE_SECS)
    folder = Path(f"/proc/{process}")
    said = (folder / "status").read_text()
    found = {name: int(number) for name, number in re.findall(r"(\w+):\s+([0-9]+)", said)}
    return Footprint(found["RssAnon"], found["Threads"], len(os.listdir(folder / "fd")))  # noqa: PTH208
