"""The program is killed at every moment of a request, and started again by the same command."""

from collections.abc import Mapping

import pytest

from tests.faults.evidence import Evidence, what_happened
from tests.faults.laboratory import Strike, laboratory
from tests.faults.matrix import KILLED, Moment

pytestmark = pytest.mark.long

# A disk cannot be made to wait between the answer and its record: there kills come at random
# (tests/program/test_kill.py).
ON_A_DISK = [moment for moment in KILLED.moments if moment is not Moment.BEFORE_DURABLE]


def kill(strike: Strike) -> None:
    strike.running.kill()
    strike.go_on(lets_through=False)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    with laboratory(tmp_path_factory.mktemp("killed")) as lab:
        return lab.run(kill, KILLED.moments)


@pytest.fixture(scope="module")
def killed_on_a_disk(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    folder = tmp_path_factory.mktemp("killed-on-a-disk")
    with laboratory(folder, ledger=folder / "ledger") as lab:
        return lab.run(kill, ON_A_DISK)


@pytest.mark.parametrize("moment", KILLED.moments, ids=str)
def test_killed(killed: Mapping[Moment, Evidence], moment: Moment) -> None:
    assert what_happened(killed[moment]) == KILLED[moment]


@pytest.mark.parametrize("moment", ON_A_DISK, ids=str)
def test_killed_with_the_ledger_on_a_disk(
    killed_on_a_disk: Mapping[Moment, Evidence], moment: Moment
) -> None:
    assert what_happened(killed_on_a_disk[moment]) == KILLED[moment]
