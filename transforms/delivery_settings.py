"""What a delivery must know, in a form that can travel to a worker: names and references, no values."""

import threading
from dataclasses import dataclass
from functools import lru_cache

from dialer.account_key import AccountKey
from dialer.certificates import verifying
from dialer.client import Client
from dialer.clock import Clock, SystemClock
from dialer.dialects import DIALECTS
from dialer.judging import Judge, MessageJudge
from dialer.ledger import Ledger
from dialer.lists import Lists
from dialer.sending import Terms
from dialer.stores import open_store


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """Where the ledger is, and for which run it is read.

    Attributes:
        location: a folder, or `gs://...` or `s3://...`: see `dialer/stores.py`.
        run: the run's id.
    """

    location: str
    run: str

    def open(self, clock: Clock | None = None) -> Ledger:
        """The ledger, nothing read of it yet.

        Args:
            clock: what it tells the time by; None: this machine's clocks.

        Raises:
            StoreError: its store cannot be used.
        """
        return Ledger(open_store(self.location), run=self.run, clock=clock or SystemClock())


LEDGER_LOCK = threading.Lock()
"""For the ledger that a process keeps open: a stream's steps run in several threads."""


@lru_cache(maxsize=1)
def open_ledger(settings: LedgerSettings) -> Ledger:
    """The ledger, kept open in this process: it is read once, and then only what is new.

    Raises:
        StoreError: its store cannot be used.
    """
    return settings.open()


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How and where to deliver.

    Attributes:
        ledger: the account's ledger.
        dialect: the name of the API's version.
        url: where requests go.
        key_reference: where the key is: `env:NAME`, `file:PATH` or `secret:projects/...`.
        bulk_parameter: the form field of the rows.
        names: the fields of a lead's values, in order.
        gap_secs: the gap between two requests.
        limit: leads a request.
        timeout_secs: the time that one whole request may take.
        resends: whether unknown leads are sent again.
        lock: device and inode of the output's lock file, held by this very process; None: no lock.
        dedupe_window_secs: how long a lead that came in a message makes later ones duplicates; None:
            the leads come from files.
        parameters: further form fields of a request, by name and value.
        authorities: certificates, as PEM, of those who may vouch for the dialer; empty: the system's.
    """

    ledger: LedgerSettings
    dialect: str
    url: str
    key_reference: str
    bulk_parameter: str
    names: tuple[str, ...]
    gap_secs: float
    limit: int
    timeout_secs: float
    resends: bool
    lock: str | None
    dedupe_window_secs: float | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    authorities: str = ""

    def judge(self, lists: Lists) -> Judge:
        """Who judges the leads, with these lists."""
        if self.dedupe_window_secs is None:
            return Judge(lists=lists, resends=self.resends)
        return MessageJudge(
            lists=lists,
            resends=self.resends,
            dedupe_window_secs=self.dedupe_window_secs,
        )

    def client(self, clock: Clock) -> Client:
        """What posts; nothing is opened yet."""
        return Client(self.url, clock=clock, tls=verifying(self.authorities))

    def terms(self, key: AccountKey) -> Terms:
        """How requests are made, with the key that the reference led to."""
        return Terms(
            dialect=DIALECTS[self.dialect],
            key=key,
            bulk_parameter=self.bulk_parameter,
            names=self.names,
            gap_secs=self.gap_secs,
            timeout_secs=self.timeout_secs,
            parameters=self.parameters,
        )
