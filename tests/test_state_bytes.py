"""The bound of the benchmark, on a queue small enough for every run of the tests."""

import pytest

from benchmarks.state_bytes import LIMIT, measure


@pytest.mark.parametrize(("batch", "campaigns"), [(LIMIT, 1), (10, 8)])
def test_a_queue_costs_at_most_thirty_times_its_leads_in_state(batch: int, campaigns: int) -> None:
    cost = measure(16_000, batch=batch, campaigns=campaigns)
    assert cost.times <= 30
    assert cost.requests == 16_000 / LIMIT
