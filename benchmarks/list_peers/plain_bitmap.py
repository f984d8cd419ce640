"""A bit for each of the four thousand million numbers that an Indian mobile could be, in a mapped file.

It holds no other number, and takes its 500 MB for ten numbers as well.
"""

from pathlib import Path

import numpy as np

from benchmarks.list_numbers import FIRST, SPAN, Block, Mask, read_sorted
from benchmarks.list_peers import Listed


def build(text: Path, folder: Path) -> Path:
    """Set the bits in their order."""
    places = read_sorted(text) - FIRST
    built = folder / "list.bits"
    octets = np.memmap(built, np.uint8, "w+", shape=(SPAN >> 3,))
    bits = np.left_shift(1, places & 7).astype(np.uint8)
    np.bitwise_or.at(octets.view(np.ndarray), places >> 3, bits)
    return built


def open_built(built: Path) -> Listed:
    """Map the file."""
    octets = np.memmap(built, np.uint8, "r").view(np.ndarray)

    def listed(numbers: Block) -> Mask:
        # As unsigned integers numbers below the first are beyond the last.
        places = (numbers - FIRST).view(np.uint64)
        inside = places < np.uint64(SPAN)
        places = np.where(inside, places, np.uint64(0))
        bits = octets[places >> np.uint64(3)] >> (places & np.uint64(7)).astype(np.uint8)
        mask: Mask = (bits & 1).astype(np.bool_) & inside
        return mask

    return listed
