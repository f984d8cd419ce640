"""pyroaring: CRoaring's 64-bit bitmap.

It is read whole into the memory of each process: CRoaring offers frozen views of mapped files, and
pyroaring does not pass them on (its `FrozenBitMap64` is a set that cannot be changed). Nor does it test
a block at once; to intersect with a bitmap made of the block takes three times as long as to ask number
by number.
"""

from array import array
from pathlib import Path

import numpy as np
from pyroaring import BitMap64

from benchmarks.list_numbers import Block, Mask, read_sorted
from benchmarks.list_peers import Listed


def build(text: Path, folder: Path) -> Path:
    """Fill the bitmap in order, and write it as it packs itself best."""
    bitmap = BitMap64(array("Q", read_sorted(text).tobytes()))
    bitmap.run_optimize()
    built = folder / "list.roaring"
    built.write_bytes(bitmap.serialize())
    return built


def open_built(built: Path) -> Listed:
    """Read the bitmap."""
    is_listed = BitMap64.deserialize(built.read_bytes()).__contains__

    def listed(numbers: Block) -> Mask:
        order = np.argsort(numbers)
        mask = np.empty(len(numbers), np.bool_)
        mask[order] = list(map(is_listed, numbers[order].tolist()))
        return mask

    return listed
