"""CSV records to cells: the row-wise reader that leads and lists share."""

import csv
from collections.abc import Iterable, Sequence

from records.cutting import MAX_RECORD_BYTES


def as_text(record: bytes) -> tuple[str, bool]:
    r"""Decode a CSV record: UTF-8, or else Windows-1252, which spreadsheets call "CSV".

    Returns:
        The text, and whether it was read as Windows-1252 (its five bytes that mean nothing
        become U+FFFD).

    >>> as_text(b"Ren\xe9"), as_text("Ren\xe9".encode())
    (('René', True), ('René', False))
    """
    try:
        return record.decode(), False
    except UnicodeDecodeError:
        return record.decode("windows-1252", errors="replace"), True


def read_rows(records: Sequence[str], delimiter: str) -> list[list[str]]:
    """Split whole CSV records into their cells, quotes and doubled quotes taken off.

    Args:
        records: one record each, without its line end, and with no quote left open.
        delimiter: one character.

    >>> read_rows(['1,"Rao, Asha"', 'say "hi",'], ",")
    [['1', 'Rao, Asha'], ['say "hi"', '']]
    """
    # The limit is the whole process's; 128 KiB, its default, would refuse cells that we allow.
    if csv.field_size_limit() < MAX_RECORD_BYTES:
        csv.field_size_limit(MAX_RECORD_BYTES)
    return list(csv.reader(records, delimiter=delimiter))


def without_marks(cells: Iterable[str]) -> list[str]:
    r"""Return header cells without byte order marks and the blanks around them.

    >>> without_marks(["\ufeffPhone ", "Name"])
    ['Phone', 'Name']
    """
    return [cell.replace("\ufeff", "").strip() for cell in cells]
