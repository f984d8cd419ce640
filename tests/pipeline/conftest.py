"""What every test of the program needs."""

from pathlib import Path

import pytest

from tests.fresh_process import fresh_process
from tests.pipeline.suppression_desk import SuppressionDesk

__all__ = ["fresh_process"]


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> SuppressionDesk:
    """A folder for lists, and `suppression`."""
    return SuppressionDesk(tmp_path, capsys)
