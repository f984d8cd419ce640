"""One request on an open gate: connect, read, compose, claim, look once more, send, record.

In this order: why, docs/guarantees.md says. Nothing here raises after a send: what goes wrong with a
request becomes its answer in the ledger.
"""

import secrets
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import orjson

from dialer.account_key import AccountKey
from dialer.answers import read_answer
from dialer.client import Client, Connection
from dialer.clock import Clock
from dialer.dialects import Dialect
from dialer.dispatcher import Request
from dialer.exchange import NoAnswer, NothingSent
from dialer.ledger import ClaimNotDurable, Ledger
from dialer.slots import (
    Answer,
    Claim,
    Open,
    Sender,
    is_fresh,
    make_claim,
    may_send,
    next_step,
    not_sent,
    unanswered,
)


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
        parameters: further form fields of a request, by name and value.
    """

    dialect: Dialect
    key: AccountKey
    bulk_parameter: str
    names: Sequence[str]
    gap_secs: float
    timeout_secs: float
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that had its slot, and what the ledger says of it: perhaps that it was not sent."""

    request: Request
    claim: Claim
    answer: Answer


class Requests:
    """Makes one sender's requests under one ledger."""

    def __init__(
        self, *, ledger: Ledger, client: Client, terms: Terms, sender: Sender, clock: Clock
    ) -> None:
        """Make requests with these parts."""
        self._ledger = ledger
        self._client = client
        self._terms = terms
        self._sender = sender
        self._clock = clock

    def make(
        self, compose: Callable[[], Request | None], put_back: Callable[[Request], None]
    ) -> Sent | None:
        """Make one request, if the gate is still open once the connection stands.

        Args:
            compose: gives the request's leads, by the ledger as it has just been read.
            put_back: takes them back where no slot could be had for them.

        Returns:
            What became of the slot; None: none was claimed.

        Raises:
            NotConnected: the dialer cannot be reached; nothing was claimed, nothing sent.
            LedgerError: the ledger cannot be used; what was sent stands claimed.
        """
        with closing(self._client.connect()) as connection:
            self._ledger.refresh()
            step = next_step(
                self._ledger.tail, self._clock.now(), self._sender, self._terms.gap_secs
            )
            request = compose() if isinstance(step, Open) else None
            if not isinstance(step, Open) or request is None:
                return None
            body = self._encode(request)
            claim = self._claim(step.slot, request)
            if claim is None:
                put_back(request)
                return None
            self._ledger.answer(self._send(connection, claim, request, body))
        return Sent(request, claim, self._ledger.take_in(claim))

    def _encode(self, request: Request) -> bytes:
        rows = [orjson.loads(lead.values) for lead in request.leads]
        terms = self._terms
        return terms.dialect.encode(
            terms.key.reveal(),
            request.campaign,
            terms.names,
            rows,
            terms.bulk_parameter,
            parameters=terms.parameters,
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
            lists=request.lists,
            timeout_secs=self._terms.timeout_secs,
            read_at=self._ledger.read_at,
            now=now,
        )
        try:
            return claim if self._ledger.claim(claim) else None
        except ClaimNotDurable as error:
            self._ledger.answer(not_sent(claim, str(error), self._clock.now(), self._sender))
            raise

    def _send(self, connection: Connection, claim: Claim, request: Request, body: bytes) -> Answer:
        """The last look, then the request: whatever comes of it is an answer."""
        now = self._clock.now()
        if not may_send(claim, now):
            return not_sent(claim, "the time to send it had passed", now, self._sender)
        try:
            http = connection.post(
                body,
                content_type=self._terms.dialect.content_type,
                deadline_boot_secs=now.boot_secs + claim.timeout_secs,
            )
        except NothingSent as error:
            return not_sent(claim, str(error), self._clock.now(), self._sender)
        except NoAnswer as error:
            return unanswered(claim, str(error), self._clock.now(), self._sender)
        phones = [lead.phone for lead in request.leads]
        key = self._terms.key.reveal()
        reading = read_answer(http, phones, self._terms.dialect, secret=key)
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
