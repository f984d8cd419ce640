"""What comes back on a connection: the client, the reading of it, and what the ledger keeps of it.

Whatever comes, there is an answer, with a verdict for each lead or a kind for all, or there is none.
Neither the key nor a number stands in what is said of it.
"""

import socket
from typing import cast

from dialer.account_key import AccountKey
from dialer.answers import AnswerKind, read_answer
from dialer.clock import ManualClock
from dialer.connection import Connection
from dialer.dialects import DIALECTS
from dialer.exchange import HttpAnswer, NoAnswer
from dialer.slot_format import decode_answer, encode_answer
from dialer.slots import Answer

PHONES = ("9876512345", "9876512346", "9876512347")
KEY = AccountKey("K3y+of/the=account")
_MOST_BYTES = 1 << 20


class _Wire:
    """A socket with its answer already on the wire."""

    def __init__(self, incoming: bytes) -> None:
        self._incoming = memoryview(incoming)
        self._has_asked = False

    def settimeout(self, secs: float) -> None:
        """Nothing here takes time."""

    def setsockopt(self, *_: object) -> None:
        """Nothing is to be set."""

    def close(self) -> None:
        """Nothing is open."""

    def send(self, data: memoryview) -> int:
        """Take what is sent."""
        self._has_asked = True
        return len(data)

    def recv(self, _size: int) -> bytes:
        """Before the request nothing comes."""
        raise BlockingIOError

    def recv_into(self, buffer: memoryview) -> int:
        """Give what has come."""
        piece = self._incoming[: min(len(buffer), 1000)]
        buffer[: len(piece)] = piece
        self._incoming = self._incoming[len(piece) :]
        return len(piece)


def check_http(data: bytes) -> None:
    """Read a whole answer, head and body."""
    connection = Connection(
        cast(socket.socket, _Wire(data)),
        path="/",
        host_header="h",
        clock=ManualClock(),
        max_answer_bytes=_MOST_BYTES,
    )
    try:
        answer = connection.post(b"x", content_type="text/plain", deadline_boot_secs=2000.0)
    except NoAnswer as error:
        _check_words(str(error))
        return
    _check_answer(answer)


def check_body(data: bytes) -> None:
    """Read a body, under each status that is treated apart."""
    for status in (200, 429, 503, 500, 400, 302):
        _check_answer(HttpAnswer(status, {"retry-after": "7"}, data))


def _check_answer(http: HttpAnswer) -> None:
    for dialect in DIALECTS.values():
        reading = read_answer(http, PHONES, dialect, secret=KEY.reveal())
        is_by_lead = reading.kind is AnswerKind.ROWS
        assert len(reading.verdicts) == (len(PHONES) if is_by_lead else 0)
        assert 0 <= reading.retry_after_secs <= 3600
        for words in (reading.words, *(verdict.detail for verdict in reading.verdicts)):
            _check_words(words)
        answer = Answer(
            slot=1,
            kind=reading.kind,
            verdicts=reading.verdicts,
            retry_after_secs=reading.retry_after_secs,
            words=reading.words,
            fault=reading.fault,
            answered=ManualClock().now(),
            writer="w",
        )
        assert decode_answer(encode_answer(answer)) == answer


def _check_words(words: str) -> None:
    assert words.isprintable()
    assert len(words) < 1000
    assert not [secret for secret in (KEY.reveal(), *PHONES) if secret in words]


def http_samples() -> list[bytes]:
    """Whole answers."""
    body = body_samples()[0]
    ok = b"HTTP/1.1 200 OK\r\n"
    return [
        ok + b"Content-Length: %d\r\n\r\n" % len(body) + body,
        ok + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 503 No\r\nRetry-After: 9\r\n\r\n",
        b"HTTP/1.1 429 No\r\nRetry-After: Wed, 25 Nov 2026 12:00:09 GMT\r\n"
        b"Date: Wed, 25 Nov 2026 12:00:00 GMT\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 307 Go\r\nLocation: http://x/9876512345\r\n\r\n",
    ]


def body_samples() -> list[bytes]:
    """Bodies, as documented and nearly so."""
    rows = b",".join(
        b'{"PhoneNumber":"%s","Status":"SuccessFully Updated"}' % phone.encode() for phone in PHONES
    )
    return [
        b'{"message":[%s]}' % rows,
        b'{"Message":{"phone number":"+91 98765-12345","Name":"x","status":"FAIL: DND Number"}}',
        b'{"status":"error","message":"Priority, supports only numeric value or the value is not passed'
        b' properly"}',
        b'{"status":"FAIL","message":"PhoneNumber Added is a DND Number"}',
        b'{"status":"failure","message":"no user found for K3y+of/the=account, 9876512345"}',
        b'{"status":"error","message":"Already one process is running please try after some time"}',
        b'[{"status":"success","message":"queued successfully","transactionId":"1"}]',
        b'{"message":[{"PhoneNumber":null,"Name":"cut \\ud83d","Status":"Phone Number is Empty!"}]}',
        b"<html>no</html>",
    ]
