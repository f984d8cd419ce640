"""A Python set of ints. Nothing is kept on disk but the text: each process reads it again."""

from pathlib import Path

import numpy as np

from benchmarks.list_numbers import Block, Mask, read_list
from benchmarks.list_peers import Listed


def build(text: Path, folder: Path) -> Path:  # noqa: ARG001 - as its peers do
    """Make the set, which lasts as long as the process."""
    _read(text)
    return text


def open_built(built: Path) -> Listed:
    """Make the set."""
    is_listed = _read(built).__contains__

    def listed(numbers: Block) -> Mask:
        return np.array(list(map(is_listed, numbers.tolist())), np.bool_)

    return listed


def _read(text: Path) -> set[int]:
    return set(read_list(text).tolist())
