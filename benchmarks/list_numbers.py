"""Numbers for lists: random Indian mobiles that are all different, made by the million.

A number is the place of a counter in one shuffle of all 32-bit integers. So a list needs no memory
of what it has drawn, and what is on it and what is not is known from the counters alone: those of
the list come first, those of other numbers behind them.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as csv

from benchmarks.peer_arrow import CODE, MOBILE

Block = npt.NDArray[np.int64]
"""Numbers in E.164, country code and all."""
Mask = npt.NDArray[np.bool_]
"""Which of them are on the list."""

FIRST, SPAN = CODE + 6_000_000_000, 4_000_000_000
"""Where ten-digit numbers begin that start with 6, 7, 8 or 9, and how many there could be."""

_TAIL = 100_000
_PIECE = 1 << 20
_SEED = 0x5BD1E995
_REPEATED = 1_111_111_111
_ABROAD = 12_125_550_000
_ABROAD_SHARE = 0.01


def write_list(path: Path, count: int) -> int:
    """Write a list of so many numbers, one a line, in no order.

    Returns:
        The first counter whose number is not on it.
    """
    tails = _digits(np.arange(_TAIL), 5)
    heads = _digits(_heads(), 5)
    left = count
    with path.open("wb") as file:
        for counters in _counters():
            places, used = _places(counters)
            places, used = places[:left], used[:left]
            lines = np.full((len(places), 11), ord("\n"), np.uint8)
            lines[:, :5] = heads[places // _TAIL]
            lines[:, 5:10] = tails[places % _TAIL]
            file.write(lines.tobytes())
            left -= len(places)
            if not left:
                return int(used[-1]) + 1
    raise ValueError(f"there are no {count:,} Indian mobiles")


def probes(count: int, after: int) -> tuple[Block, Mask]:
    """Numbers to look up, in no order, and which of them are on the list.

    Half of them are on it; of the others one in a hundred is a number of another country.

    Args:
        count: how many.
        after: what `write_list` returned.
    """
    rng = np.random.default_rng(8)
    listed = _drawn(rng, count // 2, 0, after)
    others = _drawn(rng, count - len(listed), after, 1 << 32)
    others[: int(len(others) * _ABROAD_SHARE)] %= 10_000
    others[: int(len(others) * _ABROAD_SHARE)] += _ABROAD
    numbers = np.concatenate([listed, others])
    order = rng.permutation(count)
    return numbers[order], order < len(listed)


def read_list(path: Path) -> Block:
    """The numbers of a list as it is written here: a peer's way, which knows no other spelling."""
    lines = csv.read_csv(
        path,
        csv.ReadOptions(column_names=["number"]),
        convert_options=csv.ConvertOptions(column_types={"number": pa.int64()}),
    )
    numbers: Block = lines["number"].to_numpy() + CODE
    return numbers


def read_sorted(path: Path) -> Block:
    """The different numbers of a list, in order; `numpy.unique` takes ten times as long."""
    numbers = np.sort(read_list(path))
    different: Block = numbers[np.concatenate([[True], numbers[1:] != numbers[:-1]])]
    return different


def _drawn(rng: np.random.Generator, count: int, start: int, stop: int) -> Block:
    """So many numbers of the counters in a range; one may come twice."""
    found = np.empty(0, np.int64)
    while len(found) < count:
        places, _ = _places(rng.integers(start, stop, count, dtype=np.uint32))
        numbers = _heads()[places // _TAIL] * _TAIL + places % _TAIL + CODE
        found = np.concatenate([found, numbers])
    return found[:count]


def _counters() -> Iterator[npt.NDArray[np.uint32]]:
    for start in range(0, 1 << 32, _PIECE):
        yield np.arange(start, start + _PIECE, dtype=np.uint32)


def _places(
    counters: npt.NDArray[np.uint32],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """Which mobiles the counters stand for, by their place in the plan, and the counters that do."""
    mixed = counters ^ np.uint32(_SEED)
    # The finisher of MurmurHash3: each step can be undone, so no two counters meet.
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    heads = _heads()
    places = mixed.astype(np.int64)
    stands = places < len(heads) * _TAIL
    places, counters = places[stands], counters[stands]
    # One digit ten times over is taken for filling wherever numbers are read.
    is_number = (heads[places // _TAIL] * _TAIL + places % _TAIL) % _REPEATED != 0
    return places[is_number], counters[is_number]


@cache
def _heads() -> npt.NDArray[np.int64]:
    """The first five digits of Indian mobiles; any five may follow."""
    is_mobile = re.compile(MOBILE).fullmatch
    return np.array([head for head in range(60_000, 100_000) if is_mobile(f"{head}00000")])


def _digits(numbers: npt.NDArray[np.int64], width: int) -> npt.NDArray[np.uint8]:
    """The decimal digits of each, as text."""
    powers = 10 ** np.arange(width - 1, -1, -1)
    return (numbers[:, None] // powers % 10 + ord("0")).astype(np.uint8)
