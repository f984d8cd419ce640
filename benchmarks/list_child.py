"""One way to keep a list, measured in a process of its own, which `list_runs` starts.

Usage: `python -m benchmarks.list_child build MODULE TEXT FOLDER`
    or `python -m benchmarks.list_child look MODULE BUILT PROBES MASK BLOCK SECS`
"""

import json
import math
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.list_numbers import Block
from benchmarks.list_peers import PEERS, Listed, Way
from benchmarks.memory import ANONYMOUS, held_bytes


def build(way: Way, text: Path, folder: Path) -> dict[str, object]:
    """Build the list, and say what it took."""
    wall, cpu = time.perf_counter(), _cpu_secs()
    built = way.build(text, folder)
    return {
        "file": str(built),
        "wall_secs": time.perf_counter() - wall,
        "cpu_secs": _cpu_secs() - cpu,
    }


def look(
    way: Way, built: Path, probes: Path, mask: Path, size: int, warm_secs: float
) -> dict[str, object]:
    """Open the list, look the numbers up, write the answers, and say what it took."""
    # Pages of a file: what is looked up is no memory of the list's.
    numbers = np.load(probes, mmap_mode="r").view(np.ndarray)
    blocks = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    base = held_bytes(ANONYMOUS)
    wall = time.perf_counter()
    listed = way.open_built(built)
    opened = time.perf_counter() - wall
    answers = np.concatenate([listed(block) for block in blocks])
    held = held_bytes(ANONYMOUS)
    np.save(mask, answers)
    return {
        "open_secs": opened,
        "base_bytes": base,
        "held_bytes": held,
        "cpu_secs": _warm_secs(listed, blocks, warm_secs),
    }


def _warm_secs(listed: Listed, blocks: Sequence[Block], most: float) -> float:
    """The least CPU seconds in which all blocks are looked up; they have been once already."""
    least, spent = math.inf, 0.0
    while least == math.inf or spent < most:
        before = time.process_time()
        for block in blocks:
            listed(block)
        took = time.process_time() - before
        least, spent = min(least, took), spent + took
    return least


def _cpu_secs() -> float:
    """What this process, all its threads and the processes it started and awaited have used."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def main(task: str, module: str, *words: str) -> None:
    """Do what the parent asks for, and print what it took."""
    way = next(peer for peer in PEERS if peer.module == module).load()
    paths = [Path(word) for word in words]
    if task == "build":
        print(json.dumps(build(way, paths[0], paths[1])))
    else:
        built, probes, mask = paths[:3]
        print(json.dumps(look(way, built, probes, mask, int(words[3]), float(words[4]))))


if __name__ == "__main__":
    main(*sys.argv[1:])
