"""The slot protocol: what may happen next, decided from the ledger alone.

Everything here is pure: facts in, decision out. `dialer/delivery.py` carries the decisions out,
`tests/dialer/explorer.py` walks through all their interleavings, docs/guarantees.md says in words
what they promise. A slot is one request to the dialer: a claim, created exclusively before it is
sent, and an answer, created exclusively after.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dialer.clock import Instant
from dialer.verdicts import AnswerKind, Verdict
from schemas.outcome import Source

SEND_WINDOW_SECS = 5.0
"""How long after its ledger was read a sender may still begin to send."""

STALE_VIEW_SECS = 2.0
"""A view of the ledger older than this is read again before a claim."""

MOST_RESENDS = 3
"""How often a run sends an unknown lead again, where the operator allows it."""

_CIRCUIT_GAPS = 20
_CIRCUIT_SECS = 300.0


@dataclass(frozen=True, slots=True)
class ClaimedLead:
    """A lead as a claim names it: the number as sent, and the record that it came from."""

    phone: str
    source: Source


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one request, and who has it.

    Attributes:
        slot: the number of the request, from 1.
        token: random; tells one's own claim from another's.
        request_id: names the request in outcomes.
        run: the run that the leads belong to.
        sender: names the process that claimed.
        lock: the device and inode of the output's lock file, where the sender's own process held it.
        campaign: the campaign of all its leads.
        leads: what the request carries, in the order of its rows.
        lists: the version of the do-not-disturb lists that they all were judged by when the request
            was composed; empty: there was no list, or the claim was written before this was recorded.
        timeout_secs: how long the sender gives the whole request.
        made: when it was claimed.
        send_by: the last moment to begin sending, by either clock.
    """

    slot: int
    token: str
    request_id: str
    run: str
    sender: str
    lock: str | None
    campaign: str
    leads: tuple[ClaimedLead, ...]
    lists: str
    timeout_secs: float
    made: Instant
    send_by: Instant


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a slot.

    Attributes:
        slot: the slot's number.
        kind: how the request ended.
        verdicts: one a lead, in the claim's order; empty where the kind says it for all.
        retry_after_secs: how long the dialer asked to wait.
        words: the dialer's own words, or what went wrong, for the operator.
        fault: which fault a row was refused for (`row_refused`).
        answered: when the answer was there, by its writer's clock.
        writer: names the process that wrote it.
    """

    slot: int
    kind: AnswerKind
    verdicts: tuple[Verdict, ...]
    retry_after_secs: float
    words: str
    fault: str | None
    answered: Instant
    writer: str


@dataclass(frozen=True, slots=True)
class Sight:
    """When something was written, and when this process first saw it (by its boot-time clock)."""

    stamp: Instant
    first_seen_boot_secs: float

    def age_secs(self, now: Instant) -> float:
        """How long ago it was written, never overstated.

        A stamp of this very boot is compared with the clock that made it. Any other (another
        machine, an earlier boot, a clock without a boot's name, a stamp from one's own future)
        says nothing, and the time since one's own first sight counts.
        """
        same_boot = self.stamp.boot_id is not None and self.stamp.boot_id == now.boot_id
        if same_boot and self.stamp.boot_secs <= now.boot_secs:
            return now.boot_secs - self.stamp.boot_secs
        return now.boot_secs - self.first_seen_boot_secs


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of the ledger, as far as the gate needs it.

    Attributes:
        last_slot: the last slot that has a claim and an answer; 0 where there is none.
        open_claim: the claim after it that has no answer yet, and its sight.
        last_sent: the last answer of a request that was sent, and its sight: slots that were
            claimed and not sent are looked past.
        silent: how many of the last requests in a row brought no readable answer.
    """

    last_slot: int = 0
    open_claim: tuple[Claim, Sight] | None = None
    last_sent: tuple[Answer, Sight] | None = None
    silent: int = 0

    def with_claim(self, claim: Claim, first_seen_boot_secs: float) -> "Tail":
        """The tail once the next slot is claimed."""
        seen = (claim, Sight(claim.made, first_seen_boot_secs))
        return Tail(self.last_slot, seen, self.last_sent, self.silent)

    def with_answer(self, answer: Answer, first_seen_boot_secs: float) -> "Tail":
        """The tail once the open claim is answered."""
        if answer.kind is AnswerKind.NOT_SENT:
            return Tail(answer.slot, None, self.last_sent, self.silent)
        seen = (answer, Sight(answer.answered, first_seen_boot_secs))
        silent = self.silent + 1 if is_silent(answer) else 0
        return Tail(answer.slot, None, seen, silent)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who asks: the process, its run, and the lock that it holds on its output (if it does)."""

    name: str
    run: str
    lock: str | None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do for so many seconds."""

    secs: float


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Answer this claim in place of its sender, who is gone: unknown."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Open:
    """The gate is open: this slot may be claimed."""

    slot: int


Step = Wait | TakeOver | Open


def is_silent(answer: Answer) -> bool:
    """Whether an answer told nothing of any lead, as of a dialer that is down."""
    if answer.kind is AnswerKind.ROWS:
        return all(verdict.reason == "no_answer_row" for verdict in answer.verdicts)
    return answer.kind is AnswerKind.NO_ANSWER


