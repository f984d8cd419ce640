"""The value of a field in a row that may have several columns for it, or one header twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.cell_text import quoted
from schemas.cells import MISSING, CellReader, Misread
from schemas.lead_field import LeadField, Role
from schemas.marks import read_do_not_call


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field of a record: an outcome's reason, and the words for it."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class FieldStep:
    """How one field is read: from which columns, by what, and what stands in for it."""

    field: LeadField
    columns: tuple[str, ...]
    read: CellReader
    default: object

    @classmethod
    def of(cls, field: LeadField, columns: tuple[str, ...], read: CellReader) -> FieldStep:
        """Plan the reading of a field; its default is read like a cell."""
        default = None if field.default is None else read(field.default)
        return cls(field, columns, read, field.default if default is MISSING else default)

    def value(self, row: Mapping[str, object]) -> object:
        """Return the field's value in a row, its default, or a `FieldFault`."""
        field = self.field
        is_mark = field.role is Role.DO_NOT_CALL
        value = _mark(row, self.columns) if is_mark else first_value(row, self.columns, self.read)
        if value is MISSING:
            if not field.required:
                return self.default
            missing = "is empty" if self.columns else "the record has no such column"
            return FieldFault("field_invalid", f"{field.name}: {missing}; the schema requires it")
        if type(value) is FieldFault:
            return FieldFault(value.reason, f"{field.name}: {value.detail}")
        return value


def first_value(row: Mapping[str, object], columns: Sequence[str], read: CellReader) -> object:
    """Return the value of the first column that is not empty, `MISSING`, or a `FieldFault`.

    Args:
        row: The record.
        columns: The columns to look at, the preferred first.
        read: Reads one cell.
    """
    for column in columns:
        cell = row[column]
        value = read(cell) if type(cell) is not tuple else _agreed(cell, column, read)
        if value is MISSING:
            continue
        return FieldFault("field_invalid", value.detail) if type(value) is Misread else value
    return MISSING


def _agreed(cells: Sequence[object], column: str, read: CellReader) -> object:
    """Return the one value of columns with the same header, or the fault that they differ."""
    values = [value for value in map(read, cells) if value is not MISSING]
    if not values:
        return MISSING
    if all(value == values[0] for value in values):
        return values[0]
    shown = ", ".join(map(quoted, cells))
    return FieldFault("columns", f"the header {quoted(column)} stands more than once, over {shown}")


def _mark(row: Mapping[str, object], columns: Sequence[str]) -> object:
    """Return a do-not-call mark: one column that says so is enough."""
    marks: list[object] = []
    for column in columns:
        cell = row[column]
        marks += map(read_do_not_call, cell if type(cell) is tuple else (cell,))
    if not marks:
        return MISSING
    misread = next((mark for mark in marks if isinstance(mark, Misread)), None)
    if True in marks or misread is None:
        return True in marks
    return FieldFault("field_invalid", misread.detail)
