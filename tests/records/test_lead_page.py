import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from records.lead_page import QueuedLead, count, merge, pack, unpack

LEADS = st.lists(st.builds(QueuedLead, st.integers(0, 2**40), st.binary(max_size=40)), max_size=12)


@given(LEADS)
def test_a_page_gives_its_leads_back_and_tells_how_many(leads: list[QueuedLead]) -> None:
    page = pack(leads)
    assert unpack(page) == leads
    assert count(page) == len(leads)


@given(st.lists(LEADS, max_size=20), st.integers(1, 15))
def test_merging_keeps_all_leads_in_order_and_no_two_neighbours_would_fit_on_one(
    batches: list[list[QueuedLead]], page_leads: int
) -> None:
    merged = list(merge(map(pack, batches), page_leads=page_leads))
    assert [lead for page in merged for lead in unpack(page)] == [
        lead for batch in batches for lead in batch
    ]
    counts = [count(page) for page in merged]
    assert all(a + b > page_leads for a, b in pairwise(counts))


def test_pages_of_large_leads_are_not_put_together() -> None:
    large = random.Random(1).randbytes(700_000)
    pages = [pack([QueuedLead(0, large)]) for _ in range(3)]
    assert list(merge(pages)) == pages
