"""The wall clock is set at every moment of a request: by an hour and by three days, each way."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.evidence import Evidence, read_slots, what_happened
from tests.faults.laboratory import Strike, laboratory
from tests.faults.matrix import DAYS_AHEAD, DAYS_BACK, HOUR_AHEAD, HOUR_BACK, Moment, Row
from tests.faults.wall_clock import WallClock

pytestmark = pytest.mark.long

HOUR_SECS = 3600.0
DAYS_SECS = 3 * 24 * HOUR_SECS


def set_by(secs: float, folder: Path, row: Row) -> Mapping[Moment, Evidence]:
    """Set it so at each moment: at the last one it is wrong by eight times as much."""
    clock = WallClock(folder / "clock")
    with laboratory(folder, prefix=clock.prefix) as lab:

        def move(strike: Strike) -> None:
            clock.move(secs)
            strike.go_on()

        found = lab.run(move, row.moments)
        slots = read_slots(lab.stage.ledger)
    made, answered = slots[0][0].made, slots[-1][1].answered
    moved_secs = (answered.wall_secs - answered.boot_secs) - (made.wall_secs - made.boot_secs)
    assert moved_secs == pytest.approx(secs * len(row.moments), abs=1.0)
    return found


@pytest.fixture(scope="module")
def hour_ahead(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    return set_by(HOUR_SECS, tmp_path_factory.mktemp("hour-ahead"), HOUR_AHEAD)


@pytest.fixture(scope="module")
def days_ahead(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    return set_by(DAYS_SECS, tmp_path_factory.mktemp("days-ahead"), DAYS_AHEAD)


@pytest.fixture(scope="module")
def hour_back(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    return set_by(-HOUR_SECS, tmp_path_factory.mktemp("hour-back"), HOUR_BACK)


@pytest.fixture(scope="module")
def days_back(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    return set_by(-DAYS_SECS, tmp_path_factory.mktemp("days-back"), DAYS_BACK)


@pytest.mark.parametrize("moment", HOUR_AHEAD.moments, ids=str)
def test_set_forward_by_an_hour(hour_ahead: Mapping[Moment, Evidence], moment: Moment) -> None:
    assert what_happened(hour_ahead[moment]) == HOUR_AHEAD[moment]


@pytest.mark.parametrize("moment", DAYS_AHEAD.moments, ids=str)
def test_set_forward_by_three_days(days_ahead: Mapping[Moment, Evidence], moment: Moment) -> None:
    assert what_happened(days_ahead[moment]) == DAYS_AHEAD[moment]


@pytest.mark.parametrize("moment", HOUR_BACK.moments, ids=str)
def test_set_back_by_an_hour(hour_back: Mapping[Moment, Evidence], moment: Moment) -> None:
    assert what_happened(hour_back[moment]) == HOUR_BACK[moment]


@pytest.mark.parametrize("moment", DAYS_BACK.moments, ids=str)
def test_set_back_by_three_days(days_back: Mapping[Moment, Evidence], moment: Moment) -> None:
    assert what_happened(days_back[moment]) == DAYS_BACK[moment]
