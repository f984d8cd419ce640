"""A delivery with all its real parts, over HTTP to the simulator, under a clock that the test moves."""

import socket
from collections.abc import Callable, Iterable

from dialer.account_key import AccountKey
from dialer.board import Board
from dialer.client import Client
from dialer.clock import ManualClock
from dialer.delivery import Delivery, Terms
from dialer.dialects import V1, Dialect
from dialer.ledger import Ledger
from dialer.lists import NO_LISTS, Lists
from dialer.memory_store import MemoryStore
from dialer.simulator.server import Simulator
from dialer.slots import Answer, Claim, Sender
from dialer.store import Store
from records.lead_block import Lead
from schemas.outcome import Outcome
from tests.dialer.sample_leads import dispatcher_of

GAP_SECS = 30.0
KEY = "KK-4711-secret"
USER = "desk"


class DeliveryRig:
    """Everything that outlives one start of the program: the dialer, the ledger and the time."""

    def __init__(
        self, simulator: Simulator | None, store: Store | None = None, *, dialect: Dialect = V1
    ) -> None:
        self.clock = ManualClock()
        self.store: Store = store or MemoryStore()
        self.board = Board()
        self.starts = 0
        self.dialect = dialect
        self.parameters: tuple[tuple[str, str], ...] = ()
        if dialect.user_parameter:
            self.parameters = ((dialect.user_parameter, USER),)
        nobody = f"http://127.0.0.1:{free_port()}/"
        self._url = simulator.url + dialect.path if simulator else nobody

    def ledger(self, run: str = "run-1") -> Ledger:
        """The ledger, as another reader has it."""
        ledger = Ledger(self.store, run=run, clock=self.clock)
        ledger.refresh()
        return ledger

    def start(
        self,
        leads: Iterable[Lead],
        *,
        run: str = "run-1",
        limit: int = 200,
        resends: bool = False,
        lock: str | None = None,
        lists: Lists = NO_LISTS,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Delivery:
        """A start of the program: a new process, with a board of its own."""
        self.starts += 1
        self.board = Board()
        return Delivery(
            ledger=Ledger(self.store, run=run, clock=self.clock),
            dispatcher=dispatcher_of(leads, limit=limit, resends=resends, lists=lists),
            client=Client(self._url, clock=self.clock),
            terms=Terms(
                self.dialect,
                AccountKey(KEY),
                "bulkData",
                ("PhoneNumber",),
                GAP_SECS,
                60.0,
                parameters=self.parameters,
            ),
            sender=Sender(f"process {self.starts}", run, lock),
            clock=self.clock,
            should_stop=should_stop,
            board=self.board,
        )

    def slots(self) -> list[tuple[Claim, Answer]]:
        """All slots of the ledger, which has no open claim."""
        ledger = self.ledger()
        assert ledger.tail.open_claim is None
        return [ledger.slot(number + 1) for number in range(ledger.tail.last_slot)]


def run_through(delivery: Delivery) -> list[Outcome]:
    """All outcomes of a delivery."""
    return [outcome for outcomes in delivery.outcomes() for outcome in outcomes]


def free_port() -> int:
    """A port at which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
