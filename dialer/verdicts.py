"""What an answer of the dialer can mean: for a whole request, and for each of its leads."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

RowFault = Literal["dnd", "priority", "date"]
"""Which fault of a row made the dialer refuse the whole request."""


class AnswerKind(StrEnum):
    """How a request ended."""

    ROWS = "rows"  # the dialer took it up: a verdict a lead
    TOO_SOON = "too_soon"  # nothing taken, ask again later
    ROW_REFUSED = "row_refused"  # nothing taken, for the fault of some row
    ACCOUNT_REFUSED = "account_refused"  # nothing taken: key, campaign, or what else it says
    KEY_REFUSED = "key_refused"  # nothing taken: the account's key or user, and not the campaign
    DATA_REFUSED = "data_refused"  # nothing taken: the dialer cannot read the rows
    SETUP_REFUSED = "setup_refused"  # nothing taken: whoever answered is not the dialer's API
    NO_ANSWER = "no_answer"  # sent, and nobody knows what was taken
    NOT_SENT = "not_sent"  # written by a sender that did not send; never read from an answer


class VerdictStatus(StrEnum):
    """What the dialer did with one lead."""

    DELIVERED = "delivered"
    FAILED = "failed"
    SUPPRESSED = "suppressed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one lead.

    Attributes:
        status: delivered, failed, suppressed or unknown.
        reason: `ok`, `queued`, `dialer_refused`, `dialer_dnd` or `no_answer_row`, as in an outcome.
        detail: the dialer's words on it, without numbers; of a queued lead its transaction; empty
            where its own row says that it was taken.
    """

    status: VerdictStatus
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What an answer says.

    Attributes:
        kind: how the request ended.
        verdicts: with `rows` one a lead, in the order of the request's rows; else empty.
        retry_after_secs: how long a 429 or 503 asked to wait, 0 where none did.
        words: what the dialer said, for the operator: short, without numbers or control characters.
        fault: with `row_refused` the fault that a row was refused for.
    """

    kind: AnswerKind
    verdicts: tuple[Verdict, ...]
    retry_after_secs: float
    words: str
    fault: RowFault | None
