"""DeliverBatches: the sink. It posts leads to the dialer and says what became of each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import apache_beam as beam

from dialer.clock import SystemClock
from dialer.delivery import Delivery
from dialer.dispatcher import Dispatcher
from dialer.slots import Sender
from dialer.store import StoreError
from dialer.waiting import by_campaign
from records.lead_block import LeadBlock
from schemas.outcome import Outcome, Status
from transforms.delivery_settings import DeliverySettings, open_ledger
from transforms.in_process import BOARD, PROCESS_NAME, halting, stop_requested
from transforms.keys import KeyUnavailable, resolve_key
from transforms.lists import ListSettings, ListsUnusable, open_screen
from transforms.metrics import LEADS_PENDING, LEADS_TO_DELIVER, REQUESTS

OUTPUTS = (Status.DELIVERED, Status.FAILED, Status.UNKNOWN, Status.SUPPRESSED)


@dataclass(frozen=True, slots=True)
class DeliveredLeads:
    """What DeliverBatches gives: outcomes, by status."""

    delivered: beam.PCollection
    failed: beam.PCollection
    unknown: beam.PCollection
    suppressed: beam.PCollection


class DeliverBatches(beam.PTransform):
    """Posts leads to the dialer's bulk API, no more often than the gap allows.

    Input: pairs of an account and its `LeadBlock`s (bounded).
    Outputs: `delivered`, `failed`, `unknown`, `suppressed`: lists of `Outcome`, soon after each answer.
    Guarantee: that of the slot protocol (docs/guarantees.md): no lead twice, none lost, the gap kept.
    Parallelism: one loop an account.
    """

    def __init__(self, *, settings: DeliverySettings, lists: ListSettings) -> None:
        """Deliver by these settings, judging each lead by the lists when it is sent."""
        super().__init__()
        self._settings = settings
        self._lists = lists

    def expand(self, accounts: beam.PCollection) -> DeliveredLeads:
        """Apply to pairs of account and blocks."""
        tagged = accounts | "Deliver account" >> beam.ParDo(
            _DeliverAccountFn(self._settings, self._lists)
        ).with_outputs(*OUTPUTS)
        return DeliveredLeads(*(tagged[status] for status in OUTPUTS))


class _DeliverAccountFn(beam.DoFn):
    """Runs the delivery of one account: the bounded driver."""

    def __init__(self, settings: DeliverySettings, lists: ListSettings) -> None:
        self._settings = settings
        self._lists = lists

    def setup(self) -> None:
        with halting(ListsUnusable, KeyUnavailable):
            self._screen = open_screen(self._lists)
            self._key = resolve_key(self._settings.key_reference)

    def process(
        self, account: tuple[str, Iterable[LeadBlock]]
    ) -> Iterator[beam.pvalue.TaggedOutput]:
        with halting(StoreError):
            delivery = self._delivery(list(account[1]))
        for outcomes in delivery.outcomes():
            yield from by_status(outcomes)
        LEADS_TO_DELIVER.inc(BOARD.total)
        LEADS_PENDING.inc(BOARD.pending)
        REQUESTS.inc(BOARD.requests)

    def _delivery(self, blocks: list[LeadBlock]) -> Delivery:
        settings, clock = self._settings, SystemClock()
        judge = settings.judge(self._screen)
        return Delivery(
            ledger=open_ledger(settings.ledger),
            dispatcher=Dispatcher(by_campaign(blocks), judge=judge, limit=settings.limit),
            client=settings.client(clock),
            terms=settings.terms(self._key),
            sender=Sender(PROCESS_NAME, settings.ledger.run, settings.lock),
            clock=clock,
            should_stop=self._should_stop,
            board=BOARD,
        )

    def _should_stop(self) -> bool:
        return stop_requested() or self._screen.halts()


class DeliverRound(beam.PTransform):
    """Posts what can be posted now of the leads that this process holds: at most one request.

    Input: pairs of an account and its `LeadBlock`s (bounded).
    Outputs: as `DeliverBatches`; leads that have to wait give none, and the board says until when.
    Guarantee: that of the slot protocol.
    Parallelism: one round at a time.
    """

    def __init__(self, *, settings: DeliverySettings, lists: ListSettings, may_send: bool) -> None:
        """Deliver by these settings; without `may_send` leads are settled and none is posted."""
        super().__init__()
        self._settings = settings
        self._lists = lists
        self._may_send = may_send

    def expand(self, accounts: beam.PCollection) -> DeliveredLeads:
        """Apply to pairs of account and blocks."""
        tagged = accounts | "Deliver round" >> beam.ParDo(
            _DeliverRoundFn(self._settings, self._lists, may_send=self._may_send)
        ).with_outputs(*OUTPUTS)
        return DeliveredLeads(*(tagged[status] for status in OUTPUTS))


class _DeliverRoundFn(_DeliverAccountFn):
    """Runs one round of the local event loop, which waits for the gate itself."""

    def __init__(self, settings: DeliverySettings, lists: ListSettings, *, may_send: bool) -> None:
        super().__init__(settings, lists)
        self._may_send = may_send

    def process(
        self, account: tuple[str, Iterable[LeadBlock]]
    ) -> Iterator[beam.pvalue.TaggedOutput]:
        with halting(StoreError):
            delivery = self._delivery(list(account[1]))
        requests = BOARD.requests
        may_send = self._may_send and not self._screen.halts()
        for outcomes in delivery.outcomes_now(may_send=may_send):
            yield from by_status(outcomes)
        REQUESTS.inc(BOARD.requests - requests)


def by_status(outcomes: Iterable[Outcome]) -> Iterator[beam.pvalue.TaggedOutput]:
    """The outcomes as one tagged list a status."""
    sorted_out: dict[Status, list[Outcome]] = {}
    for outcome in outcomes:
        sorted_out.setdefault(outcome.status, []).append(outcome)
    for status, part in sorted_out.items():
        yield beam.pvalue.TaggedOutput(status, part)
