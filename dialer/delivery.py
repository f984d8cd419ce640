"""The delivery: one loop that carries out what the protocol permits, request by request.

It waits, connects, reads the ledger, composes, claims, sends, and records the answer, in this order;
why in this order, docs/guarantees.md says. It never raises after a send: what goes wrong becomes the
answer in the ledger, or ends the loop with leads pending and the reason on the board.
"""

import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

import orjson

from dialer.answers import read_answer
from dialer.board import Board
from dialer.client import Client, Connection
from dialer.clock import Clock
from dialer.dialects import Dialect
from dialer.dispatcher import Dispatcher, Request
from dialer.exchange import NoAnswer, NotConnected, NothingSent
from dialer.ledger import ClaimNotDurable, Ledger, LedgerError
from dialer.settled import KeySpaceExceeded
from dialer.slots import (
    Answer,
    Claim,
    Open,
    Sender,
    TakeOver,
    Wait,
    backoff_secs,
    is_fresh,
    make_claim,
    may_send,
    next_step,
    not_sent,
    opens_in_secs,
    taken_over,
)
from dialer.verdicts import AnswerKind
from schemas.outcome import Outcome

_LOOK_AHEAD_LEADS = 2_000
_PAUSE_SECS = 0.2
_POLL_SECS = 1.0
_LONGEST_PAUSE_UNSENT_SECS = 30.0
_JITTER = 0.1
_LEAST_RETRY_SECS = 1.0


