"""The dialer's certificate is verified, by the system's authorities or by the operator's own."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from dialer.certificates import certificates_in, verifying
from dialer.client import Client
from dialer.clock import SystemClock
from dialer.exchange import NoAnswer, NotConnected, NothingSent
from tests.dialer.authority import Authority
from tests.dialer.raw_server import (
    BODY,
    FORM,
    PATH,
    SOON_SECS,
    TIME_SECS,
    Behaviour,
    RawServer,
    answering,
    dripping,
    post,
    read_request,
    received,
    serving,
)

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> Path:
    """A good certificate for 127.0.0.1, and its key."""
    return authority.issue()


def over_tls(
    certificate: Path, behaviour: Behaviour, *, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> Behaviour:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.maximum_version = newest

    def serve(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            behaviour(secured)

    return serve


def tls_client(
    server: RawServer, authority: Authority | None, *, host: str = "127.0.0.1"
) -> Client:
    authorities = certificates_in(authority.file.read_bytes()) if authority else ""
    return Client(
        f"https://{host}:{server.port}{PATH}",
        clock=SystemClock(),
        connect_timeout_secs=SOON_SECS,
        tls=verifying(authorities),
    )


@contextmanager
def refusing(serve: Callable[[Behaviour], Behaviour], why: str) -> Iterator[RawServer]:
    """A server that no connection to comes about: nothing is sent, and the operator is told why."""
    heard: list[bytes] = []

    def hear(connection: socket.socket) -> None:
        heard.append(connection.recv(1))

    with serving(serve(hear)) as server, pytest.raises(NotConnected, match=why) as caught:
        yield server
    assert caught.value.kind == "tls"
    assert not heard


# Whose certificate it is


def test_a_certificate_of_the_operators_own_authority_serves(
    authority: Authority, certificate: Path
) -> None:
    with serving(over_tls(certificate, answering(ANSWER))) as server:
        assert post(tls_client(server, authority)).body == b"{}"


def test_a_certificate_of_an_authority_that_the_system_does_not_know_is_refused(
    certificate: Path,
) -> None:
    with refusing(
        partial(over_tls, certificate), "certificate is not good: unable to get local issuer"
    ) as server:
        post(tls_client(server, None))


def test_where_an_authority_is_named_no_other_is_trusted(certificate: Path, tmp_path: Path) -> None:
    other = Authority.make(tmp_path)
    with refusing(partial(over_tls, certificate), "certificate is not good") as server:
        post(tls_client(server, other))


def test_where_an_authority_is_named_those_of_the_system_are_not_trusted(
    authority: Authority, certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    other = Authority.make(tmp_path)
    with serving(over_tls(certificate, answering(ANSWER))) as server:
        assert post(tls_client(server, None)).body == b"{}"
    with refusing(partial(over_tls, certificate), "certificate is not good") as server:
        post(tls_client(server, other))


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [(-3, -1, "certificate has expired"), (1, 3, "certificate is not yet valid")],
)
def test_a_certificate_out_of_its_time_is_refused(
    authority: Authority, first: int, last: int, why: str
) -> None:
    certificate = authority.issue(first=first, last=last)
    with refusing(partial(over_tls, certificate), why) as server:
        post(tls_client(server, authority))


@pytest.mark.parametrize(
    ("issued_for", "asked"), [("127.0.0.2", "127.0.0.1"), ("dialer.example", "127.0.0.1")]
)
def test_the_certificate_of_another_host_is_refused(
    authority: Authority, issued_for: str, asked: str
) -> None:
    certificate = authority.issue(host=issued_for)
    with refusing(
        partial(over_tls, certificate), "certificate is not good: (IP address|Hostname) mismatch"
    ) as server:
        post(tls_client(server, authority, host=asked))


def test_a_certificate_that_signed_itself_is_refused(authority: Authority) -> None:
    certificate = authority.issue(is_signed=False)
    for trusted in (authority, None):
        with refusing(partial(over_tls, certificate), "certificate is not good") as server:
            post(tls_client(server, trusted))


def test_a_server_that_offers_no_version_of_tls_that_is_safe_is_refused(
    authority: Authority, certificate: Path
) -> None:
    def serve(behaviour: Behaviour) -> Behaviour:
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            return over_tls(certificate, behaviour, newest=ssl.TLSVersion.TLSv1_1)

    with refusing(serve, "its TLS handshake failed") as server:
        post(tls_client(server, authority))


# What a file of authorities may hold


def test_of_a_file_of_authorities_the_certificates_alone_are_kept(
    authority: Authority, certificate: Path, tmp_path: Path
) -> None:
    second = Authority.make(tmp_path)
    text = f"# Ours\xe9\n{authority.file.read_text()}\nSecond:\n{second.file.read_text()}"
    private = certificate.read_text().partition("-----BEGIN PRIVATE")
    kept = certificates_in((text + private[1] + private[2]).encode("latin-1"))

    assert "PRIVATE" not in kept
    assert "Ours" not in kept
    assert len(verifying(kept).get_ca_certs()) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "holds no certificate in PEM"),
        (b"\x30\x82\x03\x00", "holds no certificate in PEM"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "holds no certificate"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "holds a certificate that cannot be read",
        ),
        (
            b"-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n",
            "holds a certificate that cannot be read",
        ),
    ],
)
def test_a_file_that_holds_no_good_certificate_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        certificates_in(content)


def test_a_damaged_certificate_behind_a_good_one_is_refused(authority: Authority) -> None:
    damaged = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    with pytest.raises(ValueError, match="cannot be read"):
        certificates_in(authority.file.read_bytes() + damaged)


# Connections that go wrong


@pytest.mark.parametrize("hello", [b"HTTP/1.1 400 Speak plainly\r\n\r\n", b""])
def test_a_server_without_tls_is_refused(authority: Authority, hello: bytes) -> None:
    def greet(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(hello)

    with serving(greet) as server, pytest.raises(NotConnected) as caught:
        post(tls_client(server, authority))
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


def test_an_answer_that_drips_over_tls_is_given_up_at_the_deadline(
    authority: Authority, certificate: Path
) -> None:
    drip = dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"{")
    with serving(over_tls(certificate, drip)) as server:
        connection = tls_client(server, authority).connect()
        started = time.monotonic()
        deadline = SystemClock().now().boot_secs + TIME_SECS
        with pytest.raises(NoAnswer) as caught:
            connection.post(BODY, content_type=FORM, deadline_boot_secs=deadline)
        assert time.monotonic() - started < SOON_SECS
    assert caught.value.phase == "read"


def test_a_reader_that_stopped_over_tls_is_given_up_at_the_deadline(
    authority: Authority, certificate: Path
) -> None:
    given_up = threading.Event()

    def stop_reading(_: socket.socket) -> None:
        given_up.wait(SOON_SECS * 3)

    with serving(over_tls(certificate, stop_reading)) as server:
        connection = tls_client(server, authority).connect()
        deadline = SystemClock().now().boot_secs + TIME_SECS
        with pytest.raises(NoAnswer) as caught:
            connection.post(b"x" * 20_000_000, content_type=FORM, deadline_boot_secs=deadline)
        given_up.set()
    assert caught.value.phase == "write"


@pytest.mark.parametrize("before", [b"", b"HTTP/1.1 200 OK\r\nContent-Le"])
def test_a_tls_connection_cut_before_the_answer_is_no_answer(
    authority: Authority, certificate: Path, before: bytes
) -> None:
    def cut(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(before)
        # Without TLS's goodbye.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with serving(over_tls(certificate, cut)) as server, pytest.raises(NoAnswer) as caught:
        post(tls_client(server, authority))
    assert caught.value.phase == "read"


def test_a_tls_connection_closed_before_the_request_has_taken_nothing(
    authority: Authority, certificate: Path
) -> None:
    with serving(over_tls(certificate, lambda _: None)) as server:
        connection = tls_client(server, authority).connect()
        assert server.done.wait(SOON_SECS)
        with pytest.raises(NothingSent, match=r"closed|broke"):
            connection.post(BODY, content_type=FORM, deadline_boot_secs=float("inf"))
