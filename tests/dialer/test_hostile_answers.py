"""A server that means harm: whatever it sends, the request ends soon, and costs bounded memory."""

import gzip
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import pytest

from dialer.answers import AnswerKind, read_answer
from dialer.client import Client
from dialer.clock import SystemClock
from dialer.dialects import V1
from dialer.exchange import HttpAnswer, NoAnswer
from tests.dialer.raw_server import PATH, Behaviour, answering, post, read_request, serving

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT_BYTES = 8 * 1024 * 1024
"""The longest body that the client reads."""

MOST_RECEIVED_BYTES = LIMIT_BYTES + 1024 * 1024
MOST_IN_KERNEL_BYTES = 16 * 1024 * 1024
"""What two sockets may hold that the client has never asked for."""

AT_ONCE_SECS = 10.0
"""Long before the deadline, on a busy machine too."""

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

ENDLESS = {
    "headers": (HEAD, b"X-One: more\r\n" * 5_000),
    "a header": (HEAD + b"X: ", b"x" * 65_536),
    "a status line": (b"HTTP/1.1 200 ", b"O" * 65_536),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 3_000),
    "an interim answer's headers": (b"HTTP/1.1 100 Continue\r\n", b"X-One: more\r\n" * 5_000),
    "a body": (HEAD + b"\r\n", b"x" * 65_536),
    "a body of a great length": (HEAD + b"Content-Length: 999999999999999\r\n\r\n", b"x" * 65_536),
    "a body of a length that is no number": (
        HEAD + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n",
        b"x" * 65_536,
    ),
    "chunks": (CHUNKED, b"8\r\n12345678\r\n" * 5_000),
    "a chunk": (CHUNKED + b"7fffffffffffffff\r\n", b"x" * 65_536),
    "a chunk's size": (CHUNKED, b"0" * 65_536),
    "a chunk's extension": (CHUNKED + b"1;", b"x" * 65_536),
    "trailers": (CHUNKED + b"0\r\n", b"X-One: more\r\n" * 5_000),
    "a packed body": (HEAD + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"0" * 1_000_000)),
}


class Flood:
    """Answers with a beginning and then the same for ever, as fast as it is taken."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.sent_bytes = 0

    def __call__(self, connection: socket.socket) -> None:
        connection.settimeout(AT_ONCE_SECS * 2)
        read_request(connection)
        for piece in self._pieces:
            connection.sendall(piece)
            self.sent_bytes += len(piece)


def ask(behaviour: Behaviour) -> HttpAnswer:
    """Post to a server with all the limits of a real run."""
    with serving(behaviour) as server:
        started = time.monotonic()
        try:
            client = Client(f"http://127.0.0.1:{server.port}{PATH}", clock=SystemClock())
            return post(client, secs=AT_ONCE_SECS * 3)
        finally:
            assert time.monotonic() - started < AT_ONCE_SECS


@pytest.mark.parametrize("what", ENDLESS)
def test_an_answer_that_never_ends_is_given_up_at_a_bounded_size(what: str) -> None:
    beginning, more = ENDLESS[what]
    flood = Flood(chain([beginning], repeat(more)))

    with pytest.raises(NoAnswer) as caught:
        ask(flood)

    assert caught.value.phase == "read"
    assert flood.sent_bytes < MOST_RECEIVED_BYTES + MOST_IN_KERNEL_BYTES


def test_a_packed_answer_is_never_unpacked_and_is_no_answer() -> None:
    bomb = gzip.compress(gzip.compress(b" " * 100_000_000))
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)

    answer = ask(answering(head, bomb))

    assert answer.body == bomb
    assert read_answer(answer, ["9876512345"], V1).kind is AnswerKind.NO_ANSWER


def _filled(beginning: bytes, more: bytes, end: bytes) -> bytes:
    return beginning + more * ((LIMIT_BYTES - len(beginning) - len(end)) // len(more)) + end


BODIES = {
    "empty lists": (b"[", b"[],", b"[]]"),
    "empty rows": (b'{"message":[', b"{},", b"{}]}"),
    "numbers": (b"[", b"1,", b"1]"),
    "one long number": (b'{"status":', b"9", b"}"),
    "rows of one lead": (b'{"message":[', b'{"Phone":"9","Status":"x"},', b"{}]}"),
    "digits": (b'{"status":"failure","message":"', b"9 ", b'"}'),
    "digits, percent-encoded": (b'{"status":"failure","message":"', b"%39", b'"}'),
    "halves of emojis": (b'{"status":"failure","message":"', b"\\ud83d", b'"}'),
    "lists in lists": (b"", b"[", b""),
    "answers in answers": (b"", b'{"message":', b""),
    "no text": (b"\xff", b"\x00", b""),
}

_PROBE = """
import resource, sys
from dialer.answers import read_answer
from dialer.dialects import V1
from dialer.exchange import HttpAnswer
body = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_answer(HttpAnswer(200, {}, body), [f"98{n:08d}" for n in range(200)], V1, secret="k3y")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("what", BODIES)
def test_reading_the_longest_body_costs_seconds_and_some_hundred_megabytes_at_most(
    what: str,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROBE],
        input=_filled(*BODIES[what]),
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        check=True,
    )
    unit = 1 if sys.platform == "darwin" else 1024

    assert int(done.stdout) * unit < 512 * 1024 * 1024
