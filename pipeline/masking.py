"""Masking what could be a phone number in a text that quotes what was read."""

import re
import unicodedata

_LONG = 6
"""So many digits could be a number."""

_SHOWN = 3
"""How many digits of it are left at its end."""

# In the text's shape: a digit is 0, a letter a, whatever else a dot. Between the digits of one number may
# stand any marks and blanks, and a few letters: 98765O1234, 98765 ext 12.
_RUN = re.compile(r"0(?:\.*(?:a{1,3}\.*(?:\.a{1,3}\.*)?)?0)*")
# What cannot be seen is quoted as an escape, which is no part of a number; two backslashes are one.
_ESCAPE = re.compile(r"\\\\|\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[nrt])")
_DATE = re.compile(
    r"""(?:(?:19|20)\d\d-(?:0\d|1[0-2])-[0-3]\d      # 2037-06-30
        |   [0-3]?\d/[0-3]?\d/(?:19|20)\d\d)         # 30/06/2037, 6/30/2037
        (?:[ T]\d\d:\d\d(?::\d\d)?(?:\.\d{1,6})?)?   # and a time
    |   [0-2]?\d:\d\d(?::\d\d)?""",
    re.VERBOSE | re.ASCII,
)


def masked(text: str) -> str:
    """A text in which no number of six or more digits can be read; a date or a time stays.

    Of such a number the last three digits are left, in whatever script it is written.

    >>> masked("'+91 98765-12345' is a landline; right is 2037-06-30 18:00:00")
    "'+** *****-**345' is a landline; right is 2037-06-30 18:00:00"
    """
    seen = _ESCAPE.sub(lambda escape: "." * len(escape[0]), text)
    runs = [run.span() for run in _RUN.finditer("".join(map(_kind, seen)))]
    numbers = {
        (start, end): _digits(seen[start:end])
        for start, end in runs
        if not _DATE.fullmatch(text[start:end])
    }
    long = [digits for digits in numbers.values() if len(digits) >= _LONG]
    chars = list(text)
    for (start, end), digits in numbers.items():
        # What is quoted of a long number a second time, in part, is a part of it.
        if any(_share_digits(digits, each) for each in long):
            shown = [at for at in range(start, end) if _kind(seen[at]) == "0"][-_SHOWN:]
            for at in range(start, end):
                if _kind(text[at]) == "0" and at not in shown:
                    chars[at] = "*"
    return "".join(chars)


def _share_digits(one: str, other: str) -> bool:
    """Whether more digits in a row than may be shown stand in both."""
    size = _SHOWN + 1
    return any(one[at : at + size] in other for at in range(len(one) - _SHOWN))


def _digits(run: str) -> str:
    """The digits of a run, in ASCII."""
    return "".join(str(unicodedata.digit(char)) for char in run if _kind(char) == "0")


def _kind(char: str) -> str:
    """What a character is in the text's shape; a digit is one in any script and any style."""
    if unicodedata.digit(char, None) is not None:
        return "0"
    return "a" if char.isalpha() else "."
