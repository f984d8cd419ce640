"""How claims and answers are written: names that sort, and JSON with a checksum over it."""

import re
import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from dialer.clock import Instant
from dialer.slots import Answer, Claim, ClaimedLead
from dialer.verdicts import AnswerKind, Verdict, VerdictStatus
from schemas.outcome import Source

FORMAT = 1
"""What was added since, the claim's `lists`, does not change it: versions of the program that do not
know it pass it over, and a claim without it is read as one that names no lists. So both may share a
ledger, and a run that one has begun can be ended by the other."""

_SLOT_NAME = re.compile(r"([0-9]{9})\.(1-claim|2-answer)")
_HEAD = b'{"sum":"%08x","body":'
_HEAD_BYTES = len(_HEAD % 0)


class DamagedObject(Exception):
    """An object of the ledger that cannot be read for what it should be."""


def claim_name(slot: int) -> str:
    """The name of a slot's claim.

    >>> claim_name(7)
    '000000007.1-claim'
    """
    return f"{slot:09d}.1-claim"


def answer_name(slot: int) -> str:
    """The name of a slot's answer; it sorts behind the claim.

    >>> answer_name(7)
    '000000007.2-answer'
    """
    return f"{slot:09d}.2-answer"


def last_name(slot: int) -> str:
    """What sorts behind every name that a slot can have, and before those of the next."""
    return f"{slot:09d}.~"


def slot_of(name: str) -> tuple[int, str] | None:
    """The slot and the part ("1-claim" or "2-answer") that a name stands for; None: no slot's."""
    found = _SLOT_NAME.fullmatch(name)
    return (int(found[1]), found[2]) if found else None


def encode_claim(claim: Claim) -> bytes:
    """A claim as the bytes of its object."""
    origins: dict[str, int] = {}
    leads = []
    for lead in claim.leads:
        kind, origin, number = _source_parts(lead.source)
        index = origins.setdefault(kind + origin, len(origins))
        leads.append([lead.phone, index, number])
    return _seal(
        {
            "format": FORMAT,
            "slot": claim.slot,
            "token": claim.token,
            "request_id": claim.request_id,
            "run": claim.run,
            "sender": claim.sender,
            "lock": claim.lock,
            "campaign": claim.campaign,
            "timeout_secs": claim.timeout_secs,
            "made": _instant_parts(claim.made),
            "send_by": _instant_parts(claim.send_by),
            "origins": list(origins),
            "leads": leads,
            "lists": claim.lists,
        }
    )


def decode_claim(data: bytes) -> Claim:
    """The claim in an object's bytes.

    Raises:
        DamagedObject: they are not what `encode_claim` wrote.
    """
    body = _unseal(data)
    try:
        origins = body["origins"]
        return Claim(
            slot=int(body["slot"]),
            token=body["token"],
            request_id=body["request_id"],
            run=body["run"],
            sender=body["sender"],
            lock=body["lock"],
            campaign=body["campaign"],
            leads=tuple(
                ClaimedLead(phone, _source(origins[index], number))
                for phone, index, number in body["leads"]
            ),
            lists=body.get("lists", ""),
            timeout_secs=float(body["timeout_secs"]),
            made=_instant(body["made"]),
            send_by=_instant(body["send_by"]),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise DamagedObject("a claim lacks what it should hold") from error


def encode_answer(answer: Answer) -> bytes:
    """An answer as the bytes of its object: each distinct verdict once, and its index a lead."""
    verdicts: dict[Verdict, int] = {}
    rows = [verdicts.setdefault(verdict, len(verdicts)) for verdict in answer.verdicts]
    return _seal(
        {
            "format": FORMAT,
            "slot": answer.slot,
            "kind": answer.kind,
            "verdicts": [[v.status, v.reason, v.detail] for v in verdicts],
            "rows": rows,
            "retry_after_secs": answer.retry_after_secs,
            "words": answer.words,
            "fault": answer.fault,
            "answered": _instant_parts(answer.answered),
            "writer": answer.writer,
        }
    )


def decode_answer(data: bytes) -> Answer:
    """The answer in an object's bytes.

    Raises:
        DamagedObject: they are not what `encode_answer` wrote.
    """
    body = _unseal(data)
    try:
        verdicts = [
            Verdict(VerdictStatus(status), reason, detail)
            for status, reason, detail in body["verdicts"]
        ]
        return Answer(
            slot=int(body["slot"]),
            kind=AnswerKind(body["kind"]),
            verdicts=tuple(verdicts[index] for index in body["rows"]),
            retry_after_secs=float(body["retry_after_secs"]),
            words=body["words"],
            fault=body["fault"],
            answered=_instant(body["answered"]),
            writer=body["writer"],
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise DamagedObject("an answer lacks what it should hold") from error


def _seal(body: Mapping[str, Any]) -> bytes:
    """The body as JSON, and a checksum before it: a torn or altered object is told from a whole one."""
    text = orjson.dumps(body)
    return _HEAD % zlib.crc32(text) + text + b"}\n"


def _unseal(data: bytes) -> dict[str, Any]:
    text = data[_HEAD_BYTES:-2]
    if data[:_HEAD_BYTES] != _HEAD % zlib.crc32(text) or data[-2:] != b"}\n":
        raise DamagedObject("its checksum does not match")
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DamagedObject("it is no JSON") from error
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise DamagedObject("it was written in a form that this version does not know")
    return body


def _instant_parts(instant: Instant) -> list[str | float | None]:
    return [instant.boot_id, instant.boot_secs, instant.wall_secs]


def _instant(parts: list[Any]) -> Instant:
    boot_id, boot_secs, wall_secs = parts
    return Instant(boot_id, float(boot_secs), float(wall_secs))


def _source_parts(source: Source) -> tuple[str, str, int]:
    if source.file is not None and source.record is not None:
        return "f:", source.file, source.record
    if source.message_id is not None and source.index is not None:
        return "m:", source.message_id, source.index
    raise ValueError("a lead without a source cannot be claimed")


def _source(origin: str, number: int) -> Source:
    kind, name = origin[:2], origin[2:]
    if kind == "f:":
        return Source.of_record(name, number)
    if kind == "m:":
        return Source.of_message(name, number)
    raise ValueError(kind)
