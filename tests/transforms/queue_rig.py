"""A delivery over a queue in state, against the simulator, under a clock that the test moves."""

from collections.abc import Iterable
from copy import deepcopy

from dialer.account_key import AccountKey
from dialer.client import Client
from dialer.clock import ManualClock
from dialer.delivery import Act
from dialer.dialects import V1
from dialer.judging import MessageJudge
from dialer.ledger import Ledger
from dialer.memory_store import MemoryStore
from dialer.sending import Terms
from dialer.simulator import Simulator
from dialer.slots import Sender
from dialer.store import Store
from records.lead_avro import decode_lead, encode_lead
from records.lead_block import Lead
from records.lead_page import QueuedLead
from schemas.outcome import Outcome, Source
from tests.dialer.sample_leads import Listed
from tests.transforms.memory_cells import MemoryQueue, MemoryValue
from tests.transforms.running import SCHEMA, lead
from transforms.lead_queue import append
from transforms.queue_delivery import QueueDelivery, QueueTerms
from transforms.queue_tally import QueueTally

GAP_SECS = 30.0
DELIVERED = "delivered/ok"


class QueueRig:
    """What outlives a worker: the state, the ledger, the time."""

    def __init__(self, url: str, *, limit: int = 200, store: Store | None = None) -> None:
        self.clock = ManualClock()
        self.cells = MemoryQueue()
        self.tally_cell = MemoryValue()
        self.store: Store = store or MemoryStore()
        self.blocked: list[Lead] = []
        self.why_wait = ""
        self._url = url
        self._limit = limit
        self.new_worker()

    def new_worker(self) -> None:
        """The worker is gone; another has its place, and the state as it was last saved."""
        judge = MessageJudge(lists=Listed(self.blocked), resends=False, dedupe_window_secs=86_400.0)
        self.delivery = QueueDelivery(
            QueueTerms(
                open_ledger=lambda: Ledger(self.store, run="events", clock=self.clock),
                client=Client(self._url + V1.path, clock=self.clock),
                terms=Terms(V1, AccountKey("key"), "bulkData", SCHEMA.sent_names, GAP_SECS, 60.0),
                sender=Sender(f"worker {id(self)}", "events", None),
                judge=judge,
                limit=self._limit,
                clock=self.clock,
                why_wait=lambda: self.why_wait,
            )
        )

    def arrive(self, leads: Iterable[Lead]) -> None:
        """Leads come, as one batch."""
        leads = list(leads)
        since_secs = int(self.clock.now().wall_secs)
        append(self.cells.back, [QueuedLead(since_secs, encode_lead(each)) for each in leads])
        tally = QueueTally(self.tally_cell)
        tally.arrive(each.campaign for each in leads)
        tally.save()

    def act(self, *, saves: bool = True) -> Act:
        """The timer fires; the bundle is committed, or lost."""
        committed = deepcopy(self.cells)
        queue, tally = self.cells.look(), QueueTally(self.tally_cell)
        try:
            act = self.delivery.act(queue, tally)
        except KeyboardInterrupt:
            self.cells = committed
            raise
        if saves:
            queue.save()
            tally.save()
        else:
            self.cells = committed
        return act

    def run(self, *, most: int = 200) -> list[Outcome]:
        """Fire when due, until the queue is empty."""
        outcomes: list[Outcome] = []
        for _ in range(most):
            act = self.act()
            outcomes += act.outcomes
            if not self.waiting:
                return outcomes
            self.clock.sleep(act.wait_secs)
        raise AssertionError("the queue did not become empty")

    @property
    def waiting(self) -> int:
        return QueueTally(self.tally_cell).waiting.total()

    def left(self) -> list[str]:
        """The messages whose leads are in the queue, in order."""
        queue = self.cells.look()
        while queue.lengthen():
            pass
        return [decode_lead(each.lead).source.message_id or "" for each in queue.front]


def messages(first: int, last: int, *, campaign: str = "Summer") -> list[Lead]:
    """One lead a message; number and message are named alike."""
    return [message(number, campaign=campaign) for number in range(first, last + 1)]


def message(number: int, *, campaign: str = "Summer", phone: int | None = None) -> Lead:
    digits = str(9_876_500_000 + (number if phone is None else phone))
    source = Source.of_message(f"m{number}", 0)
    return lead(number, campaign=campaign, source=source, phone=digits)


def told(outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Each message's status and reason; no message twice."""
    found: dict[str, str] = {}
    for outcome in outcomes:
        name = outcome.source.message_id or ""
        assert name not in found, "two outcomes of one message"
        found[name] = f"{outcome.status}/{outcome.reason}"
    return found


def all_of(first: int, last: int, what: str = DELIVERED) -> dict[str, str]:
    """These messages, all told the same."""
    return {f"m{number}": what for number in range(first, last + 1)}


def rows(simulator: Simulator) -> list[int]:
    return [arrival.rows for arrival in simulator.arrivals]
