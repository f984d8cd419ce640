"""A desk for every test: a folder, a dialer, and a process as if it had just begun."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalogue.desk import KEY, Desk
from tests.fresh_process import fresh_process
from tests.program.strict_dialer import StrictDialer

__all__ = ["desk", "fresh_process"]


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    monkeypatch.setenv("DIAL_KEY", KEY)
    with StrictDialer(gap_secs=0.0) as dialer:
        yield Desk(tmp_path, dialer, capsys)
