"""Which reader reads the cells of a field; the phone has a step of its own (`PhoneStep`)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from schemas.cells import CellReader, enum_reader, pattern_reader, read_text
from schemas.lead_field import FieldType, LeadField, Logical, Role
from schemas.marks import read_boolean, read_do_not_call
from schemas.numeric_cells import number_reader, whole_reader
from schemas.row_form import ANY_ROW, RowForm
from schemas.wall_clock import WallClockReader


def reader_of(field: LeadField, zone: ZoneInfo, form: RowForm = ANY_ROW) -> CellReader:
    """Return the reader of a field's cells.

    Args:
        field: Any field but the phone.
        zone: The dialer's zone.
        form: How the dialer wants moments.
    """
    if field.role is Role.DO_NOT_CALL:
        return read_do_not_call
    if field.logical is Logical.WALL_CLOCK:
        return WallClockReader(field.format, zone, form.moments.get(field.name)).read
    match field.type:
        case FieldType.STRING:
            return read_text if field.pattern is None else pattern_reader(field.pattern)
        case FieldType.ENUM:
            return enum_reader(field.symbols)
        case FieldType.BOOLEAN:
            return read_boolean
        case FieldType.INT | FieldType.LONG:
            return whole_reader(field)
        case FieldType.FLOAT | FieldType.DOUBLE:
            return number_reader(field)
