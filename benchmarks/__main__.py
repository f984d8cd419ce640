"""`make bench`: leads a second, CPU and memory, and their growth; reading; do-not-disturb lists."""

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks import list_speed, read_speed
from benchmarks.stages import measure
from benchmarks.state_bytes import StateCost
from benchmarks.state_bytes import measure as measure_state
from benchmarks.whole_program import Measured, deliver

_SMALL, _LARGE = 200_000, 800_000
_LISTED = 1_000_000
_MOST_GROWTH = 4.4
_MOST_BYTES = 500 * 10**6
_MOST_STATE_TIMES = 30.0


def main() -> int:
    """Measure and print; the exit status is 1 where a bound is missed."""
    print(f"by stage, {_SMALL:,} leads, CPU seconds (without Beam):")
    # In a process of its own: a child's peak memory begins with that of the process it came from.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        for stage, secs in pool.submit(measure, _SMALL).result().items():
            print(f"  {stage:<9}{secs:8.2f}")
    small, large = deliver(_SMALL), deliver(_LARGE)
    print("the whole program, the gap off:")
    for measured in (small, large):
        print(f"  {_line(measured)}")
    cpu_growth = large.cpu_secs / small.cpu_secs
    memory_growth = large.peak_bytes / small.peak_bytes
    print(f"four times the leads: CPU x {cpu_growth:.2f}, memory x {memory_growth:.2f}")
    print("a stream's queue in state, written and read to its end:")
    queues = {
        "one campaign, full batches": measure_state(1_000_000),
        "twenty campaigns, batches of ten": measure_state(100_000, batch=10, campaigns=20),
    }
    for kind, cost in queues.items():
        print(f"  {_state_line(cost)}: {kind}")
    bounds = read_speed.measure()
    print("do-not-disturb lists:")
    bounds += list_speed.measure(numbers=_LISTED, figures=_LISTED, rounds=1)
    held = (
        all(bound.is_kept for bound in bounds)
        and max(cost.times for cost in queues.values()) <= _MOST_STATE_TIMES
        and cpu_growth <= _MOST_GROWTH
        and memory_growth <= _MOST_GROWTH
        and small.peak_bytes <= _MOST_BYTES
    )
    print("bounds kept" if held else "A BOUND IS MISSED")
    return 0 if held else 1


def _line(measured: Measured) -> str:
    return (
        f"{measured.leads:>8,} leads: {measured.leads / measured.wall_secs:8,.0f} leads/s,"
        f" {measured.cpu_secs:6.1f} CPU s, peak {measured.peak_bytes / 10**6:6,.0f} MB"
    )


def _state_line(cost: StateCost) -> str:
    return (
        f"{cost.leads:>9,} leads: {cost.read + cost.written:5,.0f} bytes of state a lead,"
        f" {cost.times:4.1f} times its size as JSON, {cost.leads / cost.requests:.0f} leads a request"
    )


if __name__ == "__main__":
    sys.exit(main())