def next_step(tail: Tail, now: Instant, sender: Sender, gap_secs: float) -> Step:
    """What a sender may do with the ledger as it has read it.

    Args:
        tail: the end of the ledger.
        now: the present moment.
        sender: who asks.
        gap_secs: the gap between two requests.
    """
    if tail.open_claim is not None:
        claim, sight = tail.open_claim
        if is_proven_dead(claim, now, sender):
            return TakeOver(claim)
        remains = SEND_WINDOW_SECS + claim.timeout_secs - sight.age_secs(now)
        return Wait(remains) if remains > 0 else TakeOver(claim)
    remains = opens_in_secs(tail, now, gap_secs)
    return Wait(remains) if remains > 0 else Open(tail.last_slot + 1)


def opens_in_secs(tail: Tail, now: Instant, gap_secs: float) -> float:
    """Seconds until the gate opens, counted from the last answer; 0 or less: it is open."""
    if tail.last_sent is None:
        return 0.0
    answer, sight = tail.last_sent
    wait_secs = max(gap_secs, answer.retry_after_secs, backoff_secs(gap_secs, tail.silent))
    return wait_secs - sight.age_secs(now)


def backoff_secs(gap_secs: float, failures: int) -> float:
    """How long to wait after so many failures in a row: twice as long each time, up to a bound.

    The bound is 5 minutes at the gaps of real dialers, and 20 gaps at the short ones of tests.

    >>> [backoff_secs(30.0, n) for n in (0, 1, 2, 3, 4, 9)]
    [30.0, 60.0, 120.0, 240.0, 300.0, 300.0]
    """
    most = max(gap_secs, min(gap_secs * _CIRCUIT_GAPS, _CIRCUIT_SECS))
    return float(min(gap_secs * 2 ** min(failures, 16), most))


def row_limit(tail: Tail, limit: int) -> int:
    """How many leads the next request may carry: one, while the dialer's answers stay out."""
    return 1 if tail.silent else limit


def is_proven_dead(claim: Claim, now: Instant, sender: Sender) -> bool:
    """Whether the claim's sender is certainly gone.

    It held the output's lock in its own process on this very boot, for this run; that lock is now
    held by us, and only the end of a process gives it up.
    """
    return (
        claim.lock is not None
        and claim.lock == sender.lock
        and claim.run == sender.run
        and claim.made.boot_id is not None
        and claim.made.boot_id == now.boot_id
        and claim.sender != sender.name
    )


def is_fresh(read_at: Instant, now: Instant) -> bool:
    """Whether a view of the ledger, read at `read_at`, is young enough to claim on."""
    return now.boot_secs - read_at.boot_secs <= STALE_VIEW_SECS


def make_claim(
    *,
    slot: int,
    token: str,
    sender: Sender,
    campaign: str,
    leads: Sequence[ClaimedLead],
    lists: str,
    timeout_secs: float,
    read_at: Instant,
    now: Instant,
) -> Claim:
    """The claim of a slot on a view read at `read_at`: the time to send counts from the reading.

    A process that slept since it read may therefore not send, whatever happened meanwhile.
    """
    return Claim(
        slot=slot,
        token=token,
        request_id=f"{sender.run}-{slot:06d}",
        run=sender.run,
        sender=sender.name,
        lock=sender.lock,
        campaign=campaign,
        leads=tuple(leads),
        lists=lists,
        timeout_secs=timeout_secs,
        made=now,
        send_by=read_at.later(SEND_WINDOW_SECS),
    )


def may_send(claim: Claim, now: Instant) -> bool:
    """The last look: whether it is still time to send, by the boot-time clock and the wall clock."""
    return (
        claim.made.boot_id == now.boot_id
        and now.boot_secs <= claim.send_by.boot_secs
        and now.wall_secs <= claim.send_by.wall_secs
    )


def is_ours(claim: Claim, found: Claim) -> bool:
    """Whether the claim found in the ledger is the one that was put there."""
    return claim.token == found.token


def taken_over(claim: Claim, now: Instant, sender: Sender) -> Answer:
    """The answer to a claim whose sender is gone: nobody knows what the dialer did."""
    words = "its sender ended before the dialer's answer was recorded"
    return unanswered(claim, words, now, sender)


def unanswered(claim: Claim, words: str, now: Instant, sender: Sender) -> Answer:
    """The answer of a request that was sent and got none: its leads are unknown."""
    return _without_verdicts(claim, AnswerKind.NO_ANSWER, words, now, sender)


def not_sent(claim: Claim, words: str, now: Instant, sender: Sender) -> Answer:
    """The answer of a sender that did not send: its leads are free again."""
    return _without_verdicts(claim, AnswerKind.NOT_SENT, words, now, sender)


def _without_verdicts(
    claim: Claim, kind: AnswerKind, words: str, now: Instant, sender: Sender
) -> Answer:
    return Answer(
        slot=claim.slot,
        kind=kind,
        verdicts=(),
        retry_after_secs=0.0,
        words=words,
        fault=None,
        answered=now,
        writer=sender.name,
    )
