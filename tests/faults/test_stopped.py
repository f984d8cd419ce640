"""The program is stopped at every moment of a request while the world goes on, and continued."""

import time
from collections.abc import Mapping

import pytest

from tests.faults.evidence import Evidence, what_happened
from tests.faults.laboratory import Strike, StrikeAt, laboratory
from tests.faults.matrix import STOPPED, STOPPED_LONG, Moment

pytestmark = pytest.mark.long

TIMEOUT_SECS = 3
BEYOND_SECS = 6.0
"""Longer than a request may take, and than a sender may wait after its reading: 5 seconds."""

LONG_ANSWER_BYTES = 20_000
"""More than is read at once: a short answer that lies there whole is read however late it is."""


def stop_for(secs: float) -> StrikeAt:
    def stop(strike: Strike) -> None:
        strike.freeze()
        strike.go_on_around_it()
        time.sleep(secs)
        strike.thaw()

    return stop


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    with laboratory(tmp_path_factory.mktemp("stopped")) as lab:
        return lab.run(stop_for(0.5), STOPPED.moments)


@pytest.fixture(scope="module")
def stopped_long(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    folder = tmp_path_factory.mktemp("stopped-long")
    with laboratory(folder, options=("--timeout_secs", f"{TIMEOUT_SECS}")) as lab:
        lab.stage.answer_bytes = LONG_ANSWER_BYTES
        return lab.run(stop_for(BEYOND_SECS), STOPPED_LONG.moments)


@pytest.mark.parametrize("moment", STOPPED.moments, ids=str)
def test_stopped_for_a_moment(stopped: Mapping[Moment, Evidence], moment: Moment) -> None:
    assert what_happened(stopped[moment]) == STOPPED[moment]


@pytest.mark.parametrize("moment", STOPPED_LONG.moments, ids=str)
def test_stopped_for_longer_than_a_request_may_take(
    stopped_long: Mapping[Moment, Evidence], moment: Moment
) -> None:
    assert what_happened(stopped_long[moment]) == STOPPED_LONG[moment]
