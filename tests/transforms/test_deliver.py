import stat
import time
from pathlib import Path

import pytest

from dialer.clock import ManualClock
from dialer.simulator import Fault, FaultPlan, PlannedFault, Rules, Simulator
from records.lead_block import Lead
from schemas.outcome import Outcome, Status
from tests.transforms.delivering import NO_GAP, deliver, settings_for
from tests.transforms.running import lead
from tests.transforms.test_write_outcomes import outcome
from transforms.deliver import by_status
from transforms.delivery_settings import LedgerSettings
from transforms.in_process import BOARD, request_stop, start_over
from transforms.keys import KeyUnavailable
from transforms.lists import ListSettings, ListsUnusable, close_screens, open_screen


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAL_KEY", "k3y")


def leads(count: int, *, first: int = 1, campaign: str = "Summer") -> list[Lead]:
    return [lead(number, campaign=campaign) for number in range(first, first + count)]


def dnd(path: Path, *numbers: int) -> ListSettings:
    path.write_text("# list\n" + "".join(f"{9_876_500_000 + number}\n" for number in numbers))
    return ListSettings((str(path),), "IN", allow_empty=True)


def test_all_leads_are_delivered_in_as_few_requests_as_they_need(tmp_path: Path) -> None:
    with Simulator(NO_GAP) as simulator:
        found = deliver([leads(150), leads(300, first=151)], settings_for(simulator, tmp_path))

    assert found.counts == {"delivered": 450, "failed": 0, "unknown": 0, "suppressed": 0}
    assert [arrival.rows for arrival in simulator.arrivals] == [200, 200, 50]
    assert set(simulator.taken.values()) == {1}
    assert simulator.violations == []
    assert (BOARD.total, BOARD.pending, BOARD.requests, BOARD.stopped) == (450, 0, 3, "")


def test_each_campaign_has_its_own_requests_in_turn(tmp_path: Path) -> None:
    mixed = [lead(number, campaign=f"c{number % 3}") for number in range(1, 31)]
    with Simulator(NO_GAP) as simulator:
        found = deliver([mixed], settings_for(simulator, tmp_path, limit=5))

    assert found.counts["delivered"] == 30
    assert [arrival.campaign for arrival in simulator.arrivals] == ["c1", "c2", "c0"] * 2
    assert {arrival.rows for arrival in simulator.arrivals} == {5}


def test_the_gap_is_kept_between_any_two_requests(tmp_path: Path) -> None:
    with Simulator(Rules(gap_secs=0.3)) as simulator:
        found = deliver([leads(3)], settings_for(simulator, tmp_path, limit=1, gap_secs=0.3))

    assert found.counts["delivered"] == 3
    assert simulator.violations == []


def test_outcomes_name_their_request_and_how_the_lead_was_read(tmp_path: Path) -> None:
    with Simulator(NO_GAP) as simulator:
        found = deliver([[lead(1, note="a second number")]], settings_for(simulator, tmp_path))

    (delivered,) = found.outcomes["delivered"]
    assert (delivered.campaign, delivered.phone) == ("Summer", "9876500001")
    assert delivered.lead_json == b'{"PhoneNumber": "9876500001"}'
    assert delivered.request_id
    assert delivered.detail == "a second number"


def test_a_row_that_the_dialer_refuses_fails_alone(tmp_path: Path) -> None:
    with Simulator(NO_GAP, faults=FaultPlan.of(Fault.REFUSE_ROW)) as simulator:
        found = deliver([leads(3)], settings_for(simulator, tmp_path))

    assert found.brief("failed") == [(1, "dialer_refused")]
    assert found.outcomes["failed"][0].detail
    assert found.brief("delivered") == [(2, "ok"), (3, "ok")]
    assert found.brief("unknown") == []
    assert found.brief("suppressed") == []


def test_a_number_on_the_dialers_own_list_is_found_and_suppressed(tmp_path: Path) -> None:
    with Simulator(Rules(gap_secs=0.0, dnd=frozenset({"9876500002"}))) as simulator:
        found = deliver([leads(4)], settings_for(simulator, tmp_path))

    assert found.brief("suppressed") == [(2, "dialer_dnd")]
    assert found.brief("delivered") == [(1, "ok"), (3, "ok"), (4, "ok")]
    assert (found.counts["failed"], found.counts["unknown"]) == (0, 0)
    assert BOARD.halvings > 0


