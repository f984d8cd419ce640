import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from records.lead_block import Lead, LeadBlock
from schemas.outcome import Source

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
RECORDS = st.builds(Source.of_record, TEXT.filter(bool), st.integers(1, 2**40))
MESSAGES = st.builds(Source.of_message, TEXT.filter(bool), st.integers(0, 2**40))


def leads_from(sources: st.SearchStrategy[Source]) -> st.SearchStrategy[list[Lead]]:
    lead = st.builds(
        Lead,
        source=sources,
        campaign=TEXT,
        phone=st.from_regex(r"[0-9]{4,15}", fullmatch=True),
        e164=st.integers(0, 10**15 - 1),
        values=st.binary(max_size=50),
        expires_at=st.none() | st.floats(-1e10, 1e12),
        do_not_call=st.booleans(),
        note=st.none() | TEXT,
        lead_json=st.binary(max_size=50),
    )
    return st.lists(lead, max_size=20)


LEADS = leads_from(RECORDS) | leads_from(MESSAGES)


def rows(block: LeadBlock) -> list[Lead]:
    return [block.row(index) for index in range(len(block))]


@given(LEADS)
def test_a_block_gives_back_its_leads_also_after_the_shuffle(leads: list[Lead]) -> None:
    block = LeadBlock.of(leads)

    assert rows(block) == leads
    assert rows(LeadBlock.from_bytes(block.to_bytes())) == leads


@given(LEADS, st.data())
def test_a_mask_keeps_the_leads_that_it_marks_in_their_order(
    leads: list[Lead], data: st.DataObject
) -> None:
    marks = data.draw(st.lists(st.booleans(), min_size=len(leads), max_size=len(leads)))
    kept = LeadBlock.of(leads).where(np.array(marks, np.bool_))
    expected = [lead for lead, mark in zip(leads, marks, strict=True) if mark]

    assert rows(kept) == expected
    assert rows(LeadBlock.from_bytes(kept.to_bytes())) == expected


@given(LEADS)
def test_columns_hold_what_the_rows_do(leads: list[Lead]) -> None:
    block = LeadBlock.of(leads)
    names, campaign_of = block.campaigns()

    assert block.e164.tolist() == [lead.e164 for lead in leads]
    assert block.do_not_call.tolist() == [lead.do_not_call for lead in leads]
    assert block.expires_at.tolist() == [
        math.inf if lead.expires_at is None else lead.expires_at for lead in leads
    ]
    assert [names[index] for index in campaign_of] == [lead.campaign for lead in leads]


@given(LEADS.filter(bool))
def test_a_block_stands_where_its_first_lead_does(leads: list[Lead]) -> None:
    source = leads[0].source

    assert LeadBlock.of(leads).place == (
        source.file or source.message_id,
        source.record or source.index or 0,
    )


def test_few_leads_of_a_large_block_are_few_bytes() -> None:
    lead = Lead(
        source=Source.of_record("leads.csv", 1),
        campaign="c",
        phone="9876512345",
        e164=919_876_512_345,
        values=b'["9876512345"]',
        expires_at=None,
        do_not_call=False,
        note=None,
        lead_json=b'{"PhoneNumber":"9876512345"}',
    )
    block = LeadBlock.of([lead] * 4_000)

    few = block.where(np.arange(4_000) < 200)
    assert len(few.to_bytes()) < 50_000
