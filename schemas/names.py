"""When two names of a column are the same: by their letters and digits, in any case.

Exports spell one column in many ways (`Mobile No.`, `mobile_no`, a byte-order mark before it), so
names are compared by what a reader of the header would call the same.
"""

from __future__ import annotations

import unicodedata

_VARIATION_SELECTORS = range(0xFE00, 0xFE10)


def name_key(name: str) -> str:
    """Return the letters and digits of a name, without regard to case.

    Accents and vowel signs belong to their letters, so scripts that write vowels as marks keep
    them; blanks, punctuation, quotes and invisible characters do not count.

    >>> name_key(" Mobile_No. ")
    'mobileno'
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum() or _is_mark(char))


def same_name(one: str, other: str) -> bool:
    """Say whether two names are one: the same letters and digits, and at least one of them.

    >>> same_name("PhoneNumber", "phone number")
    True
    """
    key = name_key(one)
    return key != "" and key == name_key(other)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M") and ord(char) not in _VARIATION_SELECTORS
