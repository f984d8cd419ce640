"""A peer of the client that does with each connection whatever a test says, on raw sockets."""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from dialer.client import Client
from dialer.clock import Clock, SystemClock
from dialer.exchange import HttpAnswer, NoAnswer

TIME_SECS = 0.3
"""What a request is given where the other side is to use it up."""

SOON_SECS = 3.0
"""By when it must be over, on a busy machine too."""

BODY = b"api_key=k&bulkData=9876512345"
PATH = "/add/9876512345"
FORM = "application/x-www-form-urlencoded"

Behaviour = Callable[[socket.socket], object]


class RawServer:
    """A peer that does with each connection whatever the test says."""

    def __init__(self, behaviour: Behaviour, *, receive_buffer: int = 0) -> None:
        self._behaviour = behaviour
        self._listener = socket.create_server(("127.0.0.1", 0))
        if receive_buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        self.stop = threading.Event()
        self.done = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self.stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, contextlib.suppress(OSError):
                self._behaviour(connection)
            self.done.set()

    def close(self) -> None:
        self.stop.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@contextmanager
def serving(behaviour: Behaviour, *, receive_buffer: int = 0) -> Iterator[RawServer]:
    server = RawServer(behaviour, receive_buffer=receive_buffer)
    try:
        yield server
    finally:
        server.close()


def client_of(server: RawServer, *, max_answer_bytes: int = 100_000) -> Client:
    return Client(
        f"http://127.0.0.1:{server.port}{PATH}",
        clock=SystemClock(),
        max_answer_bytes=max_answer_bytes,
    )


def post(
    client: Client, body: bytes = BODY, *, secs: float = 5.0, clock: Clock | None = None
) -> HttpAnswer:
    connection = client.connect()
    deadline = (clock or SystemClock()).now().boot_secs + secs
    return connection.post(body, content_type=FORM, deadline_boot_secs=deadline)


def read_request(connection: socket.socket) -> bytes:
    """Read a whole request, head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += received(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += received(connection)
    return head + b"\r\n\r\n" + body


def received(connection: socket.socket) -> bytes:
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError
    return piece


def answering(*pieces: bytes) -> Behaviour:
    def answer(connection: socket.socket) -> None:
        read_request(connection)
        for piece in pieces:
            connection.sendall(piece)

    return answer


def dripping(head: bytes, drops: bytes) -> Behaviour:
    def drip(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(head)
        for drop in itertools.cycle(drops):
            connection.sendall(bytes([drop]))
            time.sleep(0.02)

    return drip


def fails_in_time(client: Client, phase: str, *, body: bytes = BODY) -> str:
    """The message of a request that is to have failed by its deadline, and not long before."""
    started = time.monotonic()
    with pytest.raises(NoAnswer) as caught:
        post(client, body, secs=TIME_SECS)
    assert TIME_SECS * 0.9 <= time.monotonic() - started < SOON_SECS
    assert caught.value.phase == phase
    assert "9876512345" not in str(caught.value)
    return str(caught.value)
