"""Time as an object: what decides waits for no wall clock, and tests need no sleep.

Two clocks are read together. The boot-time clock runs on through a machine's sleep and is never set,
but it means something only on the boot that it was read on; the wall clock can be set by anybody and
serves for display and for what the dialer itself judges by the calendar.
"""

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

_BOOT_ID_FILE = Path("/proc/sys/kernel/random/boot_id")
# Linux: CLOCK_BOOTTIME counts suspended time. macOS: CLOCK_MONOTONIC does (its manual page clock_gettime(3)).
_BOOT_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment, by both clocks of one machine.

    Attributes:
        boot_id: names the boot that `boot_secs` belongs to; None where the system has no such name.
        boot_secs: seconds of the boot-time clock.
        wall_secs: seconds since the epoch, UTC.
    """

    boot_id: str | None
    boot_secs: float
    wall_secs: float

    def later(self, secs: float) -> "Instant":
        """The moment `secs` seconds after this one.

        >>> Instant("a", 1.0, 100.0).later(2.0)
        Instant(boot_id='a', boot_secs=3.0, wall_secs=102.0)
        """
        return Instant(self.boot_id, self.boot_secs + secs, self.wall_secs + secs)


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> Instant:
        """The present moment."""
        ...

    def sleep(self, secs: float) -> None:
        """Let `secs` seconds pass (none where `secs` is not positive)."""
        ...


class SystemClock:
    """This machine's clocks."""

    def __init__(self) -> None:
        self._boot_id = _system_boot_id()

    def now(self) -> Instant:
        """The present moment by the boot-time clock and the wall clock."""
        return Instant(self._boot_id, time.clock_gettime(_BOOT_CLOCK), time.time())

    def sleep(self, secs: float) -> None:
        """Sleep for `secs` seconds."""
        if secs > 0:
            time.sleep(secs)


class ManualClock:
    """A clock that moves only when it is told to, or slept on: for tests."""

    def __init__(
        self,
        *,
        boot_id: str | None = "manual",
        boot_secs: float = 1000.0,
        wall_secs: float = 1.8e9,
    ) -> None:
        self._now = Instant(boot_id, boot_secs, wall_secs)
        self.slept_secs: list[float] = []

    def now(self) -> Instant:
        """The moment that the clock stands at."""
        return self._now

    def sleep(self, secs: float) -> None:
        """Move on by `secs` and remember it in `slept_secs`."""
        if secs > 0:
            self.slept_secs.append(secs)
            self.advance(secs)

    def advance(self, secs: float) -> None:
        """Let `secs` seconds pass by both clocks."""
        self._now = self._now.later(secs)

    def set_wall(self, wall_secs: float) -> None:
        """Set the wall clock, as a user or a time server does; the boot-time clock runs on."""
        self._now = Instant(self._now.boot_id, self._now.boot_secs, wall_secs)

    def reboot(self, boot_id: str) -> None:
        """Start a new boot: another name, and the boot-time clock from zero."""
        self._now = Instant(boot_id, 0.0, self._now.wall_secs)


def _system_boot_id() -> str | None:
    """The name of the present boot, or None where the system tells none."""
    if _BOOT_ID_FILE.exists():
        return _BOOT_ID_FILE.read_text().strip() or None
    if sys.platform == "darwin":
        done = subprocess.run(
            ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() or None
    return None