@dataclass(frozen=True, slots=True)
class Terms:
    """How requests are made.

    Attributes:
        dialect: the version of the API.
        key: the account's key.
        bulk_parameter: the form field of the rows.
        names: the fields of a lead's values, in order.
        gap_secs: the gap to keep between two requests: the larger of the ledger's and the operator's.
        timeout_secs: the time that one whole request may take.
    """

    dialect: Dialect
    key: str
    bulk_parameter: str
    names: Sequence[str]
    gap_secs: float
    timeout_secs: float

    def __repr__(self) -> str:
        """The terms without the key."""
        return f"Terms({self.dialect.name}, gap_secs={self.gap_secs})"


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
        """Deliver with these parts; `should_stop` is asked between requests and while waiting."""
        self._ledger = ledger
        self._dispatcher = dispatcher
        self._client = client
        self._terms = terms
        self._sender = sender
        self._clock = clock
        self._should_stop = should_stop
        self._board = board
        self._unsent_in_a_row = 0
        self._unconnected_in_a_row = 0
        self._settled: list[Outcome] = []

    def outcomes(self) -> Iterator[list[Outcome]]:
        """Deliver until every lead has its outcome, or the run must stop.

        Yields:
            Outcomes as they become known, each lead's once. Where the run must stop, the board says
            why, and the leads that are left are pending.
        """
        self._board.total = self._dispatcher.pending
        while not self._board.stopped:
            try:
                self._act()
            except (LedgerError, KeySpaceExceeded) as error:
                self._board.stopped = str(error)
            settled, self._settled = self._settled, []
            self._board.pending = self._dispatcher.pending
            if settled:
                yield settled
            elif not self._dispatcher.pending:
                return

    def _act(self) -> None:
        """Do the one thing that comes next."""
        if self._should_stop():
            self._board.stopped = "stopped on request"
            return
        self._settled = self._dispatcher.settle_ahead(
            self._ledger, self._clock.now(), most=_LOOK_AHEAD_LEADS
        )
        if self._settled or not self._dispatcher.pending:
            return
        match self._next_step():
            case Wait(secs):
                self._wait_for_turn(secs)
            case TakeOver(claim):
                self._ledger.answer(taken_over(claim, self._clock.now(), self._sender))
                self._ledger.refresh()
            case Open():
                self._connect_and_request()

    def _next_step(self) -> Wait | TakeOver | Open:
        return next_step(self._ledger.tail, self._clock.now(), self._sender, self._terms.gap_secs)

    def _wait_for_turn(self, secs: float) -> None:
        """Wait for the gate, or for another process's answer, which is looked for as it may come."""
        if self._ledger.tail.open_claim is None:
            self._board.note = self._why_closed()
            self._wait(secs)
            return
        self._board.note = "another process's request is under way"
        self._wait(min(secs, _POLL_SECS))
        self._ledger.refresh()

    def _why_closed(self) -> str:
        if self._ledger.tail.silent:
            return "the dialer gives no answer: trying with one lead at a time"
        return ""

    def _wait(self, secs: float) -> None:
        """Let time pass, unless the run is to stop."""
        until = self._clock.now().boot_secs + secs
        self._board.next_request_boot_secs = until
        while not self._should_stop():
            remains = until - self._clock.now().boot_secs
            if remains <= 0:
                return
            self._clock.sleep(min(remains, _PAUSE_SECS))

    def _connect_and_request(self) -> None:
        """Connect first, then read, claim and send: a claim is never spent on a dead dialer."""
        try:
            connection = self._client.connect()
        except NotConnected as error:
            self._unconnected_in_a_row += 1
            gap_secs = max(self._terms.gap_secs, _LEAST_RETRY_SECS)
            secs = backoff_secs(gap_secs, self._unconnected_in_a_row - 1)
            secs *= 1 + random.uniform(0, _JITTER)  # noqa: S311 - to spread retries
            self._board.note = f"{error}: nothing was sent, trying again"
            self._board.notices.append(f"{error}; nothing was sent, next try in {secs:.0f} s")
            self._wait(secs)
            return
        with closing(connection):
            self._unconnected_in_a_row = 0
            self._board.note = ""
            self._request_on(connection)
        if self._unsent_in_a_row:
            self._wait(min(2.0 ** (self._unsent_in_a_row - 1), _LONGEST_PAUSE_UNSENT_SECS))

    def _request_on(self, connection: Connection) -> None:
        """Read the ledger as it is now; if the gate is still open, claim the slot and send."""
        self._ledger.refresh()
        step = self._next_step()
        if not isinstance(step, Open):
            return
        request, settled = self._dispatcher.compose(self._ledger, self._clock.now())
        self._settled.extend(settled)
        if request is None:
            return
        body = self._encode(request)
        claim = self._claim(step.slot, request)
        if claim is None:
            self._dispatcher.put_back(request)
            return
        answer = self._send(connection, claim, request, body)
        self._ledger.answer(answer)
        self._ledger.refresh()
        self._take_in(request, *self._ledger.slot(claim.slot))

    def _encode(self, request: Request) -> bytes:
        rows = [orjson.loads(lead.values) for lead in request.leads]
        terms = self._terms
        return terms.dialect.encode(
            terms.key, request.campaign, terms.names, rows, terms.bulk_parameter
        )

    def _claim(self, slot: int, request: Request) -> Claim | None:
        """Claim a slot for a request; None: the view has aged, or another was first."""
        now = self._clock.now()
        if not is_fresh(self._ledger.read_at, now):
            return None
        claim = make_claim(
            slot=slot,
            token=secrets.token_hex(16),
            sender=self._sender,
            campaign=request.campaign,
            leads=request.claimed(),
            timeout_secs=self._terms.timeout_secs,
            read_at=self._ledger.read_at,
            now=now,
        )
        try:
            return claim if self._ledger.claim(claim) else None
        except ClaimNotDurable as error:
            self._board.stopped = str(error)
            self._ledger.answer(not_sent(claim, str(error), self._clock.now(), self._sender))
            return None

    def _send(self, connection: Connection, claim: Claim, request: Request, body: bytes) -> Answer:
        """The last look, then the request: whatever comes of it is an answer."""
        now = self._clock.now()
        if not may_send(claim, now):
            return self._not_sent(claim, "the time to send it had passed")
        try:
            http = connection.post(
                body,
                content_type=self._terms.dialect.content_type,
                deadline_boot_secs=now.boot_secs + claim.timeout_secs,
            )
        except NothingSent as error:
            return self._not_sent(claim, str(error))
        except NoAnswer as error:
            self._unsent_in_a_row = 0
            return self._answer(claim, kind=AnswerKind.NO_ANSWER, words=str(error))
        self._unsent_in_a_row = 0
        phones = [lead.phone for lead in request.leads]
        reading = read_answer(http, phones, self._terms.dialect, secret=self._terms.key)
        return Answer(
            slot=claim.slot,
            kind=reading.kind,
            verdicts=reading.verdicts,
            retry_after_secs=reading.retry_after_secs,
            words=reading.words,
            fault=reading.fault,
            answered=self._clock.now(),
            writer=self._sender.name,
        )

    def _not_sent(self, claim: Claim, words: str) -> Answer:
        self._unsent_in_a_row += 1
        return not_sent(claim, words, self._clock.now(), self._sender)

    def _answer(self, claim: Claim, *, kind: AnswerKind, words: str) -> Answer:
        return Answer(
            slot=claim.slot,
            kind=kind,
            verdicts=(),
            retry_after_secs=0.0,
            words=words,
            fault=None,
            answered=self._clock.now(),
            writer=self._sender.name,
        )

    def _take_in(self, request: Request, claim: Claim, answer: Answer) -> None:
        """Settle the leads by what the ledger says, and stop where it is no use to go on."""
        now = self._clock.now()
        knowledge = self._ledger.knowledge
        self._settled.extend(self._dispatcher.apply(request, claim, answer, self._ledger, now))
        if answer.kind is not AnswerKind.NOT_SENT:
            self._board.requests += 1
        self._board.halvings = knowledge.halving_requests
        opens_in = opens_in_secs(self._ledger.tail, now, self._terms.gap_secs)
        self._board.next_request_boot_secs = now.boot_secs + opens_in
        self._board.stopped = self._why_stop(claim, answer) or self._board.stopped

    def _why_stop(self, claim: Claim, answer: Answer) -> str:
        """Why the run must stop after this answer; empty: it need not."""
        knowledge = self._ledger.knowledge
        match answer.kind:
            case AnswerKind.ACCOUNT_REFUSED if knowledge.refusal_of(claim.campaign) is None:
                return (
                    f"the dialer refused the request ({answer.words}): either the key that --api_key"
                    f" names is wrong, or it has no campaign {claim.campaign!r} that takes leads"
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
