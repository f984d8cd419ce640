"""The categories of commercial calls that a number may be blocked for.

India's eight, as a mask of one byte: bit c - 1 is set where calls of category c must not be made. No
category at all, or 0 even beside others, is a full block.
"""

import re
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.cell_text import clean, is_placeholder, unwrapped

FULL: Final = 255
"""The mask of a number that is blocked for every category."""

COUNT: Final = 8
"""How many categories there are, from 1."""

_BETWEEN: Final = re.compile(r"[,;|/#&\s]+")
_BRACKETS: Final = "[](){}"
_CATEGORY: Final = re.compile(r"0*([0-8])(?:\.0+)?", re.ASCII)
_ALL_WORDS: Final = frozenset({"all", "full"})


class Categories(Enum):
    """What a list's column of categories says.

    `BLOCKED`: those a number must not be called for; `ALLOWED`: those it may be called for;
    `UNSAID`: blocked, but where the column is called preference it must be said; `IGNORED`: nothing,
    every number of the list is blocked for all.
    """

    IGNORED = "ignored"
    BLOCKED = "blocked"
    ALLOWED = "allowed"
    UNSAID = "unsaid"


def read_mask(cell: str, means: Categories) -> int | None:
    """Read a cell of categories.

    Args:
        cell: its text, as in `2,5`.
        means: what the column says; `UNSAID` as `BLOCKED`.

    Returns:
        The mask of those that are blocked; None: the cell is no categories.

    >>> [read_mask(cell, Categories.BLOCKED) for cell in ("2,5", "", "0,5", "nine")]
    [18, 255, 255, None]
    >>> read_mask("2,5", Categories.ALLOWED)
    237
    """
    text = unwrapped(clean(cell)).strip(_BRACKETS).strip()
    if is_placeholder(text):
        return FULL
    named = 0
    is_full = False
    for word in filter(None, _BETWEEN.split(text)):
        found = _CATEGORY.fullmatch(word)
        if found is None and word.lower() not in _ALL_WORDS:
            return None
        category = int(found[1]) if found else 0
        is_full |= category == 0
        named |= 1 << category >> 1
    if is_full:
        return FULL
    return FULL ^ named if means is Categories.ALLOWED else named


def read_masks(
    cells: pa.Array, means: Categories
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """Read a column of categories, each different cell once.

    Returns:
        The masks, and which cells could be read.
    """
    encoded = pc.dictionary_encode(cells)
    read = [read_mask(cell, means) for cell in encoded.dictionary.to_pylist()]
    places = encoded.indices.to_numpy()
    masks = np.array([mask or 0 for mask in read], np.uint8)[places]
    return masks, np.array([mask is not None for mask in read], np.bool_)[places]
