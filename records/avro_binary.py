"""Reading one Avro value from its binary encoding, whatever the bytes are."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Final

from records.avro_schema import (
    MAX_VALUES,
    ArrayOf,
    AvroType,
    BrokenAvro,
    EnumOf,
    Fixed,
    MapOf,
    Named,
    Primitive,
    RecordOf,
    UnionOf,
    WriterSchema,
)
from records.json_lines import MAX_DEPTH
from records.repeats import merged

_LONG_BITS: Final = 64
_INT_BOUND: Final = 2**31
_LONG_BOUND: Final = 2**63
_FLOATS: Final = {"float": struct.Struct("<f"), "double": struct.Struct("<d")}


def read_binary(body: bytes, schema: WriterSchema) -> object:
    """Read a value that stands alone: no schema before it, no byte behind it.

    Raises:
        BrokenAvro: The body is not what the schema says, or greater than is read.
    """
    reader = _Body(body, schema.named)
    value = reader.value(schema.root, 0)
    rest = len(body) - reader.place
    if rest:
        raise BrokenAvro(f"{rest:,} bytes are left over behind the value")
    return value


class _Body:
    """The bytes of one value, and how far they have been read."""

    __slots__ = ("_bytes", "_left", "_named", "place")

    def __init__(self, body: bytes, named: Mapping[str, AvroType]) -> None:
        self._bytes = body
        self._named = named
        self._left = MAX_VALUES
        self.place = 0

    def value(self, type_: AvroType, depth: int) -> object:
        self._left -= 1
        if self._left < 0:
            raise BrokenAvro(f"there are more than {MAX_VALUES:,} values")
        if depth > MAX_DEPTH:
            raise BrokenAvro(f"the values are nested more than {MAX_DEPTH} levels deep")
        match type_:
            case Primitive(kind, logical):
                value = self._primitive(kind)
                return value if logical is None else logical.meant_by(value)
            case RecordOf(fields):
                return {field.name: self.value(field.type, depth + 1) for field in fields}
            case UnionOf(branches):
                return self.value(branches[self._index(len(branches), "branches")], depth)
            case EnumOf(symbols):
                return symbols[self._index(len(symbols), "symbols")]
            case ArrayOf(items):
                return [self.value(items, depth + 1) for _ in self._items()]
            case MapOf(values):
                return merged((self._text(), self.value(values, depth + 1)) for _ in self._items())
            case Fixed(size, logical):
                taken = self._take(size)
                return taken if logical is None else logical.meant_by(taken)
            case Named(name):
                return self.value(self._named[name], depth + 1)

    def _primitive(self, kind: str) -> object:
        if kind == "string":
            return self._text()
        if kind in ("int", "long"):
            value = self._long()
            if kind == "int" and not -_INT_BOUND <= value < _INT_BOUND:
                raise self._fault("a whole number is too great for its type")
            return value
        if kind == "null":
            return None
        if kind == "bytes":
            return self._take(self._long())
        if kind == "boolean":
            byte = self._take(1)
            if byte not in (b"\0", b"\1"):
                raise self._fault("a truth value is neither")
            return byte == b"\1"
        number: float = _FLOATS[kind].unpack(self._take(_FLOATS[kind].size))[0]
        return number

    def _items(self) -> Iterator[None]:
        """Step through the items of an array or a map, which come in blocks."""
        while count := self._long():
            if count < 0:
                count = -count
                self._long()  # the size of the block in bytes, for readers that skip it
            if count > self._left:
                raise self._fault(f"a list says that it has {count:,} items")
            for _ in range(count):
                yield

    def _text(self) -> str:
        taken = self._take(self._long())
        try:
            return taken.decode()
        except UnicodeDecodeError as e:
            raise self._fault("a text is not UTF-8") from e

    def _index(self, count: int, what: str) -> int:
        index = self._long()
        if not 0 <= index < count:
            raise self._fault(f"it has {count} {what}, not one of the number {index}")
        return index

    def _long(self) -> int:
        value = 0
        for shift in range(0, _LONG_BITS, 7):
            if self.place == len(self._bytes):
                raise self._fault("the data ends too early")
            byte = self._bytes[self.place]
            self.place += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80 and value < 2 * _LONG_BOUND:
                return (value >> 1) ^ -(value & 1)
            if byte < 0x80:
                break
        raise self._fault("a whole number is too long")

    def _take(self, size: int) -> bytes:
        start, end = self.place, self.place + size
        if size < 0:
            raise self._fault("a size is less than nothing")
        if end > len(self._bytes):
            raise self._fault("the data ends too early")
        self.place = end
        return self._bytes[start:end]

    def _fault(self, what: str) -> BrokenAvro:
        return BrokenAvro(f"{what} (byte {self.place + 1})")
