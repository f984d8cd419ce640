"""Whether a lead may be sent: by the ledger, by the time, and by the lists as they stand now."""

import numpy as np

from dialer.clock import Instant
from dialer.knowledge import Knowledge, Standing
from dialer.ledger import Ledger
from dialer.lists import Lists
from dialer.settled import Ending, Settled
from dialer.slots import MOST_RESENDS, Answer, Claim
from dialer.verdicts import Verdict
from records.lead_block import Lead
from schemas.outcome import Outcome, Source, Status, utc_text

_REFUSAL_HOLDS_SECS = 3600.0
"""How long a refused campaign of an endless run is left alone: its operator may have made it since."""


class Judge:
    """Judges the leads of files, one at a time.

    The ledger goes first: what a request has done to a lead is not undone by a newer list, by the
    lead's expiry, or by a further file with a record that asks for the number not to be called.
    """

    def __init__(self, *, lists: Lists, resends: bool) -> None:
        """Judge by these lists.

        Args:
            lists: the do-not-disturb lists.
            resends: whether leads that an earlier request left unknown are sent again.
        """
        self._lists = lists
        self._lists_now = lists.now()
        self._resends = resends

    def look_at_lists(self) -> str:
        """Judge by the lists as they stand now, and by no others until this is called again.

        Another thread may take up newer ones at any moment, and the leads of one request are to be
        judged by the same.

        Returns:
            Their version.
        """
        self._lists_now = self._lists.now()
        return self._lists_now.version

    def judge(
        self, lead: Lead, ledger: Ledger, now: Instant, mark: Source | None
    ) -> Outcome | None:
        """What has become of the lead; None: it may be sent.

        Args:
            lead: the lead.
            ledger: what is known.
            now: the present moment.
            mark: the first record of the lead's campaign and number that asks not to be called.

        Raises:
            LedgerError: what the ledger holds of it cannot be read any more.
        """
        outcome = self._by_ledger(lead, ledger, now, is_final=mark is not None)
        if outcome is not None:
            return outcome
        if mark is not None:
            return _marked(lead, mark, now)
        if lead.expires_at is not None and lead.expires_at < now.wall_secs:
            return _suppressed(lead, "expired", "it expired before its turn came", now)
        if self._lists_now.listed(np.array([lead.e164], np.int64))[0]:
            return _suppressed(lead, "dnd", "the number is on a do-not-disturb list", now)
        return None

    def goes_again(self, lead: Lead, knowledge: Knowledge) -> bool:
        """Whether a lead that a request of this run has just left unknown is to be sent again."""
        return self._may_resend(knowledge.standing(lead.campaign, lead.phone))

    def _by_ledger(
        self, lead: Lead, ledger: Ledger, now: Instant, *, is_final: bool
    ) -> Outcome | None:
        """What earlier requests make of the lead: this run's own last one, then any other's.

        Args:
            lead: the lead.
            ledger: what is known.
            now: the present moment.
            is_final: whether its own request counts even if it left the lead unknown: it must not be
                sent again.
        """
        standing = ledger.knowledge.standing(lead.campaign, lead.phone)
        if standing.own is not None and (is_final or not self._may_resend(standing)):
            claim, position = _claimed(lead, standing.own, ledger)
            if claim.leads[position].source == lead.source:
                return _settled_by(lead, standing.own, ledger)
            return _duplicate(lead, claim, position, now)
        refused_by = ledger.knowledge.refusal_of(lead.campaign)
        if refused_by is not None:
            return _refused(lead, refused_by, ledger)
        if standing.other is not None:
            return self._settled_elsewhere(lead, standing.other, ledger.knowledge, now)
        return None

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
        """What a request for another record, which settled the lead, makes of it."""
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


