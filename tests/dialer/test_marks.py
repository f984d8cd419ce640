"""A record that asks for its number not to be called speaks for every record of that number."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.dispatcher import Dispatcher
from dialer.judging import Judge, MessageJudge
from dialer.lists import NO_LISTS
from dialer.verdicts import AnswerKind
from dialer.waiting import by_campaign
from records.lead_block import Lead, LeadBlock
from schemas.outcome import Outcome
from tests.dialer.sample_leads import dispatcher_of, lead, leads, told
from tests.dialer.test_dispatcher import OK, Desk, records, sent_before

Row = tuple[str, int, bool]
"""Campaign, phone, and whether the row asks not to be called."""


def details(outcomes: Sequence[Outcome]) -> dict[int | None, str]:
    return {outcome.source.record: outcome.detail for outcome in outcomes}


def test_rows_before_the_mark_are_not_called_and_rows_behind_it_are_its_duplicates() -> None:
    waiting = [lead(1), lead(2, phone=1, do_not_call=True), lead(3, phone=1), lead(4)]
    requests, outcomes = Desk().deliver(dispatcher_of(waiting))
    assert [records(request) for request in requests] == [[4]]
    assert told(outcomes) == {
        1: "suppressed/do_not_call",
        3: "suppressed/duplicate",
        4: "delivered/ok",
    }
    assert details(outcomes) == {
        1: "the same number as record 2 of leads.csv, which asks not to be called",
        3: "the same campaign and number as record 2 of leads.csv, which asks not to be called",
        4: "",
    }


def test_marks_do_not_wait_for_an_outcome() -> None:
    waiting = [lead(1, do_not_call=True), lead(2), lead(3, campaign="b", do_not_call=True)]
    dispatcher = dispatcher_of(waiting)
    assert dispatcher.waiting == {"sales": 1}
    assert [one.source.record for one in dispatcher.remaining()] == [2]
    assert dispatcher_of([lead(1, do_not_call=True)]).pending == 0


def test_a_mark_counts_in_its_campaign_alone() -> None:
    waiting = [lead(1, campaign="a", do_not_call=True), lead(2, phone=1, campaign="b")]
    _, outcomes = Desk().deliver(dispatcher_of(waiting))
    assert told(outcomes) == {2: "delivered/ok"}


def test_before_and_behind_are_by_the_names_of_files() -> None:
    waiting = {
        "c.csv": [lead(1, file="c.csv")],
        "b.csv": [lead(2, phone=1, file="b.csv", do_not_call=True)],
        "a.csv": [lead(3, phone=1, file="a.csv")],
    }
    _, outcomes = Desk().deliver(dispatcher_over(list(waiting.values())))
    assert told(outcomes) == {1: "suppressed/duplicate", 3: "suppressed/do_not_call"}


def test_all_rows_of_marked_numbers_are_settled_before_the_first_request() -> None:
    waiting = [*leads(1, 600), lead(601, phone=600, do_not_call=True), lead(602, phone=600)]
    desk, dispatcher = Desk(), dispatcher_over([waiting[:300], waiting[300:]])
    assert told(desk.settle(dispatcher)) == {
        600: "suppressed/do_not_call",
        602: "suppressed/duplicate",
    }
    requests, _ = desk.deliver(dispatcher)
    assert [number for request in requests for number in records(request)] == list(range(1, 600))


def test_what_an_earlier_start_has_sent_keeps_its_outcome() -> None:
    desk = Desk()
    sent_before(desk, leads(1, 1), AnswerKind.ROWS, OK)
    waiting = [lead(1), lead(2, phone=1, do_not_call=True), lead(3, phone=1)]
    requests, outcomes = desk.deliver(dispatcher_of(waiting))
    assert requests == []
    assert told(outcomes) == {1: "delivered/ok", 3: "suppressed/duplicate"}


def test_what_an_earlier_start_left_unknown_is_not_sent_again() -> None:
    waiting = [lead(1), lead(2, phone=1, do_not_call=True)]
    for judge in (
        Judge(lists=NO_LISTS, resends=True),
        MessageJudge(lists=NO_LISTS, resends=True, dedupe_window_secs=60.0),
    ):
        desk = Desk()
        sent_before(desk, leads(1, 1), AnswerKind.NO_ANSWER)
        requests, outcomes = desk.deliver(dispatcher_over([waiting], judge=judge))
        assert requests == []
        assert told(outcomes) == {1: "unknown/no_answer"}


@given(
    rows=st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 4), st.booleans()), min_size=1),
    cuts=st.sets(st.integers(1, 20), max_size=4),
    shuffled=st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_no_row_of_a_marked_number_is_sent_wherever_the_mark_stands(
    rows: list[Row], cuts: set[int], shuffled: Random
) -> None:
    waiting = [
        lead(at, campaign=campaign, phone=phone, do_not_call=is_mark)
        for at, (campaign, phone, is_mark) in enumerate(rows, start=1)
    ]
    edges = [0, *sorted(cut for cut in cuts if cut < len(waiting)), len(waiting)]
    blocks = [waiting[start:end] for start, end in pairwise(edges)]
    shuffled.shuffle(blocks)

    _, outcomes = Desk().deliver(dispatcher_over(blocks, limit=2))

    assert told(outcomes) == {
        at: expected(rows, at - 1) for at, row in enumerate(rows, start=1) if not row[2]
    }


def expected(rows: Sequence[Row], at: int) -> str:
    """What is to become of a row without a mark."""
    key = rows[at][:2]
    marks = [place for place, row in enumerate(rows) if row[:2] == key and row[2]]
    if marks:
        return "suppressed/duplicate" if marks[0] < at else "suppressed/do_not_call"
    is_first = key not in [row[:2] for row in rows[:at]]
    return "delivered/ok" if is_first else "suppressed/duplicate"


def dispatcher_over(
    blocks: Sequence[Sequence[Lead]], *, judge: Judge | None = None, limit: int = 200
) -> Dispatcher:
    """A dispatcher with the leads of these blocks waiting."""
    return Dispatcher(
        by_campaign([LeadBlock.of(block) for block in blocks]),
        judge=judge or Judge(lists=NO_LISTS, resends=False),
        limit=limit,
    )
