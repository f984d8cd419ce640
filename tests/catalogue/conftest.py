"""A desk for every test: a folder, a dialer, and a process as if it had just begun."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalogue.desk import KEY, Desk
from tests.program.strict_dialer import StrictDialer
from transforms.delivery_settings import open_ledger
from transforms.in_process import start_over
from transforms.lists import open_screen


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    start_over()
    open_screen.cache_clear()
    open_ledger.cache_clear()
    yield
    start_over()


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    monkeypatch.setenv("DIAL_KEY", KEY)
    with StrictDialer(gap_secs=0.0) as dialer:
        yield Desk(tmp_path, dialer, capsys)
