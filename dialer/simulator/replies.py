"""How the simulator replies: a ruling and a fault together make what goes over the wire. Pure."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import orjson

from dialer.dialects import Dialect
from dialer.simulator.faults import Fault, PlannedFault
from dialer.simulator.rules import Ruling

_JSON = "application/json"
_PAGE = b"<html><body><h1>Something is wrong</h1></body></html>"
_HUGE_BYTES = 64 * 1024 * 1024

_STATUSES = {
    Fault.STATUS_401: 401,
    Fault.STATUS_404: 404,
    Fault.STATUS_429: 429,
    Fault.STATUS_500: 500,
    Fault.STATUS_500_TAKEN: 500,
    Fault.STATUS_503: 503,
    Fault.STATUS_503_RETRY_AFTER: 503,
    Fault.REDIRECT: 307,
}
_DOCUMENTED = frozenset(
    {
        Fault.TOO_SOON,
        Fault.NO_USER,
        Fault.NO_CAMPAIGN,
        Fault.BAD_DATA,
        Fault.REFUSE_DND,
        Fault.REFUSE_PRIORITY,
        Fault.REFUSE_DATE,
    }
)
_OTHER_WORDS = {
    Fault.OTHER_FAILURE: {"status": "failure", "message": "Campaign is of type inbound"},
    Fault.OTHER_ERROR: {"status": "error", "message": "Something went wrong"},
}
_TAKING = frozenset(
    {
        Fault.NONE,
        Fault.STATUS_500_TAKEN,
        Fault.DROP_AFTER,
        Fault.TIMEOUT_TAKEN,
        Fault.SLOW,
        Fault.DRIP,
        Fault.SHORT,
        Fault.REORDERED,
        Fault.NO_PHONES,
        Fault.REFUSE_ROW,
        Fault.NO_ROWS,
        Fault.HUGE,
        Fault.UNREADABLE,
        Fault.CUT,
        Fault.EMPTY,
    }
)


class Manner(StrEnum):
    """How a reply is delivered."""

    AT_ONCE = "at_once"
    LATE = "late"  # after `secs`
    DRIPPING = "dripping"  # `secs` from byte to byte
    SILENT = "silent"  # never; the connection stays open for `secs`
    CLOSED = "closed"  # never; the connection is closed


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the wire, and what the dialer took.

    Attributes:
        answered: names it: the ruling's name, or the fault's.
        taken: the numbers taken.
        status: the HTTP status.
        headers: further headers.
        body: the body.
        manner: how it is delivered.
        secs: the seconds of the manner.
    """

    answered: str
    taken: tuple[str, ...]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    manner: Manner = Manner.AT_ONCE
    secs: float = 0.0


def plain_reply(ruling: Ruling) -> Reply:
    """The reply of a dialer that is well."""
    return Reply(ruling.name, ruling.taken, 200, {"Content-Type": _JSON}, orjson.dumps(ruling.body))


def faulty_reply(
    ruling: Ruling, planned: PlannedFault, dialect: Dialect, chance: random.Random
) -> Reply:
    """The reply under a fault.

    Args:
        ruling: what the dialer decided; a fault that takes nothing overrules it.
        planned: the fault.
        dialect: the version of the request.
        chance: for what is random.
    """
    fault, secs = planned.fault, planned.secs
    if fault is Fault.NONE:
        return plain_reply(ruling)
    taken = ruling.taken if fault in _TAKING else ()
    if fault is Fault.REFUSE_ROW:
        taken = _without_first(ruling)
    if fault in _STATUSES:
        return Reply(fault, taken, _STATUSES[fault], _status_headers(planned), _PAGE)
    body = _body(ruling, fault, dialect, chance)
    manner = _manner(fault)
    return Reply(fault, taken, 200, {"Content-Type": _JSON}, body, manner, secs)


def _without_first(ruling: Ruling) -> tuple[str, ...]:
    """The numbers taken but for the first row's."""
    match ruling.body.get("message"):
        case [{"PhoneNumber": first}, *_]:
            return tuple(phone for phone in ruling.taken if phone != str(first))
        case _:
            return ruling.taken


def _status_headers(planned: PlannedFault) -> dict[str, str]:
    headers = {"Content-Type": "text/html"}
    if planned.fault in (Fault.STATUS_429, Fault.STATUS_503_RETRY_AFTER):
        headers["Retry-After"] = f"{planned.secs:.0f}"
    if planned.fault is Fault.REDIRECT:
        headers["Location"] = "/elsewhere"
    return headers


def _manner(fault: Fault) -> Manner:
    match fault:
        case Fault.DROP_BEFORE | Fault.DROP_AFTER:
            return Manner.CLOSED
        case Fault.TIMEOUT | Fault.TIMEOUT_TAKEN:
            return Manner.SILENT
        case Fault.SLOW:
            return Manner.LATE
        case Fault.DRIP:
            return Manner.DRIPPING
        case _:
            return Manner.AT_ONCE


def _body(ruling: Ruling, fault: Fault, dialect: Dialect, chance: random.Random) -> bytes:
    if fault in _DOCUMENTED:
        return orjson.dumps(dialect.refusal(fault).body)
    if fault in _OTHER_WORDS:
        return orjson.dumps(_OTHER_WORDS[fault])
    whole = orjson.dumps(ruling.body)
    match fault:
        case Fault.NO_ROWS:
            return orjson.dumps({"status": "success", "message": "Added"})
        case Fault.HUGE:
            return whole + b" " * _HUGE_BYTES
        case Fault.UNREADABLE:
            return _PAGE
        case Fault.CUT:
            return whole[: len(whole) // 2]
        case Fault.EMPTY:
            return b""
        case _:
            return orjson.dumps(_changed(ruling.body, fault, chance))


def _changed(
    body: Mapping[str, object], fault: Fault, chance: random.Random
) -> Mapping[str, object]:
    """The body with its rows changed; one that has none stays."""
    rows = body.get("message")
    if not isinstance(rows, list):
        return body
    match fault:
        case Fault.SHORT:
            rows = rows[::2]
        case Fault.REORDERED:
            rows = chance.sample(rows, len(rows))
        case Fault.NO_PHONES:
            rows = [{**row, "PhoneNumber": None} for row in rows]
        case Fault.REFUSE_ROW:
            name = "status" if "status" in rows[0] else "Status"
            rows = [{**rows[0], name: "Failed: this number is blocked"}, *rows[1:]]
        case _:
            pass
    return {**body, "message": rows}
