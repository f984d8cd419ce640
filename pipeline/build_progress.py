"""How far the building of an index is: on a terminal always, in a log every few seconds."""

from dialer.clock import Clock
from pipeline.figures import duration, size_text
from pipeline.progress import Progress
from transforms.in_process import StopRequested, stop_requested

# Before that, how fast it goes says little of how fast it will go on.
_SURE_SECS = 2.0


class BuildProgress(Progress):
    """Shows what is read while an index is built, and ends the building when a stop is asked for."""

    on_stop = "stopping"
    status_secs = 10.0

    def __init__(self, size_bytes: int, clock: Clock | None = None) -> None:
        """Show nothing yet.

        Args:
            size_bytes: the size of all that is to be read.
            clock: where the time comes from.
        """
        super().__init__(clock)
        self._size_bytes = size_bytes
        self._started_boot_secs = self._clock.now().boot_secs
        self._name, self._read_bytes, self._numbers = "", 0, 0

    def watch(self, name: str, read_bytes: int, numbers: int) -> None:
        """Take note of how far it is.

        Args:
            name: the list that is read.
            read_bytes: how much was read of all lists.
            numbers: how many numbers were found.

        Raises:
            StopRequested: a stop was asked for.
        """
        if stop_requested():
            raise StopRequested
        self._name, self._read_bytes, self._numbers = name, read_bytes, numbers

    def line(self) -> str:
        """How far it is, in one line."""
        numbers = f"{self._numbers:,} numbers found"
        if not self._read_bytes:
            return "opening the lists ..."
        if self._read_bytes >= self._size_bytes:
            return f"{size_text(self._size_bytes)} read, {numbers}; sorting and writing"
        parts = [
            f"{self._name}: {size_text(self._read_bytes)} of {size_text(self._size_bytes)} read,"
            f" {numbers}"
        ]
        gone_secs = self._clock.now().boot_secs - self._started_boot_secs
        if gone_secs >= _SURE_SECS:
            left_secs = gone_secs * (self._size_bytes - self._read_bytes) / self._read_bytes
            parts.append(f"all is read in about {duration(left_secs)}")
        return "; ".join(parts)
