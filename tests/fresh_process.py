"""What tests that run the program, or its steps, in their own process need: it must be fresh."""

from collections.abc import Iterator

import pytest

from transforms.delivery_settings import open_ledger
from transforms.in_process import start_over
from transforms.lists import close_screens


@pytest.fixture(autouse=True)
def fresh_process() -> Iterator[None]:
    """A process as if it had just begun."""
    start_over()
    close_screens()
    open_ledger.cache_clear()
    yield
    close_screens()
    start_over()
