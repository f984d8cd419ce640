"""Telling JSON lines from CSV and from JSON documents by a file's first bytes."""

import json
import re
from collections.abc import Sequence

from records.json_elements import cut_elements
from records.json_lines import NotJson, read_object
from schemas.outcome import outcome_lead

_ARRAY_OF_OBJECTS = re.compile(rb'\s*\[\s*\{\s*"')


def is_object(line: bytes) -> bool:
    """Say whether a line is a JSON object.

    >>> is_object(b' {"Phone": 1}'), is_object(b"[]")
    (True, False)
    """
    if not line.lstrip().startswith(b"{"):
        return False
    try:
        read_object(line)
    except NotJson:
        return False
    return True


def first_names(records: Sequence[bytes]) -> tuple[str, ...]:
    """Return the names in some JSON objects, each once, in the order they are met.

    >>> first_names([b'{"Phone": 1}', b"junk", b'{"Name": null, "Phone": 2}'])
    ('Phone', 'Name')
    """
    names: dict[str, None] = {}
    for record in records:
        try:
            fields = read_object(record)
        except NotJson:
            continue
        lead = outcome_lead(fields)
        names |= dict.fromkeys(lead if isinstance(lead, dict) else fields)
    return tuple(names)


def is_document(content: bytes, lines: list[bytes]) -> bool:
    r"""Say whether a content is one JSON value rather than one a line, as far as it goes.

    That is an array of objects, or of nothing, or a value that goes on over line ends. Junk in the
    first line of a file of JSON lines is neither: there the JSON breaks off where the next line
    begins.

    Args:
        content: the beginning of the file's text, without a byte order mark.
        lines: its whole lines that are not blank.

    >>> is_document(b'[{"Phone": 1}]', [b'[{"Phone": 1}]'])
    True
    >>> is_document(b'[\n{"Phone": 1}\n{"Phone": 2}\n', [b"[", b'{"Phone": 1}', b'{"Phone": 2}'])
    False
    """
    text = content.decode(errors="replace").lstrip()
    if not text.startswith(("{", "[")):
        return False
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as e:
        begun = [line for line in text[: e.pos].split("\n") if line.strip()]
        return len(begun) > 2 or _begins_document(content, has_lines=bool(lines))
    except (RecursionError, ValueError):  # nested without end; a number of thousands of digits
        return _begins_document(content, has_lines=bool(lines))
    if "\n" in text[:end]:
        return True
    holds_objects = isinstance(value, list) and (
        not value or any(isinstance(item, dict) for item in value)
    )
    return holds_objects and not any(map(is_object, lines[1:]))


def _begins_document(content: bytes, *, has_lines: bool) -> bool:
    """Say whether what is cut off, or broken somewhere, begins like a document.

    That is an array with an object in it, or an object of several lines.
    """
    is_array = _ARRAY_OF_OBJECTS.match(content) is not None
    first = next((each for each in cut_elements(content) if is_object(each)), None)
    if first is None:  # perhaps too long to end in what is looked at
        return is_array and not has_lines
    return is_array or b"\n" in first
