"""The line between the program and the dialer: what can be cut, refused, or left without an answer."""

import select
import socket
import struct
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

_LOOK_SECS = 0.02
_RESET = struct.pack("ii", 1, 0)
_ROOM = 64
# Linux lists its TCP sockets there; a 02 is one that has asked and was not answered.
_SOCKETS = Path("/proc/net/tcp")
_ASKING = "02"


class Line:
    """Passes connections on to a server on this machine, from a port of its own.

    Attributes:
        address: where it begins, host and port.
    """

    def __init__(self, port: int) -> None:
        """Lead to this port."""
        self._server = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=_ROOM)
        self.address: tuple[str, int] = self._listener.getsockname()
        self._lock = threading.Lock()
        self._takes_up = True
        self._is_over = False
        self._ends: list[socket.socket] = []
        self._fillers: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        """Where it begins, as the program is told."""
        host, port = self.address
        return f"http://{host}:{port}"

    def __enter__(self) -> "Line":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over = True
        self._thread.join()
        self.take_up()
        self.cut()
        self._listener.close()

    def cut(self) -> None:
        """Reset every connection that there is; new ones can be made."""
        with self._lock:
            self._accept_all()
            for end in self._ends:
                _reset(end)
            self._ends.clear()

    def refuse(self) -> None:
        """Refuse new connections."""
        with self._lock:
            self._takes_up = False
            self._listener.close()

    def mend(self) -> None:
        """Take new connections after all."""
        with self._lock:
            self._listener = socket.create_server(self.address, backlog=_ROOM)
            self._takes_up = True

    def leave_waiting(self) -> None:
        """Answer nobody who wants to connect: the queue of those who are not taken up is full."""
        with self._lock:
            self._takes_up = False
            self._listener.listen(0)
            for _ in range(2):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex(self.address)
                self._fillers.append(filler)

    def take_up(self) -> None:
        """Take those up who wait."""
        with self._lock:
            for filler in self._fillers:
                filler.close()
            self._fillers.clear()
            self._listener.listen(_ROOM)
            self._takes_up = True

    @property
    def somebody_waits(self) -> bool:
        """Whether somebody beside our own fillers has asked to be connected, and waits."""
        own = {filler.getsockname()[1] for filler in self._fillers}
        for line in _SOCKETS.read_text().splitlines()[1:]:
            _, here, there, state, *_ = line.split()
            if state == _ASKING and _port(there) == self.address[1] and _port(here) not in own:
                return True
        return False

    def _accept(self) -> None:
        while not self._is_over:
            self._wait_for_somebody()
            with self._lock:
                self._accept_all()

    def _wait_for_somebody(self) -> None:
        listeners = [self._listener] if self._takes_up else []
        # One that is closed meanwhile cannot be waited for.
        with suppress(OSError, ValueError):
            select.select(listeners, [], [], _LOOK_SECS)

    def _accept_all(self) -> None:
        while self._takes_up and select.select([self._listener], [], [], 0)[0]:
            near, _ = self._listener.accept()
            far = socket.create_connection(self._server)
            self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until one side ends, and its manner of ending with them."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        _reset(sink)
        return
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _reset(end: socket.socket) -> None:
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        # Whoever reads from it in another thread is to wake.
        end.shutdown(socket.SHUT_RD)
    end.close()


def _port(address: str) -> int:
    return int(address.partition(":")[2], 16)
