"""Going through a delivery without a dialer, against the dispatcher's own rules."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from dialer.clock import ManualClock
from dialer.dispatcher import Dispatcher
from dialer.judging import Judge
from dialer.rehearsal import Rehearsal
from dialer.waiting import by_campaign
from records.lead_block import Lead, LeadBlock
from schemas.outcome import Outcome
from tests.dialer.sample_leads import Listed
from tests.transforms.running import lead

NOW = ManualClock().now().wall_secs


def rehearsal_of(
    leads: Sequence[Lead],
    *,
    limit: int = 200,
    gap_secs: float = 30.0,
    listed: Sequence[Lead] = (),
    stops_after: int | None = None,
) -> Rehearsal:
    judge = Judge(lists=Listed(listed), resends=False)
    asked = Counter[str]()

    def should_stop() -> bool:
        asked["times"] += 1
        return stops_after is not None and asked["times"] > stops_after

    return Rehearsal(
        Dispatcher(by_campaign([LeadBlock.of(leads)]), judge=judge, limit=limit),
        gap_secs=gap_secs,
        clock=ManualClock(),
        should_stop=should_stop,
    )


def withheld(rehearsal: Rehearsal) -> list[Outcome]:
    return [outcome for outcomes in rehearsal.withheld() for outcome in outcomes]


def test_requests_are_composed_by_campaign_and_as_full_as_they_can_be() -> None:
    leads = [lead(at, campaign="North" if at % 3 else "South") for at in range(1, 501)]
    rehearsal = rehearsal_of(leads)

    assert withheld(rehearsal) == []
    assert rehearsal.sent.leads == {"North": 334, "South": 166}
    assert rehearsal.sent.requests == 3


def test_of_one_campaign_and_number_the_first_lead_is_sent_and_the_others_name_it() -> None:
    first, again, other = lead(1), lead(2, phone=9_876_500_001), lead(3, phone=9_876_500_001)
    elsewhere = lead(4, phone=9_876_500_001, campaign="Winter")
    rehearsal = rehearsal_of([first, again, other, elsewhere])

    found = withheld(rehearsal)

    assert [(each.source.record, each.reason) for each in found] == [
        (2, "duplicate"),
        (3, "duplicate"),
    ]
    assert found[0].detail == (
        "the same campaign and number as record 1 of leads.csv, request 1 of this check"
    )
    assert rehearsal.sent.leads == {"Summer": 1, "Winter": 1}


def test_a_lead_that_expires_before_its_turn_comes_is_found() -> None:
    leads = [
        lead(1, expires_at=NOW + 1),
        lead(2, expires_at=NOW + 29),
        lead(3, expires_at=NOW + 31),
        lead(4, expires_at=NOW + 59),
    ]
    rehearsal = rehearsal_of(leads, limit=1)

    found = withheld(rehearsal)

    assert [(each.source.record, each.reason) for each in found] == [(2, "expired"), (4, "expired")]
    assert rehearsal.sent.requests == 2


def test_a_lead_on_a_list_is_not_sent_and_does_not_hide_its_double() -> None:
    rehearsal = rehearsal_of(
        [lead(1, expires_at=NOW - 1), lead(2, phone=9_876_500_001), lead(3)],
        listed=[lead(3)],
    )

    assert [(each.source.record, each.reason) for each in withheld(rehearsal)] == [
        (1, "expired"),
        (3, "dnd"),
    ]
    assert rehearsal.sent.leads == {"Summer": 1}


def test_it_ends_between_two_requests_when_it_is_to_stop() -> None:
    rehearsal = rehearsal_of([lead(at) for at in range(1, 11)], limit=1, stops_after=4)

    assert withheld(rehearsal) == []
    assert rehearsal.sent.requests == 4


@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.sampled_from(["North", "South"]), st.booleans()),
        min_size=1,
        max_size=60,
    ),
    st.integers(1, 7),
)
def test_every_lead_is_sent_or_withheld_and_none_twice(
    rows: list[tuple[int, str, bool]], limit: int
) -> None:
    leads = [
        lead(
            record,
            phone=9_876_500_000 + number,
            campaign=campaign,
            expires_at=NOW - 1 if expired else None,
        )
        for record, (number, campaign, expired) in enumerate(rows, start=1)
    ]
    rehearsal = rehearsal_of(leads, limit=limit)

    found = Counter(each.reason for each in withheld(rehearsal))

    fresh = {(number, campaign) for number, campaign, expired in rows if not expired}
    by_campaign_sizes = Counter(campaign for _, campaign in fresh)
    assert rehearsal.sent.leads == by_campaign_sizes
    assert found.keys() <= {"expired", "duplicate"}
    assert found.total() + len(fresh) == len(rows)
    assert rehearsal.sent.requests == sum(-(-size // limit) for size in by_campaign_sizes.values())
