"""A dialer for the race: takes leads over HTTP, writes down when they came, and now and then falls silent."""

import random
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs

import orjson

_TAKEN = "SuccessFully Updated"


def now_secs() -> float:
    """The boot-time clock, as the senders read it."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass(frozen=True, slots=True)
class Arrival:
    """A whole request that came.

    Attributes:
        at: when, by the boot-time clock.
        campaign: the campaign.
        phones: the numbers, in order.
        reply: what the dialer did with it: `rows`, `too_soon` (takes nothing), `slow` (takes it,
            answers too late), `dropped` (takes it, hangs up).
    """

    at: float
    campaign: str
    phones: tuple[str, ...]
    reply: str

    @property
    def is_taken(self) -> bool:
        """Whether its leads were taken."""
        return self.reply != "too_soon"


class RaceDialer:
    """Serves on a port of its own while it is entered."""

    def __init__(self, *, seed: int, slow_secs: float) -> None:
        self.arrivals: list[Arrival] = []
        self.arrived = threading.Condition()
        self._random = random.Random(seed)
        self._slow_secs = slow_secs
        self._server = _Server(("127.0.0.1", 0), _Handler, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """Where it takes requests."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/bulk"

    def __enter__(self) -> "RaceDialer":
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

    def take(self, body: bytes) -> tuple[Arrival, float]:
        """Write a request down; returns it, and after how many seconds to reply."""
        at = now_secs()
        form = parse_qs(body.decode("ascii"))
        bulk = orjson.loads(form["bulkData"][0])
        place = bulk["map"].index("PhoneNumber")
        phones = tuple(row[place] for row in bulk["data"])
        with self.arrived:
            reply = self._random.choices(["rows", "too_soon", "slow", "dropped"], [88, 4, 4, 4])[0]
            arrival = Arrival(at, form["campaign_name"][0], phones, reply)
            self.arrivals.append(arrival)
            self.arrived.notify_all()
            return arrival, self._slow_secs if reply == "slow" else self._random.uniform(0, 0.06)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 64

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], dialer: RaceDialer
    ) -> None:
        super().__init__(address, handler)
        self.dialer = dialer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that was killed resets its connection: that is what the race is about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = 5.0

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length)
        if len(body) < length:
            return
        arrival, secs = self.server.dialer.take(body)
        time.sleep(secs)
        if arrival.reply == "dropped":
            self.close_connection = True
            return
        answer: dict[str, Any] = {
            "message": [{"PhoneNumber": phone, "Status": _TAKEN} for phone in arrival.phones]
        }
        if arrival.reply == "too_soon":
            answer = {"status": "error", "message": "Already one process is running"}
        data = orjson.dumps(answer)
        self.send_response(200 if arrival.is_taken else 429)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
