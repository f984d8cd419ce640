"""The schema that an Avro value was written with, taken apart for the two readers of such values.

Libraries read Avro files of one's own well. Messages are anybody's: with the library at hand a
recursive schema and a long body end the whole process, and five bytes make a list of a hundred
million nulls. So values are read here, by readers that count what they make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from records.avro_values import LogicalType
from records.json_lines import NotJson, read_json
from schemas.cell_text import quoted

PRIMITIVES: Final = frozenset(
    {"null", "boolean", "int", "long", "float", "double", "bytes", "string"}
)

MAX_VALUES: Final = 1_000_000
"""How many values one body may hold: a null and a record of nothing take no byte of it."""


class BadWriterSchema(Exception):
    """A text that is no Avro schema; says why."""


class BrokenAvro(Exception):
    """A value that is not what its schema says; says why, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Primitive:
    """A type without parts."""

    kind: str
    logical: LogicalType | None = None


@dataclass(frozen=True, slots=True)
class Fixed:
    """Bytes of one size."""

    size: int
    logical: LogicalType | None = None


@dataclass(frozen=True, slots=True)
class EnumOf:
    """One of some words."""

    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArrayOf:
    """A list of values of one type."""

    items: AvroType


@dataclass(frozen=True, slots=True)
class MapOf:
    """Values of one type by names of any kind."""

    values: AvroType


@dataclass(frozen=True, slots=True)
class UnionOf:
    """A value of one of some types; each has a tag, by which JSON names it."""

    branches: tuple[AvroType, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record; `default` is the JSON value in the schema, if `has_default`."""

    name: str
    type: AvroType
    has_default: bool
    default: object


@dataclass(frozen=True, slots=True)
class RecordOf:
    """Values by the names of its fields."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A type that is described elsewhere in the schema, perhaps around this place."""

    name: str


AvroType = Primitive | Fixed | EnumOf | ArrayOf | MapOf | UnionOf | RecordOf | Named


@dataclass(frozen=True, slots=True)
class WriterSchema:
    """A whole schema.

    Attributes:
        root: the type of the values.
        named: the types that have names.
    """

    root: AvroType
    named: Mapping[str, AvroType]


def parse_writer_schema(text: str) -> WriterSchema:
    """Read the schema that values were written with.

    Raises:
        BadWriterSchema: The text is no Avro schema.

    >>> parse_writer_schema('["null", "string"]').root.tags
    ('null', 'string')
    """
    try:
        raw = read_json(text.encode(errors="surrogatepass"), called="the schema")
    except NotJson as e:
        raise BadWriterSchema(str(e)) from e
    parser = _Parser()
    root = parser.type(raw, "")
    for name in parser.used:
        if name not in parser.named:
            raise BadWriterSchema(f"the type {quoted(name)} is used and not described")
    return WriterSchema(root, parser.named)


class _Parser:
    """Reads the types of one schema; no deeper than its JSON may be."""

    def __init__(self) -> None:
        self.named: dict[str, AvroType] = {}
        self.used: list[str] = []

    def type(self, raw: object, namespace: str) -> AvroType:
        if isinstance(raw, list):
            branches = tuple(self.type(branch, namespace) for branch in raw)
            tags = tuple(_tag(branch, namespace) for branch in raw)
            return UnionOf(branches, tags)
        if isinstance(raw, str):
            return self._reference(raw, namespace)
        if not isinstance(raw, dict):
            raise BadWriterSchema(f"{quoted(raw)} is no type")
        kind = raw.get("type")
        if not isinstance(kind, str):
            return self.type(kind, namespace)
        if kind in PRIMITIVES:
            return Primitive(kind, LogicalType.of(raw, kind))
        if kind == "array":
            return ArrayOf(self.type(raw.get("items"), namespace))
        if kind == "map":
            return MapOf(self.type(raw.get("values"), namespace))
        if kind in ("record", "error", "enum", "fixed"):
            return self._definition(raw, kind, namespace)
        return self._reference(kind, namespace)

    def _reference(self, name: str, namespace: str) -> AvroType:
        if name in PRIMITIVES:
            return Primitive(name)
        self.used.append(_full_name(name, namespace))
        return Named(self.used[-1])

    def _definition(self, raw: dict[str, object], kind: str, namespace: str) -> AvroType:
        name = _name_of(raw, namespace)
        if name in self.named or name in PRIMITIVES:
            raise BadWriterSchema(f"the name {quoted(name)} is given to two types")
        # Until its parts are read the name stands for itself: they may refer to it.
        self.named[name] = Named(name)
        if kind == "enum":
            self.named[name] = EnumOf(_symbols(raw))
        elif kind == "fixed":
            size = raw.get("size")
            if not isinstance(size, int) or isinstance(size, bool) or size < 0:
                raise BadWriterSchema(f"the size {quoted(size)} of {quoted(name)} is none")
            self.named[name] = Fixed(size, LogicalType.of(raw, kind))
        else:
            self.named[name] = RecordOf(self._fields(raw, name))
        return self.named[name]

    def _fields(self, raw: dict[str, object], name: str) -> tuple[Field, ...]:
        written = raw.get("fields")
        if not isinstance(written, list):
            raise BadWriterSchema(f"the record {quoted(name)} has no list of fields")
        fields: dict[str, Field] = {}
        for field in written:
            own = field.get("name") if isinstance(field, dict) else None
            if not isinstance(own, str) or own in fields:
                raise BadWriterSchema(
                    f"a field of {quoted(name)} has no name, or that of another: {quoted(own)}"
                )
            type_ = self.type(field.get("type"), name.rpartition(".")[0])
            fields[own] = Field(own, type_, "default" in field, field.get("default"))
        return tuple(fields.values())


def _symbols(raw: dict[str, object]) -> tuple[str, ...]:
    symbols = raw.get("symbols")
    if not isinstance(symbols, list) or not all(isinstance(symbol, str) for symbol in symbols):
        raise BadWriterSchema(f"the symbols of {quoted(raw.get('name'))} are no list of words")
    return tuple(symbols)


def _name_of(raw: Mapping[str, object], namespace: str) -> str:
    name, own = raw.get("name"), raw.get("namespace", namespace)
    if not isinstance(name, str) or not name or not isinstance(own, str):
        raise BadWriterSchema(f"a type has the name {quoted(name)}; right is a word")
    return _full_name(name, own)


def _full_name(name: str, namespace: str) -> str:
    return name if "." in name or not namespace else f"{namespace}.{name}"


def _tag(branch: object, namespace: str) -> str:
    """Return what a branch of a union is called in JSON: its kind, or its full name."""
    if isinstance(branch, str):
        return branch if branch in PRIMITIVES else _full_name(branch, namespace)
    if isinstance(branch, list) or not isinstance(branch, dict):
        raise BadWriterSchema("a union holds a union")
    kind = branch.get("type")
    if isinstance(kind, str):
        is_defined = kind in ("record", "error", "enum", "fixed")
        return _name_of(branch, namespace) if is_defined else _tag_of_kind(kind, namespace)
    return _tag(kind, namespace)


def _tag_of_kind(kind: str, namespace: str) -> str:
    is_own = kind in PRIMITIVES or kind in ("array", "map")
    return kind if is_own else _full_name(kind, namespace)
