"""The race of tests/dialer/race.py with its ledger in a bucket, whose answers now and then are lost."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from dialer.slot_format import decode_claim
from dialer.stores import open_store
from tests.dialer import race
from tests.dialer.fake_gcs import FakeGcs, PutFault
from tests.dialer.race import TIMEOUT_SECS, Race, Runner
from tests.dialer.race_dialer import RaceDialer
from tests.dialer.test_race import _check, _runners

_LOCATION = "gs://bucket/ledger"


def _work(fake_url: str, folder: Path, dialer_url: str, runner: Runner) -> None:
    """The life of a worker, its ledger in the bucket in place of the folder."""
    with pytest.MonkeyPatch.context() as patches:
        patches.setenv("STORAGE_EMULATOR_HOST", fake_url)
        patches.setattr(race, "LocalStore", lambda _folder: open_store(_LOCATION))
        race.work(folder, dialer_url, runner)


@dataclass(slots=True, kw_only=True)
class _BucketRace(Race):
    """Races in a bucket; what the supervisor looks for, it finds in the fake's memory."""

    fake: FakeGcs

    def _start(self, runner: Runner) -> ForkServerProcess:
        context = get_context("forkserver")
        context.set_forkserver_preload([__name__])
        args = (self.fake.url, self.folder, self.dialer.url, runner)
        process = context.Process(target=_work, args=args)
        process.start()
        return process

    def _claims(self) -> list[str]:
        blobs, _ = self.fake.objects.page("bucket", "ledger/0", "", 10_000)
        return [blob.name for blob in blobs if blob.name.endswith(".1-claim")]

    def _claimer(self) -> "race._Worker | None":
        claims = self._claims()
        if not claims:
            return None
        sender = decode_claim(self.fake.objects.get("bucket", claims[-1]).data).sender
        alive = (worker for worker in self._workers if worker.process.exitcode is None)
        return next((worker for worker in alive if str(worker.process.pid) == sender), None)

    def copy_ledger(self) -> None:
        """Write the bucket's objects into the folder, where the check reads them."""
        (self.folder / "ledger").mkdir()
        blobs, _ = self.fake.objects.page("bucket", "ledger/0", "", 10_000)
        for blob in blobs:
            (self.folder / blob.name).write_bytes(blob.data)


def _liar(seed: int) -> Callable[[str], PutFault]:
    """One write in eight goes wrong, most of them though they were applied."""
    chance = random.Random(seed)
    faults = (PutFault.NONE, PutFault.REFUSED, PutFault.APPLIED_503, PutFault.APPLIED_DROPPED)
    return lambda _path: chance.choices(faults, [88, 3, 4, 5])[0]


def _race(folder: Path, *, seed: int, leads: int, chaos_secs: float) -> Race:
    with FakeGcs("bucket") as fake, RaceDialer(seed=seed, slow_secs=TIMEOUT_SECS * 1.5) as dialer:
        fake.choose_fault = _liar(seed)
        a_race = _BucketRace(folder, dialer, _runners(leads), random.Random(seed), fake=fake)
        a_race.run(chaos_secs=chaos_secs, calm_secs=120.0)
        a_race.copy_ledger()
    return a_race


def test_processes_that_are_killed_and_stopped_keep_the_promise_in_a_bucket(
    tmp_path: Path,
) -> None:
    raced = _race(tmp_path, seed=11, leads=60, chaos_secs=12.0)
    print(_check(raced))  # noqa: T201 - shown when it fails
    assert raced.kills >= 3
    assert raced.stops >= 3


@pytest.mark.race
@pytest.mark.parametrize("seed", range(2))
def test_many_blows_keep_the_promise_in_a_bucket(tmp_path: Path, seed: int) -> None:
    raced = _race(tmp_path, seed=seed, leads=400, chaos_secs=60.0)
    print(_check(raced))  # noqa: T201 - shown when it fails
    assert raced.kills >= 30
    assert raced.stops >= 30
