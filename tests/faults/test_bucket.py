"""The store of a ledger in a bucket answers errors, refuses everything, or denies what it has written."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.evidence import Evidence, what_happened
from tests.faults.held_store import HeldStore
from tests.faults.laboratory import Strike, StrikeAt, laboratory
from tests.faults.matrix import BARRED, ERRORS, LIES, Moment, Row

pytestmark = pytest.mark.long

ERRORS_IN_A_ROW = 2


def store_of(strike: Strike) -> HeldStore:
    store = strike.stage.store
    assert store is not None
    return store


def answer_errors(strike: Strike) -> None:
    store_of(strike).errors = ERRORS_IN_A_ROW
    strike.go_on()


def refuse_everything(strike: Strike) -> None:
    store_of(strike).is_barred = True
    strike.end()
    store_of(strike).is_barred = False


def deny_the_next_write(strike: Strike) -> None:
    store_of(strike).lies = 1
    strike.go_on()


def strike_all(
    folder: Path, strike: StrikeAt, row: Row, *, failures: int
) -> Mapping[Moment, Evidence]:
    """Strike, and see that the store has failed as often at each moment, at the least."""
    with laboratory(folder) as lab:
        found = lab.run(strike, row.moments)
        assert lab.stage.store is not None
        assert lab.stage.store.failed >= failures * len(row.moments)
    return found


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    return strike_all(
        tmp_path_factory.mktemp("errors"), answer_errors, ERRORS, failures=ERRORS_IN_A_ROW
    )


@pytest.fixture(scope="module")
def barred(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    return strike_all(tmp_path_factory.mktemp("barred"), refuse_everything, BARRED, failures=1)


@pytest.fixture(scope="module")
def lied_to(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Moment, Evidence]:
    return strike_all(tmp_path_factory.mktemp("lies"), deny_the_next_write, LIES, failures=1)


@pytest.mark.parametrize("moment", ERRORS.moments, ids=str)
def test_the_store_answers_errors_for_a_moment(
    errors: Mapping[Moment, Evidence], moment: Moment
) -> None:
    assert what_happened(errors[moment]) == ERRORS[moment]


@pytest.mark.parametrize("moment", BARRED.moments, ids=str)
def test_the_store_refuses_everything(barred: Mapping[Moment, Evidence], moment: Moment) -> None:
    assert what_happened(barred[moment]) == BARRED[moment]


@pytest.mark.parametrize("moment", LIES.moments, ids=str)
def test_the_store_denies_what_it_has_written(
    lied_to: Mapping[Moment, Evidence], moment: Moment
) -> None:
    assert what_happened(lied_to[moment]) == LIES[moment]
