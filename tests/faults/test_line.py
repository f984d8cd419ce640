"""The line to the dialer is cut, and what is waited for takes too long."""

import time
from collections.abc import Mapping

import pytest

from tests.faults.evidence import Evidence, what_happened
from tests.faults.laboratory import Strike, laboratory
from tests.faults.matrix import CUT, TIMEOUT, Moment

pytestmark = pytest.mark.long

TIMEOUT_SECS = 2
WINDOW_SECS = 5.5
"""A sender may not begin to send so long after its reading."""
STORE_SECS = 11.0
"""The bucket's client asks anew after 10 seconds."""


def cut(strike: Strike) -> None:
    line = strike.stage.line
    if strike.moment is not Moment.CONNECTING:
        line.cut()
        strike.go_on()
        return
    line.refuse()
    strike.wait_until_unconnected()
    line.mend()


def wait_too_long(strike: Strike) -> None:
    match strike.moment:
        case Moment.CONNECTING:
            strike.wait_until_unconnected()
        case Moment.BEFORE_CLAIM | Moment.AFTER_CLAIM:
            time.sleep(WINDOW_SECS)
        case Moment.BODY_LEFT | Moment.TAKEN:
            # Only then the dialer goes on: it takes what it has read, and answers to nobody.
            strike.wait_until_answered()
        case _:
            time.sleep(STORE_SECS)
    strike.go_on()


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    with laboratory(tmp_path_factory.mktemp("cut")) as lab:
        return lab.run(cut, CUT.moments)


@pytest.fixture(scope="module")
def too_late(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    folder = tmp_path_factory.mktemp("timeout")
    with laboratory(folder, options=("--timeout_secs", f"{TIMEOUT_SECS}")) as lab:
        return lab.run(wait_too_long, TIMEOUT.moments)


@pytest.mark.parametrize("moment", CUT.moments, ids=str)
def test_the_line_is_cut(cut_off: Mapping[Moment, Evidence], moment: Moment) -> None:
    assert what_happened(cut_off[moment]) == CUT[moment]


@pytest.mark.parametrize("moment", TIMEOUT.moments, ids=str)
def test_it_takes_too_long(too_late: Mapping[Moment, Evidence], moment: Moment) -> None:
    assert what_happened(too_late[moment]) == TIMEOUT[moment]
