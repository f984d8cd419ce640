import time
from collections.abc import Sequence
from pathlib import Path

import apache_beam as beam
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.ledger import LedgerError
from dialer.simulator import Fault, FaultPlan, Simulator
from records.lead_block import Lead, LeadBlock
from tests.transforms.delivering import NO_GAP, NO_LISTS, deliver, settings_for
from tests.transforms.running import Brief, expect, expect_outcomes, lead, leads_of, pinned
from transforms.delivery_settings import LedgerSettings, open_ledger
from transforms.in_process import BOARD, start_over
from transforms.lists import ListSettings, ListsUnusable, close_screens
from transforms.screen import REASONS_AGAINST, ScreenLeads, reasons_against


def dnd(path: Path, *numbers: int) -> ListSettings:
    path.write_text("# list\n" + "".join(f"{9_876_500_000 + number}\n" for number in numbers))
    return ListSettings((str(path),), "IN", allow_empty=True)


def check(
    blocks: Sequence[Sequence[Lead]],
    *,
    accepted: list[int],
    rejected: list[Brief],
    marks: Sequence[int] = (),
    lists: ListSettings = NO_LISTS,
    sent_before: LedgerSettings | None = None,
) -> None:
    close_screens()
    with pinned() as pipeline:
        screened = (
            pipeline
            | beam.Create([LeadBlock.of(leads) for leads in blocks])
            | ScreenLeads(lists=lists, sent_before=sent_before)
        )
        numbers = screened.accepted | beam.FlatMap(
            lambda block: [(each.source.record, each.do_not_call) for each in leads_of(block)]
        )
        passed = [*((number, False) for number in accepted), *((number, True) for number in marks)]
        expect(numbers, passed, "accepted")
        expect_outcomes(screened.rejected, rejected, "rejected")


def test_leads_against_whom_nothing_speaks_are_accepted() -> None:
    later = time.time() + 3_600
    check([[lead(1), lead(2, expires_at=later)], [lead(3)]], accepted=[1, 2, 3], rejected=[])


def test_each_lead_that_must_not_be_called_has_its_reason(tmp_path: Path) -> None:
    check(
        [
            [lead(1), lead(2, do_not_call=True), lead(3, expires_at=1.0), lead(4)],
            [lead(5, do_not_call=True, expires_at=1.0), lead(6, expires_at=1.0)],
        ],
        lists=dnd(tmp_path / "dnd.txt", 4, 5, 6),
        accepted=[1],
        marks=[2, 5],
        rejected=[
            ("suppressed", "do_not_call", 2),
            ("suppressed", "expired", 3),
            ("suppressed", "dnd", 4),
            ("suppressed", "do_not_call", 5),
            ("suppressed", "expired", 6),
        ],
    )


def test_a_block_without_a_lead_to_call_gives_no_empty_block() -> None:
    with pinned() as pipeline:
        blocks = pipeline | beam.Create([LeadBlock.of([lead(1, expires_at=1.0)])])
        screened = blocks | ScreenLeads(lists=NO_LISTS, sent_before=None)
        expect(screened.accepted, [], "accepted")
        expect_outcomes(screened.rejected, [("suppressed", "expired", 1)], "rejected")


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAL_KEY", "k3y")


@pytest.mark.usefixtures("key")
def test_what_an_earlier_start_has_sent_is_accepted_whatever_speaks_against_it_now(
    tmp_path: Path,
) -> None:
    with Simulator(NO_GAP, faults=FaultPlan.of(Fault.NONE, Fault.DROP_AFTER)) as simulator:
        settings = settings_for(simulator, tmp_path, limit=1)
        deliver([[lead(1), lead(2)]], settings)

    check(
        [[lead(1, expires_at=1.0), lead(2), lead(3), lead(4)]],
        lists=dnd(tmp_path / "dnd.txt", 1, 2, 3),
        sent_before=settings.ledger,
        accepted=[1, 2, 4],
        rejected=[("suppressed", "dnd", 3)],
    )


@pytest.mark.usefixtures("key")
def test_a_row_that_asks_not_to_be_called_is_no_lead_even_if_its_number_was_sent(
    tmp_path: Path,
) -> None:
    with Simulator(NO_GAP) as simulator:
        settings = settings_for(simulator, tmp_path)
        deliver([[lead(1)]], settings)

    check(
        [[lead(1, do_not_call=True)]],
        sent_before=settings.ledger,
        accepted=[],
        marks=[1],
        rejected=[("suppressed", "do_not_call", 1)],
    )


@pytest.mark.usefixtures("key")
def test_what_another_run_has_sent_is_screened_as_any_lead(tmp_path: Path) -> None:
    with Simulator(NO_GAP) as simulator:
        settings = settings_for(simulator, tmp_path)
        deliver([[lead(1)]], settings)

    check(
        [[lead(1)]],
        lists=dnd(tmp_path / "dnd.txt", 1),
        sent_before=LedgerSettings(settings.ledger.location, "run-2"),
        accepted=[],
        rejected=[("suppressed", "dnd", 1)],
    )


@pytest.mark.usefixtures("key")
def test_a_damaged_ledger_ends_the_run_and_says_what_to_do(tmp_path: Path) -> None:
    with Simulator(NO_GAP) as simulator:
        settings = settings_for(simulator, tmp_path)
        deliver([[lead(1)]], settings)
    claim = min((tmp_path / "ledger").glob("0*"))
    claim.chmod(0o600)
    claim.write_bytes(b"")
    start_over()
    open_ledger.cache_clear()

    with pytest.raises(LedgerError, match="damaged"):
        check([[lead(1)]], sent_before=settings.ledger, accepted=[], rejected=[])

    assert f"{claim.name} of the ledger is damaged" in BOARD.stopped


def test_a_list_that_went_away_ends_the_run_with_its_name(tmp_path: Path) -> None:
    gone = ListSettings((str(tmp_path / "gone.txt"),), "IN", allow_empty=False)

    with pytest.raises(ListsUnusable):
        check([[lead(1)]], lists=gone, accepted=[], rejected=[])

    assert BOARD.stopped.startswith(f"the list {tmp_path / 'gone.txt'} cannot be read")


@given(
    st.lists(
        st.tuples(st.booleans(), st.none() | st.floats(0, 200), st.booleans()),
        min_size=1,
        max_size=20,
    )
)
def test_the_leads_own_wish_goes_before_its_expiry_and_that_before_the_lists(
    rows: list[tuple[bool, float | None, bool]],
) -> None:
    block = LeadBlock.of(
        [lead(1, do_not_call=wish, expires_at=expires_at) for wish, expires_at, _ in rows]
    )
    listed = np.array([listed for _, _, listed in rows], np.bool_)

    reasons = [REASONS_AGAINST[index][0] for index in reasons_against(block, listed, 100.0)]

    assert reasons == [
        "do_not_call"
        if wish
        else "expired"
        if expires_at is not None and expires_at < 100.0
        else "dnd"
        if is_listed
        else ""
        for wish, expires_at, is_listed in rows
    ]
