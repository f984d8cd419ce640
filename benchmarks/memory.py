"""How much memory processes hold, as the kernel counts it."""

import resource
import sys
from pathlib import Path

ANONYMOUS = "RssAnon"
PEAK = "VmHWM"


def held_bytes(kind: str, process: int | str = "self") -> int:
    """The memory of a process by one of the kernel's counts; 0: not known here.

    Args:
        kind: `RssAnon`, what it shares with no other and with no file; `VmHWM`, the most that it
            ever had in memory, pages of files that it maps included.
        process: its id; a process that has ended holds nothing.
    """
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    for line in status.splitlines():
        name, _, value = line.partition(":")
        if name == kind:
            return int(value.split()[0]) * 1024
    return 0


def peak_bytes() -> int:
    """The most memory that this process held.

    `getrusage` counts that of the process it came from in, so it is asked only where there is
    nothing better.
    """
    return held_bytes(PEAK) or rusage_peak_bytes(resource.getrusage(resource.RUSAGE_SELF))


def rusage_peak_bytes(usage: resource.struct_rusage) -> int:
    """The most memory by `getrusage`, which counts in another unit on each system."""
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def family(process: int) -> list[int]:
    """A process and all that came from it, as far as the kernel tells."""
    found = [process]
    for member in found:
        for task in Path(f"/proc/{member}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found
