"""Serving the fake, and what may go wrong between it and its clients."""

import contextlib
import enum
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.dialer.fake_gcs.json_interface import PREFIXES, JsonInterface
from tests.dialer.fake_gcs.messages import Reply, Request
from tests.dialer.fake_gcs.objects import Objects
from tests.dialer.fake_gcs.xml_interface import answer_xml


class PutFault(enum.Enum):
    """What becomes of a write through the XML interface."""

    NONE = enum.auto()
    REFUSED = enum.auto()
    """Not applied, and answered with 503."""
    APPLIED_503 = enum.auto()
    """Applied, and answered with 503: the client is lied to."""
    APPLIED_DROPPED = enum.auto()
    """Applied, and hung up."""
    APPLIED_STALLED = enum.auto()
    """Applied, and not answered while the server runs."""


class FakeGcs:
    """Serves on a port of its own while it is entered.

    Attributes:
        objects: what it keeps.
        choose_fault: says what becomes of a write, by the object's name.
        keeps_conditions: whether it does; some stores do not know them, and overwrite.
        requests: the verb and the path of each request that came.
    """

    def __init__(self, *buckets: str) -> None:
        """Serve these buckets, empty."""
        self.objects = Objects(*buckets)
        self.choose_fault: Callable[[str], PutFault] = _no_fault
        self.keeps_conditions = True
        self.requests: list[tuple[str, str]] = []
        self.closing = threading.Event()
        self._json = JsonInterface(self.objects)
        self._server = _Server(("127.0.0.1", 0), _Handler, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """Where it serves: what STORAGE_EMULATOR_HOST is to be."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Stop serving, and end the connections that clients keep; a second time does nothing."""
        self.closing.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.end_connections()
        self._server.server_close()

    def answer(self, request: Request) -> Reply | None:
        """What to answer; None: nothing, and to hang up."""
        self.requests.append((request.method, request.path))
        if request.path.startswith(PREFIXES):
            return self._json.answer(request, base_url=self.url)
        fault = PutFault.NONE
        if request.method == "PUT":
            fault = self.choose_fault(request.path)
        if fault is PutFault.REFUSED:
            return Reply(503)
        if not self.keeps_conditions:
            request = replace(request, headers={})
        reply = answer_xml(self.objects, request)
        if fault is PutFault.NONE:
            return reply
        if fault is PutFault.APPLIED_STALLED:
            self.closing.wait()
        return Reply(503) if fault is PutFault.APPLIED_503 else None


def _no_fault(_path: str) -> PutFault:
    return PutFault.NONE


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], fake: FakeGcs
    ) -> None:
        super().__init__(address, handler)
        self.fake = fake
        self._connections: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, and remember it for as long as it is open."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection that is served."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """Wake the threads that wait for a client's next request."""
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed resets its connection: tests do that."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16

    def do_GET(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        request = Request.of(self.command, self.path, dict(self.headers.items()), body)
        reply = self.server.fake.answer(request)
        if reply is None:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for key, value in reply.headers.items():
            self.send_header(key, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