def test_without_an_answer_the_leads_are_unknown_and_not_sent_again(tmp_path: Path) -> None:
    with Simulator(NO_GAP, faults=FaultPlan.of(Fault.DROP_AFTER)) as simulator:
        found = deliver([leads(2)], settings_for(simulator, tmp_path))

    assert found.brief("unknown") == [(1, "no_answer"), (2, "no_answer")]
    assert (found.counts["delivered"], found.counts["failed"], found.counts["suppressed"]) == (
        *(0, 0, 0),
    )
    assert len(simulator.arrivals) == 1


def test_leads_without_an_answer_row_are_unknown(tmp_path: Path) -> None:
    with Simulator(NO_GAP, faults=FaultPlan.of(Fault.SHORT)) as simulator:
        found = deliver([leads(4)], settings_for(simulator, tmp_path))

    assert len(found.outcomes["delivered"]) == 2
    assert [reason for _, reason in found.brief("unknown")] == ["no_answer_row"] * 2
    assert (found.counts["failed"], found.counts["suppressed"]) == (0, 0)


def test_a_time_limit_is_kept(tmp_path: Path) -> None:
    plan = FaultPlan((PlannedFault.of(Fault.TIMEOUT, 60),))
    with Simulator(NO_GAP, faults=plan) as simulator:
        found = deliver([leads(1)], settings_for(simulator, tmp_path, timeout_secs=0.3))

    assert found.brief("unknown") == [(1, "no_answer")]


def test_resent_leads_may_go_again(tmp_path: Path) -> None:
    with Simulator(NO_GAP, faults=FaultPlan.of(Fault.DROP_BEFORE)) as simulator:
        found = deliver([leads(1)], settings_for(simulator, tmp_path, resends=True))

    assert found.brief("delivered") == [(1, "ok")]
    assert len(simulator.arrivals) == 2


def test_duplicates_and_listed_and_expired_leads_are_suppressed_when_their_turn_comes(
    tmp_path: Path,
) -> None:
    given = [
        lead(1),
        lead(2, phone=9_876_500_001),
        lead(3, phone=9_876_500_001, campaign="Winter"),
        lead(4),
        lead(5, expires_at=1.0),
    ]
    with Simulator(NO_GAP) as simulator:
        settings = settings_for(simulator, tmp_path)
        found = deliver([given], settings, dnd(tmp_path / "dnd.txt", 4))

    assert found.brief("delivered") == [(1, "ok"), (3, "ok")]
    assert found.brief("suppressed") == [(2, "duplicate"), (4, "dnd"), (5, "expired")]
    assert (found.counts["failed"], found.counts["unknown"]) == (0, 0)


def test_the_same_run_again_sends_nothing_and_gives_the_same_outcomes(tmp_path: Path) -> None:
    with Simulator(NO_GAP, faults=FaultPlan.of(Fault.REFUSE_ROW, Fault.DROP_AFTER)) as simulator:
        settings = settings_for(simulator, tmp_path, limit=2)
        first = deliver([leads(6)], settings)
        start_over()
        second = deliver([leads(6)], settings)

    assert len(simulator.arrivals) == 4  # after no answer, one lead at a time
    assert second.outcomes.keys() == first.outcomes.keys()
    for output, outcomes in first.outcomes.items():
        assert sorted(second.outcomes[output], key=_record) == sorted(outcomes, key=_record)
    assert BOARD.requests == 0


def test_what_was_sent_keeps_its_outcome_though_a_newer_list_holds_it(tmp_path: Path) -> None:
    with Simulator(NO_GAP) as simulator:
        settings = settings_for(simulator, tmp_path)
        deliver([leads(2)], settings, dnd(tmp_path / "dnd.txt"))
        start_over()
        close_screens()
        again = deliver([leads(3)], settings, dnd(tmp_path / "dnd.txt", 1, 3))

    assert again.brief("delivered") == [(1, "ok"), (2, "ok")]
    assert again.brief("suppressed") == [(3, "dnd")]


def test_another_run_of_the_account_knows_what_was_delivered(tmp_path: Path) -> None:
    with Simulator(NO_GAP, faults=FaultPlan.of(Fault.NONE, Fault.DROP_AFTER)) as simulator:
        settings = settings_for(simulator, tmp_path, limit=1)
        deliver([leads(2)], settings)
        start_over()
        other = LedgerSettings(settings.ledger.location, "run-2")
        found = deliver([leads(3)], settings_for(simulator, tmp_path, ledger=other))

    assert found.brief("suppressed") == [(1, "duplicate")]
    assert found.brief("unknown") == [(2, "held")]
    assert found.brief("delivered") == [(3, "ok")]


