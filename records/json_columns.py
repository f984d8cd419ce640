"""JSON lines by column: the objects of a block together, and what could not be read.

Every line is read by one reader. What is done for a whole block at a time is the proof that nothing
in it needs a second look: no name stands twice, nothing is nested, no line is an outcome.
"""

from collections.abc import Callable
from itertools import chain

import numpy as np
import orjson

from records.blocks import Decoded, RawBlock, Unreadable
from records.cutting import cut_records
from records.encodings import UTF8_MARK
from records.tables import ObjectTable
from schemas.outcome import OUTCOME_KEYS

_OUTCOME_NAME = OUTCOME_KEYS[-2]


def read_objects(
    block: RawBlock, one_by_one: Callable[[RawBlock], list[Decoded | Unreadable]]
) -> tuple[ObjectTable | None, list[Unreadable]]:
    """Read a block of JSON lines that has no fault.

    Args:
        block: the lines.
        one_by_one: reads them row by row, where one of them needs a second look.

    Returns:
        The objects (None: there are none), and the lines that are none: every record once.
    """
    table = _all_at_once(block)
    if table is not None:
        return table, []
    answers = one_by_one(block)
    records = [answer for answer in answers if isinstance(answer, Decoded)]
    unreadable = [answer for answer in answers if isinstance(answer, Unreadable)]
    return _table_of(records), unreadable


def _all_at_once(block: RawBlock) -> ObjectTable | None:
    content = block.content
    if UTF8_MARK in content or _has_colons_apart(content):
        return None
    lines = [line for line in map(bytes.strip, cut_records(content, None)) if line]
    if b"\r" in content:
        lines = [line.replace(b"\r", b" ") for line in lines]
    try:
        objects = list(map(orjson.loads, lines))
    except orjson.JSONDecodeError:
        return None
    if len(objects) != block.records or set(map(type, objects)) != {dict}:
        return None
    # Each object has one brace that opens it, and each name a colon behind it: no more braces than
    # objects is proof that nothing is nested, as many colons as names that no name was lost.
    is_flat = content.count(b"{") + content.count(b"[") == len(objects)
    if not is_flat or content.count(b'":') != sum(map(len, objects)):
        return None
    names = _names_in(objects)
    if _OUTCOME_NAME in names:
        return None
    numbers = np.arange(block.first, block.first + len(objects), dtype=np.int64)
    # Every escape in JSON begins with a backslash.
    is_tidy = b"\\" not in content
    return ObjectTable(numbers, names, objects, lines, is_tidy)


def _has_colons_apart(content: bytes) -> bool:
    """Say whether blank space may stand between a name and its colon."""
    # Tabs and carriage returns are rare, and looked for in no time.
    rare = [blank for blank in (b"\t", b"\r") if blank in content]
    return b" :" in content or any(blank + b":" in content for blank in rare)


def _names_in(objects: list[dict[str, object]]) -> tuple[str, ...]:
    """Return the names in some objects: nearly always all have the same."""
    first = objects[0].keys()
    if all(map(first.__eq__, map(dict.keys, objects))):
        return tuple(first)
    return tuple(dict.fromkeys(chain.from_iterable(objects)))


def _table_of(records: list[Decoded]) -> ObjectTable | None:
    if not records:
        return None
    return ObjectTable(
        np.array([record.number for record in records], dtype=np.int64),
        tuple(dict.fromkeys(name for record in records for name in record.fields)),
        [record.fields for record in records],
        [record.lead_json for record in records],
    )
