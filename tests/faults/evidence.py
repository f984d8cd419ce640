"""What has become of a request that a fault met: read from the dialer's log, the ledger and the outcomes.

Nothing is asked of the program itself but its exit status and what it said.
"""

import signal
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dialer.clock import SystemClock
from dialer.ledger import Ledger
from dialer.slots import Answer, Claim
from dialer.stores import open_store
from dialer.verdicts import AnswerKind
from tests.faults.matrix import Cell, Moment, Promise
from tests.program.strict_dialer import StrictDialer

RESUMABLE = "the same command"
NOTHING_SENT = "nothing was sent"


@dataclass(frozen=True, slots=True)
class Struck:
    """A strike.

    Attributes:
        moment: when it came.
        slot: the request that it met.
        was_claimed: whether that request was claimed when it came.
        said: what the program said from then on, until the strike was over.
        status: the program's exit status then; None: it ran on.
    """

    moment: Moment
    slot: int
    was_claimed: bool
    said: str
    status: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known of a request that was struck.

    Attributes:
        struck: the strike.
        kind: what the ledger says of the request.
        by_the_struck: whether the very process that was struck had claimed it.
        arrivals: how often the dialer saw each of its leads.
        told: status and reason of each of its leads, and whether this request is named for it.
    """

    struck: Struck
    kind: AnswerKind
    by_the_struck: bool
    arrivals: tuple[int, ...]
    told: tuple[tuple[str, bool], ...]


def what_happened(evidence: Evidence) -> Cell:
    """The cell that the evidence makes.

    Raises:
        AssertionError: it makes none: a lead was lost, went twice, or was told wrongly.
    """
    struck = evidence.struck
    stops = struck.status == 1 and RESUMABLE in struck.said
    came = set(evidence.arrivals)
    told = set(evidence.told)
    if not stops and struck.status not in (None, -signal.SIGKILL):
        raise AssertionError(f"the program ended with {struck.status}: {struck.said}")
    match evidence.kind:
        case AnswerKind.ROWS if told == {("delivered.ok", True)} and came == {1}:
            is_another = not evidence.by_the_struck or NOTHING_SENT in struck.said
            if struck.was_claimed and not evidence.by_the_struck:
                raise AssertionError("a claim has changed its sender")
            promise = Promise.LATER if is_another else Promise.DELIVERED
            return Cell(promise, stops=stops)
        case AnswerKind.NOT_SENT if told == {("delivered.ok", False)} and came == {1}:
            return Cell(Promise.AGAIN, stops=stops)
        case AnswerKind.NO_ANSWER if told == {("unknown.no_answer", True)} and came <= {0, 1}:
            return Cell(Promise.UNKNOWN, stops=stops)
        case _:
            raise AssertionError(f"nobody promised this: {evidence}")


Slots = Sequence[tuple[Claim, Answer]]
"""A ledger, in order."""


def read_evidence(
    struck: Iterable[Struck],
    slots: Slots,
    *,
    outcomes: Sequence[Mapping[str, Any]],
    dialer: StrictDialer,
) -> dict[Moment, Evidence]:
    """Put the evidence together, once all is over, and see that all else went well.

    Args:
        struck: the strikes.
        slots: what the ledger holds.
        outcomes: one a lead.
        dialer: what it saw.
    """
    came = Counter(phone for arrival in dialer.arrivals for phone in arrival.phones)
    by_phone = {outcome["phone"]: outcome for outcome in outcomes}
    _must_keep_the_gap(slots, dialer.gap_secs)
    _must_be_true(by_phone, came, {phone for _, phone in dialer.taken.elements()})
    found = {}
    for each in struck:
        claim, answer = slots[each.slot - 1]
        before, _ = slots[each.slot - 2]
        phones = [lead.phone for lead in claim.leads]
        found[each.moment] = Evidence(
            struck=each,
            kind=answer.kind,
            by_the_struck=claim.sender == before.sender,
            arrivals=tuple(came[phone] for phone in phones),
            told=tuple(_told(by_phone[phone], claim.request_id) for phone in phones),
        )
    return found


def read_slots(location: str) -> Slots:
    """What a ledger holds, in which nothing is under way."""
    ledger = Ledger(open_store(location), run="looks on", clock=SystemClock())
    ledger.refresh()
    assert ledger.tail.open_claim is None
    return [ledger.slot(number + 1) for number in range(ledger.tail.last_slot)]


def _told(outcome: Mapping[str, Any], request_id: str) -> tuple[str, bool]:
    what = f"{outcome['status']}.{outcome['reason']}"
    return what, outcome["request_id"] == request_id


def _must_keep_the_gap(slots: Slots, gap_secs: float) -> None:
    """No request is claimed earlier than the gap after the answer of the last one that was sent."""
    sent = [slot for slot in slots if slot[1].kind is not AnswerKind.NOT_SENT]
    for (_, answer), (claim, _) in pairwise(sent):
        assert claim.made.boot_secs - answer.answered.boot_secs >= gap_secs


def _must_be_true(
    by_phone: Mapping[str, Mapping[str, Any]], came: Mapping[str, int], taken: Collection[str]
) -> None:
    """No lead has come twice, none is called delivered that was not taken, and none taken is lost."""
    assert max(came.values()) == 1
    said = {
        status: {phone for phone, outcome in by_phone.items() if outcome["status"] == status}
        for status in ("delivered", "unknown")
    }
    assert said["delivered"] <= set(taken) <= said["delivered"] | said["unknown"]
    assert len(said["delivered"]) + len(said["unknown"]) == len(by_phone)
