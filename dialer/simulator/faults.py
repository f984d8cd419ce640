"""What can go wrong with a dialer, by name."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What the simulator does with one request instead of answering it well.

    Those marked "taken" take the leads as if nothing were wrong; the others take none.
    """

    NONE = "none"  # answers well
    # The whole request refused, in the vendor's words or in others
    TOO_SOON = "too_soon"
    NO_USER = "no_user"
    NO_CAMPAIGN = "no_campaign"
    BAD_DATA = "bad_data"
    REFUSE_DND = "refuse_dnd"
    REFUSE_PRIORITY = "refuse_priority"
    REFUSE_DATE = "refuse_date"
    OTHER_FAILURE = "other_failure"  # "status" failure with words that no page lists
    OTHER_ERROR = "other_error"  # "status" error with such words
    # HTTP errors, with a page instead of an answer
    STATUS_401 = "status_401"
    STATUS_404 = "status_404"
    STATUS_429 = "status_429"  # with Retry-After of `secs`
    STATUS_500 = "status_500"
    STATUS_500_TAKEN = "status_500_taken"  # taken
    STATUS_503 = "status_503"
    STATUS_503_RETRY_AFTER = "status_503_retry_after"  # with Retry-After of `secs`
    REDIRECT = "redirect"  # 307 to another path of the simulator's
    # No answer, or late
    DROP_BEFORE = "drop_before"  # closes the connection
    DROP_AFTER = "drop_after"  # taken, then closes the connection
    TIMEOUT = "timeout"  # is silent for `secs`, then closes
    TIMEOUT_TAKEN = "timeout_taken"  # taken, and silent for `secs`
    SLOW = "slow"  # taken; answers well after `secs`
    DRIP = "drip"  # taken; the answer comes byte by byte, `secs` from one to the next
    # Answers that are not what they should be
    SHORT = "short"  # taken; every second row is missing in the answer
    REORDERED = "reordered"  # taken; the rows in another order
    NO_PHONES = "no_phones"  # taken; the rows without their numbers
    REFUSE_ROW = "refuse_row"  # taken but for the first lead, whose row says that it failed
    NO_ROWS = "no_rows"  # taken; a success without rows
    HUGE = "huge"  # taken; an answer of 64 MiB
    UNREADABLE = "unreadable"  # taken; a page with HTTP 200
    CUT = "cut"  # taken; the answer ends in the middle
    EMPTY = "empty"  # taken; HTTP 200 without a body


_DEFAULT_SECS = {
    Fault.STATUS_429: 1.0,
    Fault.STATUS_503_RETRY_AFTER: 1.0,
    Fault.TIMEOUT: 3600.0,
    Fault.TIMEOUT_TAKEN: 3600.0,
    Fault.SLOW: 1.0,
    Fault.DRIP: 0.05,
}


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault, and its seconds where it has any."""

    fault: Fault
    secs: float

    @classmethod
    def of(cls, fault: Fault, secs: float | None = None) -> "PlannedFault":
        """The fault with its usual seconds, or with others."""
        return cls(fault, _DEFAULT_SECS.get(fault, 0.0) if secs is None else float(secs))
