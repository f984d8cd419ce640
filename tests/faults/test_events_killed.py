"""Killed and stopped while it delivers messages: they come again, and nothing else is different."""

import time
from collections.abc import Iterator, Mapping

import pytest

from tests.faults.evidence import Evidence, what_happened
from tests.faults.jobs import EventJob
from tests.faults.laboratory import Strike, laboratory
from tests.faults.matrix import KILLED, STOPPED_LONG, Moment
from tests.standins.emulator import environment
from tests.standins.topics import make_topic

pytestmark = pytest.mark.long

LEASE_SECS = 20.0
BEYOND_THE_LEASE = [Moment.AFTER_CLAIM, Moment.TAKEN, Moment.AFTER_DURABLE]


@pytest.fixture(scope="module")
def events(emulator_address: str) -> Iterator[EventJob]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(emulator_address).items():
            patch.setenv(name, value)
        yield EventJob(make_topic("faults"))


def kill(strike: Strike) -> None:
    strike.running.kill()
    strike.go_on(lets_through=False)


def outstay_the_lease(strike: Strike) -> None:
    strike.freeze()
    strike.go_on_around_it()
    time.sleep(LEASE_SECS * 1.2)
    strike.thaw()


@pytest.fixture(scope="module")
def killed(events: EventJob, tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    with laboratory(tmp_path_factory.mktemp("events-killed"), job=events) as lab:
        return lab.run(kill, KILLED.moments)


@pytest.fixture(scope="module")
def stopped(
    events: EventJob, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[Moment, Evidence]:
    folder = tmp_path_factory.mktemp("events-stopped")
    with laboratory(folder, job=events, options=("--timeout_secs", "3")) as lab:
        lab.stage.answer_bytes = 20_000
        return lab.run(outstay_the_lease, BEYOND_THE_LEASE)


@pytest.mark.parametrize("moment", KILLED.moments, ids=str)
def test_killed_while_it_delivers_events(killed: Mapping[Moment, Evidence], moment: Moment) -> None:
    assert what_happened(killed[moment]) == KILLED[moment]


@pytest.mark.parametrize("moment", BEYOND_THE_LEASE, ids=str)
def test_stopped_for_longer_than_the_messages_are_leased(
    stopped: Mapping[Moment, Evidence], moment: Moment
) -> None:
    assert what_happened(stopped[moment]) == STOPPED_LONG[moment]