def test_a_stop_leaves_leads_pending_and_says_so(tmp_path: Path) -> None:
    request_stop()
    with Simulator(NO_GAP) as simulator:
        found = deliver([leads(3)], settings_for(simulator, tmp_path))

    assert found.counts == {"delivered": 0, "failed": 0, "unknown": 0, "suppressed": 0}
    assert simulator.arrivals == []
    assert (BOARD.stopped, BOARD.pending) == ("stopped on request", 3)


def test_a_wrong_key_takes_one_request_and_leaves_the_leads_pending(tmp_path: Path) -> None:
    rules = Rules(gap_secs=0.0, keys=frozenset({"another"}))
    with Simulator(rules) as simulator:
        settings = settings_for(simulator, tmp_path)
        found = deliver([leads(3)], settings)

    assert len(simulator.arrivals) == 1
    assert sum(found.counts.values()) == 0
    assert "--api_key" in BOARD.stopped
    assert "k3y" not in BOARD.stopped
    assert BOARD.pending == 3


def test_a_campaign_that_the_dialer_does_not_know_fails_where_another_one_succeeds(
    tmp_path: Path,
) -> None:
    given = [*leads(2), *leads(2, first=3, campaign="Nowhere")]
    with Simulator(Rules(gap_secs=0.0, campaigns=frozenset({"Summer"}))) as simulator:
        found = deliver([given], settings_for(simulator, tmp_path))

    assert found.brief("delivered") == [(1, "ok"), (2, "ok")]
    assert found.brief("failed") == [(3, "campaign_refused"), (4, "campaign_refused")]


def test_a_key_or_a_list_that_went_away_ends_the_run_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    gone = ListSettings((str(tmp_path / "gone.txt"),), "IN", allow_empty=False)
    with Simulator(NO_GAP) as simulator:
        settings = settings_for(simulator, tmp_path, key_reference=f"file:{tmp_path / 'key'}")
        with pytest.raises(KeyUnavailable):
            deliver([leads(1)], settings)
        no_key = BOARD.stopped
        start_over()
        with pytest.raises(ListsUnusable):
            deliver([leads(1)], settings_for(simulator, tmp_path), gone)

    assert "names a file that cannot be read" in no_key
    assert BOARD.stopped.startswith(f"the list {tmp_path / 'gone.txt'} cannot be read")
    assert simulator.arrivals == []


def test_a_list_that_has_become_too_old_halts_before_the_next_request(tmp_path: Path) -> None:
    path = tmp_path / "dnd.txt"
    path.write_text("9876500009\n")
    aged = ListSettings((str(path),), "IN", allow_empty=False, max_age_hours=1.0)
    clock = ManualClock(wall_secs=time.time())
    open_screen(aged, clock=clock)
    clock.advance(7_200.0)
    with Simulator(NO_GAP) as simulator:
        found = deliver([leads(1)], settings_for(simulator, tmp_path), aged)

    assert sum(found.counts.values()) == 0
    assert BOARD.pending == 1
    assert BOARD.stopped.startswith(f"the list {path} is 2.0 hours old, more than the 1 of")
    assert simulator.arrivals == []


def test_a_damaged_ledger_stops_the_run_and_says_what_to_do(tmp_path: Path) -> None:
    with Simulator(NO_GAP) as simulator:
        settings = settings_for(simulator, tmp_path)
        deliver([leads(1)], settings)
        answer = max((tmp_path / "ledger").glob("0*"))
        answer.chmod(0o600)
        answer.write_bytes(b"{")
        start_over()
        found = deliver([leads(2)], settings)

    assert sum(found.counts.values()) == 0
    assert "of the ledger is damaged" in BOARD.stopped
    assert len(simulator.arrivals) == 1


def test_the_ledger_is_its_owners_alone(tmp_path: Path) -> None:
    with Simulator(NO_GAP) as simulator:
        deliver([leads(1)], settings_for(simulator, tmp_path))

    files = list((tmp_path / "ledger").iterdir())
    assert files
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in files)


def test_outcomes_are_sorted_out_by_status() -> None:
    mixed = [outcome(1), outcome(2, Status.FAILED, "dialer_refused"), outcome(3)]

    tagged = {each.tag: each.value for each in by_status(mixed)}

    assert tagged == {Status.DELIVERED: [mixed[0], mixed[2]], Status.FAILED: [mixed[1]]}
    assert list(by_status([])) == []


def _record(outcome: Outcome) -> int:
    return outcome.source.record or 0
