"""Finding the header of a CSV file in its first bytes: blank lines, `sep=` and quotes in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from records.encodings import UTF8_MARK
from records.rows import as_text, read_rows, without_marks
from records.whole_records import blanks, record_pattern

_DELIMITERS = (",", "\t", ";", "|")
_MAX_SHOWN = 12
_MAX_NAME = 40
_LONG_NUMBER_DIGITS = 6
_A_NUMBER = "(a number)"

# Spreadsheets write `sep=;`, and when they save it again quote it or fill the row with delimiters.
_SEP_LINE = re.compile(
    rb'\s*"?sep=(?P<sep>[\t!-/:-@\[-`{-~])"?(?P=sep)*[ \t]*(?:\r\n?|\n|\Z)', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Header:
    """The first line with text, read under one delimiter.

    Attributes:
        delimiter: what separates its cells.
        cells: the columns' names, without marks and the blanks around; "" for a nameless one.
        end: where in the content the first record behind it begins.
        ended: whether a line end stands behind it.
    """

    delimiter: str
    cells: tuple[str, ...]
    end: int
    ended: bool


def text_start(content: bytes) -> int:
    """Return where the text begins: behind the byte order mark, if there is one."""
    return len(UTF8_MARK) if content.startswith(UTF8_MARK) else 0


def read_headers(content: bytes, delimiter: str | None = None) -> Sequence[Header]:
    """Read the header under each delimiter that it may have.

    A `sep=` line in front decides the delimiter alone, and is no part of the header.

    Args:
        content: the file's beginning, UTF-8, without NUL bytes.
        delimiter: the one that it has, whatever a `sep=` line says; None: it is to be found.

    Returns:
        One header a delimiter; none for a delimiter under which there is no text.
    """
    start = text_start(content)
    delimiters: Sequence[str] = _DELIMITERS
    if sep := _SEP_LINE.match(content, start):
        start, delimiters = sep.end(), (sep["sep"].decode(),)
    if delimiter is not None:
        delimiters = (delimiter,)
    found = (_read_header(content, start, each) for each in delimiters)
    return [header for header in found if header is not None]


def _read_header(content: bytes, start: int, delimiter: str) -> Header | None:
    pattern = record_pattern(delimiter)
    while start < len(content):
        whole = pattern.match(content, start)
        record = whole[0] if whole else content[start:]
        start = whole.end() if whole else len(content)
        if record.strip(blanks(delimiter)):
            text = as_text(record)[0].rstrip("\r\n")
            cells = without_marks(read_rows([text], delimiter)[0])
            return Header(delimiter, tuple(cells), start, ended=whole is not None)
    return None


def shown_columns(cells: Sequence[str]) -> str:
    """Name columns in a message: never a whole phone number, and never without end.

    >>> shown_columns(["Name", "", "9876512345"])
    "'Name', (a number)"
    """
    named = [cell for cell in cells if cell]
    shown = [_A_NUMBER if _is_number(cell) else repr(_short(cell)) for cell in named[:_MAX_SHOWN]]
    if len(named) > _MAX_SHOWN:
        shown.append(f"and {len(named) - _MAX_SHOWN} more")
    return ", ".join(shown)


def shown_column(cell: str) -> str:
    """Name one column, never as a whole phone number.

    >>> shown_column("Mobile No."), shown_column("98765 12345")
    ('Mobile No.', '(a number)')
    """
    return _A_NUMBER if _is_number(cell) else _short(cell)


def looks_like_data(cells: Sequence[str]) -> bool:
    """Say whether a header is rather a record: a cell of it holds a long number."""
    return any(map(_is_number, cells))


def _is_number(cell: str) -> bool:
    return sum(map(str.isdecimal, cell)) >= _LONG_NUMBER_DIGITS


def _short(cell: str) -> str:
    return cell if len(cell) <= _MAX_NAME else cell[: _MAX_NAME - 1] + "…"
