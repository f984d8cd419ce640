"""`make bench`: leads a second, CPU and memory, and how they grow with four times the leads."""

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.stages import measure
from benchmarks.whole_program import Measured, deliver

_SMALL, _LARGE = 200_000, 800_000
_MOST_GROWTH = 4.4
_MOST_BYTES = 500 * 10**6


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
    held = (
        cpu_growth <= _MOST_GROWTH
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


if __name__ == "__main__":
    sys.exit(main())
