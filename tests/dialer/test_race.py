"""Real processes on one ledger, killed and stopped at random: what the dialer saw is what counts."""

import random
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from dialer.clock import SystemClock
from dialer.ledger import Ledger
from dialer.store import LocalStore
from dialer.verdicts import AnswerKind
from tests.dialer.race import GAP_SECS, TIMEOUT_SECS, Race, Runner
from tests.dialer.race_dialer import RaceDialer


def _runners(leads: int) -> list[Runner]:
    """Two outputs with locks, and one run in two processes without: half of all leads in common."""
    shared = range(1, leads // 2 + 1)
    return [
        Runner("first", "run-first", [*shared, *range(1001, 1001 + leads // 2)], locks=True),
        Runner("second", "run-second", [*range(2001, 2001 + leads // 2), *shared], locks=True),
        Runner("third", "run-third", list(shared), locks=False),
        Runner("fourth", "run-third", list(shared), locks=False),
    ]


def _race(folder: Path, *, seed: int, leads: int, chaos_secs: float) -> Race:
    with RaceDialer(seed=seed, slow_secs=TIMEOUT_SECS * 1.5) as dialer:
        race = Race(folder, dialer, _runners(leads), random.Random(seed))
        race.run(chaos_secs=chaos_secs, calm_secs=120.0)
    return race


def _check(race: Race) -> str:
    """All that was promised; returns what the race was like."""
    arrivals = race.dialer.arrivals
    gaps = [later.at - earlier.at for earlier, later in pairwise(arrivals)]
    assert min(gaps) >= GAP_SECS, f"a gap of {min(gaps):.4f} s"
    taken = Counter(
        (arrival.campaign, phone)
        for arrival in arrivals
        if arrival.is_taken
        for phone in arrival.phones
    )
    assert [key for key, times in taken.items() if times > 1] == []
    told: dict[tuple[str, str], set[str]] = {}
    for runner in race.runners:
        for outcome in _outcomes(race, runner):
            told.setdefault((outcome["campaign"], outcome["phone"]), set()).add(outcome["status"])
            if outcome["status"] == "delivered":
                assert (outcome["campaign"], outcome["phone"]) in taken
    for key, statuses in told.items():
        assert statuses <= {"delivered", "suppressed", "unknown"}
        assert ("delivered" in statuses) != ("unknown" in statuses), "taken once, told once"
        assert key in taken or statuses == {"unknown"}
    assert taken.keys() <= told.keys()
    unknown, slots = _check_unknowns(race)
    return (
        f"{len(arrivals)} requests, {slots} slots of which {unknown} unknown, {race.kills} kills,"
        f" {race.stops} stops, least gap {min(gaps):.4f} s"
    )


def _outcomes(race: Race, runner: Runner) -> list[dict[str, Any]]:
    """The outcomes of the one process of a runner that came to its end: one for each lead."""
    (path,) = race.folder.glob(f"{runner.name}.*.outcomes")
    outcomes = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert sorted(outcome["source"]["record"] for outcome in outcomes) == sorted(runner.numbers)
    return outcomes


def _check_unknowns(race: Race) -> tuple[int, int]:
    """A slot is unknown only where its sender was hit, or the dialer gave no answer in time."""
    ledger = Ledger(LocalStore(race.folder / "ledger"), run="looks on", clock=SystemClock())
    ledger.refresh()
    unanswered = {
        (arrival.campaign, arrival.phones)
        for arrival in race.dialer.arrivals
        if arrival.reply in ("slow", "dropped")
    }
    unknown = 0
    for slot in range(1, ledger.tail.last_slot + 1):
        claim, answer = ledger.slot(slot)
        if answer.kind is AnswerKind.NO_ANSWER:
            unknown += 1
            was_hit = claim.sender in race.killed | race.stopped
            phones = tuple(lead.phone for lead in claim.leads)
            assert was_hit or (claim.campaign, phones) in unanswered, f"slot {slot}"
    return unknown, ledger.tail.last_slot


def test_processes_that_are_killed_and_stopped_keep_the_promise(tmp_path: Path) -> None:
    race = _race(tmp_path, seed=7, leads=60, chaos_secs=12.0)
    print(_check(race))  # noqa: T201 - shown when it fails
    assert race.kills >= 5
    assert race.stops >= 5


@pytest.mark.race
@pytest.mark.parametrize("seed", range(4))
def test_many_blows_keep_the_promise(tmp_path: Path, seed: int) -> None:
    race = _race(tmp_path, seed=seed, leads=400, chaos_secs=60.0)
    print(_check(race))  # noqa: T201 - shown when it fails
    assert race.kills >= 30
    assert race.stops >= 30
