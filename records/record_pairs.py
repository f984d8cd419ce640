"""Leads given as lists of names and values: `--record_pairs PATH:NAME_KEY:VALUE_KEY`.

Forms whose questions anyone may choose send their answers so; each source has names of its own
for the list, the names and the values, and the option says them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from records.record_paths import RecordPath, parse_record_path
from records.repeats import merged
from schemas.cells import MISSING, read_text


@dataclass(frozen=True, slots=True)
class RecordPairs:
    """Where in a record the pairs are.

    Attributes:
        path: to the list of objects that are the pairs.
        names: where in a pair its name is; of several the first that it has.
        values: where its value is; of several the first that it has, since answers of different
            kinds may stand under different keys.
    """

    path: RecordPath
    names: tuple[RecordPath, ...]
    values: tuple[RecordPath, ...]

    def pairs(self, record: Mapping[str, object]) -> Iterator[tuple[str, object]]:
        """Give the names and values in a record; a pair without a name is none."""
        for pair in _lists_at(record, self.path):
            name = _first(pair, self.names)
            if isinstance(name, str | int) and str(name).strip():
                yield str(name).strip(), _value(_first(pair, self.values))


def parse_record_pairs(text: str) -> RecordPairs:
    """Read PATH:NAME_KEY:VALUE_KEY as the user writes it.

    All three may be dotted; NAME_KEY and VALUE_KEY may be several, with commas between.

    Raises:
        ValueError: It is none; the text says what is right.

    >>> parse_record_pairs("answers:field.ref:text,choice.label").values
    (('text',), ('choice', 'label'))
    """
    parts = text.split(":")
    try:
        path, names, values = parts
        return RecordPairs(parse_record_path(path), _keys(names), _keys(values))
    except ValueError as e:
        raise ValueError(
            f"{text!r} names no pairs: right is PATH:NAME_KEY:VALUE_KEY, "
            "as answers:question:text,choice.label"
        ) from e


def with_pairs(
    record: Mapping[str, object], options: Sequence[RecordPairs]
) -> Mapping[str, object]:
    """Return a record with its pairs as fields beside its own.

    A name over different values, among the pairs or beside them, has a tuple of them, as a name
    that stands twice in a record has.
    """
    found = [pair for option in options for pair in option.pairs(record)]
    return merged([*record.items(), *found]) if found else record


def _keys(text: str) -> tuple[RecordPath, ...]:
    return tuple(parse_record_path(key) for key in text.split(","))


def _lists_at(value: object, path: RecordPath) -> Iterator[Mapping[str, object]]:
    """Give the objects at a path, those of a list one by one; lists on the way too."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield from _lists_at(item, path)
    elif isinstance(value, dict):
        if not path:
            yield value
        elif path[0] in value:
            yield from _lists_at(value[path[0]], path[1:])


def _first(pair: Mapping[str, object], keys: Sequence[RecordPath]) -> object:
    for key in keys:
        value: object = pair
        for name in key:
            value = value.get(name) if isinstance(value, dict) else None
        if value is not None:
            return value
    return None


def _value(value: object) -> object:
    """Return the value of a pair; the different ones of a list as one text.

    So a list of chosen answers reads as people write it, and where a phone has two different
    numbers the cell holds both.
    """
    if not isinstance(value, list):
        return value
    texts = {text: item for item in value if (text := read_text(item)) is not MISSING}
    if not all(isinstance(text, str) for text in texts):
        return value
    if len(texts) == 1:
        return next(iter(texts.values()))
    return ", ".join(map(str, texts)) or None
