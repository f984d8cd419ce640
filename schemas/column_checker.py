"""The checker's verdicts by column: which records are plainly leads, and what is sent of them.

`LeadChecker` is the authority. Here its own rules and readers are applied to whole columns; a record
that is not plainly a lead by them is left to it, and it alone says why one is none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.cells import MISSING, read_text
from schemas.checker import LeadChecker
from schemas.column_cells import (
    DistinctCells,
    json_fragment,
    numbers_of,
    text_values,
)
from schemas.lead_field import Role
from schemas.phones import PhoneNumber
from schemas.plain_phones import PlainPhones, as_mask
from schemas.row_phone import PhoneStep
from schemas.row_values import FieldStep
from schemas.wall_clock import WallTime

Cells = Callable[[str], pa.Array | None]
"""Gives the cells of a column by its name; None: they are of several types."""

_CAMPAIGN: Final = "\0campaign"


@dataclass(frozen=True, slots=True, eq=False)
class CheckedColumns:
    """The records of a block that are plainly leads.

    Attributes:
        rows: which they are, in rising order.
        campaign: the campaign of each.
        phone: the national digits.
        e164: country code and national digits.
        values: a JSON array of what is sent, in the schema's order, as bytes.
        expires_at: seconds since 1970 in UTC; null: never.
        do_not_call: whether the record itself says not to call.
        note: what a person should know about how the number was read, or null.
    """

    rows: npt.NDArray[np.intp]
    campaign: pa.Array
    phone: pa.Array
    e164: pa.Array
    values: pa.Array
    expires_at: pa.Array
    do_not_call: pa.Array
    note: pa.Array


@dataclass(slots=True)
class _Gathered:
    """What has been read of the fields of a block, field by field.

    Attributes:
        mask: which records are leads by all fields but the phone.
        json: of each field that is sent the values as JSON; of the phone None.
    """

    mask: npt.NDArray[np.bool_]
    expires_at: npt.NDArray[np.float64]
    do_not_call: npt.NDArray[np.bool_]
    json: list[pa.Array | str | None]


class ColumnChecker:
    """Checks blocks of records against a lead schema.

    Args:
        checker: the authority.
    """

    def __init__(self, checker: LeadChecker) -> None:
        self._checker = checker
        self._phones = PlainPhones.of(checker.phones)
        self._distinct: dict[str, DistinctCells] = {}

    def check(
        self, names: Sequence[str], cells: Cells, records: int, *, is_tidy: bool = False
    ) -> CheckedColumns | None:
        """Find the records of a block that are plainly leads.

        Args:
            names: the columns' names.
            cells: gives the cells of one.
            records: how many there are.
            is_tidy: whether no text in them holds what JSON writes as an escape.

        Returns:
            They; None where none of them is plain by its columns.
        """
        plan = self._checker.plan(tuple(names))
        if plan.twins or self._phones is None:
            return None
        found = _Gathered(
            np.ones(records, np.bool_), np.full(records, np.nan), np.zeros(records, np.bool_), []
        )
        phone_step: PhoneStep | None = None
        for step in plan.steps:
            if isinstance(step, PhoneStep):
                phone_step = step
                found.json.append(None)
            else:
                self._add_field(found, step, cells, is_tidy=is_tidy)
        campaign = self._campaign(found, plan.campaign_columns, cells, records)
        columns = phone_step and [cells(name) for name in phone_step.columns]
        if not found.mask.any() or not columns or phone_step is None:
            return None
        known = [column for column in columns if column is not None]
        if len(known) < len(columns):
            return None
        phones = self._read_phones(found, phone_step, known, self._phones)
        return self._result(found, campaign, phones, self._phones.country_code)

    def _read_phones(
        self, found: _Gathered, step: PhoneStep, columns: Sequence[pa.Array], phones: PlainPhones
    ) -> _Phones:
        """Read the numbers; where they are not plain, by the checker's own step, row by row.

        Plain is what the first column holds that is not empty.
        """
        open_ = found.mask.copy()
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
        rows = np.flatnonzero(found.mask & ~mask)
        notes = pa.nulls(len(open_), pa.utf8())
        if not len(rows):
            return _Phones(national, notes, mask)
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
        return _Phones(
            pc.replace_with_mask(national, at, nationals),
            pc.replace_with_mask(notes, at, noted),
            mask | read_rows,
        )

    def _add_field(self, found: _Gathered, step: FieldStep, cells: Cells, *, is_tidy: bool) -> None:
        columns = [cells(name) for name in step.columns]
        known = [column for column in columns if column is not None]
        if len(known) < len(columns):
            found.mask[:] = False
            return
        if step.field.role is Role.DO_NOT_CALL:
            self._add_mark(found, step, known)
            return
        is_expiry = step.field.name == self._checker.expiry_name
        lacking = None if step.default is MISSING else step.default
        if not known:
            if step.field.required:
                found.mask[:] = False
            if is_expiry:
                found.expires_at[:] = _epoch(lacking) or np.nan
            found.json.append(json_fragment(lacking))
            return
        values = text_values(known, is_tidy=is_tidy) if step.read is read_text else None
        values = values or self._of(step).read(known)
        found.mask &= values.mask
        if step.field.required:
            found.mask &= values.which >= 0
        if is_expiry:
            found.expires_at = numbers_of(values, _epoch, _epoch(lacking))
        found.json.append(values.json.fill_null(json_fragment(lacking)))

    def _add_mark(self, found: _Gathered, step: FieldStep, known: Sequence[pa.Array]) -> None:
        if known:
            marked, misread = self._of(step).any_true(known)
            found.do_not_call |= marked
            found.mask &= ~misread
        elif step.field.required:
            found.mask[:] = False
        else:
            found.do_not_call |= step.default is True

    def _of(self, step: FieldStep) -> DistinctCells:
        name = step.field.name
        return self._distinct.setdefault(name, DistinctCells(step.read))

    def _campaign(
        self, found: _Gathered, columns: Sequence[str], cells: Cells, records: int
    ) -> pa.Array:
        """Return each row's campaign: that of all, or what its columns name."""
        if self._checker.campaign is not None:
            return pa.repeat(self._checker.campaign, records)
        known = [column for name in columns if (column := cells(name)) is not None]
        if len(known) < len(columns) or not known:
            found.mask[:] = False
            return pa.nulls(records, pa.utf8())
        named = self._distinct.setdefault(_CAMPAIGN, DistinctCells(read_text)).read(known)
        found.mask &= named.mask & (named.which >= 0)
        texts = [value.strip() if isinstance(value, str) else None for value in named.values]
        places = pa.array(named.which, pa.int32(), mask=named.which < 0)
        return pa.array(texts, pa.utf8()).take(places)

    def _result(
        self, found: _Gathered, campaign: pa.Array, phones: _Phones, country_code: str
    ) -> CheckedColumns | None:
        taken = found.mask & phones.mask
        rows = np.flatnonzero(taken)
        if not len(rows):
            return None
        mask = pa.array(taken)
        phone = pc.filter(phones.national, mask)
        parts: list[pa.Array | str] = []
        before = "["
        for part in found.json:
            if part is None:
                parts += [before + '"', phone]
                before = '",'
            else:
                parts += [before, part if isinstance(part, str) else pc.filter(part, mask)]
                before = ","
        values = pc.binary_join_element_wise(*parts, before.replace(",", "]"), "")
        expiries = found.expires_at[taken]
        return CheckedColumns(
            rows=rows,
            campaign=pc.filter(campaign, mask),
            phone=phone,
            e164=_with_code(phone, country_code),
            values=values.cast(pa.binary()),
            expires_at=pa.array(expiries, pa.float64(), mask=np.isnan(expiries)),
            do_not_call=pa.array(found.do_not_call[taken]),
            note=pc.filter(phones.notes, mask),
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Phones:
    """The numbers of a block, notes about them, and which records have one."""

    national: pa.Array
    notes: pa.Array
    mask: npt.NDArray[np.bool_]


def _with_code(national: pa.Array, country_code: str) -> pa.Array:
    """Return the whole numbers: country code and national digits."""
    digits = pc.binary_length(national)
    shortest, longest = pc.min(digits).as_py(), pc.max(digits).as_py()
    if shortest == longest:
        return pc.add(national.cast(pa.int64()), int(country_code) * 10**shortest)
    return pc.binary_join_element_wise(country_code, national, "").cast(pa.int64())


def _is_empty(column: pa.Array) -> npt.NDArray[np.bool_]:
    empty = column.is_null()
    if pa.types.is_string(column.type):
        empty = pc.or_(empty, pc.equal(column, "").fill_null(False))
    return as_mask(empty)


def _epoch(value: object) -> float | None:
    return value.epoch_secs if isinstance(value, WallTime) else None
