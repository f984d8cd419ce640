"""The text of a cell without what spreadsheets, keyboards and copying leave around it.

Only what is read as a number, a moment or a word goes through here. Text fields are kept as they
are written.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from itertools import islice
from typing import Final

QUOTE_LENGTH: Final = 40
"""How much of a cell a message quotes, in characters."""

_SHOWN_NAMES: Final = 12

_DASHES = "\u02d7\u2043\u207b\u208b\u2212\u30fc\uff70"
_DOTS = "\u00b7\u2024\u30fb\u066b"
_SLASHES = "\u2044\u2215"
_COMMAS = "\u060c\u066c\u3001\ufe50"
_SEMICOLONS = "\u061b\ufe54"
_SINGLE_QUOTES = "`\u00b4\u2018\u2019\u201a\u201b\u2032"
_DOUBLE_QUOTES = "\u00ab\u00bb\u201c\u201d\u201e\u201f\u2033"
_BLANKS = "\u2800"
_INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u3164\uffa0"
_SIGNS: Final = {
    ord(char): plain
    for chars, plain in (
        (_DASHES, "-"),
        (_DOTS, "."),
        (_SLASHES, "/"),
        (_COMMAS, ","),
        (_SEMICOLONS, ";"),
        (_SINGLE_QUOTES, "'"),
        (_DOUBLE_QUOTES, '"'),
        (_BLANKS, " "),
        (_INVISIBLE, ""),
        ("\ufe62", "+"),
    )
    for char in chars
}
_FULL_WIDTH: Final = range(0xFF01, 0xFF5F)
_FULL_WIDTH_SHIFT: Final = 0xFEE0
_VARIATION_SELECTORS: Final = range(0xFE00, 0xFE10)

# The closing quote may have gone with those of the cell.
_FORMULA_TEXT = re.compile(r"""=\s*(["'])(.*?)(?:\1|(?<=\w)\Z)""", re.DOTALL)
_MAX_WRAPPED: Final = 1000
_PLACEHOLDER = re.compile(r"#?<?\(?(?:n ?[./]? ?a\.?|null|nan|none)\)?>?", re.IGNORECASE)


class _PlainCharacters(dict[int, str]):
    """A table for `str.translate` that computes what it does not hold."""

    def __missing__(self, code: int) -> str:
        return _plain(code)


def clean(text: str) -> str:
    r"""Write digits of any script, dashes, blanks and quotes in ASCII; drop what is invisible.

    >>> clean("\u202a९८७६५–१२३४५\u202c")
    '98765-12345'
    """
    # Of plain ASCII only the backtick stands for another sign.
    if text.isascii() and text.isprintable() and "`" not in text:
        return text
    return text.translate(_TABLE)


def unwrapped(text: str) -> str:
    """Take off what a spreadsheet puts around a value: blanks, quotes, the form `="..."`.

    >>> unwrapped(' ="98765" ')
    '98765'
    """
    if text[:1].isalnum() and text[-1:].isalnum():
        return text
    stripped = text.strip()
    # What is longer is no value of this kind; peeling it layer by layer could take for ever.
    while len(stripped) <= _MAX_WRAPPED:
        formula = _FORMULA_TEXT.fullmatch(stripped)
        inner = (formula[2] if formula else stripped).strip("'\"").strip()
        if inner == stripped:
            return inner
        stripped = inner
    return stripped


def is_nothing(cell: object) -> bool:
    """Say whether a cell that is no text holds nothing: null, or a dataframe's not-a-number."""
    if isinstance(cell, float):
        return math.isnan(cell)
    return cell is None or (isinstance(cell, Decimal) and cell.is_nan())


def is_placeholder(text: str) -> bool:
    """Say whether cleaned text stands for nothing: blank, dashes, N/A, NULL, nan, None.

    >>> is_placeholder("n.a."), is_placeholder("0")
    (True, False)
    """
    return not text.strip(" -_") or _PLACEHOLDER.fullmatch(text) is not None


def quoted(cell: object) -> str:
    """Quote what was read in a cell for a message, cut to `QUOTE_LENGTH` characters.

    >>> quoted("98765HOMES")
    "'98765HOMES'"
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if cell is None:
        return "null"
    if isinstance(cell, int) and abs(cell) >= 10**QUOTE_LENGTH:
        return "a number of more than 40 digits"
    if isinstance(cell, dict | list | tuple | bytes):
        return _KINDS[type(cell)]
    text = cell if isinstance(cell, str) else str(cell)
    if len(text) > QUOTE_LENGTH:
        text = text[: QUOTE_LENGTH - 1] + "…"
    return repr(text) if isinstance(cell, str) else text


def holdings(record: Mapping[str, object]) -> str:
    """Name what a record holds, for a message: its first keys, objects and lists with their size.

    >>> holdings({"CODE": 200, "RESPONSE": {"SENDER_NAME": "Asha"}})
    "'CODE', 'RESPONSE' (an object of 1)"
    """
    shown = [_shown(name, record[name]) for name in islice(record, _SHOWN_NAMES)]
    more = ", ..." if len(record) > _SHOWN_NAMES else ""
    return f"{', '.join(shown) or 'nothing'}{more}"


def _shown(name: str, cell: object) -> str:
    if isinstance(cell, dict | list):
        kind = "an object" if isinstance(cell, dict) else "a list"
        return f"{quoted(name)} ({kind} of {len(cell)})"
    return quoted(name)


_KINDS: Final[dict[type, str]] = {
    dict: "an object",
    list: "a list",
    tuple: "a list",
    bytes: "bytes",
}


def _plain(code: int) -> str:
    char = chr(code)
    sign = _SIGNS.get(code)
    if sign is not None:
        return sign
    if code in _VARIATION_SELECTORS:
        return ""
    decimal = unicodedata.decimal(char, None)
    if decimal is not None:
        return str(decimal)
    if code in _FULL_WIDTH:
        return _plain(code - _FULL_WIDTH_SHIFT)
    category = unicodedata.category(char)
    if char.isspace() or category in ("Zs", "Zl", "Zp"):
        return " "
    if category == "Pd":
        return "-"
    return "" if category in ("Cc", "Cf") else char


_TABLE: Final = _PlainCharacters({code: _plain(code) for code in range(0x100)})
