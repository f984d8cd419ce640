"""Reading one Avro value from its JSON encoding: JSON that names the branches of its unions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from records.avro_schema import (
    MAX_VALUES,
    ArrayOf,
    AvroType,
    BrokenAvro,
    EnumOf,
    Field,
    Fixed,
    MapOf,
    Named,
    Primitive,
    RecordOf,
    UnionOf,
    WriterSchema,
)
from records.json_lines import MAX_DEPTH, json_kind
from schemas.cell_text import quoted

_WORDS_FOR_NUMBERS: Final = frozenset({"NaN", "Infinity", "-Infinity", "INF", "-INF"})
_PYTHON_TYPES: Final = {"null": type(None), "boolean": bool, "string": str}
_BOUNDS: Final = {"int": 2**31, "long": 2**63}


def from_avro_json(value: object, schema: WriterSchema) -> object:
    """Turn JSON, as read, into the value that it encodes.

    Kinder than the encoding: a union's branch need not be named where its value fits one; keys
    that the schema lacks are kept, keys that the value lacks have the schema's default.

    Raises:
        BrokenAvro: The value is not what the schema says.

    >>> from records.avro_schema import parse_writer_schema
    >>> from_avro_json({"string": "Asha"}, parse_writer_schema('["null", "string"]'))
    'Asha'
    """
    return _Reader(schema.named).value(value, schema.root, 0, "")


class _Reader:
    """Reads values by the types of one schema."""

    def __init__(self, named: Mapping[str, AvroType]) -> None:
        self._named = named
        # Trying the branches of unions inside unions doubles with each level.
        self._left = MAX_VALUES

    def value(self, value: object, type_: AvroType, depth: int, where: str) -> object:
        self._left -= 1
        if self._left < 0:
            raise BrokenAvro(f"there are more than {MAX_VALUES:,} values")
        if depth > MAX_DEPTH:
            raise BrokenAvro(f"the values are nested more than {MAX_DEPTH} levels deep")
        match type_:
            case Primitive(kind, logical):
                found = _primitive(value, kind, where)
                return found if logical is None else logical.meant_by(found)
            case RecordOf(fields):
                return self._record(value, fields, depth, where)
            case UnionOf(branches, tags):
                return self._branch(value, branches, tags, depth, where)
            case EnumOf(symbols):
                if value not in symbols:
                    raise _misfit(value, f"one of {len(symbols)} symbols", where)
                return value
            case ArrayOf(items):
                if not isinstance(value, list):
                    raise _misfit(value, "an array", where)
                return [self.value(item, items, depth + 1, where) for item in value]
            case MapOf(values):
                if not isinstance(value, dict):
                    raise _misfit(value, "a map", where)
                return {
                    name: self.value(inner, values, depth + 1, where)
                    for name, inner in value.items()
                }
            case Fixed(size, logical):
                found = _bytes(value, where)
                if len(found) != size:
                    raise _misfit(value, f"{size} bytes", where)
                return found if logical is None else logical.meant_by(found)
            case Named(name):
                return self.value(value, self._named[name], depth + 1, where)

    def _record(
        self, value: object, fields: tuple[Field, ...], depth: int, where: str
    ) -> dict[str, object]:
        if not isinstance(value, dict):
            raise _misfit(value, "a record", where)
        record = dict(value)
        for field in fields:
            inner = f"{where}.{field.name}" if where else field.name
            if field.name not in value and not field.has_default:
                raise BrokenAvro(f"{inner} is missing")
            given = value.get(field.name, field.default)
            record[field.name] = self.value(given, field.type, depth + 1, inner)
        return record

    def _branch(
        self,
        value: object,
        branches: tuple[AvroType, ...],
        tags: tuple[str, ...],
        depth: int,
        where: str,
    ) -> object:
        if isinstance(value, dict) and len(value) == 1:
            ((tag, inner),) = value.items()
            for branch, own in zip(branches, tags, strict=True):
                if tag in (own, own.rpartition(".")[2]):
                    return self.value(inner, branch, depth + 1, where)
        for branch in branches:
            try:
                return self.value(value, branch, depth + 1, where)
            except BrokenAvro:
                continue
        raise _misfit(value, f"one of {', '.join(tags)}", where)


def _primitive(value: object, kind: str, where: str) -> object:
    if kind in _PYTHON_TYPES:
        if not isinstance(value, _PYTHON_TYPES[kind]):
            raise _misfit(value, kind, where)
        return value
    if kind == "bytes":
        return _bytes(value, where)
    if isinstance(value, bool):
        raise _misfit(value, kind, where)
    if kind in _BOUNDS:
        if not isinstance(value, int) or not -_BOUNDS[kind] <= value < _BOUNDS[kind]:
            raise _misfit(value, kind, where)
        return value
    if isinstance(value, str) and value in _WORDS_FOR_NUMBERS:
        return float(value)
    if not isinstance(value, int | float):
        raise _misfit(value, kind, where)
    try:
        return float(value)
    except OverflowError as e:
        raise _misfit(value, kind, where) from e


def _bytes(value: object, where: str) -> bytes:
    """Return bytes from text whose every character stands for the byte of its number."""
    if not isinstance(value, str):
        raise _misfit(value, "bytes", where)
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError as e:
        raise _misfit(value, "bytes", where) from e


def _misfit(value: object, right: str, where: str) -> BrokenAvro:
    kind = "names that stand twice" if isinstance(value, tuple) else json_kind(value)
    return BrokenAvro(f"{quoted(where) if where else 'the value'} is {kind}, not {right}")
