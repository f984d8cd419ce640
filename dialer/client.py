"""Posts one request on one connection, under one hard deadline, and never a second time.

Sockets of its own, and the standard library's `HTTPResponse` to read the answer: a client library's
pools, retries, redirects and silent reconnects are what must not happen here.

The three failures of `dialer/exchange.py` are told apart. From the connection until the answer is
read the socket has `SO_LINGER(1, 0)`: when it is closed, or its process dies, the kernel drops what it
still holds instead of delivering it later. (A shutdown would still deliver it.)
"""

import socket
import ssl

from dialer.address import is_loopback, split_url
from dialer.clock import Clock
from dialer.connection import DROP_AT_CLOSE, Connection
from dialer.exchange import (
    ConnectFailure,
    HttpAnswer,
    NoAnswer,
    NotConnected,
    NothingSent,
    reason_of,
)

__all__ = ["Client", "Connection", "HttpAnswer", "NoAnswer", "NotConnected", "NothingSent"]

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Client:
    """Connects to one dialer."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        connect_timeout_secs: float = 10.0,
        max_answer_bytes: int = 8 * 1024 * 1024,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Post to `url`; nothing is opened yet.

        Args:
            url: the whole address of requests.
            clock: tells the time.
            connect_timeout_secs: how long connecting may take, TLS included. (Looking up the host's
                name is the system's, and keeps its own time.)
            max_answer_bytes: the longest body that is read.
            tls: how to verify the other side; by default as the system verifies it.

        Raises:
            ValueError: the address cannot be used, or a limit is not positive.
        """
        if connect_timeout_secs <= 0 or max_answer_bytes <= 0:
            raise ValueError("the client's limits must be positive")
        parts = split_url(url)
        self._host = parts.hostname or ""
        self._port = parts.port or _DEFAULT_PORTS[parts.scheme]
        self._host_header = parts.netloc
        self._path = parts.path or "/"
        self._clock = clock
        self._connect_timeout_secs = connect_timeout_secs
        self._max_answer_bytes = max_answer_bytes
        self._tls = (tls or ssl.create_default_context()) if parts.scheme == "https" else None

    def connect(self) -> "Connection":
        """Open a fresh connection, TLS included.

        Raises:
            NotConnected: none could be made; nothing was sent.
        """
        deadline = self._clock.now().boot_secs + self._connect_timeout_secs
        sock = self._connect_any(deadline)
        if self._tls is not None:
            sock = self._secure(sock, self._tls, deadline)
        return Connection(
            sock,
            path=self._path,
            host_header=self._host_header,
            clock=self._clock,
            max_answer_bytes=self._max_answer_bytes,
        )

    def _connect_any(self, deadline: float) -> socket.socket:
        """Connect to the first address of the host that takes the connection."""
        try:
            addresses = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise self._failure("dns", "its host is not known") from error
        failure = self._failure("dns", "its host has no address")
        for family, kind, protocol, _, address in addresses:
            if self._tls is None and not is_loopback(str(address[0])):
                # `localhost` is whatever this machine's resolver takes it for.
                failure = self._failure("dns", "plain http is for this machine only, and it is not")
                continue
            sock = socket.socket(family, kind, protocol)
            try:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, DROP_AT_CLOSE)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(self._remains(deadline))
                sock.connect(address)
            except TimeoutError:
                failure = self._failure("timeout", "it took too long")
            except ConnectionRefusedError:
                failure = self._failure("refused", "it was refused")
            except OSError as error:
                failure = self._failure("unreachable", reason_of(error))
            else:
                return sock
            sock.close()
        raise failure

    def _secure(self, sock: socket.socket, tls: ssl.SSLContext, deadline: float) -> ssl.SSLSocket:
        try:
            sock.settimeout(self._remains(deadline))
            return tls.wrap_socket(sock, server_hostname=self._host)
        except ssl.SSLCertVerificationError as error:
            failure = self._failure("tls", f"its certificate is not good: {error.verify_message}")
        except TimeoutError:
            failure = self._failure("timeout", "its TLS handshake took too long")
        except OSError as error:
            failure = self._failure("tls", f"its TLS handshake failed ({reason_of(error)})")
        sock.close()
        raise failure

    def _remains(self, deadline: float) -> float:
        remains = deadline - self._clock.now().boot_secs
        if remains <= 0:
            raise TimeoutError
        return remains

    def _failure(self, kind: ConnectFailure, what: str) -> NotConnected:
        return NotConnected(kind, f"no connection to {self._host} port {self._port}: {what}")
