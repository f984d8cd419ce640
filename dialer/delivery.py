"""The delivery: act by act what the protocol permits, and the loop that does so until all is done."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dialer.board import Board
from dialer.client import Client
from dialer.clock import Clock
from dialer.dispatcher import Dispatcher, Request
from dialer.exchange import NotConnected
from dialer.ledger import Ledger, LedgerError
from dialer.sending import Requests, Sent, Terms
from dialer.settled import KeySpaceExceeded
from dialer.slots import (
    Answer,
    Claim,
    Open,
    Sender,
    TakeOver,
    Wait,
    backoff_secs,
    next_step,
    opens_in_secs,
    taken_over,
)
from dialer.verdicts import AnswerKind
from dialer.wording import quoted
from schemas.outcome import Outcome

__all__ = ["Act", "Delivery", "Terms"]

STOPPED_ON_REQUEST = "stopped on request"

LOOK_AHEAD_LEADS = 2_000
"""How many leads are judged at once, ahead of their requests."""

_PAUSE_SECS = 0.2
_POLL_SECS = 1.0
_LONGEST_PAUSE_UNSENT_SECS = 30.0
_JITTER = 0.1
_LEAST_RETRY_SECS = 1.0


@dataclass(frozen=True, slots=True)
class Act:
    """What one act of a delivery has come to.

    Attributes:
        outcomes: of the leads that it settled.
        wait_secs: how long there is nothing to do; 0: go on at once.
    """

    outcomes: list[Outcome]
    wait_secs: float = 0.0


class Delivery:
    """Delivers the leads of one dispatcher under one ledger."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        dispatcher: Dispatcher,
        client: Client,
        terms: Terms,
        sender: Sender,
        clock: Clock,
        should_stop: Callable[[], bool],
        board: Board,
    ) -> None:
        """Deliver with these parts; `should_stop` is asked between requests and while waiting.

        It may say on the board why, where nobody has asked for the stop.
        """
        self._ledger = ledger
        self._dispatcher = dispatcher
        self._requests = Requests(
            ledger=ledger, client=client, terms=terms, sender=sender, clock=clock
        )
        self._gap_secs = terms.gap_secs
        self._account_options = terms.dialect.account_options
        self._sender = sender
        self._clock = clock
        self._should_stop = should_stop
        self._board = board
        self._unsent_in_a_row = 0
        self._unconnected_in_a_row = 0
        self._has_read = False

    def outcomes(self) -> Iterator[list[Outcome]]:
        """Deliver until every lead has its outcome, or the run must stop.

        Yields:
            Outcomes as they become known, each lead's once. Where the run must stop, the board says
            why, and the leads that are left are pending.
        """
        self._board.total = self._board.pending = self._dispatcher.pending
        self._board.waiting = dict(+self._dispatcher.waiting)
        while self._dispatcher.pending and not self._board.stopped:
            if self._should_stop():
                self._board.stopped = self._board.stopped or STOPPED_ON_REQUEST
                return
            act = self.act()
            if act.outcomes:
                yield act.outcomes
            if self._dispatcher.pending:
                self._wait(act.wait_secs)

    def outcomes_now(self, *, may_send: bool) -> Iterator[list[Outcome]]:
        """Do what can be done without waiting: at most one request.

        Args:
            may_send: whether a request may be made at all.

        Yields:
            Outcomes as they become known. The board says when there is more to do.
        """
        self._board.total = self._dispatcher.pending
        self._board.waiting = dict(+self._dispatcher.waiting)
        requests = self._board.requests
        while not self._board.stopped and self._board.requests == requests:
            act = self.act(may_send=may_send)
            if act.outcomes:
                yield act.outcomes
            elif act.wait_secs or not may_send or not self._dispatcher.pending:
                return

    def take_up(self, dispatcher: Dispatcher) -> None:
        """Go on with these leads instead: for drivers that keep leads elsewhere between two acts.

        The next act reads the ledger anew, and an earlier reason to stop is no longer one. How long
        failures in a row have made the delivery wait stays known.
        """
        self._dispatcher = dispatcher
        self._has_read = False
        self._board.stopped = ""

    def act(self, *, may_send: bool = True) -> Act:
        """Do the one thing that comes next, without waiting for its time to come.

        Args:
            may_send: whether that may be a request.
        """
        try:
            act = self._act(may_send=may_send)
        except (LedgerError, KeySpaceExceeded) as error:
            self._board.stopped = str(error)
            act = Act([])
        now = self._clock.now()
        opens_in = opens_in_secs(self._ledger.tail, now, self._gap_secs)
        self._board.pending = self._dispatcher.pending
        self._board.waiting = dict(+self._dispatcher.waiting)
        self._board.silent_requests = self._ledger.tail.silent
        self._board.next_request_boot_secs = now.boot_secs + max(act.wait_secs, opens_in)
        return act

    def _act(self, *, may_send: bool) -> Act:
        if not self._has_read or self._ledger.tail.open_claim is not None:
            # Another's answer may have come, and what it says of its leads.
            self._ledger.refresh()
            self._has_read = True
        now = self._clock.now()
        if self._ledger.tail.open_claim is None:
            # Not before: what is under way may settle some of the leads, whatever lists say by now.
            settled = self._dispatcher.settle_ahead(self._ledger, now, most=LOOK_AHEAD_LEADS)
            if settled or not self._dispatcher.pending:
                return Act(settled)
        match next_step(self._ledger.tail, now, self._sender, self._gap_secs):
            case Wait(secs) if self._ledger.tail.open_claim is not None:
                self._board.note = "another process's request is under way"
                return Act([], min(secs, _POLL_SECS))
            case Wait(secs):
                return Act([], secs)
            case TakeOver(claim):
                self._ledger.answer(taken_over(claim, now, self._sender))
                self._ledger.refresh()
                return Act([])
            case Open():
                return self._request() if may_send else Act([])

    def _request(self) -> Act:
        """Make a request, and settle its leads by what the ledger then says."""
        settled: list[Outcome] = []

        def compose() -> Request | None:
            request, outcomes = self._dispatcher.compose(self._ledger, self._clock.now())
            settled.extend(outcomes)
            if request is not None:
                self._board.note_lists(request.lists)
            return request

        try:
            sent = self._requests.make(compose, self._dispatcher.put_back)
        except NotConnected as error:
            return Act([], self._reconnects_in_secs(error))
        except LedgerError as error:
            # What composing settled is settled all the same.
            self._board.stopped = str(error)
            return Act(settled)
        self._unconnected_in_a_row = 0
        if sent is None:
            return Act(settled)
        settled.extend(self._take_in(sent))
        return Act(settled, self._next_try_in_secs(sent.answer))

    def _reconnects_in_secs(self, error: NotConnected) -> float:
        """How long to leave a dialer alone that cannot be reached: never less than the gap."""
        gap_secs = max(self._gap_secs, _LEAST_RETRY_SECS)
        secs = backoff_secs(gap_secs, self._unconnected_in_a_row)
        secs *= 1 + random.uniform(0, _JITTER)  # noqa: S311 - to spread retries
        self._unconnected_in_a_row += 1
        self._board.note = f"{error}: nothing was sent, trying again"
        self._board.notices.append(f"{error}; nothing was sent, next try in {secs:.0f} s")
        return secs

    def _next_try_in_secs(self, answer: Answer) -> float:
        """After slots that were claimed and not sent, the next try waits longer each time."""
        if answer.kind is not AnswerKind.NOT_SENT:
            self._unsent_in_a_row = 0
            return 0.0
        self._unsent_in_a_row += 1
        return min(2.0 ** (self._unsent_in_a_row - 1), _LONGEST_PAUSE_UNSENT_SECS)

    def _take_in(self, sent: Sent) -> list[Outcome]:
        """Settle the leads of a request, and stop where it is no use to go on."""
        now = self._clock.now()
        knowledge = self._ledger.knowledge
        outcomes = self._dispatcher.apply(sent.request, sent.claim, sent.answer, self._ledger, now)
        if sent.answer.kind is not AnswerKind.NOT_SENT:
            self._board.requests += 1
        self._board.halvings = knowledge.halving_requests
        is_silent = bool(self._ledger.tail.silent)
        self._board.note = "the dialer gives no answer: trying with one lead" * is_silent
        # Another thread may have had a reason meanwhile.
        self._board.stopped = self._board.stopped or self._why_stop(sent.claim, sent.answer)
        return outcomes

    def _why_stop(self, claim: Claim, answer: Answer) -> str:
        """Why the run must stop after this answer; empty: it need not."""
        knowledge = self._ledger.knowledge
        match answer.kind:
            case AnswerKind.ACCOUNT_REFUSED if knowledge.refusal_of(claim.campaign) is None:
                return (
                    f"the dialer refused the request ({answer.words}): either"
                    f" {self._account_options} is wrong, or it has no campaign"
                    f" {_shown(claim.campaign)} that takes leads"
                )
            case AnswerKind.KEY_REFUSED:
                return (
                    f"the dialer refused the request ({answer.words}): {self._account_options} is"
                    " wrong"
                )
            case AnswerKind.SETUP_REFUSED:
                return (
                    f"{answer.words}: what answered is not the dialer's API;"
                    " check --api_url and what stands before it"
                )
            case AnswerKind.DATA_REFUSED if knowledge.data_refusals > 1:
                return (
                    f"the dialer refused two requests in a row for their data ({answer.words}):"
                    " check --bulk_parameter and the fields that --lead_schema lists"
                )
            case _:
                return ""

    def _wait(self, secs: float) -> None:
        """Let time pass, unless the run is to stop."""
        until = self._clock.now().boot_secs + secs
        while not self._should_stop():
            remains = until - self._clock.now().boot_secs
            if remains <= 0:
                return
            self._clock.sleep(min(remains, _PAUSE_SECS))


def _shown(campaign: str) -> str:
    """A campaign's name for the terminal: a wrong column may have put a number there."""
    return repr(quoted(campaign))
