"""One connection to the dialer: the request that leaves on it, and the answer that comes back."""

import http.client
import importlib.metadata
import socket
import ssl
import struct
from contextlib import closing
from typing import cast

from dialer.clock import Clock
from dialer.deadline import DeadlinePassed, DeadlineSocket, TooMuchReceived
from dialer.exchange import HttpAnswer, NoAnswer, NothingSent, reason_of

DROP_AT_CLOSE = struct.pack("ii", 1, 0)
"""`SO_LINGER` of a socket whose close drops what the kernel still holds, and resets."""

_DELIVER_AT_CLOSE = struct.pack("ii", 0, 0)
# At most one TLS record (RFC 8446, 5.1: 2^14 bytes). Given more, a TLS send writes record after record
# and, where a later one fails, tells nothing of those that left: it would look as if none had.
_SEND_BYTES = 16 * 1024
_READ_BYTES = 64 * 1024
# What the head of an answer and the framing of its body may add to the body.
_OVERHEAD_BYTES = 1024 * 1024


class Connection:
    """One connection, good for one request."""

    def __init__(
        self,
        sock: socket.socket,
        *,
        path: str,
        host_header: str,
        clock: Clock,
        max_answer_bytes: int,
    ) -> None:
        """Take over a connected socket; `Client.connect` makes these."""
        self._socket = sock
        self._path = path
        self._host_header = host_header
        self._clock = clock
        self._max_answer_bytes = max_answer_bytes

    def post(self, body: bytes, *, content_type: str, deadline_boot_secs: float) -> HttpAnswer:
        """Send the request and read its answer; the connection is closed, whatever comes of it.

        Args:
            body: the body.
            content_type: how it is marked.
            deadline_boot_secs: the moment, by the clock's boot time, by which all must be over.

        Raises:
            NothingSent: not a byte of it left.
            NoAnswer: it, or a part of it, left, and no whole answer came in time.
        """
        timed = DeadlineSocket(
            self._socket,
            clock=self._clock,
            deadline_boot_secs=deadline_boot_secs,
            max_bytes=self._max_answer_bytes + _OVERHEAD_BYTES,
        )
        with closing(self):
            self._check_alive()
            _send(timed, self._head(len(body), content_type) + body)
            answer = _read(timed, self._max_answer_bytes)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DELIVER_AT_CLOSE)
            return answer

    def close(self) -> None:
        """Close the connection; what was not delivered yet is dropped."""
        self._socket.close()

    def _head(self, body_length: int, content_type: str) -> bytes:
        lines = (
            f"POST {self._path} HTTP/1.1",
            f"Host: {self._host_header}",
            f"User-Agent: {_user_agent()}",
            "Accept: application/json",
            "Accept-Encoding: identity",
            f"Content-Type: {content_type}",
            f"Content-Length: {body_length}",
            "Connection: close",
        )
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")

    def _check_alive(self) -> None:
        """See whether the other side has hung up since the connection was made, or has spoken.

        A server that ends idle connections does the one or the other (with a 408). Without this
        look the request would be sent to nobody, and nobody know. Over TLS it also reads the
        session tickets, behind which the end of the connection may stand.

        Raises:
            NothingSent: it has.
        """
        try:
            self._socket.settimeout(0)
            came = self._socket.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return
        except OSError as error:
            message = f"the connection broke before the request ({reason_of(error)})"
            raise NothingSent(message) from error
        what = "spoke" if came else "closed the connection"
        raise NothingSent(f"the dialer {what} before the request")


def _send(timed: DeadlineSocket, request: bytes) -> None:
    rest = memoryview(request)
    while rest:
        try:
            rest = rest[timed.send_some(rest[:_SEND_BYTES]) :]
        except (DeadlinePassed, OSError) as error:
            if len(rest) == len(request):
                message = f"the request could not be begun ({reason_of(error)})"
                raise NothingSent(message) from error
            message = f"the request could not be sent to its end ({reason_of(error)})"
            raise NoAnswer("write", message) from error


def _read(timed: DeadlineSocket, max_bytes: int) -> HttpAnswer:
    try:
        # HTTPResponse asks its socket for nothing but `makefile`.
        with closing(
            http.client.HTTPResponse(cast(socket.socket, timed), method="POST")
        ) as response:
            response.begin()
            headers: dict[str, str] = {}
            for name, value in response.headers.items():
                headers.setdefault(name.lower(), str(value))
            body = _read_body(response, max_bytes)
            return HttpAnswer(response.status, headers, body)
    except TooMuchReceived as error:
        raise NoAnswer("read", f"the answer is longer than {max_bytes} bytes") from error
    except http.client.RemoteDisconnected as error:
        raise NoAnswer("read", "the dialer closed the connection without an answer") from error
    except (http.client.HTTPException, ValueError) as error:
        # Its text may quote what came: the kind alone is told. A ValueError is what HTTPResponse
        # makes of a chunk of negative length.
        raise NoAnswer("read", f"the answer is not HTTP ({type(error).__name__})") from error
    except (DeadlinePassed, OSError) as error:
        raise NoAnswer("read", f"no whole answer came ({reason_of(error)})") from error


def _read_body(response: http.client.HTTPResponse, max_bytes: int) -> bytes:
    body = bytearray()
    while piece := response.read(min(_READ_BYTES, max_bytes + 1 - len(body))):
        body += piece
        if len(body) > max_bytes:
            raise TooMuchReceived
    return bytes(body)


def _user_agent() -> str:
    try:
        return f"dialfeed/{importlib.metadata.version('dialfeed')}"
    except importlib.metadata.PackageNotFoundError:
        return "dialfeed/unreleased"
