"""What the requests of the ledger mean for leads and campaigns, told slot by slot, in order."""

from collections.abc import Sequence
from dataclasses import dataclass

from dialer.settled import Ending, LeadKeys, Settled, SettledTable
from dialer.slots import Answer, Claim
from dialer.verdicts import AnswerKind, Verdict, VerdictStatus

_ENDINGS = {
    VerdictStatus.DELIVERED: Ending.DELIVERED,
    VerdictStatus.FAILED: Ending.FAILED,
    VerdictStatus.SUPPRESSED: Ending.SUPPRESSED,
    VerdictStatus.UNKNOWN: Ending.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Half:
    """One half of a request that was refused as a whole for the fault of one of its rows."""

    slot: int
    is_second: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What earlier requests say of a lead.

    Attributes:
        own: the last request of this run that settled it.
        other: the last request of any other run that settled it.
        own_unknowns: how many requests of this run left it unknown.
    """

    own: Settled | None
    other: Settled | None
    own_unknowns: int


class Knowledge:
    """The sum of slots 1..N, as one run sees it.

    Attributes:
        requests_sent: how many requests this run has sent.
        halving_requests: how many of them carried part of a request refused for one row's fault.
        data_refusals: how many of its last requests in a row were refused for their data.
    """

    def __init__(self, run: str) -> None:
        """Know nothing yet, for the run of that name."""
        self._run = run
        self._keys = LeadKeys()
        self._own = SettledTable()
        self._other = SettledTable()
        self._own_unknowns: dict[int, int] = {}
        self._halves: dict[int, Half] = {}
        self._request_ids: list[str] = [""]
        self._succeeded: set[str] = set()
        self._proven_senders: set[str] = set()
        self._refused_since_success: set[str] = set()
        self._refused_campaigns: dict[str, int] = {}
        self.requests_sent = 0
        self.data_refusals = 0
        self.halving_requests = 0

    def record(self, claim: Claim, answer: Answer) -> None:
        """Take in the next slot."""
        self._request_ids.append(claim.request_id)
        if answer.kind is AnswerKind.NOT_SENT:
            return
        own = claim.run == self._run
        if own:
            self._record_own(claim, answer)
        verdicts = self.verdicts(claim, answer)
        if verdicts is None:
            return
        keys = self._claimed_keys(claim)
        endings = [_ENDINGS[verdict.status] for verdict in verdicts]
        (self._own if own else self._other).put(keys, claim.slot, endings)
        if own:
            for key, ending in zip(keys, endings, strict=True):
                self._halves.pop(key, None)
                if ending is Ending.UNKNOWN:
                    self._own_unknowns[key] = self._own_unknowns.get(key, 0) + 1

    def verdicts(self, claim: Claim, answer: Answer) -> tuple[Verdict, ...] | None:
        """How a recorded slot left each of its leads; None: as they were, to go again."""
        match answer.kind:
            case AnswerKind.ROWS:
                return answer.verdicts
            case AnswerKind.NO_ANSWER:
                verdict = Verdict(VerdictStatus.UNKNOWN, "no_answer", answer.words)
            case AnswerKind.DATA_REFUSED:
                verdict = Verdict(VerdictStatus.FAILED, "dialer_refused", answer.words)
            case AnswerKind.ROW_REFUSED if len(claim.leads) == 1 and answer.fault == "dnd":
                verdict = Verdict(VerdictStatus.SUPPRESSED, "dialer_dnd", answer.words)
            case AnswerKind.ROW_REFUSED if len(claim.leads) == 1:
                verdict = Verdict(VerdictStatus.FAILED, "dialer_refused", answer.words)
            case AnswerKind.ACCOUNT_REFUSED if self.refusal_of(claim.campaign) is not None:
                verdict = Verdict(VerdictStatus.FAILED, "campaign_refused", answer.words)
            case _:
                return None
        return (verdict,) * len(claim.leads)

    def standing(self, campaign: str, phone: str) -> Standing:
        """What is known of a lead."""
        key = self._keys.pack(campaign, phone)
        return Standing(
            own=self._own.get(key),
            other=self._other.get(key),
            own_unknowns=self._own_unknowns.get(key, 0),
        )

    def settlements(self, campaign: str, phone: str) -> list[Settled]:
        """All requests that settled a lead, of any run, in the order of their slots."""
        key = self._keys.pack(campaign, phone)
        both = self._own.all(key) + self._other.all(key)
        return sorted(both, key=lambda settled: settled.slot)

    def half_of(self, campaign: str, phone: str) -> Half | None:
        """The refused half that a lead belongs to; None: it belongs to none."""
        return self._halves.get(self._keys.pack(campaign, phone)) if self._halves else None

    def request_id(self, slot: int) -> str:
        """The name of a slot's request."""
        return self._request_ids[slot]

    def refusal_of(self, campaign: str) -> int | None:
        """The slot by which this run knows the campaign to be refused; None: it is not known to be."""
        return self._refused_campaigns.get(campaign)

    def is_doubted(self, campaign: str) -> bool:
        """Whether this run's last word on the campaign was a refusal that may as well mean the key."""
        return campaign in self._refused_since_success

    def _record_own(self, claim: Claim, answer: Answer) -> None:
        self.requests_sent += 1
        refused_data = answer.kind is AnswerKind.DATA_REFUSED
        self.data_refusals = self.data_refusals + 1 if refused_data else 0
        if any(key in self._halves for key in self._claimed_keys(claim)[:1]):
            self.halving_requests += 1
        match answer.kind:
            case AnswerKind.ROWS:
                if any(v.status is VerdictStatus.DELIVERED for v in answer.verdicts):
                    self._succeeded.add(claim.campaign)
                    self._proven_senders.add(claim.sender)
                    self._refused_since_success.clear()
            case AnswerKind.ACCOUNT_REFUSED:
                self._record_refusal(claim)
            case AnswerKind.ROW_REFUSED if len(claim.leads) > 1:
                middle = len(claim.leads) // 2
                for position, key in enumerate(self._claimed_keys(claim)):
                    self._halves[key] = Half(claim.slot, is_second=position >= middle)
            case _:
                pass

    def _record_refusal(self, claim: Claim) -> None:
        """Tell a campaign that the dialer does not know from a key that it does not know.

        Both are refused with the same words. It is the campaign where another one succeeded in this
        run, this one never did, and no third was refused since. That success must be of the very
        process that was refused now: an earlier start may have had another key.
        """
        others_refused = self._refused_since_success - {claim.campaign}
        if (
            claim.sender in self._proven_senders
            and claim.campaign not in self._succeeded
            and not others_refused
        ):
            self._refused_campaigns[claim.campaign] = claim.slot
        self._refused_since_success.add(claim.campaign)

    def _claimed_keys(self, claim: Claim) -> Sequence[int]:
        return [self._keys.pack(claim.campaign, lead.phone) for lead in claim.leads]
