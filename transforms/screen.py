"""ScreenLeads: takes out the leads that must not be called."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import apache_beam as beam
import numpy as np
import numpy.typing as npt

from dialer.ledger import Ledger, LedgerError
from dialer.store import StoreError
from records.lead_block import Lead, LeadBlock
from schemas.outcome import Outcome, Status, utc_text
from transforms.delivery_settings import LEDGER_LOCK, LedgerSettings, open_ledger
from transforms.in_process import halting
from transforms.lists import ListSettings, ListsUnusable, open_screen

ACCEPTED = "accepted"
SUPPRESSED = "suppressed"

NONE = 0
REASONS_AGAINST = (
    ("", ""),
    ("do_not_call", "the lead's own row asks not to be called"),
    ("expired", "it had expired when it was read"),
    ("dnd", "the number is on a do-not-disturb list"),
)
"""Reason and detail of a suppressed lead; at index 0 that of a lead that may be called."""


@dataclass(frozen=True, slots=True)
class ScreenedLeads:
    """What ScreenLeads gives: leads and marks, and outcomes of leads that must not be called."""

    accepted: beam.PCollection
    rejected: beam.PCollection


class ScreenLeads(beam.PTransform):
    """Screens leads by their own row, by the time, and by the do-not-disturb lists.

    Input: `LeadBlock`.
    Outputs: `accepted`: `LeadBlock`, of leads and of marks; `rejected`: lists of `Outcome`, status
        suppressed.
    Guarantee: every lead is in exactly one of the two, but for one whose own row asks not to be
        called: its outcome is in `rejected`, and it goes on as a mark, for other rows with its number.
        A lead that an earlier start of this run has sent is accepted whatever the lists say by now:
        what became of it stands in the ledger.
    Parallelism: by block.
    """

    def __init__(
        self, *, lists: ListSettings, sent_before: LedgerSettings | None, by_any_run: bool = False
    ) -> None:
        """Screen by these lists.

        Args:
            lists: the do-not-disturb lists.
            sent_before: the ledger, where an earlier start of this run may have sent leads.
            by_any_run: whether any other run may have sent them too, as it may with messages.
        """
        super().__init__()
        self._lists = lists
        self._sent_before = sent_before
        self._by_any_run = by_any_run

    def expand(self, blocks: beam.PCollection) -> ScreenedLeads:
        """Apply to `LeadBlock`s."""
        tagged = blocks | "Screen block" >> beam.ParDo(
            _ScreenBlockFn(self._lists, self._sent_before, by_any_run=self._by_any_run)
        ).with_outputs(ACCEPTED, SUPPRESSED)
        return ScreenedLeads(tagged[ACCEPTED], tagged[SUPPRESSED])


class _ScreenBlockFn(beam.DoFn):
    """Screens the leads of one block."""

    def __init__(
        self, lists: ListSettings, sent_before: LedgerSettings | None, *, by_any_run: bool
    ) -> None:
        self._lists = lists
        self._sent_before = sent_before
        self._by_any_run = by_any_run

    def setup(self) -> None:
        with halting(ListsUnusable, LedgerError, StoreError):
            self._screen = open_screen(self._lists)
            self._ledger = open_ledger(self._sent_before) if self._sent_before else None
            if self._ledger:
                with LEDGER_LOCK:
                    self._ledger.refresh()

    def process(self, block: LeadBlock) -> Iterator[beam.pvalue.TaggedOutput]:
        now = time.time()
        reasons = reasons_against(block, self._screen.listed(block.e164), now)
        # The row's own wish cannot be newer than what was sent of the row, as lists and expiry can.
        barred = np.flatnonzero((reasons != NONE) & ~block.do_not_call)
        reasons[self._sent_among(block, barred)] = NONE
        accepted = block.where((reasons == NONE) | block.do_not_call)
        if len(accepted):
            yield beam.pvalue.TaggedOutput(ACCEPTED, accepted)
        against = np.flatnonzero(reasons)
        rejected = [
            _outcome(lead, REASONS_AGAINST[reasons[row]], utc_text(now))
            for row, lead in zip(against, block.rows(against.astype(np.uint32)), strict=True)
        ]
        if rejected:
            yield beam.pvalue.TaggedOutput(SUPPRESSED, rejected)

    def _sent_among(self, block: LeadBlock, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Those rows whose leads may have been sent, by the ledger as it stands now."""
        if self._ledger is None or not len(rows):
            return rows[:0]
        with halting(LedgerError), LEDGER_LOCK:
            self._ledger.refresh()
            leads = block.rows(rows.astype(np.uint32))
            return rows[[self._was_sent(self._ledger, lead) for lead in leads]]

    def _was_sent(self, ledger: Ledger, lead: Lead) -> bool:
        return ledger.may_have_sent(lead.campaign, lead.phone, by_any_run=self._by_any_run)


def reasons_against(
    block: LeadBlock, listed: npt.NDArray[np.bool_], wall_secs: float
) -> npt.NDArray[np.int8]:
    """For each lead the first of `REASONS_AGAINST` that holds, as an index; 0: none."""
    return np.select(
        [block.do_not_call, block.expires_at < wall_secs, listed], [1, 2, 3], default=NONE
    ).astype(np.int8)


def _outcome(lead: Lead, against: tuple[str, str], at: str) -> Outcome:
    reason, detail = against
    return Outcome(
        status=Status.SUPPRESSED,
        reason=reason,
        detail=detail,
        campaign=lead.campaign,
        phone=lead.phone,
        lead_json=lead.lead_json,
        source=lead.source,
        request_id=None,
        at=at,
    )
