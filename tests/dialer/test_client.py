import contextlib
import socket
import threading

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialer.client import Client
from dialer.clock import ManualClock, SystemClock
from dialer.connection import Connection
from dialer.exchange import HttpAnswer, NoAnswer, NotConnected, NothingSent
from tests.dialer.raw_server import (
    BODY,
    FORM,
    PATH,
    SOON_SECS,
    TIME_SECS,
    answering,
    client_of,
    dripping,
    fails_in_time,
    post,
    read_request,
    received,
    serving,
)

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


def test_plain_http_goes_nowhere_else_though_localhost_is_another_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def find_another(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", find_another)
    with pytest.raises(NotConnected, match="plain http is for this machine only") as caught:
        Client(f"http://localhost:80{PATH}", clock=SystemClock()).connect()
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
