"""Which leads the next request carries, and what becomes of those that it need not carry.

A request is composed when the gate opens, from the campaign that has waited longest, as full as it
can be. Each lead is judged again at that moment by what the ledger knows, by the time, and by the
lists as they stand now. Duplicates are decided here and nowhere else: of one campaign and number the
first lead stands, the others wait in its shadow until it is settled.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dialer.clock import Instant
from dialer.judging import Judge, outcome_of
from dialer.knowledge import Half
from dialer.ledger import Ledger
from dialer.slots import Answer, Claim, ClaimedLead, row_limit
from dialer.waiting import LeadKey, WaitingLeads
from records.lead_block import Lead
from schemas.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Request:
    """What one request carries.

    Attributes:
        campaign: the campaign of all its leads.
        leads: one to the limit, no number twice, in the order of its rows.
        lists: the version of the do-not-disturb lists that all of them were judged by.
    """

    campaign: str
    leads: tuple[Lead, ...]
    lists: str

    def claimed(self) -> list[ClaimedLead]:
        """Its leads as a claim names them."""
        return [ClaimedLead(lead.phone, lead.source) for lead in self.leads]


@dataclass(slots=True)
class _Campaign:
    """One campaign's leads on their way.

    Attributes:
        name: the campaign's name.
        waiting: those not looked at yet.
        ready: those judged fit to be sent, in order.
        last: those to be sent again, after all others.
        served: when it was last served, as a count of requests.
    """

    name: str
    waiting: WaitingLeads
    ready: deque[Lead] = field(default_factory=deque)
    last: deque[Lead] = field(default_factory=deque)
    served: int = 0

    def next_lead(self) -> Lead | None:
        """Take the next lead to be judged."""
        lead = self.waiting.pop()
        if lead is None and self.last:
            return self.last.popleft()
        return lead


class Dispatcher:
    """The account's waiting leads."""

    def __init__(self, campaigns: Sequence[WaitingLeads], *, judge: Judge, limit: int) -> None:
        """Dispatch these leads, at most `limit` a request."""
        self._campaigns = {
            waiting.campaign: _Campaign(waiting.campaign, waiting) for waiting in campaigns
        }
        self._judge = judge
        self._limit = limit
        self._held: dict[LeadKey, Lead] = {}
        self._shadows: dict[LeadKey, list[Lead]] = {}
        self._requests = 0
        self.waiting = Counter({waiting.campaign: len(waiting) for waiting in campaigns})
        """Leads without an outcome, by campaign."""

    @property
    def pending(self) -> int:
        """Leads without an outcome."""
        return self.waiting.total()

    def settle_ahead(self, ledger: Ledger, now: Instant, *, most: int) -> list[Outcome]:
        """Look ahead until every campaign has a full request ready, or no more leads.

        Args:
            ledger: what is known.
            now: the present moment.
            most: how many leads to judge at the most.

        Returns:
            The outcomes of those that need not be sent.
        """
        self._judge.look_at_lists()
        outcomes: list[Outcome] = []
        judged = 0
        for campaign in self._campaigns.values():
            while len(campaign.ready) < self._limit and judged < most:
                lead = campaign.next_lead()
                if lead is None:
                    break
                judged += 1
                outcomes.extend(self._admit(lead, ledger, now))
        return self._counted(outcomes)

    def compose(self, ledger: Ledger, now: Instant) -> tuple[Request | None, list[Outcome]]:
        """Take the next request's leads, judged once more.

        Returns:
            The request, None where no lead that is ready may be sent, and the outcomes of the leads
            that may not.
        """
        lists = self._judge.look_at_lists()
        outcomes: list[Outcome] = []
        ready = [campaign for campaign in self._campaigns.values() if campaign.ready]
        knowledge = ledger.knowledge
        # What may be a campaign that the dialer does not know must not hold up the others for good.
        for campaign in sorted(
            ready, key=lambda each: (knowledge.is_doubted(each.name), each.served)
        ):
            limit = row_limit(ledger.tail, self._limit)
            leads = self._take(campaign, limit, ledger, now, outcomes)
            if leads:
                self._requests += 1
                campaign.served = self._requests
                return Request(campaign.name, tuple(leads), lists), self._counted(outcomes)
        return None, self._counted(outcomes)

    def put_back(self, request: Request) -> None:
        """The request was not sent: its leads stand first again."""
        self._campaigns[request.campaign].ready.extendleft(reversed(request.leads))

    def apply(
        self, request: Request, claim: Claim, answer: Answer, ledger: Ledger, now: Instant
    ) -> list[Outcome]:
        """Take in what the ledger says of a request that was claimed.

        Returns:
            The outcomes of its leads that are settled, and of those that stood in their shadow.
        """
        verdicts = ledger.knowledge.verdicts(claim, answer)
        if verdicts is None:
            self.put_back(request)
            return []
        campaign = self._campaigns[request.campaign]
        outcomes: list[Outcome] = []
        for lead, verdict in zip(request.leads, verdicts, strict=True):
            if self._judge.goes_again(lead, ledger.knowledge):
                campaign.last.append(lead)
                continue
            outcomes.append(outcome_of(lead, verdict, claim, answer))
            outcomes.extend(self._release(lead, ledger, now))
        return self._counted(outcomes)

    def remaining(self) -> list[Lead]:
        """Every lead without an outcome, in order; the campaign that was served last stands last."""
        left: list[Lead] = []
        for campaign in sorted(self._campaigns.values(), key=lambda campaign: campaign.served):
            unsettled = list(campaign.ready)
            while (lead := campaign.next_lead()) is not None:
                unsettled.append(lead)
            for lead in unsettled:
                left.append(lead)
                if self._held.get((lead.campaign, lead.phone)) is lead:
                    left.extend(self._shadows.get((lead.campaign, lead.phone), ()))
        return left

    def _counted(self, outcomes: list[Outcome]) -> list[Outcome]:
        self.waiting.subtract(outcome.campaign or "" for outcome in outcomes)
        return outcomes

    def _admit(self, lead: Lead, ledger: Ledger, now: Instant) -> Iterable[Outcome]:
        """Make a lead ready, put it in another's shadow, or settle it."""
        key = (lead.campaign, lead.phone)
        holder = self._held.get(key)
        if holder is not None and holder is not lead:
            self._shadows.setdefault(key, []).append(lead)
            return ()
        outcome = self._judged(lead, ledger, now)
        if outcome is not None:
            # It may hold its key already, where it comes back to be sent again.
            return (outcome, *self._release(lead, ledger, now))
        self._held[key] = lead
        self._campaigns[lead.campaign].ready.append(lead)
        return ()

    def _judged(self, lead: Lead, ledger: Ledger, now: Instant) -> Outcome | None:
        mark = self._campaigns[lead.campaign].waiting.marks.get(lead.e164)
        return self._judge.judge(lead, ledger, now, mark)

    def _release(self, lead: Lead, ledger: Ledger, now: Instant) -> list[Outcome]:
        """A lead is settled: those in its shadow are judged on their own, in order."""
        key = (lead.campaign, lead.phone)
        if self._held.get(key) is lead:
            del self._held[key]
        outcomes: list[Outcome] = []
        if key not in self._held:
            for shadow in self._shadows.pop(key, []):
                outcomes.extend(self._admit(shadow, ledger, now))
        return outcomes

    def _take(
        self,
        campaign: _Campaign,
        limit: int,
        ledger: Ledger,
        now: Instant,
        outcomes: list[Outcome],
    ) -> list[Lead]:
        """Take up to `limit` leads of one kind: of one refused half, or of none.

        Half of a request that was refused for one row's fault is never merged with other leads.
        Where some drop out at this moment, those behind them move up, so that no request goes
        part-full while others wait.
        """
        taken: list[Lead] = []
        left: deque[Lead] = deque()
        kind: Half | None = None
        while len(taken) < limit:
            if not campaign.ready and (
                kind is not None or not self._look_further(campaign, ledger, now, outcomes)
            ):
                break
            lead = campaign.ready.popleft()
            outcome = self._judged(lead, ledger, now)
            if outcome is not None:
                outcomes.append(outcome)
                outcomes.extend(self._release(lead, ledger, now))
                continue
            half = ledger.knowledge.half_of(lead.campaign, lead.phone)
            if not taken:
                kind = half
            if half == kind:
                taken.append(lead)
            else:
                left.append(lead)
        campaign.ready.extendleft(reversed(left))
        return taken

    def _look_further(
        self, campaign: _Campaign, ledger: Ledger, now: Instant, outcomes: list[Outcome]
    ) -> bool:
        """Judge further leads of a campaign until one is ready; whether there was one."""
        while not campaign.ready:
            lead = campaign.next_lead()
            if lead is None:
                return False
            outcomes.extend(self._admit(lead, ledger, now))
        return True
