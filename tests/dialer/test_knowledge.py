import pytest

from dialer.clock import Instant
from dialer.knowledge import Half, Knowledge, Standing
from dialer.settled import Ending, Settled
from dialer.slots import Answer, Claim, ClaimedLead
from dialer.verdicts import AnswerKind, RowFault, Verdict, VerdictStatus
from schemas.outcome import Source

NOW = Instant("here", 1000.0, 1.8e9)
OK = Verdict(VerdictStatus.DELIVERED, "ok", "")
NO_ROW = Verdict(VerdictStatus.UNKNOWN, "no_answer_row", "")
REFUSED = AnswerKind.ACCOUNT_REFUSED


class Slots:
    """Slots one after the other, told to one run's knowledge."""

    def __init__(self, run: str = "run-1") -> None:
        self.knowledge = Knowledge(run)
        self._last = 0

    def add(
        self,
        kind: AnswerKind,
        *phones: str,
        run: str = "run-1",
        campaign: str = "sales",
        verdicts: tuple[Verdict, ...] = (),
        fault: RowFault | None = None,
        sender: str = "s",
    ) -> tuple[Claim, Answer]:
        self._last += 1
        leads = tuple(
            ClaimedLead(phone, Source.of_record("leads.csv", place))
            for place, phone in enumerate(phones, start=1)
        )
        name = f"{run}-{self._last:06d}"
        claim = Claim(
            self._last, "t", name, run, sender, None, campaign, leads, "", 60.0, NOW, NOW.later(5)
        )
        answer = Answer(self._last, kind, verdicts, 0.0, "words", fault, NOW, "s")
        self.knowledge.record(claim, answer)
        return claim, answer

    def delivered(self, *phones: str, campaign: str = "sales", run: str = "run-1") -> None:
        self.add(AnswerKind.ROWS, *phones, campaign=campaign, run=run, verdicts=(OK,) * len(phones))


def test_a_lead_that_no_request_carried_has_no_standing() -> None:
    assert Slots().knowledge.standing("sales", "1") == Standing(None, None, 0)


def test_own_requests_and_those_of_other_runs_are_told_apart() -> None:
    slots = Slots()
    slots.delivered("1", run="run-2")
    slots.add(AnswerKind.NO_ANSWER, "1")
    assert slots.knowledge.standing("sales", "1") == Standing(
        own=Settled(2, Ending.UNKNOWN), other=Settled(1, Ending.DELIVERED), own_unknowns=1
    )
    assert slots.knowledge.requests_sent == 1
    assert slots.knowledge.settlements("sales", "1") == [
        Settled(1, Ending.DELIVERED),
        Settled(2, Ending.UNKNOWN),
    ]


@pytest.mark.parametrize(
    "kind",
    [AnswerKind.NOT_SENT, AnswerKind.TOO_SOON, AnswerKind.SETUP_REFUSED, REFUSED],
)
def test_a_request_that_took_nothing_settles_nothing(kind: AnswerKind) -> None:
    slots = Slots()
    claim, answer = slots.add(kind, "1", "2")
    assert slots.knowledge.verdicts(claim, answer) is None
    assert slots.knowledge.standing("sales", "1").own is None


def test_a_slot_that_was_not_sent_is_no_request() -> None:
    slots = Slots()
    slots.add(AnswerKind.NOT_SENT, "1")
    assert slots.knowledge.requests_sent == 0
    assert slots.knowledge.request_id(1) == "run-1-000001"


def test_unknowns_are_counted_whichever_way_they_came_about() -> None:
    slots = Slots()
    slots.add(AnswerKind.NO_ANSWER, "1")
    slots.add(AnswerKind.ROWS, "1", verdicts=(NO_ROW,))
    slots.add(AnswerKind.NO_ANSWER, "1", run="run-2")
    assert slots.knowledge.standing("sales", "1").own_unknowns == 2


# One row at fault


