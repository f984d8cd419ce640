"""A strict stand-in for the dialer: raw sockets, its own reading of the vendor's page, and no mercy.

It shares no code with the program or with the built-in simulator. What is not exactly as documented
becomes a fault; what it took, and what a truthful program must say of each lead, it writes down.
"""

import json
import re
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl

from tests.program.pages import KEY, PAGE_1, Page

_PHONE = re.compile(r"[6-9][0-9]{9}")
_PATIENCE_SECS = 30.0

LeadKey = tuple[str, str]
"""Campaign and phone."""


@dataclass(slots=True)
class Arrival:
    """A request that came, from its first byte on.

    Attributes:
        begun: when its first byte was read (monotonic seconds).
        whole: when its last byte was read.
        campaign: the campaign.
        names: its `map`.
        rows: its `data`.
        form: its other fields, by name.
        reply: the name of what it was answered with.
    """

    begun: float
    whole: float
    campaign: str = ""
    names: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    form: dict[str, str] = field(default_factory=dict)
    reply: str = ""

    @property
    def phones(self) -> list[str]:
        """The numbers of its rows."""
        place = self.names.index("PhoneNumber")
        return [row[place] for row in self.rows]


class Exchange:
    """One request and the connection to answer it on."""

    def __init__(self, dialer: "StrictDialer", sock: socket.socket, arrival: Arrival) -> None:
        self.dialer = dialer
        self.arrival = arrival
        self._socket = sock

    def take(self, phones: Iterable[str] | None = None) -> None:
        """Take leads up, all of the request's by default."""
        for phone in self.arrival.phones if phones is None else phones:
            self.dialer.taken[self.arrival.campaign, phone] += 1

    def expect(self, status: str, phones: Iterable[str] | None = None) -> None:
        """Write down what a truthful program must say of leads of this request."""
        for phone in self.arrival.phones if phones is None else phones:
            self.dialer.expected[self.arrival.campaign, phone] = (status, self.arrival.reply)

    def answer(self, body: object, *, status: str = "200 OK", headers: Sequence[str] = ()) -> None:
        """Answer with JSON (or bytes, as they are)."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send(self.head(len(data), status=status, headers=headers) + data)

    def head(self, length: int, *, status: str = "200 OK", headers: Sequence[str] = ()) -> bytes:
        """The head of an answer."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {length}", *headers, "", ""]
        return "\r\n".join(lines).encode()

    def send(self, data: bytes) -> None:
        """Send bytes; a client that has left is no fault."""
        try:
            self._socket.sendall(data)
        except OSError:
            self.wait(0)

    def drip(self, data: bytes, *, pause_secs: float) -> None:
        """Send bytes one by one."""
        for at in range(len(data)):
            self.send(data[at : at + 1])
            self.wait(pause_secs)

    def wait(self, secs: float) -> None:
        """Let time pass, unless the dialer closes."""
        self.dialer.closing.wait(secs)

    def wait_until_left(self) -> None:
        """Say nothing until the client goes."""
        self._socket.settimeout(_PATIENCE_SECS)
        try:
            self._socket.recv(1)
        except OSError:
            return


Reply = Callable[[Exchange], None]
"""How a request is answered; its function's name names it in what a failing test shows."""


