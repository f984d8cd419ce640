"""A connected socket that obeys one hard deadline, however slowly the other side drips.

A socket's own timeout counts from byte to byte, so a peer that sends one byte a second can hold a
reader for ever. Here every single operation gets no more than the time that remains of the whole.
The time is the injected clock's boot time, looked at again at least every second: when the machine
has slept through the deadline, the operation that was under way ends soon after it wakes.
"""

import io
import socket
from collections.abc import Callable

from dialer.clock import Clock

_LOOK_SECS = 1.0


class DeadlinePassed(Exception):
    """The deadline came before the operation was done."""

    def __str__(self) -> str:
        return "the time for the request ran out"


class TooMuchReceived(Exception):
    """The other side has sent more than it may."""


class DeadlineSocket:
    """Sends and receives on a connected socket until a deadline."""

    def __init__(
        self, sock: socket.socket, *, clock: Clock, deadline_boot_secs: float, max_bytes: int
    ) -> None:
        """Use a socket that somebody else closes.

        Args:
            sock: the connected socket, plain or TLS.
            clock: tells the time.
            deadline_boot_secs: the moment that ends every operation.
            max_bytes: the most bytes to receive.
        """
        self._socket = sock
        self._clock = clock
        self._deadline_boot_secs = deadline_boot_secs
        self._bytes_left = max_bytes

    def send_some(self, data: memoryview) -> int:
        """Send what the system accepts at once of `data`, at least a byte; returns how many.

        Raises:
            DeadlinePassed: it accepted none in time.
            OSError: the connection is broken.
        """
        return self._in_time(lambda: self._socket.send(data))

    def receive_into(self, buffer: memoryview) -> int:
        """Receive what has come, at least a byte; returns how many, 0 at the end.

        Raises:
            DeadlinePassed: none came in time.
            TooMuchReceived: more came than may.
            OSError: the connection is broken.
        """
        received = self._in_time(lambda: self._socket.recv_into(buffer))
        self._bytes_left -= received
        if self._bytes_left < 0:
            raise TooMuchReceived
        return received

    def makefile(self, mode: str) -> io.BufferedReader:
        """What the standard library's `HTTPResponse` reads from: all of it goes through here."""
        if mode != "rb":
            raise ValueError(mode)
        return io.BufferedReader(_Incoming(self))

    def _in_time(self, operation: Callable[[], int]) -> int:
        while True:
            remains = self._deadline_boot_secs - self._clock.now().boot_secs
            if remains <= 0:
                raise DeadlinePassed
            self._socket.settimeout(min(remains, _LOOK_SECS))
            try:
                return operation()
            except TimeoutError as error:
                # With a number it is the network's own timeout (ETIMEDOUT): the connection is dead.
                if error.errno is not None:
                    raise


class _Incoming(io.RawIOBase):
    """The receiving side as a raw stream."""

    def __init__(self, source: DeadlineSocket) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what io passes
        return self._source.receive_into(buffer)
