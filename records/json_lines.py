"""JSON to values: strictly, and with an answer for every junk that arrives.

orjson reads nearly all of them. Python's own reader is the second opinion where the first refuses
what JSON's grammar allows (half a surrogate pair), or hides it (a name that stands twice).
"""

import json
import math
import re
from collections.abc import Iterable
from typing import NoReturn

import orjson

from records.repeats import merged

# An outcome carries its lead one level down, and readers give up at some hundreds of levels; a
# lead in its source's wrapper has about five.
MAX_DEPTH = 100


class NotJson(Exception):
    """A text that is no JSON, or none that is read; says why, and quotes nothing of it."""


class NotAnObject(NotJson):
    """A line that holds another JSON value than an object."""


def read_object(line: bytes, *, called: str = "the line") -> dict[str, object]:
    """Read one line of JSON.

    Args:
        line: the line, in UTF-8.
        called: what a fault calls it.

    Returns:
        The object. A name that stands twice has the one value that is not blank, or a tuple of
        the different values: which of them is meant is not known.

    Raises:
        NotAnObject: The line is another JSON value.
        NotJson: The line is not JSON, or nested too deep.

    >>> read_object(b'{"Name": "Asha", "Name": null}')
    {'Name': 'Asha'}
    """
    value = read_json(line, called=called, keep_literals=True)
    if not isinstance(value, dict):
        raise NotAnObject(f"{called} is {json_kind(value)}, not a JSON object")
    return value


def read_json(text: bytes, *, called: str = "the line", keep_literals: bool = False) -> object:
    """Read a JSON value of any kind; names that stand twice in it as `read_object` does.

    Args:
        text: the value, in UTF-8; it may go over several lines.
        called: what a fault calls the text.
        keep_literals: whether a number is its text where Python would write it otherwise, as
            9.87651E+09: a spreadsheet has cut off digits there, which the float would hide.

    Raises:
        NotJson: The text is not JSON, or nested too deep.
    """
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = _second_opinion(text, called, keep_literals)
    else:
        keep_literals = keep_literals and _ODD_NUMBER.search(text) is not None
        if keep_literals or (isinstance(value, dict | list) and _may_repeat(text, value)):
            value = _second_opinion(text, called, keep_literals)
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH and _is_deep(value):
        raise NotJson(f"the JSON is nested more than {MAX_DEPTH} levels deep")
    return value


def _may_repeat(text: bytes, value: dict[str, object] | list[object]) -> bool:
    """Say whether there may be more names in a text than were kept.

    Each name is followed by a colon: as many colons as names is proof enough, and cheap. Texts
    that look like names cost a second reading.
    """
    if b" :" in text or b"\t:" in text or b"\r:" in text or b"\n:" in text:
        return True
    written = text.count(b'":')
    is_flat = isinstance(value, dict) and written == len(value)
    return not is_flat and written != _names_in(value)


def _names_in(value: object) -> int:
    names = 0
    level = [value]
    while level:
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                names += len(item)
                inner.extend(item.values())
            elif isinstance(item, list):
                inner.extend(item)
        level = inner
    return names


def _second_opinion(text: bytes, called: str, keep_literals: bool) -> object:
    try:
        return (_LITERAL_DECODER if keep_literals else _DECODER).decode(text.decode())
    except UnicodeDecodeError as e:
        raise NotJson(f"{called} is not UTF-8 (byte {e.start + 1})") from e
    except json.JSONDecodeError as e:
        raise NotJson(f"{called} is not JSON: {e.msg} (character {e.pos + 1})") from e
    except RecursionError as e:
        raise NotJson("the JSON is nested too deep") from e
    except ValueError as e:
        raise NotJson(f"{called} is not JSON: {e}") from e


def _whole(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"a number of more than {_MAX_DIGITS} digits")
    return int(digits)


def _decimal(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number too great")
    return number


def _decimal_or_literal(digits: str) -> float | str:
    number = _decimal(digits)
    return number if repr(number) == digits else digits


def _constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON value")


def _object(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    return merged(pairs)


_MAX_DIGITS = 1000
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_decimal, parse_constant=_constant
)
_LITERAL_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_whole,
    parse_float=_decimal_or_literal,
    parse_constant=_constant,
)
# A number with a fraction or an exponent, or of more digits than orjson keeps.
_ODD_NUMBER = re.compile(rb"(?<![^\s:,\[])-?(?:\d+[.eE]|\d{19})")


def _is_deep(value: object) -> bool:
    """Say whether a value nests deeper than `MAX_DEPTH`, without nesting calls as deep."""
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(item.values())
            elif isinstance(item, list | tuple):
                inner.extend(item)
        if not inner:
            return False
        level = inner
    return True


def json_kind(value: object) -> str:
    """Name the kind of a JSON value, with its article.

    >>> json_kind([]), json_kind(5)
    ('a JSON array', 'a JSON number or truth value')
    """
    if isinstance(value, dict):
        return "a JSON object"
    if isinstance(value, list):
        return "a JSON array"
    if isinstance(value, str):
        return "a JSON text"
    return "null" if value is None else "a JSON number or truth value"
