"""The program over https: whom it believes, and that nobody leads it elsewhere."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.dialer.authority import Authority
from tests.program.conftest import GAP_SECS
from tests.program.program import Program, check_truth, finished_outcomes, leads, statuses
from tests.program.strict_dialer import Exchange, Reply, StrictDialer, by_the_rules

REDIRECTS = ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent")
PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy")


class SecureDialer(StrictDialer):
    """The strict dialer over TLS."""

    def __init__(self, certificate: Path) -> None:
        super().__init__(gap_secs=GAP_SECS)
        self.show(certificate)

    def show(self, certificate: Path) -> None:
        """Show this certificate to whoever connects from now on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._tls = context

    @property
    def url(self) -> str:
        """Its address."""
        return super().url.replace("http:", "https:")

    def _take_connection(self, sock: socket.socket) -> None:
        try:
            secured = self._tls.wrap_socket(sock, server_side=True)
        except OSError:
            return
        super()._take_connection(secured)


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """An address that nobody has any business at, and what came there all the same."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hear() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    heard.append(connection.recv(65536))

        thread = threading.Thread(target=hear)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/", heard
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def redirect_to(url: str, status: str) -> Reply:
    def redirected(exchange: Exchange) -> None:
        exchange.take()
        exchange.expect("unknown")
        exchange.answer(b"", status=status, headers=[f"Location: {url}"])

    return redirected


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.make(tmp_path)


@contextmanager
def programs(folder: Path, dialer: SecureDialer) -> Iterator[Program]:
    with dialer:
        program = Program(folder, dialer.url, GAP_SECS)
        yield program
        program.kill_all()
    program.check_discretion()
    assert not dialer.faults
    assert not dialer.leads_twice


def test_no_redirect_and_no_proxy_of_the_environment_leads_the_key_or_a_lead_elsewhere(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From https down to plain http, as somebody in between might wish it."""
    dialer = SecureDialer(authority.issue())
    with listening() as (elsewhere, heard), programs(tmp_path, dialer) as program:
        for name in PROXY_VARIABLES:
            monkeypatch.setenv(name, elsewhere)
            monkeypatch.setenv(name.upper(), elsewhere)
        for status in REDIRECTS:
            dialer.replies += [redirect_to(elsewhere, status), by_the_rules]
        program.write_leads("leads.jsonl", leads(len(REDIRECTS) * 4))

        outcomes = program.finish("--batch_size", "3", "--ca_file", str(authority.file))

    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"unknown.no_answer": 15, "delivered.ok": 5}
    assert not heard


def test_a_dialer_whose_certificate_is_not_good_is_sent_nothing_until_it_is(
    authority: Authority, tmp_path: Path
) -> None:
    """It has expired, then it is another's, then one of its own making; then it is renewed."""
    dialer = SecureDialer(authority.issue(first=-3, last=-1))
    with programs(tmp_path, dialer) as program:
        program.write_leads("leads.jsonl", leads(2))
        running = program.start("--ca_file", str(authority.file))
        running.wait_until_said("its certificate is not good: certificate has expired")
        dialer.show(authority.issue(host="127.0.0.2"))
        running.wait_until_said("its certificate is not good: IP address mismatch")
        dialer.show(authority.issue(is_signed=False))
        running.wait_until_said("its certificate is not good: self-signed certificate")
        assert not dialer.arrivals
        dialer.show(authority.issue())

        assert running.wait().status == 0

    outcomes = finished_outcomes(program.output)
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 2}


def test_a_private_authority_is_believed_only_where_it_is_named(
    authority: Authority, tmp_path: Path
) -> None:
    dialer = SecureDialer(authority.issue())
    with programs(tmp_path, dialer) as program:
        program.write_leads("leads.jsonl", leads(2))
        running = program.start()
        running.wait_until_said("its certificate is not good: unable to get local issuer")
        running.stop_politely()
        assert not dialer.arrivals

        outcomes = program.finish("--ca_file", str(authority.file))

    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 2}
