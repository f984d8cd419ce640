"""The number to call of a row that may have several phone columns, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.cell_text import holdings, quoted
from schemas.lead_field import LeadField
from schemas.phones import PhoneFault, PhoneNumber, PhoneReader
from schemas.row_values import FieldFault

_WRAPPED = "; if the lead is in there, --record_path says where"


@dataclass(frozen=True, slots=True)
class PhoneStep:
    """Chooses among the phone columns of a row: the first number that may be called.

    Where landlines may be called too, the first mobile comes before them.

    Attributes:
        field: The schema's phone field.
        columns: Its columns in the row, the preferred first.
        reader: Reads one cell.
    """

    field: LeadField
    columns: tuple[str, ...]
    reader: PhoneReader

    def value(self, row: Mapping[str, object]) -> PhoneNumber | FieldFault:
        """Return the row's number, whose note says which cells were passed over, or a fault.

        The fault names every cell.
        """
        faults: list[tuple[str, PhoneFault]] = []
        second_best: tuple[str, PhoneNumber] | None = None
        for column in self.columns:
            cell = row[column]
            found = self.reader.read(cell) if type(cell) is not tuple else self._agreed(cell)
            if isinstance(found, FieldFault):
                return FieldFault(found.reason, f"{self.field.name}: {found.detail}")
            if isinstance(found, PhoneFault):
                faults.append((column, found))
            elif found.is_mobile or not self.reader.prefers_mobile:
                return _noted(column, found, faults)
            elif second_best is None:
                second_best = (column, found)
        if second_best is not None:
            return _noted(*second_best, faults)
        return self._joined(faults) if faults else self._without_column(row)

    def _agreed(self, cells: Sequence[object]) -> PhoneNumber | PhoneFault | FieldFault:
        """Read cells under one header that stands more than once: they must agree."""
        found = [self.reader.read(cell) for cell in cells]
        filled = [each for each in found if not _is_missing(each)]
        if len(filled) <= 1:
            return (filled or found)[0]
        numbers = {each.e164 if isinstance(each, PhoneNumber) else None for each in filled}
        if len(numbers) == 1 and None not in numbers:
            return filled[0]
        shown = ", ".join(map(quoted, cells))
        return FieldFault("columns", f"its header stands more than once, over {shown}")

    def _joined(self, faults: Sequence[tuple[str, PhoneFault]]) -> FieldFault:
        name = self.field.name
        filled = [each for each in faults if not _is_missing(each[1])] or faults[:1]
        details = [
            f"{name}: {fault.detail}" if column == name else f"{name} ({column}): {fault.detail}"
            for column, fault in filled
        ]
        return FieldFault(filled[0][1].reason, "; ".join(details))

    def _without_column(self, row: Mapping[str, object]) -> FieldFault:
        return FieldFault(
            "phone_missing",
            f"{self.field.name}: the record has no such field; it holds {holdings(row)}"
            f"{_WRAPPED if any(map(_may_wrap, row.values())) else ''}",
        )


def _may_wrap(cell: object) -> bool:
    return isinstance(cell, dict | list | bytes) and len(cell) > 0


def _is_missing(found: PhoneNumber | PhoneFault) -> bool:
    return isinstance(found, PhoneFault) and found.reason == "phone_missing"


def _noted(
    column: str, number: PhoneNumber, faults: Sequence[tuple[str, PhoneFault]]
) -> PhoneNumber:
    passed_over = [f"{name}: {fault.detail}" for name, fault in faults if not _is_missing(fault)]
    if not passed_over:
        return number
    notes = [f"the number of {column} is used", *passed_over]
    if number.note is not None:
        notes.append(number.note)
    return PhoneNumber(number.national, number.e164, "; ".join(notes), number.is_mobile)
