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
from schemas.column_phones import ColumnPhones, read_phones, with_country_code
from schemas.lead_field import Role
from schemas.plain_phones import PlainPhones
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
        altered: how many of the values are not as they were read, as of a `CheckedLead`.
    """

    rows: npt.NDArray[np.intp]
    campaign: pa.Array
    phone: pa.Array
    e164: pa.Array
    values: pa.Array
    expires_at: pa.Array
    do_not_call: pa.Array
    note: pa.Array
    altered: int


@dataclass(slots=True)
class _Gathered:
    """What has been read of the fields of a block, field by field.

    Attributes:
        mask: which records are leads by all fields but the phone.
        json: of each field that is sent the values as JSON; of the phone None.
        altered: how many values of each record are not as they were read.
    """

    mask: npt.NDArray[np.bool_]
    expires_at: npt.NDArray[np.float64]
    do_not_call: npt.NDArray[np.bool_]
    json: list[pa.Array | str | None]
    altered: npt.NDArray[np.int8]


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
            mask=np.ones(records, np.bool_),
            expires_at=np.full(records, np.nan),
            do_not_call=np.zeros(records, np.bool_),
            json=[],
            altered=np.zeros(records, np.int8),
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
        phones = read_phones(phone_step, known, self._phones, found.mask)
        return self._result(found, campaign, phones, self._phones.country_code)

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
        forbidden = self._checker.fitter.forbidden(step.field.name)
        values = None
        if step.read is read_text:
            values = text_values(known, is_tidy=is_tidy, forbidden=forbidden)
        if values is None and forbidden is not None:
            found.mask[:] = False
            return
        values = values or self._of(step).read(known)
        if values.altered is not None:
            found.altered += values.altered
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
        self, found: _Gathered, campaign: pa.Array, phones: ColumnPhones, country_code: str
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
        too_long = self._too_long(values)
        if too_long.any():
            # The checker may think otherwise: what a row lacks is counted as null here.
            found.mask[rows[too_long]] = False
            return self._result(found, campaign, phones, country_code)
        expiries = found.expires_at[taken]
        return CheckedColumns(
            rows=rows,
            campaign=pc.filter(campaign, mask),
            phone=phone,
            e164=with_country_code(phone, country_code),
            values=values.cast(pa.binary()),
            expires_at=pa.array(expiries, pa.float64(), mask=np.isnan(expiries)),
            do_not_call=pa.array(found.do_not_call[taken]),
            note=pc.filter(phones.notes, mask),
            altered=int(found.altered[taken].sum()),
        )

    def _too_long(self, values: pa.Array) -> npt.NDArray[np.bool_]:
        """Return which rows, written as JSON, may be longer than the dialer takes them."""
        most = self._checker.form.most_characters
        if most is None:
            return np.zeros(len(values), np.bool_)
        characters = np.asarray(pc.utf8_length(values))
        return characters + self._checker.fitter.header_characters > most


def _epoch(value: object) -> float | None:
    return value.epoch_secs if isinstance(value, WallTime) else None
