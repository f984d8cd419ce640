from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suppression.categories import FULL
from suppression.number_sorting import NumberSorter

ENTRIES = st.lists(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from([FULL, 0, 1, 6])), max_size=40),
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=ENTRIES, run=st.integers(1, 50), merged=st.integers(1, 40))
def test_numbers_come_in_order_once_with_all_they_are_blocked_for(
    tmp_path: Path, pieces: list[list[tuple[int, int]]], run: int, merged: int
) -> None:
    expected: dict[int, int] = {}
    with NumberSorter(tmp_path, run=run, merged=merged) as sorter:
        for piece in pieces:
            for number, mask in piece:
                expected[number] = expected.get(number, 0) | mask
            numbers = np.array([number for number, _ in piece], np.int64)
            sorter.add(numbers, np.array([mask for _, mask in piece], np.uint8))
        found = [
            (int(number), int(mask))
            for numbers, masks in sorter.blocks()
            for number, mask in zip(numbers, masks, strict=True)
        ]
        assert sorter.added == sum(map(len, pieces))
    assert found == sorted(expected.items())
    assert list(tmp_path.iterdir()) == []


def test_numbers_without_masks_are_blocked_for_everything(tmp_path: Path) -> None:
    with NumberSorter(tmp_path) as sorter:
        sorter.add(np.array([999_999_999_999_999, 5]))
        (numbers, masks) = next(sorter.blocks())
    assert (numbers.tolist(), masks.tolist()) == ([5, 999_999_999_999_999], [FULL, FULL])


def test_a_failure_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    def fail() -> None:
        with NumberSorter(tmp_path, run=10) as sorter:
            sorter.add(np.arange(100))
            raise ValueError("on the way")

    with pytest.raises(ValueError, match="on the way"):
        fail()
    assert list(tmp_path.iterdir()) == []
