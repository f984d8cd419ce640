"""What a well-behaved dialer answers, as the vendor's page of V1 documents it. Pure.

Where the page is silent the simulator decides, and says so here: a fault of one row refuses the whole
request and nothing of it is taken (`refuses_whole`), and more rows than allowed are data that it
cannot read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from dialer.dialects import BULK_PARAMETER, V1
from dialer.simulator.submission import PHONE, Submission, text_of

_DIGITS = re.compile(r"[0-9]{10}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_PRIORITY = re.compile(r"[1-9][0-9]?")

DOCUMENTED: Mapping[str, Mapping[str, str]] = {
    "too_soon": {
        "status": "error",
        "message": "Already one process is running please try after some time",
    },
    "no_user": {"status": "failure", "message": "no user found"},
    "no_campaign": {"status": "error", "message": "please provide campaign details"},
    "bad_data": {"status": "failure", "message": "Please provide valid data"},
    "refuse_priority": {
        "status": "error",
        "message": "Priority, supports only numeric value or the value is not passed properly",
    },
    "refuse_date": {
        "status": "error",
        "message": "ExpiryDate, supports the following format only 'YYYY-MM-DD HH:MM:SS",
    },
    "refuse_dnd": {"status": "FAIL", "message": "PhoneNumber Added is a DND Number"},
}
"""The bodies of the vendor's error table, by the names that arrivals and fault plans use."""

_ACCEPTED = "SuccessFully Updated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the dialer knows and how strict it is.

    Attributes:
        gap_secs: the least seconds between the arrivals of two requests.
        max_rows: the most rows of a request.
        keys: the keys of its accounts; None: any but an empty one.
        campaigns: the campaigns it knows; None: any.
        dnd: the numbers that it does not take, ten digits each.
        bulk_parameter: the form field of the rows.
        echo: `short` rows have the number and a `Status`, `whole` ones every field and a `status`.
        refuses_whole: whether a fault of a row refuses the request; else it refuses that row.
    """

    gap_secs: float = V1.gap_secs
    max_rows: int = V1.max_rows
    keys: frozenset[str] | None = None
    campaigns: frozenset[str] | None = None
    dnd: frozenset[str] = frozenset()
    bulk_parameter: str = BULK_PARAMETER
    echo: Literal["short", "whole"] = "short"
    refuses_whole: bool = True


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the dialer decides on a request.

    Attributes:
        name: `rows`, or the name of the documented refusal.
        body: the answer.
        taken: the numbers that it takes.
    """

    name: str
    body: Mapping[str, object]
    taken: tuple[str, ...] = ()


def judge(submission: Submission, rules: Rules) -> Ruling:
    """What the dialer answers to a request that comes in time."""
    if not _is_known(submission.key, rules.keys):
        return refusal("no_user")
    if not submission.campaign:
        return refusal("no_campaign")
    if not _is_known(submission.campaign, rules.campaigns):
        return refusal("no_user")
    if not submission.rows or len(submission.rows) > rules.max_rows:
        return refusal("bad_data")
    leads = submission.leads()
    faults = [_row_fault(lead, rules.dnd) for lead in leads]
    first = next(filter(None, faults), None)
    if first and rules.refuses_whole:
        return refusal(first)
    taken = []
    rows = []
    for lead, fault in zip(leads, faults, strict=True):
        says = DOCUMENTED[fault]["message"] if fault else _say(lead)
        if says == _ACCEPTED:
            taken.append(text_of(lead[PHONE]))
        rows.append(_echo(lead, says, rules))
    return Ruling("rows", {"message": rows}, tuple(taken))


def refusal(name: str) -> Ruling:
    """The documented refusal of that name."""
    return Ruling(name, DOCUMENTED[name])


def _is_known(name: str, known: frozenset[str] | None) -> bool:
    return bool(name) if known is None else name in known


def _row_fault(lead: Mapping[str, object], dnd: frozenset[str]) -> str | None:
    """The documented refusal that a lead is cause for."""
    priority, date = text_of(lead.get("Priority")), text_of(lead.get("ExpiryDate"))
    if priority and not _PRIORITY.fullmatch(priority):
        return "refuse_priority"
    if date and not _is_date(date):
        return "refuse_date"
    return "refuse_dnd" if text_of(lead[PHONE]) in dnd else None


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _say(lead: Mapping[str, object]) -> str:
    phone = text_of(lead[PHONE])
    if not phone:
        return "Phone Number is Empty!"
    return _ACCEPTED if _DIGITS.fullmatch(phone) else "Invalid PhoneNumber"


def _echo(lead: Mapping[str, object], says: str, rules: Rules) -> dict[str, object]:
    phone = lead[PHONE] or None
    if rules.echo == "whole":
        return {**lead, PHONE: phone, "status": says}
    if phone is None:
        return {**lead, PHONE: phone, "Status": says}
    return {PHONE: phone, "Status": says}
