import sys
from pathlib import Path

import pytest

from dialer.clock import Instant, ManualClock, SystemClock


def test_both_clocks_of_this_machine_run_on() -> None:
    clock = SystemClock()
    before = clock.now()
    clock.sleep(0.01)
    after = clock.now()
    assert after.boot_secs - before.boot_secs >= 0.01
    assert after.wall_secs > before.wall_secs


def test_a_boot_has_one_name_for_all_processes_of_it() -> None:
    assert SystemClock().now().boot_id == SystemClock().now().boot_id
    if sys.platform == "linux":
        known = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        assert SystemClock().now().boot_id == known


@pytest.mark.parametrize("secs", [0.0, -3.0])
def test_nobody_sleeps_a_time_that_is_not_positive(secs: float) -> None:
    SystemClock().sleep(secs)
    clock = ManualClock()
    before = clock.now()
    clock.sleep(secs)
    assert clock.now() == before
    assert clock.slept_secs == []


def test_a_manual_clock_moves_by_what_is_slept_on_it() -> None:
    clock = ManualClock(boot_id="a", boot_secs=5.0, wall_secs=100.0)
    clock.sleep(2.5)
    assert clock.now() == Instant("a", 7.5, 102.5)
    assert clock.slept_secs == [2.5]


def test_setting_the_wall_clock_leaves_the_boot_clock_alone() -> None:
    clock = ManualClock(boot_id="a", boot_secs=5.0, wall_secs=100.0)
    clock.set_wall(40.0)
    assert clock.now() == Instant("a", 5.0, 40.0)


def test_a_new_boot_has_another_name_and_counts_from_zero() -> None:
    clock = ManualClock(boot_id="a", boot_secs=5.0, wall_secs=100.0)
    clock.reboot("b")
    assert clock.now() == Instant("b", 0.0, 100.0)
