"""A delivery without a dialer: which requests it would make, and which leads would not be sent.

The dispatcher composes as it does for a delivery, by a ledger in memory that knows of nothing before.
Every request counts as answered at once, with every lead taken, and the time goes on by the gap
between two of them: a lead that would expire before its turn is found.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from dialer.clock import Clock, Instant
from dialer.delivery import LOOK_AHEAD_LEADS
from dialer.dispatcher import Dispatcher, Request
from dialer.ledger import Ledger
from dialer.memory_store import MemoryStore
from dialer.slots import Answer, Claim, Sender, make_claim
from dialer.verdicts import AnswerKind, Verdict, VerdictStatus
from schemas.outcome import Outcome, Status

_SENDER = Sender("rehearsal", "rehearsal", None)
_TAKEN = Verdict(VerdictStatus.DELIVERED, "ok", "")


@dataclass(slots=True)
class Rehearsed:
    """What a delivery would send.

    Attributes:
        leads: how many leads, by campaign.
        requests: in how many requests.
    """

    leads: Counter[str] = field(default_factory=Counter)
    requests: int = 0


class Rehearsal:
    """Goes through the delivery of one dispatcher's leads."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        *,
        gap_secs: float,
        clock: Clock,
        should_stop: Callable[[], bool],
    ) -> None:
        """Rehearse.

        Args:
            dispatcher: the leads.
            gap_secs: the gap between two requests.
            clock: says when the delivery would begin: now.
            should_stop: is asked between requests.
        """
        self._dispatcher = dispatcher
        self._ledger = Ledger(MemoryStore(), run=_SENDER.run, clock=clock)
        self._gap_secs = gap_secs
        self._start = clock.now()
        self._should_stop = should_stop
        self.sent = Rehearsed()
        """What would be sent, as far as the rehearsal has come."""

    def withheld(self) -> Iterator[list[Outcome]]:
        """Go through the delivery, until it is done or is to stop.

        Yields:
            The outcomes of the leads that would not be sent.
        """
        while self._dispatcher.pending and not self._should_stop():
            now = self._start.later(self.sent.requests * self._gap_secs)
            outcomes = self._act(now)
            kept = [outcome for outcome in outcomes if outcome.status is not Status.DELIVERED]
            if kept:
                yield kept

    def _act(self, now: Instant) -> list[Outcome]:
        """The one act that comes next, in the order of a delivery."""
        settled = self._dispatcher.settle_ahead(self._ledger, now, most=LOOK_AHEAD_LEADS)
        if settled or not self._dispatcher.pending:
            return settled
        request, outcomes = self._dispatcher.compose(self._ledger, now)
        return outcomes if request is None else [*outcomes, *self._send(request, now)]

    def _send(self, request: Request, now: Instant) -> list[Outcome]:
        """Let a request be answered: every lead is taken."""
        self.sent.requests += 1
        self.sent.leads[request.campaign] += len(request.leads)
        claim = self._claim(request, now)
        answer = Answer(
            slot=claim.slot,
            kind=AnswerKind.ROWS,
            verdicts=(_TAKEN,) * len(claim.leads),
            retry_after_secs=0.0,
            words="",
            fault=None,
            answered=now,
            writer=_SENDER.name,
        )
        self._ledger.claim(claim)
        self._ledger.answer(answer)
        answer = self._ledger.take_in(claim)
        return self._dispatcher.apply(request, claim, answer, self._ledger, now)

    def _claim(self, request: Request, now: Instant) -> Claim:
        """The claim of the next request; its name is for people who ask what a lead doubles."""
        claim = make_claim(
            slot=self.sent.requests,
            token=f"{self.sent.requests}",
            sender=_SENDER,
            campaign=request.campaign,
            leads=request.claimed(),
            lists=request.lists,
            timeout_secs=0.0,
            read_at=now,
            now=now,
        )
        return dataclasses.replace(claim, request_id=f"{self.sent.requests:,} of this check")
