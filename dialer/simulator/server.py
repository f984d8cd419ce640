"""The simulator's HTTP server: threaded, on this machine only."""

import contextlib
import select
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from types import TracebackType
from typing import Self

from dialer.dialects import dialect_at
from dialer.simulator.account import Account, Arrival
from dialer.simulator.plan import FaultPlan
from dialer.simulator.replies import Manner, Reply
from dialer.simulator.rules import Rules
from dialer.simulator.submission import Submission

_HOST = "127.0.0.1"
_MOST_BODY_BYTES = 64 * 1024 * 1024
_LOOK_SECS = 0.1
_POLL_SECS = 0.02


class Simulator:
    """A dialer on 127.0.0.1, from `start` (or `with`) to `close`."""

    def __init__(
        self,
        rules: Rules | None = None,
        *,
        faults: FaultPlan | None = None,
        port: int = 0,
        log: Path | None = None,
        on_submission: Callable[[Submission], None] | None = None,
    ) -> None:
        """Take the port; nothing is answered yet.

        Args:
            rules: how to answer; None: as the vendor documents, to any key and campaign.
            faults: what goes wrong; None: nothing.
            port: the port, 0 for any that is free.
            log: a file to append a JSON line a request to.
            on_submission: is told each request as it was understood, with all its rows: they are
                not kept, for there may be millions.

        Raises:
            OSError: the port is taken, or the log cannot be written.
        """
        self._account = Account(rules or Rules(), faults or FaultPlan(), log, on_submission)
        self._server = _Server(port, self._account)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECS,), name="simulator", daemon=True
        )

    @property
    def url(self) -> str:
        """The address for `--api_url`."""
        return f"http://{_HOST}:{self._server.server_address[1]}"

    @property
    def arrivals(self) -> list[Arrival]:
        """Every request, in the order of arrival."""
        return self._account.arrivals

    @property
    def taken(self) -> Counter[tuple[str, str]]:
        """How often each campaign and number was taken."""
        return self._account.taken

    @property
    def violations(self) -> list[str]:
        """Each limit that was broken, in words without numbers."""
        return self._account.violations

    def start(self) -> Self:
        """Begin to answer, in threads of its own."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop answering, and hang up on whoever still waits."""
        self._server.stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, account: Account) -> None:
        self.account = account
        self.stopping = threading.Event()
        super().__init__((_HOST, port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A peer that hangs up is no news; anything else is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as given


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "dialfeed-simulator"
    sys_version = ""

    def do_POST(self) -> None:
        self.close_connection = True
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            self._refuse(411)
        elif int(length) > _MOST_BODY_BYTES:
            self._refuse(413)
        else:
            body = self.rfile.read(int(length))
            if len(body) == int(length):
                self._answer(body)

    def do_GET(self) -> None:
        self.close_connection = True
        self._refuse(405)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: requests hold numbers."""

    def _answer(self, body: bytes) -> None:
        dialect = dialect_at(self.path)
        if dialect is None:
            self._refuse(404)
            return
        reply = self.server.account.receive(
            dialect,
            body,
            self.headers.get("Content-Type", ""),
            monotonic_secs=time.monotonic(),
            wall_secs=time.time(),
        )
        match reply.manner:
            case Manner.CLOSED:
                return
            case Manner.SILENT:
                self._wait(reply.secs)
            case Manner.LATE:
                if self._wait(reply.secs):
                    self._send(reply)
            case Manner.DRIPPING:
                self._drip(reply)
            case Manner.AT_ONCE:
                self._send(reply)

    def _refuse(self, status: int) -> None:
        self._send(Reply("", (), status, {"Content-Type": "text/html"}, b"<html></html>"))

    def _send(self, reply: Reply) -> None:
        self.wfile.write(self._head(reply) + reply.body)

    def _drip(self, reply: Reply) -> None:
        for byte in self._head(reply) + reply.body:
            self.wfile.write(bytes([byte]))
            if not self._wait(reply.secs):
                return

    def _head(self, reply: Reply) -> bytes:
        headers = {
            "Date": self.date_time_string(),
            **reply.headers,
            "Content-Length": str(len(reply.body)),
            "Connection": "close",
        }
        lines = [f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('',))[0]}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("ascii")

    def _wait(self, secs: float) -> bool:
        """Let time pass; returns whether the peer is still there, and the simulator still runs."""
        until = time.monotonic() + secs
        while not self.server.stopping.is_set():
            remains = until - time.monotonic()
            if remains <= 0:
                return True
            readable, _, _ = select.select([self.connection], [], [], min(remains, _LOOK_SECS))
            if readable:
                with contextlib.suppress(ConnectionError):
                    if self.connection.recv(1, socket.MSG_PEEK):
                        self.server.stopping.wait(min(remains, _LOOK_SECS))
                        continue
                return False
        return False
