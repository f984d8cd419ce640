"""A line to a server on this machine that can be cut, and mended again."""

import socket
import threading
from contextlib import suppress
from types import TracebackType

import pytest

from tests.program.program import Program, Running


class BrokenLine:
    """Passes connections on to a server, as long as it is whole."""

    def __init__(self, address: str) -> None:
        """Lead to the server at `address` (host:port)."""
        host, _, port = address.rpartition(":")
        self._server = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._port = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._ends: list[socket.socket] = []

    @property
    def address(self) -> str:
        """Where it begins."""
        return f"127.0.0.1:{self._port}"

    def __enter__(self) -> "BrokenLine":
        self._listen()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cut()

    def cut(self) -> None:
        """End all connections, and refuse new ones."""
        with self._lock:
            _shut(self._listener)
            for end in self._ends:
                _shut(end)
            self._ends.clear()

    def mend(self) -> None:
        """Take new connections again."""
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=64)
        self._listen()

    def _listen(self) -> None:
        threading.Thread(target=self._connect, args=(self._listener,), daemon=True).start()

    def _connect(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._server)
            with self._lock:
                self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(source, sink), daemon=True).start()


def start_through(
    line: BrokenLine, program: Program, given: list[str], monkeypatch: pytest.MonkeyPatch
) -> Running:
    """Start a program that reaches the subscription through a line; the test itself goes past it."""
    with monkeypatch.context() as changed:
        changed.setenv("PUBSUB_EMULATOR_HOST", line.address)
        return program.start_with(given)


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    _shut(source)
    _shut(sink)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
