"""Reading cells that say yes or no: booleans, and do-not-call marks."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from schemas.cell_text import clean, is_nothing, is_placeholder, quoted, unwrapped
from schemas.cells import MISSING, Misread
from schemas.names import name_key

_YES: Final = frozenset({"true", "t", "yes", "y", "1", "1.0", "on"})
_NO: Final = frozenset({"false", "f", "no", "n", "0", "0.0", "off"})
_ALSO_DO_NOT_CALL: Final = frozenset({"x", "checked", "\u2713", "\u2714", "\u2611", "\u2705"})
# What a do-not-disturb register says of a number; compared as whole words, for one contains the
# other.
_REGISTERED: Final = frozenset({"dnd", "ndnc", "dnc", "donotcall", "registered", "blocked"})
_NOT_REGISTERED: Final = frozenset({"nondnd", "nonndnc", "nondnc", "notregistered", "clean"})


def read_boolean(cell: object) -> object:
    """Read a boolean, `MISSING` where the cell holds nothing.

    >>> read_boolean(" Yes "), read_boolean(0)
    (True, False)
    """
    word = _word(cell)
    if word in _YES:
        return True
    if word in _NO:
        return False
    if word is not None and is_placeholder(word):
        return MISSING
    return Misread(f"{quoted(cell)} says neither; right is true or false")


def read_do_not_call(cell: object) -> object:
    """Read a do-not-call mark: True means that the person is not to be called.

    Only what plainly says yes or no is read: whoever asked not to be called must not be called
    because a cell was misread. An empty cell says no.

    >>> read_do_not_call("X"), read_do_not_call("")
    (True, False)
    """
    word = _word(cell)
    verdict = name_key(word or "")
    if word in _YES or word in _ALSO_DO_NOT_CALL or verdict in _REGISTERED:
        return True
    if word is not None and (word in _NO or is_placeholder(word) or verdict in _NOT_REGISTERED):
        return False
    return Misread(f"{quoted(cell)} says neither; right is yes or no")


def _word(cell: object) -> str | None:
    """Return a cell as one plain word in lower case, or None if it cannot be a word."""
    if isinstance(cell, str):
        return unwrapped(clean(cell)).casefold()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if is_nothing(cell):
        return ""
    if isinstance(cell, int | float | Decimal) and cell in (0, 1):
        return str(int(cell))
    return None
