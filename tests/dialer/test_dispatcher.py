from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.clock import Instant, ManualClock
from dialer.dispatcher import Dispatcher, Request
from dialer.ledger import Ledger
from dialer.memory_store import MemoryStore
from dialer.slots import Answer, Claim, Sender, make_claim
from dialer.verdicts import AnswerKind, RowFault, Verdict, VerdictStatus
from records.lead_block import Lead
from schemas.outcome import Outcome
from tests.dialer.sample_leads import Listed, dispatcher_of, lead, leads, told

OK = Verdict(VerdictStatus.DELIVERED, "ok", "")
FAILED = Verdict(VerdictStatus.FAILED, "dialer_refused", "no such number")
DIALER_DND = Verdict(VerdictStatus.SUPPRESSED, "dialer_dnd", "a DND number")
NO_ROW = Verdict(VerdictStatus.UNKNOWN, "no_answer_row", "no row")


class Desk:
    """One run at a ledger in memory: composes requests and writes the answers that the test gives."""

    def __init__(self, run: str = "run-1", store: MemoryStore | None = None) -> None:
        self.clock = ManualClock()
        self.store = store or MemoryStore()
        self.run = run
        self.ledger = self.read()

    def read(self) -> Ledger:
        """The ledger as it is now."""
        self.ledger = Ledger(self.store, run=self.run, clock=self.clock)
        self.ledger.refresh()
        return self.ledger

    @property
    def now(self) -> Instant:
        return self.clock.now()

    def settle(self, dispatcher: Dispatcher) -> list[Outcome]:
        """Look ahead until nothing more comes of it, as the delivery does."""
        outcomes: list[Outcome] = []
        while found := dispatcher.settle_ahead(self.ledger, self.now, most=2_000):
            outcomes.extend(found)
        return outcomes

    def compose(self, dispatcher: Dispatcher) -> tuple[Request | None, list[Outcome]]:
        """Look ahead, then compose."""
        outcomes = self.settle(dispatcher)
        request, more = dispatcher.compose(self.ledger, self.now)
        return request, outcomes + more

    def write(
        self,
        request: Request,
        kind: AnswerKind,
        verdicts: Sequence[Verdict] = (),
        fault: RowFault | None = None,
    ) -> tuple[Claim, Answer]:
        """The request as a slot of the ledger, with its answer."""
        sender = Sender("process", self.run, None)
        slot = self.ledger.tail.last_slot + 1
        claim = make_claim(
            slot=slot,
            token=f"{self.run}/{slot}",
            sender=sender,
            campaign=request.campaign,
            leads=request.claimed(),
            lists=request.lists,
            timeout_secs=60.0,
            read_at=self.now,
            now=self.now,
        )
        answer = Answer(slot, kind, tuple(verdicts), 0.0, "words", fault, self.now, sender.name)
        assert self.ledger.claim(claim)
        self.ledger.answer(answer)
        self.ledger.refresh()
        return claim, answer

    def answer(
        self,
        dispatcher: Dispatcher,
        request: Request,
        kind: AnswerKind,
        verdicts: Sequence[Verdict] = (),
        fault: RowFault | None = None,
    ) -> list[Outcome]:
        """The request is sent and answered: what comes of it."""
        claim, answer = self.write(request, kind, verdicts, fault)
        return dispatcher.apply(request, claim, answer, self.ledger, self.now)

    def deliver(self, dispatcher: Dispatcher) -> tuple[list[Request], list[Outcome]]:
        """Send all that is left to a dialer that takes everything."""
        requests: list[Request] = []
        outcomes: list[Outcome] = []
        while True:
            request, settled = self.compose(dispatcher)
            outcomes.extend(settled)
            if request is None:
                return requests, outcomes
            requests.append(request)
            rows = [OK] * len(request.leads)
            outcomes.extend(self.answer(dispatcher, request, AnswerKind.ROWS, rows))


def composed(desk: Desk, dispatcher: Dispatcher) -> Request:
    """The next request, which there is."""
    request, _ = desk.compose(dispatcher)
    assert request is not None
    return request


def records(request: Request) -> list[int]:
    return [one.source.record or 0 for one in request.leads]


def sent_before(desk: Desk, sent: Iterable[Lead], kind: AnswerKind, *verdicts: Verdict) -> None:
    """A request of the desk's run that went before."""
    carried = tuple(sent)
    desk.write(Request(carried[0].campaign, carried, ""), kind, verdicts)


