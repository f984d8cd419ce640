"""The regular expressions of a schema: those of RE2, which takes linear time on any cell.

A pattern of a user's meets whatever stands in a file. Python's own engine may need longer than a
life for one cell; RE2 cannot, and it is the engine that reads columns, so that a cell is judged
alike by column and by row. The digits of a phone number are few and many at a time: Python reads
them, where the pattern leaves it but one way to do so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

_CACHED_TEXTS: Final = 4096
_MAX_CACHED_LENGTH: Final = 64
_RE2_COMPLAINT: Final = "Invalid regular expression: "
_PART = re.compile(
    r"\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\((?:\?(?:P?<\w+>|[A-Za-z-]*:))?|\)"
    r"|\{\d+\}|\{\d+,\d*\}|.",
    re.DOTALL | re.ASCII,
)
_REPEAT = re.compile(r"[*+]|\{\d+(?:,\d*)?\}")
_EXACT = re.compile(r"\{\d+\}")


def pattern_problem(pattern: str) -> str | None:
    """Say what is wrong with a pattern for plain text, if anything is.

    >>> pattern_problem("[A-Z]{3}"), pattern_problem("[A")
    (None, 'missing ]: [A')
    """
    try:
        _matches(pattern, "")
    except pa.ArrowInvalid as error:
        return str(error).removeprefix(_RE2_COMPLAINT)
    except UnicodeEncodeError:
        return "it holds half a character"
    return None


def digits_pattern_problem(pattern: str) -> str | None:
    """Say what is wrong with a pattern for the digits of a phone number, if anything is.

    >>> digits_pattern_problem("[6-9][0-9]{9}")
    >>> digits_pattern_problem("([0-9]+)+")
    'a group that is repeated holds a repeat or a choice; write it without'
    """
    problem = pattern_problem(pattern)
    if problem is not None:
        return problem
    try:
        re.compile(pattern, re.ASCII)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)
    if _may_be_read_in_many_ways(pattern):
        return "a group that is repeated holds a repeat or a choice; write it without"
    return None


def whole_text_matcher(pattern: str) -> Callable[[str], bool]:
    """Return a test of whether a text matches a pattern as a whole.

    Args:
        pattern: One without a `pattern_problem`.

    >>> whole_text_matcher("[A-Z]+")("PUNE"), whole_text_matcher("[A-Z]+")("PUNE 1")
    (True, False)
    """
    whole = rf"\A(?:{pattern})\z"

    def matches(text: str) -> bool:
        if not text.isascii():
            # Half a surrogate pair is sent as U+FFFD, and judged as it is sent.
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return _matches(whole, text)

    # The cells of a column that has a pattern are often the same few.
    known = lru_cache(_CACHED_TEXTS)(matches)
    return lambda text: known(text) if len(text) <= _MAX_CACHED_LENGTH else matches(text)


def _matches(pattern: str, text: str) -> bool:
    return bool(pc.match_substring_regex(pa.scalar(text), pattern).as_py())


def _may_be_read_in_many_ways(pattern: str) -> bool:
    """Whether a group that repeats loosely holds what is loose itself: `(a+)+`, `(a|a)*`."""
    open_groups = [False]
    closed = False  # whether the part before ended a group that is loose inside
    for part in _PART.findall(pattern):
        if closed and _REPEAT.fullmatch(part):
            return True
        closed = False
        if part.startswith("("):
            open_groups.append(False)
        elif part == ")":
            closed = open_groups.pop()
            open_groups[-1] |= closed
        elif part in "?|" or (_REPEAT.fullmatch(part) and not _EXACT.fullmatch(part)):
            open_groups[-1] = True
    return False
