"""The cells of one field by column: their values as JSON, and which rows need the scalar checker.

A column's different cells are few (priorities, dates, yes and no), so the field's own reader is
asked once about each of them. Text is taken as it is written, as its reader does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from schemas.cells import MISSING, CellReader, Misread
from schemas.plain_phones import as_mask
from schemas.wall_clock import WallTime

_REMEMBERED: Final = 20_000
"""How many different cells of a field are remembered, with what they were read as."""

_MISSING: Final = 0
_READ: Final = 1
_MISREAD: Final = 2

_CONTROLS: Final = "[\\x00-\\x1f]"


@dataclass(frozen=True, slots=True, eq=False)
class CellValues:
    """What the cells of a field hold.

    Attributes:
        mask: which rows have a value or lack one, and need no second look.
        json: each value as JSON, null where the row lacks it.
        values: the values by number.
        which: the number of each row's value in `values`; -1: the row lacks it.
        altered: which rows' values are not as they were read; None: none is.
    """

    mask: npt.NDArray[np.bool_]
    json: pa.Array
    values: Sequence[object]
    which: npt.NDArray[np.int32]
    altered: npt.NDArray[np.bool_] | None = None


def json_fragment(value: object) -> str:
    """Write a field's value as it stands in the request."""
    return orjson.dumps(value.text if isinstance(value, WallTime) else value).decode()


def json_escaped(column: pa.Array) -> pa.Array:
    r"""Write texts without control characters as they stand inside of JSON's quotes.

    >>> json_escaped(pa.array(['a "b" \\'])).to_pylist()
    ['a \\"b\\" \\\\']
    """
    return pc.replace_substring(pc.replace_substring(column, "\\", "\\\\"), '"', '\\"')


class DistinctCells:
    """Reads columns of a field by their different cells.

    Args:
        read: the field's reader.
    """

    def __init__(self, read: CellReader) -> None:
        self._read = read
        self._known: dict[tuple[type, object], object] = {}

    def read(self, columns: Sequence[pa.Array]) -> CellValues:
        """Read a field's columns, the preferred first: the first one counts that is not empty.

        Args:
            columns: at least one.
        """
        values: list[object] = []
        which = np.full(len(columns[0]), -1, np.int32)
        open_ = np.ones(len(columns[0]), np.bool_)
        misread = np.zeros(len(columns[0]), np.bool_)
        for column in columns:
            found, places = self._different(column)
            kinds = np.array([_kind(value) for value in found], np.int8)
            kind = kinds[places]
            taken = open_ & (kind == _READ)
            which[taken] = places[taken] + len(values)
            misread |= open_ & (kind == _MISREAD)
            open_ &= kind == _MISSING
            values += found
            if not open_.any():
                break
        return CellValues(~misread, _json(values, which), values, which)

    def any_true(self, columns: Sequence[pa.Array]) -> tuple[npt.NDArray[np.bool_], ...]:
        """Read marks of which one that says so is enough.

        Returns:
            Which rows have such a mark, and which have none but one that cannot be read.
        """
        marked = np.zeros(len(columns[0]), np.bool_)
        misread = np.zeros(len(columns[0]), np.bool_)
        for column in columns:
            found, places = self._different(column)
            marked |= np.array([value is True for value in found], np.bool_)[places]
            misread |= np.array([isinstance(value, Misread) for value in found], np.bool_)[places]
        return marked, misread & ~marked

    def _different(self, column: pa.Array) -> tuple[list[object], npt.NDArray[np.int32]]:
        """Return what the different cells of a column are read as, and each row's place in them."""
        encoded = column.dictionary_encode(null_encoding="encode")
        places = np.asarray(encoded.indices, np.int32)
        return [self._one(cell) for cell in encoded.dictionary.to_pylist()], places

    def _one(self, cell: object) -> object:
        # 1, 1.0 and true are one key to a dict.
        key = (type(cell), cell)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = self._read(cell)
        return self._known[key]


def text_values(
    columns: Sequence[pa.Array], *, is_tidy: bool, forbidden: str | None = None
) -> CellValues | None:
    """Read columns of plain text, the preferred first, as `read_text` does.

    Args:
        columns: at least one.
        is_tidy: whether no cell holds what JSON writes as an escape.
        forbidden: a pattern of one character that becomes a space; None: there is none.

    Returns:
        The texts; None where a column holds something else.
    """
    if not all(pa.types.is_string(column.type) for column in columns):
        return None
    texts = [pc.if_else(_is_blank(column), None, column) for column in columns]
    text = pc.coalesce(*texts) if len(texts) > 1 else texts[0]
    altered = None
    if forbidden is not None:
        read, text = text, pc.replace_substring_regex(text, forbidden, " ")
        altered = as_mask(pc.not_equal(read, text))
    mask, escaped = np.ones(len(text), np.bool_), text
    if not is_tidy:
        mask = ~as_mask(pc.match_substring_regex(text, _CONTROLS))
    if not is_tidy and any(pc.any(pc.match_substring(text, sign)).as_py() for sign in ('"', "\\")):
        escaped = json_escaped(text)
    json = pc.binary_join_element_wise('"', escaped, '"', "")
    which = np.where(np.asarray(text.is_null()), np.int32(-1), np.int32(0)).astype(np.int32)
    return CellValues(mask, json, (), which, altered)


def _is_blank(column: pa.Array) -> pa.Array:
    return pc.or_(pc.equal(pc.binary_length(column), 0), pc.utf8_is_space(column))


def _kind(value: object) -> int:
    if value is MISSING:
        return _MISSING
    return _MISREAD if isinstance(value, Misread) else _READ


def _json(values: Sequence[object], which: npt.NDArray[np.int32]) -> pa.Array:
    fragments = [None if _kind(value) != _READ else json_fragment(value) for value in values]
    places = pa.array(which, pa.int32(), mask=which < 0)
    return pa.array(fragments, pa.utf8()).take(places)


def numbers_of(
    cells: CellValues, number: Callable[[object], float | None], lacking: float | None
) -> npt.NDArray[np.float64]:
    """Return a number for the value of each row; not-a-number where there is none.

    Args:
        cells: the field's cells.
        number: the number of one value.
        lacking: that of rows without a value.
    """
    known = [_or_nan(number(value)) for value in cells.values]
    return np.array([*known, _or_nan(lacking)], np.float64)[cells.which]


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else number
