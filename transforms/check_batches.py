"""CheckBatches: what DeliverBatches would post, without posting anything."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import apache_beam as beam

from dialer.clock import SystemClock
from dialer.delivery import STOPPED_ON_REQUEST
from dialer.dispatcher import Dispatcher
from dialer.judging import Judge
from dialer.lists import NO_LISTS
from dialer.rehearsal import Rehearsal
from dialer.waiting import by_campaign
from records.lead_block import LeadBlock
from transforms.in_process import halt, stop_requested

WITHHELD = "withheld"
SENT = "sent"


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """How leads would be delivered.

    Attributes:
        account: names the account: the address of its requests.
        gap_secs: the gap between two requests.
        limit: leads a request.
        resends: whether unknown leads are sent again.
    """

    account: str
    gap_secs: float
    limit: int
    resends: bool


@dataclass(frozen=True, slots=True)
class CheckedLeads:
    """What CheckBatches gives.

    Attributes:
        withheld: lists of outcomes of the leads that would not be sent.
        sent: of each account what would be sent, a `Rehearsed`.
    """

    withheld: beam.PCollection
    sent: beam.PCollection


class CheckBatches(beam.PTransform):
    """Composes the requests that a delivery would make, and counts them.

    Input: pairs of an account and its `LeadBlock`s (bounded), screened.
    Outputs: `withheld`: lists of `Outcome`, status suppressed; `sent`: one `Rehearsed` an account.
    Guarantee: every lead is in exactly one of the two. Nothing is posted, read from a ledger, or
        written.
    Parallelism: by account.
    """

    def __init__(self, *, settings: CheckSettings) -> None:
        """Check by these settings."""
        super().__init__()
        self._settings = settings

    def expand(self, accounts: beam.PCollection) -> CheckedLeads:
        """Apply to pairs of account and blocks."""
        tagged = accounts | "Check account" >> beam.ParDo(
            _CheckAccountFn(self._settings)
        ).with_outputs(WITHHELD, SENT)
        return CheckedLeads(tagged[WITHHELD], tagged[SENT])


class _CheckAccountFn(beam.DoFn):
    """Rehearses the delivery of one account."""

    def __init__(self, settings: CheckSettings) -> None:
        self._settings = settings

    def process(
        self, account: tuple[str, Iterable[LeadBlock]]
    ) -> Iterator[beam.pvalue.TaggedOutput]:
        settings = self._settings
        # These leads were screened a moment ago, by the same lists.
        judge = Judge(lists=NO_LISTS, resends=settings.resends)
        leads = by_campaign(list(account[1]))
        dispatcher = Dispatcher(leads, judge=judge, limit=settings.limit)
        rehearsal = Rehearsal(
            dispatcher,
            gap_secs=settings.gap_secs,
            clock=SystemClock(),
            should_stop=stop_requested,
        )
        for outcomes in rehearsal.withheld():
            yield beam.pvalue.TaggedOutput(WITHHELD, outcomes)
        if dispatcher.pending:
            halt(STOPPED_ON_REQUEST)
        yield beam.pvalue.TaggedOutput(SENT, rehearsal.sent)