def test_a_refused_request_falls_into_two_halves_the_first_being_the_smaller() -> None:
    slots = Slots()
    slots.add(AnswerKind.ROW_REFUSED, "1", "2", "3", fault="dnd")
    halves = [slots.knowledge.half_of("sales", phone) for phone in ("1", "2", "3", "4")]
    first, second = Half(1, is_second=False), Half(1, is_second=True)
    assert halves == [first, second, second, None]


def test_a_half_is_forgotten_once_its_lead_is_settled() -> None:
    slots = Slots()
    slots.add(AnswerKind.ROW_REFUSED, "1", "2", fault="dnd")
    slots.delivered("1")
    assert slots.knowledge.half_of("sales", "1") is None
    assert slots.knowledge.half_of("sales", "2") == Half(1, is_second=True)
    assert slots.knowledge.halving_requests == 1


def test_halves_of_another_run_are_not_ones_own() -> None:
    slots = Slots()
    slots.add(AnswerKind.ROW_REFUSED, "1", "2", run="run-2", fault="dnd")
    assert slots.knowledge.half_of("sales", "1") is None


@pytest.mark.parametrize(
    ("fault", "ending"),
    [("dnd", Ending.SUPPRESSED), ("priority", Ending.FAILED), ("date", Ending.FAILED)],
)
def test_a_row_that_stands_alone_takes_the_blame(fault: RowFault, ending: Ending) -> None:
    slots = Slots()
    slots.add(AnswerKind.ROW_REFUSED, "1", fault=fault)
    assert slots.knowledge.standing("sales", "1").own == Settled(1, ending)


# Key or campaign


def test_a_refusal_with_nothing_to_compare_may_mean_the_key() -> None:
    slots = Slots()
    slots.add(REFUSED, "1", campaign="a")
    assert slots.knowledge.refusal_of("a") is None
    assert slots.knowledge.is_doubted("a")


def test_a_refusal_after_another_campaign_succeeded_means_the_campaign() -> None:
    slots = Slots()
    slots.delivered("1", campaign="a")
    slots.add(REFUSED, "1", campaign="b")
    assert slots.knowledge.refusal_of("b") == 2
    assert slots.knowledge.standing("b", "1").own == Settled(2, Ending.FAILED)


def test_a_campaign_that_has_succeeded_is_never_called_unknown() -> None:
    slots = Slots()
    slots.delivered("1", campaign="a")
    slots.delivered("1", campaign="b")
    slots.add(REFUSED, "2", campaign="a")
    assert slots.knowledge.refusal_of("a") is None


def test_a_success_of_an_earlier_start_proves_nothing_of_the_key_of_this_one() -> None:
    slots = Slots()
    slots.delivered("1", campaign="a")
    slots.add(REFUSED, "2", campaign="b", sender="with another key")
    assert slots.knowledge.refusal_of("b") is None


def test_when_a_second_campaign_is_refused_too_it_may_be_the_key_after_all() -> None:
    slots = Slots()
    slots.delivered("1", campaign="a")
    slots.add(REFUSED, "1", campaign="b")
    slots.add(REFUSED, "1", campaign="c")
    assert slots.knowledge.refusal_of("c") is None
    slots.delivered("2", campaign="a")
    slots.add(REFUSED, "1", campaign="c")
    assert slots.knowledge.refusal_of("c") == 5


def test_what_other_runs_were_told_of_a_campaign_says_nothing_of_ones_own_key() -> None:
    slots = Slots()
    slots.delivered("1", campaign="a", run="run-2")
    slots.add(REFUSED, "1", campaign="b")
    assert slots.knowledge.refusal_of("b") is None


# Data that the dialer cannot read


def test_refusals_of_data_are_counted_while_they_come_in_a_row() -> None:
    slots = Slots()
    slots.add(AnswerKind.DATA_REFUSED, "1")
    slots.add(AnswerKind.NOT_SENT, "2")
    slots.add(AnswerKind.DATA_REFUSED, "2", run="run-2")
    slots.add(AnswerKind.DATA_REFUSED, "2")
    assert slots.knowledge.data_refusals == 2
    slots.delivered("3")
    assert slots.knowledge.data_refusals == 0
    assert slots.knowledge.standing("sales", "1").own == Settled(1, Ending.FAILED)
