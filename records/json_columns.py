"""JSON lines by column: the objects of a block together, and what could not be read.

Every line is read by one reader. What is done for a whole block at a time is the proof that nothing
in it needs a second look: no name stands twice, nothing is nested, no line is an outcome.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter

import numpy as np
import numpy.typing as npt
import orjson

from records.blocks import Decoded, RawBlock, Unreadable, sort_out
from records.encodings import UTF8_MARK
from records.tables import ObjectTable
from records.whole_records import cut_records, filled
from schemas.outcome import OUTCOME_KEYS

_OUTCOME_NAMES = dict.fromkeys(OUTCOME_KEYS).keys()


Numbered = Sequence[tuple[int, bytes]]


def read_objects(
    block: RawBlock, one_by_one: Callable[[Numbered], Iterator[Decoded | Unreadable]]
) -> tuple[ObjectTable | None, list[Unreadable]]:
    """Read a block of JSON lines that has no fault.

    Args:
        block: the lines.
        one_by_one: reads lines that need a second look.

    Returns:
        The objects (None: there are none), and the lines that are none: every record once.
    """
    lines = filled(cut_records(block.content, None), None)
    found = _sort_out(lines, block.content)
    others = [(block.first + place, lines[place]) for place in found.others]
    looked_at, unreadable = sort_out(one_by_one(others))
    numbers = np.array(found.places, np.int64) + block.first
    if looked_at:
        return _merged(numbers, found, looked_at), unreadable
    if not found.objects:
        return None, unreadable
    # Every escape in JSON begins with a backslash.
    is_tidy = b"\\" not in block.content
    names = _names_in(found.objects)
    return ObjectTable(numbers, names, found.objects, found.lines, is_tidy), unreadable


@dataclass(frozen=True, slots=True)
class _Found:
    """The lines of a block that are plain objects, and the places of the others.

    Attributes:
        places: which lines they are.
        objects: what they hold.
        lines: the lines, without the blanks around.
        others: the places of the lines that need a second look.
    """

    places: Sequence[int]
    objects: Sequence[dict[str, object]]
    lines: Sequence[bytes]
    others: Sequence[int]


def _sort_out(lines: Sequence[bytes], content: bytes) -> _Found:
    plain = [line.strip() for line in lines]
    if b"\r" in content:
        plain = [line.replace(b"\r", b" ") for line in plain]
    try:
        objects = list(map(orjson.loads, plain))
    except orjson.JSONDecodeError:
        objects = list(map(_value, plain))
    if set(map(type, objects)) <= {dict} and _is_plain(content, objects):
        return _Found(range(len(plain)), objects, plain, ())
    places = [place for place, value in enumerate(objects) if type(value) is dict]
    together = b"\n".join(plain[place] for place in places)
    if not _is_plain(together, [objects[place] for place in places]):
        places = [place for place in places if _is_plain(plain[place], [objects[place]])]
    others = sorted(set(range(len(plain))) - set(places))
    chosen = [objects[place] for place in places]
    return _Found(places, chosen, [plain[place] for place in places], others)


def _value(line: bytes) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


def _is_plain(content: bytes, objects: Sequence[dict[str, object]]) -> bool:
    """Say whether objects are all that stands in their lines, and hold what each line says once.

    Each object has one brace that opens it, and each name a colon behind it: no more braces than
    objects is proof that nothing is nested, as many colons as names that no name was lost. A float
    does not show how it is written.
    """
    return (
        UTF8_MARK not in content
        and content.count(b"{") + content.count(b"[") == len(objects)
        and content.count(b'":') == sum(map(len, objects))
        and not _has_colons_apart(content)
        and float not in set(map(type, chain.from_iterable(map(dict.values, objects))))
        and not any(map(_OUTCOME_NAMES.__eq__, map(dict.keys, objects)))
    )


def _merged(
    numbers: npt.NDArray[np.int64], found: _Found, looked_at: Sequence[Decoded]
) -> ObjectTable:
    """Return one table of plain objects and of those that were looked at twice, in order."""
    rows: list[tuple[int, Mapping[str, object], bytes]] = [
        *zip(numbers.tolist(), found.objects, found.lines, strict=True),
        *((record.number, record.fields, record.lead_json) for record in looked_at),
    ]
    rows.sort(key=itemgetter(0))
    objects = [fields for _, fields, _ in rows]
    return ObjectTable(
        np.array([number for number, _, _ in rows], np.int64),
        tuple(dict.fromkeys(chain.from_iterable(objects))),
        objects,
        [line for _, _, line in rows],
    )


def _names_in(objects: Sequence[dict[str, object]]) -> tuple[str, ...]:
    """Return the names in some objects: nearly always all have the same."""
    first = objects[0].keys()
    if all(map(first.__eq__, map(dict.keys, objects))):
        return tuple(first)
    return tuple(dict.fromkeys(chain.from_iterable(objects)))


def _has_colons_apart(content: bytes) -> bool:
    """Say whether blank space may stand between a name and its colon."""
    # Tabs and carriage returns are rare, and looked for in no time.
    rare = [blank for blank in (b"\t", b"\r") if blank in content]
    return b" :" in content or any(blank + b":" in content for blank in rare)
