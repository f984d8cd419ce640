"""A dialer that lives by a clock which the test moves: hours of requests in seconds, over real HTTP.

While it makes a client wait it moves the clock itself, since everybody else then waits for it.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import orjson

from dialer.clock import ManualClock
from dialer.dialects import V1

TAKEN = "SuccessFully Updated"


class WorldClock(ManualClock):
    """A clock that also knows how long the world has lasted, whatever its hands are set to.

    Attributes:
        elapsed_secs: seconds that have passed since it was made, through reboots too.
    """

    def __init__(self) -> None:
        """Begin."""
        super().__init__()
        self.elapsed_secs = 0.0

    def advance(self, secs: float) -> None:
        """See `ManualClock.advance`."""
        super().advance(secs)
        self.elapsed_secs += secs


@dataclass(frozen=True, slots=True)
class Arrival:
    """A whole request that came.

    Attributes:
        at_secs: when, by the time that the world has lasted.
        campaign: the campaign.
        phones: the numbers, in order.
    """

    at_secs: float
    campaign: str
    phones: Sequence[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered.

    Attributes:
        status: the HTTP status; 0: the dialer hangs up instead.
        body: the body.
        headers: further headers.
        after_secs: how much time passes before.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    after_secs: float = 0.0


def rows(phones: Sequence[str], says: Mapping[str, str] | None = None) -> bytes:
    """The documented answer, each row taken but those that `says` names."""
    said = says or {}
    found = [{"PhoneNumber": phone, "Status": said.get(phone, TAKEN)} for phone in phones]
    return orjson.dumps({"message": found})


class VirtualDialer:
    """Serves on a port of its own while it is entered."""

    def __init__(self, clock: WorldClock, answer: Callable[[Arrival], Answer]) -> None:
        """Answer each request so; `answer` is asked for one request at a time."""
        self.clock = clock
        self._answer = answer
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """Where it takes requests."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{V1.path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, body: bytes) -> Answer:
        """Read a request, decide on it, and let the time pass that it takes."""
        form = parse_qs(body.decode("ascii"), strict_parsing=True)
        bulk = orjson.loads(form["bulkData"][0])
        place = bulk["map"].index("PhoneNumber")
        phones = tuple(row[place] for row in bulk["data"])
        with self._lock:
            arrival = Arrival(self.clock.elapsed_secs, form["campaign_name"][0], phones)
            answer = self._answer(arrival)
            self.clock.advance(answer.after_secs)
            return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        handler: type[BaseHTTPRequestHandler],
        dialer: VirtualDialer,
    ) -> None:
        super().__init__(address, handler)
        self.dialer = dialer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has given up is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.dialer.take(body)
        if not answer.status:
            return
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
