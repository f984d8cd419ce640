"""Delivering to the real simulator on the pinned runner, as the tests of several steps do."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import apache_beam as beam

from dialer.clock import SystemClock
from dialer.dialects import V1
from dialer.ledger import Account, Ledger
from dialer.simulator import Rules, Simulator
from dialer.store import LocalStore
from records.lead_block import Lead, LeadBlock
from schemas.outcome import Outcome
from tests.transforms.running import SCHEMA, pinned
from transforms.deliver import DeliverBatches
from transforms.delivery_settings import DeliverySettings, LedgerSettings
from transforms.lists import ListSettings

NO_GAP = Rules(gap_secs=0.0)
NO_LISTS = ListSettings((), "IN", allow_empty=False)
OUTPUTS = ("delivered", "failed", "unknown", "suppressed")

SEEN: dict[str, list[Outcome]] = {}
"""What came out of each output: module state, since Beam hands copies of anything else to its steps."""


def settings_for(simulator: Simulator, folder: Path, **changes: object) -> DeliverySettings:
    """Settings that post to the simulator; the key is in the environment's DIAL_KEY."""
    return settings_at(simulator.url, folder, **changes)


def settings_at(url: str, folder: Path, **changes: object) -> DeliverySettings:
    """Settings that post to the dialer at an address."""
    os.environ.setdefault("DIAL_KEY", "k3y")
    settings = DeliverySettings(
        ledger=LedgerSettings(str(folder / "ledger"), "run-1"),
        dialect="v1",
        url=url + V1.path,
        key_reference="env:DIAL_KEY",
        bulk_parameter="bulkData",
        names=SCHEMA.sent_names,
        gap_secs=0.0,
        limit=200,
        timeout_secs=5.0,
        resends=False,
        lock=None,
    )
    return replace(settings, **changes)  # type: ignore[arg-type]  # as the tests give them


@dataclass
class Delivered:
    """What came out of the four outputs."""

    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)

    def brief(self, output: str) -> list[tuple[int | None, str]]:
        """Record number and reason of what came out of an output, in order."""
        return sorted(
            ((each.source.record, each.reason) for each in self.outcomes[output]),
            key=lambda pair: pair[0] or 0,
        )

    @property
    def counts(self) -> dict[str, int]:
        return {output: len(self.outcomes[output]) for output in OUTPUTS}

    @property
    def reasons(self) -> Counter[str]:
        return Counter(each.reason for part in self.outcomes.values() for each in part)


def deliver(
    blocks: Sequence[Sequence[Lead]],
    settings: DeliverySettings,
    lists: ListSettings = NO_LISTS,
) -> Delivered:
    """Deliver some blocks of leads as one account's."""
    store = LocalStore(Path(settings.ledger.location))
    ledger = Ledger(store, run="", clock=SystemClock())
    ledger.open_account(Account("v1", settings.url, V1.path, settings.gap_secs))
    for output in OUTPUTS:
        SEEN[output] = []
    with pinned() as pipeline:
        account = (settings.url, [LeadBlock.of(leads) for leads in blocks])
        sent = pipeline | beam.Create([account]) | DeliverBatches(settings=settings, lists=lists)
        for output in OUTPUTS:
            getattr(sent, output) | f"Look at {output}" >> beam.Map(_see, output)
    return Delivered({output: list(SEEN[output]) for output in OUTPUTS})


def _see(outcomes: list[Outcome], output: str) -> None:
    for each in outcomes:
        if each.status != output:
            raise AssertionError(f"{each.status} came out of {output}")
    SEEN[output].extend(outcomes)
