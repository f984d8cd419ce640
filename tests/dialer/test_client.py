import contextlib
import datetime
import ipaddress
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialer.client import Client
from dialer.clock import Clock, ManualClock, SystemClock
from dialer.connection import Connection
from dialer.exchange import HttpAnswer, NoAnswer, NotConnected, NothingSent

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


# The request and its answer


def test_a_request_is_one_post_with_the_body_as_given() -> None:
    requests: list[bytes] = []

    def note(connection: socket.socket) -> None:
        requests.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with serving(note) as server:
        assert post(client_of(server)) == HttpAnswer(200, {"content-length": "2"}, b"{}")
    head, _, body = requests[0].partition(b"\r\n\r\n")
    request_line, *lines = head.decode().split("\r\n")
    assert request_line == f"POST {PATH} HTTP/1.1"
    headers = dict(line.split(": ", 1) for line in lines)
    assert headers.pop("User-Agent").startswith("dialfeed/")
    assert headers == {
        "Host": f"127.0.0.1:{server.port}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": FORM,
        "Content-Length": str(len(BODY)),
        "Connection": "close",
    }
    assert body == BODY


def test_header_names_come_in_lower_case_and_of_a_repeated_one_the_first_counts() -> None:
    answer = b"HTTP/1.1 429 Slow\r\nRETRY-AFTER: 7\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n"
    with serving(answering(answer)) as server:
        assert post(client_of(server)).headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        ((b"HTTP/1.0 200 OK\r\n\r\n", b"to the", b" end"), b"to the end"),
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",), b"ab"),
        ((b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",), b"x"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",), b"short"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nlonger",), b"lo"),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nany",), b"any"),
        ((b"HTTP/1.1 204 None\r\n\r\n",), b""),
    ],
)
def test_what_came_to_a_clean_end_is_the_answer(pieces: tuple[bytes, ...], body: bytes) -> None:
    with serving(answering(*pieces)) as server:
        assert post(client_of(server)).body == body


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with serving(
        answering(b"HTTP/1.1 307 Go\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n")
    ) as server:
        assert post(client_of(server)).status == 307
        assert server.connections == 1


def test_an_answer_as_long_as_it_may_be_is_read() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    with serving(answering(head, b"x" * 100_000)) as server:
        assert len(post(client_of(server)).body) == 100_000


# No answer


@pytest.mark.parametrize(
    ("head", "drops"),
    [
        (b"", b"HTTP/1.1 200 OK and so on "),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"{"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"{"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_an_answer_that_drips_is_given_up_at_the_deadline(head: bytes, drops: bytes) -> None:
    with serving(dripping(head, drops)) as server:
        assert "time for the request ran out" in fails_in_time(client_of(server), "read")


def test_silence_is_given_up_at_the_deadline() -> None:
    def keep_silent(connection: socket.socket) -> None:
        read_request(connection)
        connection.recv(1)

    with serving(keep_silent) as server:
        fails_in_time(client_of(server), "read")


def test_a_flood_of_interim_answers_is_given_up() -> None:
    def flood(connection: socket.socket) -> None:
        read_request(connection)
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)

    with serving(flood) as server, pytest.raises(NoAnswer) as caught:
        post(client_of(server), secs=SOON_SECS)
    assert caught.value.phase == "read"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 100_001,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_001,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"2\r\nab\r\n" * 50_001,
    ],
)
def test_an_answer_that_is_too_long_is_none(answer: bytes) -> None:
    with serving(answering(answer)) as server, pytest.raises(NoAnswer, match="longer") as caught:
        post(client_of(server))
    assert caught.value.phase == "read"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 2",
        b"HTTP/1.1 200 OK\r\nX: " + b"9876512345" * 10_000,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1_000 + b"\r\n",
        b"9876512345 is what it says\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nab\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
        b"\x16\x03\x01",
    ],
)
def test_what_is_no_whole_http_answer_is_none_and_is_not_quoted(answer: bytes) -> None:
    with serving(answering(answer)) as server, pytest.raises(NoAnswer) as caught:
        post(client_of(server))
    assert caught.value.phase == "read"
    assert "9876512345" not in str(caught.value)


def test_a_connection_closed_after_the_request_may_have_taken_it() -> None:
    with serving(answering()) as server, pytest.raises(NoAnswer, match="closed") as caught:
        post(client_of(server))
    assert caught.value.phase == "read"


