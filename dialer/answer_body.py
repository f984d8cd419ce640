"""What the body of a dialer's answer holds: rows, a status, a message, in whatever wrapping."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from dialer.answer_rows import AnswerRow, read_row, text_of

_MOST_WRAPPINGS = 3


@dataclass(frozen=True, slots=True)
class Contents:
    """What a readable body holds.

    Attributes:
        status: its own status, empty where it has none.
        message: its message, empty where it has none.
        rows: its rows (None for an element that is no row); empty where it has none.
        is_empty_list: whether it holds a list of rows, and that is empty.
    """

    status: str
    message: str
    rows: tuple[AnswerRow | None, ...] = ()
    is_empty_list: bool = False


def read_body(body: bytes) -> Contents | None:
    """What a body holds; None: it is no JSON.

    The message may be a text, one row or a list of rows; the rows may also stand alone, and a list
    or a message may wrap an object with status and message.

    >>> read_body(b'{"Status":"failure","message":"no user found"}')
    Contents(status='failure', message='no user found', rows=(), is_empty_list=False)
    """
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError:
        # orjson refuses half a surrogate pair, which a dialer may send that cuts a name in the
        # middle of an emoji: the standard library reads such a body.
        try:
            value = json.loads(text.decode(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return None
    return _unwrap(value, "", _MOST_WRAPPINGS)


def _unwrap(value: object, status: str, wrappings: int) -> Contents:
    """The contents of a value that stands in a body of the status given."""
    match value:
        case dict():
            return _unwrap_object(value, status, wrappings)
        case list():
            return _unwrap_list(value, status, wrappings)
        case _:
            return Contents(status, text_of(value))


def _unwrap_object(value: Mapping[str, object], status: str, wrappings: int) -> Contents:
    row = read_row(value)
    # At the top an object without a number is the answer itself, further in it is the only row.
    if row and (row.has_phone_field or wrappings < _MOST_WRAPPINGS):
        return Contents(status, "", rows=(row,))
    own_status = text_of(_field(value, "status")) or status
    if wrappings == 0:
        return Contents(own_status, "")
    return _unwrap(_field(value, "message"), own_status, wrappings - 1)


def _unwrap_list(elements: Sequence[object], status: str, wrappings: int) -> Contents:
    rows = tuple(read_row(element) for element in elements)
    if any(rows) or not elements:
        return Contents(status, "", rows=rows, is_empty_list=not elements)
    if len(elements) == 1 and wrappings > 0:
        return _unwrap(elements[0], status, wrappings - 1)
    return Contents(status, "; ".join(filter(None, map(text_of, elements))))


def _field(body: Mapping[str, object], name: str) -> object:
    """The value of a field, its name compared without case; None where it is not there."""
    return next((value for key, value in body.items() if key.lower() == name), None)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