class MessageJudge(Judge):
    """Judges leads that came in messages.

    A message that comes again is known by its id and the lead's index in it, whichever run or output
    sent it, as long as the ledger lives. Another message of the same campaign and number is a new
    lead, unless it comes within a window after the last one was delivered.
    """

    def __init__(self, *, lists: Lists, resends: bool, dedupe_window_secs: float) -> None:
        """Judge by these lists.

        Args:
            lists: the do-not-disturb lists.
            resends: whether leads that an earlier request left unknown are sent again.
            dedupe_window_secs: how long a lead that was delivered, or left unknown, makes later
                messages of the same campaign and number duplicates.
        """
        super().__init__(lists=lists, resends=resends)
        self._dedupe_window_secs = dedupe_window_secs

    def _by_ledger(
        self, lead: Lead, ledger: Ledger, now: Instant, *, is_final: bool
    ) -> Outcome | None:
        knowledge = ledger.knowledge
        settlements = knowledge.settlements(lead.campaign, lead.phone)
        for settled in reversed(settlements):
            claim, position = _claimed(lead, settled, ledger)
            if claim.leads[position].source == lead.source:
                if not is_final and self.goes_again(lead, knowledge):
                    return None
                return _settled_by(lead, settled, ledger)
        refused_by = knowledge.refusal_of(lead.campaign)
        if refused_by is not None and _age_secs(refused_by, ledger, now) < _REFUSAL_HOLDS_SECS:
            return _refused(lead, refused_by, ledger)
        if not settlements:
            return None
        last = settlements[-1]
        is_past = _age_secs(last.slot, ledger, now) > self._dedupe_window_secs
        if is_past and last.ending is not Ending.SUPPRESSED:
            return None
        return self._settled_elsewhere(lead, last, knowledge, now)


def outcome_of(lead: Lead, verdict: Verdict, claim: Claim, answer: Answer) -> Outcome:
    """The outcome of a lead that a request settled."""
    status = Status(verdict.status.value)
    return _outcome(
        lead,
        (status, verdict.reason, verdict.detail),
        claim.request_id,
        answer.answered.wall_secs,
    )


def _claimed(lead: Lead, settled: Settled, ledger: Ledger) -> tuple[Claim, int]:
    """The claim that settled a lead, and the lead's place in it."""
    claim, _ = ledger.slot(settled.slot)
    return claim, next(at for at, known in enumerate(claim.leads) if known.phone == lead.phone)


def _settled_by(lead: Lead, settled: Settled, ledger: Ledger) -> Outcome:
    """What the lead's own request made of it."""
    claim, position = _claimed(lead, settled, ledger)
    _, answer = ledger.slot(settled.slot)
    verdicts = ledger.knowledge.verdicts(claim, answer)
    if verdicts is None:
        raise AssertionError(f"slot {settled.slot} settled a lead and has no verdicts")
    return outcome_of(lead, verdicts[position], claim, answer)


def _duplicate(lead: Lead, claim: Claim, position: int, now: Instant) -> Outcome:
    """The lead is a record of a lead that this run has settled by another record."""
    first = _named(claim.leads[position].source)
    detail = f"the same campaign and number as {first}, request {claim.request_id}"
    said = (Status.SUPPRESSED, "duplicate", detail)
    return _outcome(lead, said, claim.request_id, now.wall_secs)


def _marked(lead: Lead, mark: Source, now: Instant) -> Outcome:
    """Another record asks for the lead's number not to be called."""
    said = f"{_named(mark)}, which asks not to be called"
    if mark.place < lead.source.place:
        return _suppressed(lead, "duplicate", f"the same campaign and number as {said}", now)
    return _suppressed(lead, "do_not_call", f"the same number as {said}", now)


def _refused(lead: Lead, slot: int, ledger: Ledger) -> Outcome:
    """The dialer has refused the lead's campaign."""
    claim, answer = ledger.slot(slot)
    said = (Status.FAILED, "campaign_refused", answer.words)
    return _outcome(lead, said, claim.request_id, answer.answered.wall_secs)


def _age_secs(slot: int, ledger: Ledger, now: Instant) -> float:
    """How long ago a slot was answered, by the wall clock: messages come over days and reboots."""
    _, answer = ledger.slot(slot)
    return now.wall_secs - answer.answered.wall_secs


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


def _named(source: Source) -> str:
    if source.file is not None:
        return f"record {source.record} of {source.file}"
    return f"lead {source.index} of message {source.message_id}"
