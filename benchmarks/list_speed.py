"""Do-not-disturb lists: what building, keeping and looking up costs, against other ways to keep them.

Every way is measured in fresh processes that take turns, on the same numbers, and has to give the
right answer for each of them. What a peer needs and is not installed leaves it out (`.[bench]`).

Usage: `python -m benchmarks.list_speed [--numbers N] [--figures N] [--rounds N] [--block N]`
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import list_figures
from benchmarks.bounds import Bound
from benchmarks.list_figures import BLOCK, PROBES
from benchmarks.list_numbers import probes, write_list
from benchmarks.list_peers import PEERS, Peer
from benchmarks.list_runs import WARM_SECS, Built, Looked, build, look
from benchmarks.machine import described

_NUMBERS, _FIGURES, _ROUNDS = 10_000_000, 250_000_000, 3
_PACKAGES = ("numpy", "pyarrow", "duckdb", "pyroaring")
_MEGA = 10**6
_HEADER = (
    "kept as",
    "build CPU s",
    "build s",
    "on disk MB",
    "open s",
    "memory MB",
    "look-ups, million/s",
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one way to keep a list takes, in some processes that did the same.

    Attributes:
        peer: the way.
        size_bytes: the file that is kept.
        built: its buildings.
        looked: its processes that looked up.
    """

    peer: Peer
    size_bytes: int
    built: Sequence[Built]
    looked: Sequence[Looked]

    def cells(self) -> list[str]:
        """As a row of the table: the best of each, as what else the machine does only ever adds."""
        held = max(each.held_bytes for each in self.looked)
        return [
            self.peer.name,
            f"{min(each.cpu_secs for each in self.built):.2f}",
            f"{min(each.wall_secs for each in self.built):.2f}",
            f"{self.size_bytes / _MEGA:.1f}",
            f"{min(each.open_secs for each in self.looked):.3f}",
            f"{held / _MEGA:.0f}" if held else "not known",
            f"{max(each.a_second for each in self.looked) / _MEGA:.2f}",
        ]


def compare(
    count: int, rounds: int, block: int, *, sought: int = PROBES, warm_secs: float = WARM_SECS
) -> list[Row]:
    """Build a list in every way there is, and look numbers up in each.

    Args:
        count: how many numbers are on it.
        rounds: how often all of it is done.
        block: how many numbers are looked up at a time.
        sought: and how many in all.
        warm_secs: for how many seconds of CPU, at least.
    """
    here = [peer for peer in PEERS if peer.is_here]
    built: dict[Peer, list[Built]] = {peer: [] for peer in here}
    looked: dict[Peer, list[Looked]] = {peer: [] for peer in here}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text, asked = folder / "list.txt", folder / "probes.npy"
        numbers, on_list = probes(sought, write_list(text, count))
        np.save(asked, numbers)
        for round_ in range(rounds):
            for peer in here:
                own = folder / f"{peer.module}-{round_}"
                own.mkdir()
                built[peer].append(build(peer, text, own))
                looked[peer].append(
                    look(
                        *(peer, built[peer][-1], asked, on_list),
                        block=block,
                        warm_secs=warm_secs,
                        folder=folder,
                    )
                )
        return [
            Row(peer, built[peer][0].file.stat().st_size, built[peer], looked[peer])
            for peer in here
        ]


def table(rows: Sequence[Row]) -> list[str]:
    """The lines of a table in Markdown that a terminal shows as well."""
    cells = [list(_HEADER), *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return [
        "| " + " | ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]) + " |"
        for line in (cells[0], rule, *cells[1:])
    ]


def left_out(peers: Sequence[Peer] = PEERS) -> list[str]:
    """What is said of each way that cannot be measured here."""
    return [
        f"{peer.name} is left out: {peer.needs} is not installed (pip install -e '.[bench]')"
        for peer in peers
        if not peer.is_here
    ]


def measure(
    numbers: int = _NUMBERS, figures: int = _FIGURES, rounds: int = _ROUNDS, block: int = BLOCK
) -> list[Bound]:
    """Measure all, print it, and give the figures with their bounds."""
    print(f"on {described(_PACKAGES)}")
    if numbers:
        print(f"a list of {numbers:,}; {PROBES:,} numbers looked up, {block:,} at a time:")
        rows = compare(numbers, rounds, block)
        bases = [each.base_bytes / _MEGA for row in rows for each in row.looked]
        print("\n".join(f"  {line}" for line in table(rows) + left_out()))
        print(
            "  all give the same answers, each the right one; memory is anonymous memory, of which"
        )
        print(f"  {min(bases):.0f} to {max(bases):.0f} MB are there before the list is opened")
    return list_figures.measure(figures, rounds) if figures else []


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 1 where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=_NUMBERS, help="0: no table")
    parser.add_argument("--figures", type=int, default=_FIGURES, help="0: no figures with bounds")
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--block", type=int, default=BLOCK, help="numbers looked up at a time")
    given = parser.parse_args(words)
    bounds = measure(given.numbers, given.figures, given.rounds, given.block)
    return 0 if all(bound.is_kept for bound in bounds) else 1


if __name__ == "__main__":
    sys.exit(main())
