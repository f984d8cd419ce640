"""One act of a delivery over a queue of leads in state: the unbounded driver, without Beam.

The queue is state of the runner's and goes back with the bundle; what was sent stands in the ledger.
Where a bundle is done again, its leads are found there, and their outcomes are told instead of
anything being sent. What has no outcome goes back into the queue, whatever became of the act.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dialer.board import Board
from dialer.client import Client
from dialer.clock import Clock
from dialer.delivery import Act, Delivery, Terms
from dialer.dispatcher import Dispatcher
from dialer.judging import Judge
from dialer.ledger import Ledger
from dialer.slots import Sender, backoff_secs
from dialer.store import StoreError
from dialer.waiting import by_campaign
from records.lead_avro import decode_lead
from records.lead_block import Lead, LeadBlock
from records.lead_page import QueuedLead
from schemas.outcome import Outcome, Source
from transforms.in_process import BOARD, stop_requested
from transforms.lead_queue import LeadQueue
from transforms.queue_tally import QueueTally

MOST_IN_FRONT = 10_000
"""Leads that are looked through, at the most, to fill one request of one campaign."""

_RETRY_STOPPED_SECS = 60.0

Waiting = tuple[QueuedLead, Lead]


@dataclass(frozen=True, slots=True)
class QueueTerms:
    """With what a queue is delivered.

    Attributes:
        open_ledger: opens the account's ledger; may raise `StoreError`.
        client: posts.
        terms: how requests are made.
        sender: who sends.
        judge: judges each lead when its turn has come.
        limit: leads a request.
        clock: tells the time.
        why_wait: says why nothing may be sent now; empty: it may.
    """

    open_ledger: Callable[[], Ledger]
    client: Client
    terms: Terms
    sender: Sender
    judge: Judge
    limit: int
    clock: Clock
    why_wait: Callable[[], str]


class QueueDelivery:
    """Delivers a queue, one act at a time; what it knows of the ledger it keeps in between.

    Nothing stops it for good: where a delivery of files would stop, the leads stay in the queue and
    are tried again later. So the delivery has a board of its own, and the process's board is told
    what a watcher may know, never that all is stopped.
    """

    def __init__(self, terms: QueueTerms) -> None:
        """Deliver on these terms; the ledger is opened when it is first needed."""
        self._terms = terms
        self._board = Board()
        self._delivery: Delivery | None = None
        self._ledger: Ledger | None = None
        self._stops_in_a_row = 0

    def act(self, queue: LeadQueue, tally: QueueTally) -> Act:
        """Do the one thing that comes next for the queue, and take out of it what has its outcome.

        Returns:
            The outcomes, and how long there is nothing to do.
        """
        waiting = fill_front(queue, tally, self._terms.limit)
        if not waiting:
            return Act([])
        dispatcher = Dispatcher(
            by_campaign([LeadBlock.of([lead for _, lead in waiting])]),
            judge=self._terms.judge,
            limit=self._limit(),
        )
        act = self._act(dispatcher)
        queue.replace_front(still_waiting(waiting, act.outcomes, dispatcher.remaining()))
        tally.leave(outcome.campaign or "" for outcome in act.outcomes)
        self._tell(tally)
        return act

    def _tell(self, tally: QueueTally) -> None:
        """Tell the process's board what is new on the delivery's."""
        board = self._board
        BOARD.requests += board.requests
        BOARD.notices.extend(board.notices)
        for version in board.list_versions:
            BOARD.note_lists(version)
        board.requests, board.notices, board.list_versions = 0, [], []
        BOARD.pending, BOARD.waiting = tally.waiting.total(), dict(tally.waiting)
        BOARD.silent_requests = board.silent_requests
        BOARD.halvings, BOARD.note = board.halvings, board.note
        BOARD.next_request_boot_secs = board.next_request_boot_secs

    def _act(self, dispatcher: Dispatcher) -> Act:
        why = self._terms.why_wait()
        if why:
            self._board.stopped = why
            return Act([], self._retry_in_secs())
        try:
            delivery = self._open(dispatcher)
        except StoreError as error:
            self._board.stopped = str(error)
            return Act([], self._retry_in_secs())
        delivery.take_up(dispatcher)
        act = delivery.act()
        if self._board.stopped:
            return Act(act.outcomes, max(act.wait_secs, self._retry_in_secs()))
        self._stops_in_a_row = 0
        if not self._board.requests:
            return act
        # Until the gate opens again there is nothing to send: one look at the queue a request.
        opens_in_secs = self._board.next_request_boot_secs - self._terms.clock.now().boot_secs
        return Act(act.outcomes, max(act.wait_secs, opens_in_secs))

    def _open(self, dispatcher: Dispatcher) -> Delivery:
        if self._delivery is None:
            terms = self._terms
            self._ledger = terms.open_ledger()
            self._delivery = Delivery(
                ledger=self._ledger,
                dispatcher=dispatcher,
                client=terms.client,
                terms=terms.terms,
                sender=terms.sender,
                clock=terms.clock,
                should_stop=stop_requested,
                board=self._board,
            )
        return self._delivery

    def _limit(self) -> int:
        """How many leads a request may carry: one, while the dialer says that their data is wrong.

        It would refuse the whole queue, request by request, before its operator sees to it.
        """
        doubted = self._ledger is not None and self._ledger.knowledge.data_refusals > 1
        return 1 if doubted else self._terms.limit

    def _retry_in_secs(self) -> float:
        """What would end a delivery of files is said, and tried again after a while."""
        board = self._board
        why, board.stopped, board.note = board.stopped, "", board.stopped
        secs = backoff_secs(_RETRY_STOPPED_SECS, self._stops_in_a_row)
        self._stops_in_a_row += 1
        if self._stops_in_a_row == 1:
            board.notices.append(f"{why}; the leads stay in the queue, and are tried again")
        return secs


def fill_front(queue: LeadQueue, tally: QueueTally, limit: int) -> list[Waiting]:
    """Bring leads to the front until the campaign that comes first can fill its request.

    A request with less than it may carry wastes its slot, and where many campaigns share the gate,
    a queue that wastes slots never drains.

    Args:
        queue: the queue; its front may become longer.
        tally: how many leads of each campaign are in it.
        limit: leads a request.

    Returns:
        What is in front then.
    """
    waiting: list[Waiting] = []
    present: Counter[str] = Counter()
    while True:
        new = [(queued, decode_lead(queued.lead)) for queued in queue.front[len(waiting) :]]
        waiting.extend(new)
        present.update(lead.campaign for _, lead in new)
        if waiting:
            first = waiting[0][1].campaign
            is_full = present[first] >= min(limit, tally.waiting[first])
            if is_full or len(waiting) >= MOST_IN_FRONT:
                return waiting
        if not queue.lengthen():
            return waiting


def still_waiting(
    waiting: Sequence[Waiting], outcomes: Iterable[Outcome], order: Iterable[Lead]
) -> Iterator[QueuedLead]:
    """Those of the waiting leads that have no outcome, each of them once.

    Args:
        waiting: what waited.
        outcomes: what some of them have come to; of a message that came twice, maybe one each.
        order: the leads in the order in which they are to wait on; what it does not name comes first,
            as it was on its way when an act broke off.
    """
    by_source: dict[Source, deque[QueuedLead]] = defaultdict(deque)
    for queued, lead in waiting:
        by_source[lead.source].append(queued)
    for outcome in outcomes:
        by_source[outcome.source].popleft()
    ordered = [by_source[lead.source].popleft() for lead in order if by_source[lead.source]]
    for rest in by_source.values():
        yield from rest
    yield from ordered
