"""Whether a lead may be sent: by the ledger, by the time, and by the lists as they stand now."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from dialer.clock import Instant
from dialer.knowledge import Knowledge, Standing
from dialer.ledger import Ledger
from dialer.settled import Ending, Settled
from dialer.slots import MOST_RESENDS, Answer, Claim
from dialer.verdicts import Verdict
from records.lead_block import Lead
from schemas.outcome import Outcome, Source, Status, utc_text

IsListed = Callable[[npt.NDArray[np.int64]], npt.NDArray[np.bool_]]
"""Which of these whole numbers (E.164) stand on a do-not-disturb list."""


class Judge:
    """Judges one lead at a time.

    The ledger goes first: what a request has done to a lead is not undone by a newer list or by the
    lead's expiry.
    """

    def __init__(self, *, is_listed: IsListed, resends: bool) -> None:
        """Judge by these lists.

        Args:
            is_listed: the do-not-disturb lists.
            resends: whether leads that an earlier request left unknown are sent again.
        """
        self._is_listed = is_listed
        self._resends = resends

    def judge(self, lead: Lead, ledger: Ledger, now: Instant) -> Outcome | None:
        """What has become of the lead; None: it may be sent.

        Raises:
            LedgerError: what the ledger holds of it cannot be read any more.
        """
        knowledge = ledger.knowledge
        standing = knowledge.standing(lead.campaign, lead.phone)
        if standing.own is not None and not self._may_resend(standing):
            return _settled_here(lead, standing.own, ledger, now)
        refused_by = knowledge.refusal_of(lead.campaign)
        if refused_by is not None:
            claim, answer = ledger.slot(refused_by)
            return _outcome(
                lead,
                (Status.FAILED, "campaign_refused", answer.words),
                claim.request_id,
                answer.answered.wall_secs,
            )
        if standing.other is not None:
            outcome = self._settled_elsewhere(lead, standing.other, knowledge, now)
            if outcome is not None:
                return outcome
        if lead.expires_at is not None and lead.expires_at < now.wall_secs:
            return _suppressed(lead, "expired", "it expired before its turn came", now)
        if self._is_listed(np.array([lead.e164], np.int64))[0]:
            return _suppressed(lead, "dnd", "the number is on a do-not-disturb list", now)
        return None

    def goes_again(self, lead: Lead, knowledge: Knowledge) -> bool:
        """Whether a lead that a request of this run has just left unknown is to be sent again."""
        return self._may_resend(knowledge.standing(lead.campaign, lead.phone))

    def _may_resend(self, standing: Standing) -> bool:
        return (
            self._resends
            and standing.own is not None
            and standing.own.ending is Ending.UNKNOWN
            and standing.own_unknowns <= MOST_RESENDS
        )

    def _settled_elsewhere(
        self, lead: Lead, settled: Settled, knowledge: Knowledge, now: Instant
    ) -> Outcome | None:
        """What a request of another run, which settled the lead, makes of it."""
        request_id = knowledge.request_id(settled.slot)
        match settled.ending:
            case Ending.DELIVERED:
                said = (Status.SUPPRESSED, "duplicate", f"delivered by request {request_id}")
            case Ending.SUPPRESSED:
                said = (Status.SUPPRESSED, "dialer_dnd", f"by request {request_id}")
            case Ending.UNKNOWN if not self._resends:
                said = (
                    Status.UNKNOWN,
                    "held",
                    f"request {request_id} left it unknown; --on_unknown resend sends it again",
                )
            case _:
                return None
        return _outcome(lead, said, request_id, now.wall_secs)


def outcome_of(lead: Lead, verdict: Verdict, claim: Claim, answer: Answer) -> Outcome:
    """The outcome of a lead that a request settled."""
    status = Status(verdict.status.value)
    return _outcome(
        lead,
        (status, verdict.reason, verdict.detail),
        claim.request_id,
        answer.answered.wall_secs,
    )


def _settled_here(lead: Lead, settled: Settled, ledger: Ledger, now: Instant) -> Outcome:
    """What a request of this run made of the lead, or of another record of the same lead."""
    claim, answer = ledger.slot(settled.slot)
    position = next(at for at, known in enumerate(claim.leads) if known.phone == lead.phone)
    first = claim.leads[position].source
    if first != lead.source:
        detail = f"the same campaign and number as {_place(first)}, request {claim.request_id}"
        return _outcome(
            lead, (Status.SUPPRESSED, "duplicate", detail), claim.request_id, now.wall_secs
        )
    verdicts = ledger.knowledge.verdicts(claim, answer)
    if verdicts is None:
        raise AssertionError(f"slot {settled.slot} settled a lead and has no verdicts")
    return outcome_of(lead, verdicts[position], claim, answer)


def _suppressed(lead: Lead, reason: str, detail: str, now: Instant) -> Outcome:
    return _outcome(lead, (Status.SUPPRESSED, reason, detail), None, now.wall_secs)


def _outcome(
    lead: Lead, said: tuple[Status, str, str], request_id: str | None, wall_secs: float
) -> Outcome:
    status, reason, detail = said
    return Outcome(
        status=status,
        reason=reason,
        detail="; ".join(part for part in (detail, lead.note) if part),
        campaign=lead.campaign,
        phone=lead.phone,
        lead_json=lead.lead_json,
        source=lead.source,
        request_id=request_id,
        at=utc_text(wall_secs),
    )


def _place(source: Source) -> str:
    if source.file is not None:
        return f"record {source.record} of {source.file}"
    return f"lead {source.index} of message {source.message_id}"
