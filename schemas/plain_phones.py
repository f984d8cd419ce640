"""Phone cells by column: those that plainly hold one mobile of the region, and nothing else.

The rules are the reader's own (`NumberPlan.mobile_rules`, the schema's pattern), run by Arrow's
regular expressions, which have no lookahead. What they do not accept goes to the reader, which alone
says what a cell is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.phone_text import COUNTING
from schemas.phones import PhoneReader

# What Python's expressions and Arrow's are sure to read alike, on digits.
_COMMON_PATTERN: Final = re.compile(
    r"(?:[0-9,|?^()-]|\[[0-9^-]*\]|\{[0-9,]+\}|\\d|\(\?:)*", re.ASCII
)
_MAX_PLAIN: Final = 10**15


@dataclass(frozen=True, slots=True, eq=False)
class PlainNumbers:
    """What was read of a column of phone cells.

    Attributes:
        mask: which cells plainly hold a number.
        national: the national digits, where the mask says so.
    """

    mask: npt.NDArray[np.bool_]
    national: pa.Array


class PlainPhones:
    """Reads columns of phone cells as a `PhoneReader` would."""

    def __init__(self, code: int, required: Sequence[str], refused: str) -> None:
        """Read a region's numbers; `of` makes the rules.

        Args:
            code: its country calling code.
            required: patterns that plain national digits all match.
            refused: one that they do not match.
        """
        self._required = tuple(required)
        self._refused = refused
        self._code = str(code)
        self._before = "+" + self._code

    @staticmethod
    def of(reader: PhoneReader) -> PlainPhones | None:
        """Make one that reads as a reader does; None where nothing is plain to it."""
        rules = _rules(reader)
        return None if rules is None else PlainPhones(reader.plan.country_code, *rules)

    @property
    def country_code(self) -> str:
        """The region's country calling code."""
        return self._code

    def read(self, cells: pa.Array) -> PlainNumbers:
        """Read a column.

        Args:
            cells: texts or whole numbers; null where there is none.
        """
        if pa.types.is_integer(cells.type):
            cells = pc.if_else(pc.less(pc.abs_checked(cells), _MAX_PLAIN), cells, None)
            cells = cells.cast(pa.utf8())
        if not pa.types.is_string(cells.type):
            return PlainNumbers(np.zeros(len(cells), np.bool_), pa.nulls(len(cells), pa.utf8()))
        with_code = pc.starts_with(cells, self._before)
        if pc.any(with_code).as_py():
            # Digits behind the region's own code are national digits.
            bare = pc.utf8_slice_codeunits(cells, len(self._before))
            cells = pc.if_else(with_code, bare, cells)
        return PlainNumbers(self._mask(cells), cells)

    def _mask(self, cells: pa.Array) -> npt.NDArray[np.bool_]:
        mask = pc.invert(pc.match_substring_regex(cells, self._refused))
        for pattern in self._required:
            mask = pc.and_(mask, pc.match_substring_regex(cells, pattern))
        return as_mask(mask)


def as_mask(array: pa.Array) -> npt.NDArray[np.bool_]:
    """Return an Arrow array of truth values as numpy has it, null as false."""
    return np.asarray(array.fill_null(False).to_numpy(zero_copy_only=False), np.bool_)


def _rules(reader: PhoneReader) -> tuple[tuple[str, ...], str] | None:
    """Return patterns that a plain number must all match, and one that it must not."""
    rules = reader.plan.mobile_rules() if "mobile" in reader.types else None
    if rules is None:
        return None
    required = list(rules.required)
    if reader.pattern is not None:
        if not _COMMON_PATTERN.fullmatch(reader.pattern):
            return None
        required.append(reader.pattern)
    made_up = [COUNTING, *(f"{digit}+" for digit in range(10))]
    refused = _whole("|".join([*rules.refused, *made_up]))
    patterns = tuple(map(_whole, required))
    return (patterns, refused) if _compile([*patterns, refused]) else None


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


def _compile(patterns: list[str]) -> bool:
    try:
        for pattern in patterns:
            pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        return False
    return True