def test_a_connection_reset_in_the_middle_of_the_request_may_have_taken_it() -> None:
    def reset(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with serving(reset) as server, pytest.raises(NoAnswer):
        post(client_of(server), b"x" * 20_000_000)


def test_a_connection_closed_before_the_request_has_taken_nothing() -> None:
    with serving(lambda _: None) as server:
        connection = client_of(server).connect()
        assert server.done.wait(SOON_SECS)
        with pytest.raises(NothingSent):
            connection.post(BODY, content_type=FORM, deadline_boot_secs=float("inf"))


def test_a_server_that_speaks_first_has_taken_nothing() -> None:
    spoken = threading.Event()

    def end_idleness(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 408 Idle\r\nContent-Length: 0\r\n\r\n")
        spoken.set()
        connection.recv(1)

    with serving(end_idleness) as server:
        connection = client_of(server).connect()
        assert spoken.wait(SOON_SECS)
        with pytest.raises(NothingSent, match="spoke"):
            connection.post(BODY, content_type=FORM, deadline_boot_secs=float("inf"))


def test_a_request_begun_after_its_deadline_is_not_sent() -> None:
    received_bytes: list[bytes] = []

    def note(connection: socket.socket) -> None:
        received_bytes.append(connection.recv(1))

    with serving(note) as server:
        with pytest.raises(NothingSent, match="ran out"):
            post(client_of(server), secs=0.0)
        assert server.done.wait(SOON_SECS)
    assert received_bytes in ([], [b""])


def test_a_connection_carries_one_request() -> None:
    with serving(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as server:
        connection = client_of(server).connect()
        deadline = SystemClock().now().boot_secs + SOON_SECS
        connection.post(BODY, content_type=FORM, deadline_boot_secs=deadline)
        with pytest.raises(NothingSent):
            connection.post(BODY, content_type=FORM, deadline_boot_secs=deadline)


def test_a_reader_that_stopped_never_gets_what_was_queued_for_it() -> None:
    given_up = threading.Event()
    received_bytes: list[int] = []
    endings: list[str] = []

    def stop_reading_for_a_while(connection: socket.socket) -> None:
        given_up.wait(SOON_SECS * 3)
        try:
            while piece := connection.recv(65536):
                received_bytes.append(len(piece))
            endings.append("clean")
        except ConnectionResetError:
            endings.append("reset")

    with serving(stop_reading_for_a_while, receive_buffer=4096) as server:
        fails_in_time(client_of(server), "write", body=b"x" * 20_000_000)
        given_up.set()
        assert server.done.wait(SOON_SECS)
    assert endings == ["reset"]
    # Its own buffer may hold some; what this side's kernel held (megabytes) never comes.
    assert sum(received_bytes) < 300_000


def test_a_request_whose_machine_slept_through_the_deadline_is_given_up() -> None:
    clock = ManualClock()

    def sleep_on(connection: socket.socket) -> None:
        read_request(connection)
        clock.advance(3600.0)
        connection.recv(1)

    with serving(sleep_on) as server:
        client = Client(f"http://127.0.0.1:{server.port}", clock=clock)
        with pytest.raises(NoAnswer, match="ran out"):
            post(client, secs=60.0, clock=clock)


raw_answers = st.lists(
    st.sampled_from(
        [
            b"HTTP/1.1 200 OK\r\n",
            b"Content-Length: 3\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"\r\n",
            b"3\r\nabc\r\n",
            b"0\r\n\r\n",
            b"-1\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\n",
        ]
    )
    | st.binary(max_size=20),
    max_size=8,
).map(b"".join)


@settings(max_examples=100, deadline=None)
@given(raw_answers)
@example(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nabc")
def test_whatever_comes_is_an_answer_or_none(raw: bytes) -> None:
    ours, theirs = socket.socketpair()

    def answer() -> None:
        read_request(theirs)
        theirs.sendall(raw)
        theirs.shutdown(socket.SHUT_WR)

    peer = threading.Thread(target=answer)
    with ours, theirs:
        peer.start()
        connection = Connection(
            ours, path="/", host_header="h", clock=SystemClock(), max_answer_bytes=1000
        )
        deadline = SystemClock().now().boot_secs + SOON_SECS
        with contextlib.suppress(NoAnswer):
            connection.post(b"x", content_type=FORM, deadline_boot_secs=deadline)
        peer.join()


# Connecting


def test_a_refused_connection_has_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotConnected, match=f"127.0.0.1 port {port}: it was refused") as caught:
        Client(f"http://127.0.0.1:{port}{PATH}", clock=SystemClock()).connect()
    assert caught.value.kind == "refused"
    assert PATH not in str(caught.value)


def test_an_unknown_host_has_been_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", find_nothing)
    with pytest.raises(NotConnected) as caught:
        Client("https://dialer.invalid", clock=SystemClock()).connect()
    assert caught.value.kind == "dns"


def test_a_connection_that_is_not_taken_up_is_given_up() -> None:
    with socket.socket() as listener, contextlib.ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(2):  # fill the queue of connections that wait to be accepted
            filler = waiting.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(address)
        client = Client(
            f"http://127.0.0.1:{address[1]}", clock=SystemClock(), connect_timeout_secs=TIME_SECS
        )
        with pytest.raises(NotConnected) as caught:
            client.connect()
    assert caught.value.kind == "timeout"


def test_closing_an_unused_connection_drops_it() -> None:
    with serving(received) as server:
        client_of(server).connect().close()
        assert server.done.wait(SOON_SECS)


def test_an_address_or_limit_that_cannot_be_used_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="plain http"):
        Client("http://dialer.example", clock=SystemClock())
    with pytest.raises(ValueError, match="positive"):
        Client("https://dialer.example", clock=SystemClock(), max_answer_bytes=0)


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that is signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def over_tls(certificate: Path, behaviour: Behaviour) -> Behaviour:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            behaviour(secured)

    return serve


def tls_client(server: RawServer, certificate: Path | None, *, host: str = "127.0.0.1") -> Client:
    return Client(
        f"https://{host}:{server.port}{PATH}",
        clock=SystemClock(),
        connect_timeout_secs=SOON_SECS,
        tls=ssl.create_default_context(cafile=certificate) if certificate else None,
    )


def test_a_certificate_that_is_trusted_serves(certificate: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    with serving(over_tls(certificate, answering(answer))) as server:
        assert post(tls_client(server, certificate)).body == b"{}"


def test_a_certificate_that_nobody_signed_is_refused(certificate: Path) -> None:
    serve = over_tls(certificate, answering(b"x"))
    message = "certificate is not good: self"
    with serving(serve) as server, pytest.raises(NotConnected, match=message) as caught:
        post(tls_client(server, None))
    assert caught.value.kind == "tls"


def test_the_certificate_of_another_host_is_refused(certificate: Path) -> None:
    serve = over_tls(certificate, answering(b"x"))
    message = "certificate is not good: Hostname mismatch"
    with serving(serve) as server, pytest.raises(NotConnected, match=message) as caught:
        post(tls_client(server, certificate, host="localhost"))
    assert caught.value.kind == "tls"


@pytest.mark.parametrize("hello", [b"HTTP/1.1 400 Speak plainly\r\n\r\n", b""])
def test_a_server_without_tls_is_refused(certificate: Path, hello: bytes) -> None:
    def greet(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(hello)

    with serving(greet) as server, pytest.raises(NotConnected) as caught:
        post(tls_client(server, certificate))
    assert caught.value.kind == "tls"


def test_a_handshake_that_does_not_come_is_given_up() -> None:
    def keep_silent(connection: socket.socket) -> None:
        received(connection)
        received(connection)

    with serving(keep_silent) as server:
        client = Client(
            f"https://127.0.0.1:{server.port}",
            clock=SystemClock(),
            connect_timeout_secs=TIME_SECS,
        )
        with pytest.raises(NotConnected) as caught:
            client.connect()
    assert caught.value.kind == "timeout"


def test_an_answer_that_drips_over_tls_is_given_up_at_the_deadline(certificate: Path) -> None:
    drip = dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"{")
    with serving(over_tls(certificate, drip)) as server:
        connection = tls_client(server, certificate).connect()
        started = time.monotonic()
        deadline = SystemClock().now().boot_secs + TIME_SECS
        with pytest.raises(NoAnswer) as caught:
            connection.post(BODY, content_type=FORM, deadline_boot_secs=deadline)
        assert time.monotonic() - started < SOON_SECS
    assert caught.value.phase == "read"


def test_a_reader_that_stopped_over_tls_is_given_up_at_the_deadline(certificate: Path) -> None:
    given_up = threading.Event()

    def stop_reading(_: socket.socket) -> None:
        given_up.wait(SOON_SECS * 3)

    with serving(over_tls(certificate, stop_reading)) as server:
        connection = tls_client(server, certificate).connect()
        deadline = SystemClock().now().boot_secs + TIME_SECS
        with pytest.raises(NoAnswer) as caught:
            connection.post(b"x" * 20_000_000, content_type=FORM, deadline_boot_secs=deadline)
        given_up.set()
    assert caught.value.phase == "write"


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_a_tls_connection_cut_before_the_answer_is_no_answer(
    certificate: Path, before: bytes
) -> None:
    def cut(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(before)
        # Without TLS's goodbye.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with serving(over_tls(certificate, cut)) as server, pytest.raises(NoAnswer) as caught:
        post(tls_client(server, certificate))
    assert caught.value.phase == "read"


def test_a_tls_connection_closed_before_the_request_has_taken_nothing(certificate: Path) -> None:
    with serving(over_tls(certificate, lambda _: None)) as server:
        connection = tls_client(server, certificate).connect()
        assert server.done.wait(SOON_SECS)
        with pytest.raises(NothingSent, match=r"closed|broke"):
            connection.post(BODY, content_type=FORM, deadline_boot_secs=float("inf"))