class StrictDialer:
    """Serves on a port of its own while it is entered.

    Attributes:
        arrivals: the requests that came, in order.
        faults: what was not as documented, or came too soon.
        taken: how often each lead was taken up.
        expected: of each lead the status that a truthful program gives it, and by which reply.
        replies: how the next requests are answered; when there are none left, by the rules.
    """

    def __init__(
        self,
        *,
        gap_secs: float,
        replies: Iterable[Reply] = (),
        campaigns: Iterable[str] | None = None,
        refused: dict[str, str] | None = None,
        most_rows: int | None = None,
        page: Page = PAGE_1,
    ) -> None:
        """Set it up.

        Args:
            gap_secs: the least time between two requests.
            replies: how the first requests are answered.
            campaigns: those that it knows; None: any.
            refused: of some numbers the fault that a whole request is refused for: dnd, priority, date.
            most_rows: the most rows a request, if not as many as the page allows.
            page: the version that it speaks, and no other.
        """
        self.page = page
        self.arrivals: list[Arrival] = []
        self.faults: list[str] = []
        self.taken: Counter[LeadKey] = Counter()
        self.expected: dict[LeadKey, tuple[str, str]] = {}
        self.replies: deque[Reply] = deque(replies)
        self.campaigns = None if campaigns is None else set(campaigns)
        self.refused = refused or {}
        self.gap_secs = gap_secs
        self.closing = threading.Event()
        self._most_rows = most_rows or page.most_rows
        self._changed = threading.Condition()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._threads = [threading.Thread(target=self._serve, daemon=True)]

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """Its port."""
        return int(self._socket.getsockname()[1])

    @property
    def leads_twice(self) -> list[LeadKey]:
        """Leads that were taken up more than once."""
        return [lead for lead, times in self.taken.items() if times > 1]

    def wait_for_arrivals(self, count: int) -> None:
        """Wait until so many requests have come."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.arrivals) >= count, _PATIENCE_SECS):
                raise AssertionError(f"{len(self.arrivals)} requests came, not {count}")

    def __enter__(self) -> "StrictDialer":
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_PATIENCE_SECS)
        self._socket.close()

    def _serve(self) -> None:
        while not self.closing.is_set():
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._take_connection, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _take_connection(self, sock: socket.socket) -> None:
        with sock:
            sock.settimeout(_PATIENCE_SECS)
            try:
                arrival, head, body = self._read(sock)
            except OSError:
                return
            if arrival is None:
                return
            faults = [
                *_read_head(head, len(body), self.page),
                *_read_form(body, arrival, self.page, self._most_rows),
            ]
            with self._changed:
                faults += self._too_soon(arrival)
                reply = self.replies.popleft() if self.replies else by_the_rules
                arrival.reply = getattr(reply, "__name__", "reply")
                self.faults += [f"request {len(self.arrivals) + 1}: {fault}" for fault in faults]
                self.arrivals.append(arrival)
                self._changed.notify_all()
            if faults:
                return
            exchange = Exchange(self, sock, arrival)
            if _field(body, self.page.key) != KEY:
                exchange.answer(self.page.no_user)
            else:
                reply(exchange)

    def _too_soon(self, arrival: Arrival) -> list[str]:
        if not self.arrivals:
            return []
        gap_secs = arrival.begun - self.arrivals[-1].whole
        return [f"{gap_secs:.3f} s after the last"] if gap_secs < self.gap_secs else []

    def _read(self, sock: socket.socket) -> tuple[Arrival | None, bytes, bytes]:
        """Read one request; a connection without a whole one is none."""
        data = sock.recv(65536)
        begun = time.monotonic()
        if not data:
            return None, b"", b""
        while b"\r\n\r\n" not in data:
            data += _more(sock)
        head, _, body = data.partition(b"\r\n\r\n")
        found = re.search(rb"(?im)^content-length: *([0-9]+)\r?$", head)
        length = int(found[1]) if found else 0
        while len(body) < length:
            body += _more(sock)
        return Arrival(begun, time.monotonic()), head, body


def _more(sock: socket.socket) -> bytes:
    data = sock.recv(65536)
    if not data:
        raise ConnectionError
    return data


def _read_head(head: bytes, length: int, page: Page) -> list[str]:
    first, *lines = head.decode("ascii").split("\r\n")
    headers: dict[str, str] = {}
    faults = []
    for line in lines:
        name, _, value = line.partition(": ")
        if name.lower() in headers:
            faults.append(f"the header {name} stands twice")
        headers[name.lower()] = value
    if first != f"POST {page.path} HTTP/1.1":
        faults.append(f"its first line is {first}")
    if headers.get("content-type") != "application/x-www-form-urlencoded":
        faults.append("it is marked as no form")
    if headers.get("content-length") != str(length):
        faults.append("its length is another")
    if not headers.get("host", "").startswith("127.0.0.1:"):
        faults.append("its host is another")
    return faults


def _field(body: bytes, name: str) -> str:
    return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True))[name]


def _read_form(body: bytes, arrival: Arrival, page: Page, most_rows: int) -> list[str]:
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict"
        )
        form = dict(pairs)
        needed = {page.key, "bulkData", page.campaign, *page.further}
        if len(form) < len(pairs) or not needed <= set(form) <= {*needed, *page.settings}:
            return [f"its parameters are {[name for name, _ in pairs]}"]
        bulk = json.loads(form["bulkData"], parse_constant=_no, object_pairs_hook=_object)
    except ValueError as error:
        return [f"it cannot be read: {error}"]
    arrival.campaign, arrival.form = form[page.campaign], form
    for name, right in page.further.items():
        if form[name] != right:
            return [f"its {name} is another"]
    for name, values in page.settings.items():
        if name in form and form[name] not in values:
            return [f"its {name} is none of {values}"]
    if set(bulk) != {"map", "data"}:
        return [f"its rows' keys are {sorted(bulk)}"]
    arrival.names, arrival.rows = bulk["map"], bulk["data"]
    return [*_check_rows(arrival, page, most_rows)]


def _no(constant: str) -> None:
    raise ValueError(constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _check_rows(arrival: Arrival, page: Page, most_rows: int) -> Iterable[str]:
    names, rows = arrival.names, arrival.rows
    if not arrival.campaign.strip():
        yield "no campaign"
    if "PhoneNumber" not in names or len(set(names)) < len(names) or not all(names):
        yield f"its map is {names}"
        return
    if not 1 <= len(rows) <= most_rows:
        yield f"{len(rows)} rows"
        return
    if any(not isinstance(row, list) or len(row) != len(names) for row in rows):
        yield "a row that is not as long as the map"
        return
    for name, column in zip(names, zip(*rows, strict=True), strict=True):
        if all(value in ("", None) for value in column):
            yield f"nobody has a {name}"
        if not all(_is_good(name, value, page) for value in column):
            yield f"a {name} that is none"
    if len(set(arrival.phones)) < len(rows):
        yield "a number twice"
    longest = max(_characters(dict(zip(names, row, strict=True))) for row in rows)
    if longest > page.most_characters:
        yield f"a row of {longest} characters"


def _characters(row: Mapping[str, Any]) -> int:
    return len(json.dumps(row, ensure_ascii=False, separators=(",", ":")))


def _is_good(name: str, value: object, page: Page) -> bool:
    match name:
        case "PhoneNumber":
            return isinstance(value, str) and _PHONE.fullmatch(value) is not None
        case "Priority":
            is_number = isinstance(value, int) and not isinstance(value, bool)
            return value == "" or (is_number and 1 <= int(str(value)) <= 99)
        case "ExpiryDate":
            return value == "" or (isinstance(value, str) and _is_date(value, page))
        case "Name":
            return isinstance(value, str) and page.name.fullmatch(value) is not None
        case _:
            return isinstance(value, str | int | float) and not isinstance(value, bool)


def _is_date(text: str, page: Page) -> bool:
    if not page.date.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


# How requests are answered.


def by_the_rules(exchange: Exchange) -> None:
    """As the vendor documents it: take the leads, unless the campaign or a row is at fault."""
    dialer, arrival = exchange.dialer, exchange.arrival
    if dialer.campaigns is not None and arrival.campaign not in dialer.campaigns:
        refuse_account(exchange)
        return
    faults = [dialer.refused[phone] for phone in arrival.phones if phone in dialer.refused]
    if faults:
        if len(arrival.phones) == 1:
            exchange.expect("suppressed" if faults[0] == "dnd" else "failed")
        exchange.answer(REFUSALS[faults[0]])
        return
    confirm(exchange)


REFUSALS = {
    "dnd": {"status": "FAIL", "message": "PhoneNumber Added is a DND Number"},
    "priority": {
        "status": "error",
        "message": "Priority, supports only numeric value or the value is not passed properly",
    },
    "date": {
        "status": "error",
        "message": "ExpiryDate, supports the following format only 'YYYY-MM-DD HH:MM:SS",
    },
}


def refuse_account(exchange: Exchange) -> None:
    """Neither key nor campaign is said to be the wrong one."""
    exchange.answer({"status": "failure", "message": "no user found"})


def confirm(exchange: Exchange) -> None:
    """Take all, and say so."""
    exchange.take()
    exchange.expect("delivered")
    exchange.answer(exchange.dialer.page.confirm(exchange.arrival.phones))
