"""How a dialer can answer, or fail to, beyond the documented confirmation.

Those that take leads and do not say so leave them unknown; those that say that nothing was taken
leave nothing behind, and the same leads must come again.
"""

from typing import Any

from tests.program.pages import confirmation
from tests.program.strict_dialer import Exchange, Reply, confirm

TIMEOUT_SECS = 0.6
"""The program's `--timeout_secs` where these are used."""


def _rows(exchange: Exchange) -> dict[str, Any]:
    return confirmation(exchange.arrival.phones)


def _lost(exchange: Exchange, *, is_taken: bool = True) -> None:
    if is_taken:
        exchange.take()
    exchange.expect("unknown")


# Nobody can know what was taken.


def server_error(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.answer(b"<html>Internal Server Error</html>", status="500 Internal Server Error")


def server_error_in_json(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.answer({"status": "error", "message": "database gone"}, status="500 Oops")


def unavailable_without_a_time(exchange: Exchange) -> None:
    _lost(exchange, is_taken=False)
    exchange.answer(b"", status="503 Service Unavailable")


def bad_gateway(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.answer(b"bad gateway", status="502 Bad Gateway")


def dropped_before_taking(exchange: Exchange) -> None:
    _lost(exchange, is_taken=False)


def dropped_after_taking(exchange: Exchange) -> None:
    _lost(exchange)


def dropped_in_the_head(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.send(b"HTTP/1.1 200 O")


def dropped_in_the_body(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.send(exchange.head(1000) + b'{"message":[')


def silent(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.wait_until_left()


def head_dripped_for_ever(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.drip(exchange.head(1, headers=["X: " + "x" * 60]), pause_secs=TIMEOUT_SECS / 20)


def body_dripped_for_ever(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.send(exchange.head(60))
    exchange.drip(b" " * 60, pause_secs=TIMEOUT_SECS / 20)


def huge(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.answer(b'{"message":[' + b" " * (9 << 20) + b"]}")


def unreadable(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.answer(b'{"message":[{"PhoneNumber":')


def a_web_page(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.answer(b"<html>Welcome</html>", headers=["Content-Type: text/html"])


def empty(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.answer(b"")


def no_http(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.send(b"220 mail.example ESMTP\r\n" * 5)


def broken_chunks(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n")


def nested_deeply(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.answer(b"[" * 100_000)


def another_error(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.answer({"status": "error", "message": "try again on another day"})


def others_rows(exchange: Exchange) -> None:
    _lost(exchange)
    exchange.answer(confirmation(["6000000001"] * len(exchange.arrival.rows)))


def redirect(status: str) -> Reply:
    """Send the client elsewhere: a request there would be a fault of its own."""

    def redirected(exchange: Exchange) -> None:
        _lost(exchange)
        exchange.answer(b"", status=status, headers=[f"Location: {exchange.dialer.url}/moved"])

    return redirected


SILENT: tuple[Reply, ...] = (
    server_error,
    server_error_in_json,
    unavailable_without_a_time,
    bad_gateway,
    dropped_before_taking,
    dropped_after_taking,
    dropped_in_the_head,
    dropped_in_the_body,
    silent,
    head_dripped_for_ever,
    body_dripped_for_ever,
    huge,
    unreadable,
    a_web_page,
    empty,
    no_http,
    broken_chunks,
    nested_deeply,
    another_error,
    others_rows,
    *(redirect(f"{status} Moved") for status in (301, 302, 303, 307, 308)),
)
"""Each leaves all leads of its request unknown."""


# Nothing was taken, and the dialer says so.


def too_soon(exchange: Exchange) -> None:
    message = "Already one process is running please try after some time"
    exchange.answer({"status": "error", "message": message})


def too_soon_with_an_error_status(exchange: Exchange) -> None:
    message = "Already one process is running please try after some time"
    exchange.answer({"Status": "Error", "Message": message}, status="500 Internal Server Error")


def too_many_requests(exchange: Exchange) -> None:
    exchange.answer(b"slow down", status="429 Too Many Requests")


def asked_to_wait(status: str, secs: int) -> Reply:
    """Refuse with a Retry-After, and see that it is heeded."""

    def asks_to_wait(exchange: Exchange) -> None:
        dialer = exchange.dialer
        number = len(dialer.arrivals)
        dialer.replies.appendleft(_not_before(number, secs, dialer.replies.popleft()))
        exchange.answer(b"", status=status, headers=[f"Retry-After: {secs}"])

    return asks_to_wait


def _not_before(number: int, secs: float, reply: Reply) -> Reply:
    def waited(exchange: Exchange) -> None:
        arrivals = exchange.dialer.arrivals
        if arrivals[number].begun - arrivals[number - 1].whole < secs:
            exchange.dialer.faults.append(f"request {number + 1} did not wait {secs} s")
        reply(exchange)

    return waited


NOTHING_TAKEN: tuple[Reply, ...] = (
    too_soon,
    too_soon_with_an_error_status,
    too_many_requests,
    asked_to_wait("503 Service Unavailable", 1),
)
"""After each the same leads come again."""


# It took them and says so, in its own way.


def slow(exchange: Exchange) -> None:
    exchange.wait(TIMEOUT_SECS / 2)
    confirm(exchange)


def dripped(exchange: Exchange) -> None:
    exchange.take()
    exchange.expect("delivered")
    body = str(_rows(exchange)).replace("'", '"').encode()
    exchange.drip(exchange.head(len(body)) + body, pause_secs=0.0005)


def reordered(exchange: Exchange) -> None:
    exchange.take()
    exchange.expect("delivered")
    exchange.answer(confirmation(reversed(exchange.arrival.phones)))


def chunked_without_a_length(exchange: Exchange) -> None:
    exchange.take()
    exchange.expect("delivered")
    body = str(_rows(exchange)).replace("'", '"').encode()
    chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)


def echoed_whole(exchange: Exchange) -> None:
    exchange.take()
    exchange.expect("delivered")
    names = exchange.arrival.names
    exchange.answer(
        {
            "Message": [
                {**dict(zip(names, row, strict=True)), "Priority": "1", "status": "SUCCESS"}
                for row in exchange.arrival.rows
            ]
        }
    )


def created(exchange: Exchange) -> None:
    exchange.take()
    exchange.expect("delivered")
    exchange.answer(_rows(exchange), status="201 Created")


def half_a_surrogate(exchange: Exchange) -> None:
    exchange.take()
    exchange.expect("delivered")
    rows = _rows(exchange)["message"]
    exchange.answer({"message": [{**row, "Name": "cut \ud83d"} for row in rows]})


TOLD: tuple[Reply, ...] = (
    slow,
    dripped,
    reordered,
    chunked_without_a_length,
    echoed_whole,
    created,
    half_a_surrogate,
)
"""After each all leads of the request are delivered."""


# It says another thing of each row.


def short(exchange: Exchange) -> None:
    exchange.take()
    told, untold = exchange.arrival.phones[::2], exchange.arrival.phones[1::2]
    exchange.expect("delivered", told)
    exchange.expect("unknown", untold)
    exchange.answer(confirmation(told))


def rows_refused(exchange: Exchange) -> None:
    first, second, *others = exchange.arrival.phones
    exchange.take(others)
    exchange.expect("failed", [first])
    exchange.expect("suppressed", [second])
    exchange.expect("delivered", others)
    rows = confirmation(exchange.arrival.phones)["message"]
    rows[0]["Status"] = "Phone Number is Invalid!"
    rows[1]["Status"] = "FAIL: DND Number"
    exchange.answer({"message": rows})


def data_refused(exchange: Exchange) -> None:
    exchange.expect("failed")
    exchange.answer({"status": "failure", "message": "Please provide valid data"})


BY_ROW: tuple[Reply, ...] = (short, rows_refused, data_refused)


def refuse_twice_for_data() -> tuple[Reply, Reply]:
    """As where the rows stand under a name that the account does not know."""
    return data_refused, data_refused
