"""What the body of a dialer's answer holds: rows, a status, a message, in whatever wrapping."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson

from dialer.answer_rows import AnswerRow, all_of, read_row, text_of
from dialer.wording import words_of

_MOST_WRAPPINGS = 3
_READ_NAMES = ("status", "message")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a readable body holds.

    Attributes:
        status: its own status, empty where it has none.
        message: its message, empty where it has none.
        rows: its rows (None for an element that is no row); empty where it has none.
        is_empty_list: whether it holds a list of rows, and that is empty.
        fields: its further texts and numbers, by the letters and digits of their names, in lower case.
    """

    status: str
    message: str
    rows: tuple[AnswerRow | None, ...] = ()
    is_empty_list: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


def read_body(body: bytes) -> Contents | None:
    """What a body holds; None: it is no JSON.

    The message may be a text, one row or a list of rows; the rows may also stand alone, and a list
    or a message may wrap an object with status and message.

    >>> read_body(b'{"Status":"failure","message":"no user found"}')
    Contents(status='failure', message='no user found', rows=(), is_empty_list=False, fields={})
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
    own_status = all_of(list(map(text_of, _values(value, "status")))) or status
    if wrappings == 0:
        return Contents(own_status, "", fields=_further(value))
    message = next(iter(_values(value, "message")), None)
    inner = _unwrap(message, own_status, wrappings - 1)
    return replace(inner, fields={**_further(value), **inner.fields})


def _unwrap_list(elements: Sequence[object], status: str, wrappings: int) -> Contents:
    rows = tuple(read_row(element) for element in elements)
    if any(rows) or not elements:
        return Contents(status, "", rows=rows, is_empty_list=not elements)
    if len(elements) == 1 and wrappings > 0:
        return _unwrap(elements[0], status, wrappings - 1)
    return Contents(status, "; ".join(filter(None, map(text_of, elements))))


def _values(body: Mapping[str, object], name: str) -> list[object]:
    """The values of a field, in every spelling of its name that differs in case alone."""
    return [value for key, value in body.items() if key.lower() == name]


def _further(body: Mapping[str, object]) -> dict[str, str]:
    """The texts and numbers that are neither status nor message, by plain names."""
    texts = {"".join(words_of(name)): text_of(value) for name, value in body.items()}
    return {name: text for name, text in texts.items() if text and name not in _READ_NAMES}


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
