"""What a well-behaved dialer answers, as the vendor's pages document it. Pure.

Where a page is silent the simulator decides, and says so here. A fault of one row refuses the whole
request and nothing of it is taken (`refuses_whole`; always, where a request is queued as a whole). More
rows than allowed, longer ones, characters that a field may not hold and settings that no page lists are
data that it cannot read. A version that queues has V1's words for what its own page does not say; what
it finds out later about a number (it is do-not-disturb, or none) it tells nobody: such a lead is not
taken.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson

from dialer.dialects import BULK_PARAMETER, Dialect
from dialer.simulator.submission import PHONE, Submission, text_of
from schemas.lead_field import DEFAULT_CLOCK_FORMAT

_DIGITS = re.compile(r"[0-9]{10}")
_PRIORITY = re.compile(r"[1-9][0-9]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the dialer knows and how strict it is.

    Attributes:
        gap_secs: the least seconds between the arrivals of two requests; None: the version's.
        max_rows: the most rows of a request; None: the version's.
        keys: the keys of its accounts; None: any but an empty one.
        users: the users of its accounts, where a version asks for one; None: any but an empty one.
        campaigns: the campaigns it knows; None: any.
        dnd: the numbers that it does not take, ten digits each.
        bulk_parameter: the form field of the rows.
        echo: `short` rows have the number and a `Status`, `whole` ones every field and a `status`.
        refuses_whole: whether a fault of a row refuses the request; else it refuses that row.
    """

    gap_secs: float | None = None
    max_rows: int | None = None
    keys: frozenset[str] | None = None
    users: frozenset[str] | None = None
    campaigns: frozenset[str] | None = None
    dnd: frozenset[str] = frozenset()
    bulk_parameter: str = BULK_PARAMETER
    echo: Literal["short", "whole"] = "short"
    refuses_whole: bool = True


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the dialer decides on a request.

    Attributes:
        name: `rows`, `queued`, or the name of the documented refusal.
        body: the answer.
        taken: the numbers that it takes.
        transaction_id: the transaction that it names; empty: none.
    """

    name: str
    body: Mapping[str, object]
    taken: tuple[str, ...] = ()
    transaction_id: str = ""


def limit_broken(
    submission: Submission, dialect: Dialect, rules: Rules, since_secs: float | None
) -> tuple[str, str] | None:
    """The limit that a request breaks: the refusal's name, and what to note, without numbers.

    Args:
        submission: the request.
        dialect: its version.
        rules: how strict the dialer is.
        since_secs: how long after the last one it came; None: it is the first.
    """
    gap_secs = dialect.gap_secs if rules.gap_secs is None else rules.gap_secs
    if since_secs is not None and since_secs < gap_secs:
        return "too_soon", f"{since_secs:.3f} s after the one before (the gap is {gap_secs:g} s)"
    rows = submission.rows or ()
    most_rows = rules.max_rows or dialect.max_rows
    if len(rows) > most_rows:
        return "bad_data", f"{len(rows)} rows (the limit is {most_rows})"
    most = dialect.row_form.most_characters
    longest = max((_characters(submission.names, row) for row in rows), default=0)
    if most is not None and longest > most:
        return "bad_data", f"a row of {longest} characters with its headers (the limit is {most})"
    return None


def judge(
    submission: Submission,
    dialect: Dialect,
    rules: Rules,
    *,
    transaction_id: str,
    has: Callable[[str], bool],
) -> Ruling:
    """What the dialer answers to a request that comes in time.

    Args:
        submission: the request.
        dialect: its version.
        rules: what the dialer knows.
        transaction_id: what to call it, in a version that names transactions.
        has: whether the campaign has a number already.
    """
    refused = _refused(submission, dialect, rules)
    if refused:
        return refusal(dialect, refused)
    leads = submission.leads()
    faults = [_row_fault(lead, dialect, rules.dnd) for lead in leads]
    # What is queued is looked into later, so that a number cannot be a fault of the request.
    first = next((fault for fault in faults if fault and _is_told(fault, dialect)), None)
    if first and (rules.refuses_whole or not dialect.answers_by_row):
        return refusal(dialect, first)
    says = [
        dialect.refusal(fault).message if fault else _number_fault(lead)
        for lead, fault in zip(leads, faults, strict=True)
    ]
    taken = [text_of(lead[PHONE]) for lead, what in zip(leads, says, strict=True) if not what]
    if submission.parameters.get(dialect.duplicates_parameter) == "true":
        taken = [phone for phone in dict.fromkeys(taken) if not has(phone)]
    said = list(zip(leads, says, strict=True))
    body = dialect.confirm(said, rules.echo == "whole", transaction_id)
    if dialect.answers_by_row:
        return Ruling("rows", body, tuple(taken))
    return Ruling("queued", body, tuple(taken), transaction_id)


def refusal(dialect: Dialect, name: str) -> Ruling:
    """The documented refusal of that name."""
    return Ruling(name, dialect.refusal(name).body)


def _refused(submission: Submission, dialect: Dialect, rules: Rules) -> str | None:
    """The refusal of a request as a whole, for its form fields or its rows' form."""
    user = submission.parameters.get(dialect.user_parameter, "")
    if not _is_known(submission.key, rules.keys):
        return "no_user"
    if dialect.user_parameter and not _is_known(user, rules.users):
        return "no_user"
    if not submission.campaign:
        return "no_campaign"
    if not _is_known(submission.campaign, rules.campaigns):
        return "no_user" if dialect.answers_by_row else "no_campaign"
    if not submission.rows or not _are_settings_good(submission, dialect):
        return "bad_data"
    for name, characters in dialect.row_form.characters.items():
        allowed = re.compile(f"[{characters}]*")
        if not all(allowed.fullmatch(text_of(lead.get(name))) for lead in submission.leads()):
            return "bad_data"
    return None


def _are_settings_good(submission: Submission, dialect: Dialect) -> bool:
    given = submission.parameters
    return all(
        given[setting.parameter] in setting.values
        for setting in dialect.settings
        if setting.parameter in given
    )


def _is_known(name: str, known: frozenset[str] | None) -> bool:
    return bool(name) if known is None else name in known


def _row_fault(lead: Mapping[str, object], dialect: Dialect, dnd: frozenset[str]) -> str | None:
    """The documented refusal that a lead is cause for."""
    priority, date = text_of(lead.get("Priority")), text_of(lead.get("ExpiryDate"))
    if priority and not _PRIORITY.fullmatch(priority):
        return "refuse_priority"
    form = dialect.row_form.moments.get("ExpiryDate", DEFAULT_CLOCK_FORMAT)
    if date and not _is_in_form(date, form):
        return "refuse_date"
    return "refuse_dnd" if text_of(lead[PHONE]) in dnd else None


def _is_told(fault: str, dialect: Dialect) -> bool:
    return dialect.answers_by_row or fault != "refuse_dnd"


def _is_in_form(text: str, form: str) -> bool:
    try:
        return datetime.strptime(text, form).strftime(form) == text
    except ValueError:
        return False


def _number_fault(lead: Mapping[str, object]) -> str:
    """What is wrong with a lead's number; empty: nothing."""
    phone = text_of(lead[PHONE])
    if not phone:
        return "Phone Number is Empty!"
    return "" if _DIGITS.fullmatch(phone) else "Invalid PhoneNumber"


def _characters(names: Sequence[str], row: Sequence[object]) -> int:
    """How long a row is as it came, with its headers."""
    return len(orjson.dumps(names).decode()) + len(orjson.dumps(row).decode())
