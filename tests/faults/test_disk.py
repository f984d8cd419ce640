"""A real disk is full, or can no longer be written, from some moment of a request on."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.evidence import Evidence, what_happened
from tests.faults.laboratory import Strike, laboratory
from tests.faults.matrix import FULL, UNWRITABLE, Moment
from tests.program.small_disk import small_disk

pytestmark = pytest.mark.long


def fill_the_disk(folder: Path) -> Mapping[Moment, Evidence]:
    """All that the program writes is on the small disk."""
    with small_disk(folder / "disk", may_mount=True) as disk:
        if not disk.keeps_reserve:
            pytest.skip("this user may mount no small disk of its own to be filled up")
        with laboratory(disk.folder, ledger=disk.folder / "ledger") as lab:

            def fill(strike: Strike) -> None:
                disk.fill_up()
                strike.end()
                disk.make_room()

            return lab.run(fill, FULL.moments)


def bar_the_ledger(folder: Path) -> Mapping[Moment, Evidence]:
    """Only the ledger is on the disk that becomes read-only."""
    with (
        small_disk(folder / "disk", may_mount=True) as disk,
        laboratory(folder, ledger=disk.folder / "ledger") as lab,
    ):

        def bar(strike: Strike) -> None:
            disk.bar()
            strike.end()
            disk.unbar()

        return lab.run(bar, UNWRITABLE.moments)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    return fill_the_disk(tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="module")
def unwritable(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    return bar_the_ledger(tmp_path_factory.mktemp("unwritable"))


@pytest.mark.parametrize("moment", FULL.moments, ids=str)
def test_the_disk_is_full(full: Mapping[Moment, Evidence], moment: Moment) -> None:
    assert what_happened(full[moment]) == FULL[moment]


@pytest.mark.parametrize("moment", UNWRITABLE.moments, ids=str)
def test_the_ledger_is_unwritable(unwritable: Mapping[Moment, Evidence], moment: Moment) -> None:
    assert what_happened(unwritable[moment]) == UNWRITABLE[moment]