# How many requests


@given(counts=st.lists(st.integers(0, 23), min_size=1, max_size=6), limit=st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_the_requests_are_as_few_as_the_leads_need(counts: list[int], limit: int) -> None:
    waiting = [
        lead(1000 * place + number, campaign=f"campaign {place}")
        for number in range(max(counts))
        for place, count in enumerate(counts)
        if number < count
    ]
    desk = Desk()
    requests, outcomes = desk.deliver(dispatcher_of(waiting, limit=limit)) if waiting else ([], [])
    assert len(requests) == sum(-(-count // limit) for count in counts)
    assert len(told(outcomes)) == sum(counts)


def test_campaigns_take_turns_the_one_that_waited_longest_first() -> None:
    waiting = [*leads(1, 4, campaign="a"), *leads(5, 8, campaign="b"), *leads(9, 10, campaign="c")]
    requests, _ = Desk().deliver(dispatcher_of(waiting, limit=2))
    assert [request.campaign for request in requests] == ["a", "b", "c", "a", "b"]


def test_leads_go_in_the_order_of_reading() -> None:
    requests, _ = Desk().deliver(dispatcher_of(leads(1, 7), limit=3))
    assert [records(request) for request in requests] == [[1, 2, 3], [4, 5, 6], [7]]


def test_thousands_of_duplicates_before_other_leads_cost_no_request() -> None:
    waiting = [lead(number, phone=1) for number in range(1, 3_001)] + leads(4_001, 4_009)
    desk = Desk()
    dispatcher = dispatcher_of(waiting, limit=10)
    requests, outcomes = desk.deliver(dispatcher)
    assert [len(request.leads) for request in requests] == [10]
    assert len(told(outcomes)) == 3_009


def test_leads_that_drop_out_at_the_last_moment_make_room_for_those_behind_them() -> None:
    desk = Desk()
    expiring = [lead(n, expires_at=desk.now.wall_secs + 10) for n in range(1, 6)]
    dispatcher = dispatcher_of([*expiring, *leads(11, 20)], limit=10)
    desk.settle(dispatcher)
    desk.clock.advance(60)
    request, outcomes = dispatcher.compose(desk.ledger, desk.now)
    assert request is not None
    assert records(request) == list(range(11, 21))
    assert set(told(outcomes).values()) == {"suppressed/expired"}
    assert dispatcher.pending == 10


def test_what_another_job_delivered_meanwhile_makes_room_too() -> None:
    desk = Desk()
    dispatcher = dispatcher_of(leads(1, 12), limit=4)
    desk.settle(dispatcher)
    other = Desk("run-2", desk.store)
    other.deliver(dispatcher_of(leads(1, 6), limit=6))
    request, outcomes = dispatcher.compose(desk.read(), desk.now)
    assert request is not None
    assert records(request) == [7, 8, 9, 10]
    assert told(outcomes) == dict.fromkeys(range(1, 7), "suppressed/duplicate")


def test_while_answers_stay_out_a_request_carries_one_lead() -> None:
    desk = Desk()
    dispatcher = dispatcher_of(leads(1, 9), limit=4)
    desk.answer(dispatcher, composed(desk, dispatcher), AnswerKind.NO_ANSWER)
    assert records(composed(desk, dispatcher)) == [5]


def test_leads_that_are_put_back_stand_first_again() -> None:
    desk = Desk()
    dispatcher = dispatcher_of(leads(1, 5), limit=2)
    request = composed(desk, dispatcher)
    dispatcher.put_back(request)
    assert composed(desk, dispatcher) == request


# Duplicates


def test_the_first_of_two_equal_leads_is_sent_and_the_other_is_its_duplicate() -> None:
    waiting = [lead(1), lead(2), lead(3, phone=1)]
    requests, outcomes = Desk().deliver(dispatcher_of(waiting))
    assert [records(request) for request in requests] == [[1, 2]]
    assert told(outcomes) == {1: "delivered/ok", 2: "delivered/ok", 3: "suppressed/duplicate"}
    details = {outcome.source.record: outcome.detail for outcome in outcomes}
    assert (
        details[3] == "the same campaign and number as record 1 of leads.csv, request run-1-000001"
    )


def test_one_number_in_two_campaigns_is_two_leads() -> None:
    waiting = [lead(1, campaign="a"), lead(2, phone=1, campaign="b")]
    _, outcomes = Desk().deliver(dispatcher_of(waiting))
    assert told(outcomes) == {1: "delivered/ok", 2: "delivered/ok"}


def test_when_the_first_expires_while_it_waits_the_second_goes() -> None:
    desk = Desk()
    waiting = [lead(1, expires_at=desk.now.wall_secs + 10), lead(2, phone=1), lead(3, phone=1)]
    dispatcher = dispatcher_of(waiting)
    desk.settle(dispatcher)
    desk.clock.advance(60)
    requests, outcomes = desk.deliver(dispatcher)
    assert [records(request) for request in requests] == [[2]]
    assert told(outcomes) == {
        1: "suppressed/expired",
        2: "delivered/ok",
        3: "suppressed/duplicate",
    }


def test_after_a_restart_the_lead_is_the_one_that_the_claim_names() -> None:
    desk = Desk()
    sent_before(desk, [lead(2, phone=1)], AnswerKind.ROWS, OK)
    outcomes = desk.settle(dispatcher_of([lead(1), lead(2, phone=1)]))
    assert told(outcomes) == {1: "suppressed/duplicate", 2: "delivered/ok"}


def test_a_duplicate_of_a_lead_that_goes_again_waits_for_its_end() -> None:
    desk = Desk()
    dispatcher = dispatcher_of([lead(1), lead(2, phone=1)], resends=True)
    assert desk.answer(dispatcher, composed(desk, dispatcher), AnswerKind.NO_ANSWER) == []
    requests, outcomes = desk.deliver(dispatcher)
    assert [records(request) for request in requests] == [[1]]
    assert told(outcomes) == {1: "delivered/ok", 2: "suppressed/duplicate"}


# Judged again when its turn comes


def test_a_number_that_was_listed_meanwhile_is_not_sent() -> None:
    desk = Desk()
    list_now: list[Lead] = []
    dispatcher = dispatcher_of(leads(1, 2), lists=Listed(list_now))
    desk.settle(dispatcher)
    list_now.append(lead(1))
    request, outcomes = dispatcher.compose(desk.ledger, desk.now)
    assert request is not None
    assert records(request) == [2]
    assert told(outcomes) == {1: "suppressed/dnd"}


class Renewed(Listed):
    """Lists that another thread renews at the worst moment: while a number is looked up in them."""

    def __init__(self) -> None:
        self.list_now: list[Lead] = []
        self.coming: list[Lead] = []
        super().__init__(self.list_now)

    def now(self) -> Listed:
        return _AtAMoment(self)


class _AtAMoment(Listed):
    def __init__(self, renewed: Renewed) -> None:
        super().__init__(tuple(renewed.list_now))
        self._renewed = renewed

    def listed(self, e164: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        self._renewed.list_now.extend(self._renewed.coming)
        return super().listed(e164)


def test_all_leads_of_a_request_are_judged_by_the_one_version_that_it_names() -> None:
    desk, lists = Desk(), Renewed()
    dispatcher = dispatcher_of(leads(1, 3), lists=lists)
    desk.settle(dispatcher)
    lists.coming = [lead(3)]

    before, _ = dispatcher.compose(desk.ledger, desk.now)
    lists.coming = []
    assert before is not None
    dispatcher.put_back(before)
    after, outcomes = dispatcher.compose(desk.ledger, desk.now)

    assert after is not None
    assert (records(before), before.lists) == ([1, 2, 3], "with 0")
    assert (records(after), after.lists) == ([1, 2], "with 3")
    assert told(outcomes) == {3: "suppressed/dnd"}


def test_a_leads_note_stands_in_its_outcomes_detail() -> None:
    desk = Desk()
    dispatcher = dispatcher_of([lead(1, note="read in another spelling")])
    (outcome,) = desk.answer(dispatcher, composed(desk, dispatcher), AnswerKind.ROWS, [FAILED])
    assert outcome.detail == "no such number; read in another spelling"


# What an answer makes of the leads


@pytest.mark.parametrize(
    "kind",
    [
        AnswerKind.NOT_SENT,
        AnswerKind.TOO_SOON,
        AnswerKind.SETUP_REFUSED,
        AnswerKind.ACCOUNT_REFUSED,
    ],
)
def test_what_was_not_taken_goes_again(kind: AnswerKind) -> None:
    desk = Desk()
    dispatcher = dispatcher_of(leads(1, 2))
    request = composed(desk, dispatcher)
    assert desk.answer(dispatcher, request, kind) == []
    assert composed(desk, dispatcher) == request
    assert dispatcher.pending == 2


def test_each_lead_of_an_answer_has_its_own_verdict() -> None:
    desk = Desk()
    dispatcher = dispatcher_of(leads(1, 4))
    rows = [OK, FAILED, DIALER_DND, NO_ROW]
    outcomes = desk.answer(dispatcher, composed(desk, dispatcher), AnswerKind.ROWS, rows)
    assert told(outcomes) == {
        1: "delivered/ok",
        2: "failed/dialer_refused",
        3: "suppressed/dialer_dnd",
        4: "unknown/no_answer_row",
    }
    assert dispatcher.pending == 0


# Halving


@given(
    count=st.integers(2, 24),
    at_fault=st.sets(st.integers(1, 24), min_size=1, max_size=3),
    limit=st.integers(2, 9),
)
@settings(max_examples=60, deadline=None)
def test_halving_finds_every_row_at_fault_and_never_merges_a_half(
    count: int, at_fault: set[int], limit: int
) -> None:
    desk = Desk()
    dispatcher = dispatcher_of(leads(1, count), limit=limit)
    outcomes: list[Outcome] = []
    halves: list[set[int]] = []
    while (request := desk.compose(dispatcher)[0]) is not None:
        carried = set(records(request))
        refused_together = [half for half in halves if carried & half]
        assert all(carried <= half for half in refused_together), (
            "merged with leads of another kind"
        )
        if carried & at_fault:
            outcomes += desk.answer(dispatcher, request, AnswerKind.ROW_REFUSED, fault="dnd")
            order = records(request)
            middle = len(order) // 2
            halves = [half for half in halves if half != carried]
            halves += [set(order[:middle]), set(order[middle:])]
        else:
            rows = [OK] * len(request.leads)
            outcomes += desk.answer(dispatcher, request, AnswerKind.ROWS, rows)
    expected = {
        number: "suppressed/dialer_dnd" if number in at_fault else "delivered/ok"
        for number in range(1, count + 1)
    }
    assert told(outcomes) == expected


def test_a_restart_in_the_middle_of_halving_goes_on_with_the_halves() -> None:
    desk = Desk()
    dispatcher = dispatcher_of(leads(1, 6), limit=4)
    desk.answer(dispatcher, composed(desk, dispatcher), AnswerKind.ROW_REFUSED, fault="date")
    again = dispatcher_of(leads(1, 6), limit=4)
    desk.read()
    assert records(composed(desk, again)) == [1, 2]
    assert records(composed(desk, again)) == [3, 4]
    assert records(composed(desk, again)) == [5, 6]


def test_a_row_refused_for_another_fault_than_dnd_fails() -> None:
    desk = Desk()
    dispatcher = dispatcher_of(leads(1, 1))
    request = composed(desk, dispatcher)
    outcomes = desk.answer(dispatcher, request, AnswerKind.ROW_REFUSED, fault="priority")
    assert told(outcomes) == {1: "failed/dialer_refused"}


# What an earlier request means for a lead: the table, row by row

ROWS = AnswerKind.ROWS
EARLIER = {
    "delivered": (ROWS, (OK,)),
    "unknown": (AnswerKind.NO_ANSWER, ()),
    "without a row": (ROWS, (NO_ROW,)),
    "dialer_dnd": (ROWS, (DIALER_DND,)),
    "failed": (ROWS, (FAILED,)),
    "not taken": (AnswerKind.TOO_SOON, ()),
    "not sent": (AnswerKind.NOT_SENT, ()),
}
AGAIN = ""


@pytest.mark.parametrize("resends", [False, True])
@pytest.mark.parametrize(
    ("earlier", "within", "within_resending", "new", "new_resending"),
    [
        ("delivered", "delivered/ok", "delivered/ok", *["suppressed/duplicate"] * 2),
        ("unknown", "unknown/no_answer", AGAIN, "unknown/held", AGAIN),
        ("without a row", "unknown/no_answer_row", AGAIN, "unknown/held", AGAIN),
        ("dialer_dnd", *["suppressed/dialer_dnd"] * 4),
        ("failed", "failed/dialer_refused", "failed/dialer_refused", AGAIN, AGAIN),
        ("not taken", AGAIN, AGAIN, AGAIN, AGAIN),
        ("not sent", AGAIN, AGAIN, AGAIN, AGAIN),
    ],
)
def test_what_an_earlier_request_means(
    earlier: str,
    within: str,
    within_resending: str,
    new: str,
    new_resending: str,
    resends: bool,
) -> None:
    desk = Desk()
    kind, verdicts = EARLIER[earlier]
    sent_before(desk, [lead(1)], kind, *verdicts)
    same, other = desk, Desk("run-2", desk.store)
    for reader, expected in ((same, (within, within_resending)), (other, (new, new_resending))):
        dispatcher = dispatcher_of([lead(1)], resends=resends)
        request, outcomes = reader.compose(dispatcher)
        wanted = expected[resends]
        assert told(outcomes) == ({1: wanted} if wanted else {})
        assert (request is not None) == (wanted == AGAIN)
        if outcomes and reader is other:
            assert "run-1-000001" in outcomes[0].detail
            assert outcomes[0].request_id == "run-1-000001"


def test_a_runs_own_last_request_decides_before_any_others() -> None:
    desk = Desk()
    other = Desk("run-2", desk.store)
    sent_before(other, [lead(1)], AnswerKind.NO_ANSWER)
    sent_before(Desk("run-1", desk.store), [lead(1)], ROWS, OK)
    sent_before(Desk("run-2", desk.store), [lead(1)], ROWS, DIALER_DND)
    desk.read()
    assert told(desk.settle(dispatcher_of([lead(1)]))) == {1: "delivered/ok"}


def test_of_other_runs_the_last_one_that_settled_the_lead_decides() -> None:
    desk = Desk()
    sent_before(desk, [lead(1)], AnswerKind.NO_ANSWER)
    sent_before(Desk("run-2", desk.store), [lead(1)], ROWS, OK)
    newcomer = Desk("run-3", desk.store)
    (outcome,) = newcomer.settle(dispatcher_of([lead(1)]))
    assert told([outcome]) == {1: "suppressed/duplicate"}
    assert outcome.request_id == "run-2-000002"


def test_a_lead_is_sent_again_at_most_three_times_over_all_starts_of_a_run() -> None:
    desk = Desk()
    for _ in range(4):
        dispatcher = dispatcher_of([lead(1)], resends=True)
        desk.write(composed(desk, dispatcher), AnswerKind.NO_ANSWER)
    assert told(desk.settle(dispatcher_of([lead(1)], resends=True))) == {1: "unknown/no_answer"}


def test_leads_that_go_again_wait_until_all_others_have_gone() -> None:
    desk = Desk()
    dispatcher = dispatcher_of(leads(1, 3), limit=1, resends=True)
    desk.answer(dispatcher, composed(desk, dispatcher), AnswerKind.NO_ANSWER)
    requests, _ = desk.deliver(dispatcher)
    assert [records(request) for request in requests] == [[2], [3], [1]]


def test_a_campaign_refused_after_another_succeeded_fails_its_leads() -> None:
    desk = Desk()
    waiting = [*leads(1, 2, campaign="good"), *leads(3, 5, campaign="typo")]
    dispatcher = dispatcher_of(waiting, limit=2)
    desk.answer(dispatcher, composed(desk, dispatcher), ROWS, [OK, OK])
    refused = composed(desk, dispatcher)
    outcomes = desk.answer(dispatcher, refused, AnswerKind.ACCOUNT_REFUSED)
    outcomes += desk.settle(dispatcher)
    assert told(outcomes) == dict.fromkeys((3, 4, 5), "failed/campaign_refused")


def test_what_remains_is_every_lead_without_an_outcome() -> None:
    desk = Desk()
    dispatcher = dispatcher_of([*leads(1, 5), lead(6, phone=3)], limit=2)
    desk.answer(dispatcher, composed(desk, dispatcher), ROWS, [OK, OK])
    desk.settle(dispatcher)
    assert sorted(one.source.record or 0 for one in dispatcher.remaining()) == [3, 4, 5, 6]
