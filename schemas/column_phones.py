"""The numbers to call of a block of records: the plain ones by column, the others row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.phones import PhoneNumber
from schemas.plain_phones import PlainPhones, as_mask
from schemas.row_phone import PhoneStep


@dataclass(frozen=True, slots=True, eq=False)
class ColumnPhones:
    """The numbers of a block.

    Attributes:
        national: the national digits, as they are sent.
        notes: what a person should know about how a number was read, or null.
        mask: which records have a number that may be called.
    """

    national: pa.Array
    notes: pa.Array
    mask: npt.NDArray[np.bool_]


def read_phones(
    step: PhoneStep,
    columns: Sequence[pa.Array],
    phones: PlainPhones,
    wanted: npt.NDArray[np.bool_],
) -> ColumnPhones:
    """Read the numbers; where they are not plain, by the checker's own step, row by row.

    Plain is what the first column holds that is not empty.

    Args:
        step: how the number of a row is chosen.
        columns: the cells of its columns, the preferred first.
        phones: reads what is plain.
        wanted: which records' numbers are asked for.
    """
    open_ = wanted.copy()
    mask = np.zeros(len(open_), np.bool_)
    national = pa.nulls(len(open_), pa.utf8())
    for column in columns:
        read = phones.read(column)
        taken = open_ & read.mask
        national = pc.if_else(pa.array(taken), read.national, national)
        mask |= taken
        open_ &= ~taken & _is_empty(column)
        if not open_.any():
            break
    rows = np.flatnonzero(wanted & ~mask)
    notes = pa.nulls(len(open_), pa.utf8())
    if not len(rows):
        return ColumnPhones(national, notes, mask)
    places = pa.array(rows)
    cells = zip(*(column.take(places).to_pylist() for column in columns), strict=True)
    read_ = [step.value(dict(zip(step.columns, row, strict=True))) for row in cells]
    numbers = [each if isinstance(each, PhoneNumber) else None for each in read_]
    known = np.array([number is not None for number in numbers], np.bool_)
    read_rows = np.zeros(len(open_), np.bool_)
    read_rows[rows[known]] = True
    at = pa.array(read_rows)
    accepted = [number for number in numbers if number is not None]
    nationals = pa.array([number.national for number in accepted], pa.utf8())
    noted = pa.array([number.note for number in accepted], pa.utf8())
    return ColumnPhones(
        pc.replace_with_mask(national, at, nationals),
        pc.replace_with_mask(notes, at, noted),
        mask | read_rows,
    )


def _is_empty(column: pa.Array) -> npt.NDArray[np.bool_]:
    empty = column.is_null()
    if pa.types.is_string(column.type):
        empty = pc.or_(empty, pc.equal(column, "").fill_null(False))
    return as_mask(empty)


def with_country_code(national: pa.Array, country_code: str) -> pa.Array:
    """Return the whole numbers: country code and national digits."""
    digits = pc.binary_length(national)
    shortest, longest = pc.min(digits).as_py(), pc.max(digits).as_py()
    if shortest == longest:
        return pc.add(national.cast(pa.int64()), int(country_code) * 10**shortest)
    return pc.binary_join_element_wise(country_code, national, "").cast(pa.int64())
