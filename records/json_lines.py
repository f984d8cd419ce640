"""One JSON line to an object: strictly, and with an answer for every junk that arrives.

orjson reads nearly all of them. Python's own reader is the second opinion where the first refuses
what JSON's grammar allows (half a surrogate pair), or hides it (a name that stands twice).
"""

import json
import math
from collections.abc import Iterable
from typing import NoReturn

import orjson

from records.repeats import merged

# An outcome carries its lead one level down, and readers give up at some hundreds of levels; a
# lead in its source's wrapper has about five.
MAX_DEPTH = 100


class NotAnObject(Exception):
    """A line that holds no JSON object; the text says why, and quotes nothing of it."""


def read_object(line: bytes) -> dict[str, object]:
    """Read one line of JSON.

    Args:
        line: the line, in UTF-8.

    Returns:
        The object. A name that stands twice has the one value that is not blank, or a tuple of
        the different values: which of them is meant is not known.

    Raises:
        NotAnObject: The line is not JSON, or another JSON value, or nested too deep.

    >>> read_object(b'{"Name": "Asha", "Name": null}')
    {'Name': 'Asha'}
    """
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        value = _second_opinion(line)
    if isinstance(value, dict) and _may_repeat(line, len(value)):
        value = _second_opinion(line)
    if not isinstance(value, dict):
        raise NotAnObject(f"the line is {_kind(value)}, not a JSON object")
    if line.count(b"[") + line.count(b"{") > MAX_DEPTH and _is_deep(value):
        raise NotAnObject(f"the JSON is nested more than {MAX_DEPTH} levels deep")
    return value


def _may_repeat(line: bytes, names: int) -> bool:
    """Say whether there may be more names in an object than were kept.

    Each name is followed by a colon: as many colons as names is proof enough, and cheap. Objects
    inside, and texts that look like names, cost a second reading.
    """
    if line.count(b'":') != names:
        return True
    return b" :" in line or b"\t:" in line or b"\r:" in line


def _second_opinion(line: bytes) -> object:
    try:
        return _DECODER.decode(line.decode())
    except UnicodeDecodeError as e:
        raise NotAnObject(f"the line is not UTF-8 (byte {e.start + 1})") from e
    except json.JSONDecodeError as e:
        raise NotAnObject(f"the line is not JSON: {e.msg} (character {e.colno})") from e
    except RecursionError as e:
        raise NotAnObject("the JSON is nested too deep") from e
    except ValueError as e:
        raise NotAnObject(f"the line is not JSON: {e}") from e


def _whole(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"a number of more than {_MAX_DIGITS} digits")
    return int(digits)


def _decimal(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number too great")
    return number


def _constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON value")


def _object(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    return merged(pairs)


_MAX_DIGITS = 1000
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole, parse_float=_decimal, parse_constant=_constant
)


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


def _kind(value: object) -> str:
    if isinstance(value, list):
        return "a JSON array"
    if isinstance(value, str):
        return "a JSON text"
    return "null" if value is None else "a JSON number or truth value"
