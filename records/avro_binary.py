"""Reading Avro values from their binary encoding, whatever the bytes are."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
from records.avro_values import exact_single
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
    reader = AvroBody(body, schema.named)
    value = reader.value(schema.root, 0)
    misread = reader.next_value()
    if misread is not None:
        raise misread
    rest = len(body) - reader.place
    if rest:
        raise BrokenAvro(f"{rest:,} bytes are left over behind the value")
    return value


@dataclass(frozen=True, slots=True)
class Misread:
    """A value of which a part is not what its type says, though it is clear where the next begins.

    Attributes:
        value: what was read; U+FFFD stands for bytes that are no UTF-8.
        fault: what is wrong.
    """

    value: object
    fault: str


def read_values(
    body: bytes, schema: WriterSchema, count: int
) -> list[object | Misread | BrokenAvro]:
    """Read values that stand one behind the other.

    Args:
        body: as many values as `count` says, and nothing else.
        schema: of each of them.
        count: how many there are.

    Returns:
        `count` answers. Where one value breaks off, or bytes are left over, all of them are broken:
        a flipped bit may have made other values of those before it, and nothing would show it.
    """
    reader = AvroBody(body, schema.named)
    answers: list[object | Misread | BrokenAvro] = []
    for _ in range(count):
        try:
            value = reader.value(schema.root, 0)
        except BrokenAvro as e:
            return [BrokenAvro(f"in its block, at record {len(answers) + 1}, {e}")] * count
        fault = reader.next_value()
        answers.append(value if fault is None else Misread(value, str(fault)))
    rest = len(body) - reader.place
    if rest:
        return [BrokenAvro(f"{rest:,} bytes are left over behind the values of its block")] * count
    return answers


class AvroBody:
    """The bytes of some values, and how far they have been read.

    Attributes:
        place: how far.
    """

    __slots__ = ("_bytes", "_left", "_misread", "_named", "place")

    def __init__(self, body: bytes, named: Mapping[str, AvroType], *, place: int = 0) -> None:
        self._bytes = body
        self._named = named
        self._left = MAX_VALUES
        # What is wrong with a part of the value whose end is known nevertheless.
        self._misread: BrokenAvro | None = None
        self.place = place

    def next_value(self) -> BrokenAvro | None:
        """Be done with a value, and return what is wrong with a part of it, if anything is."""
        misread, self._misread = self._misread, None
        self._left = MAX_VALUES
        return misread

    def value(self, type_: AvroType, depth: int) -> object:
        """Read the next value.

        Raises:
            BrokenAvro: It is not what the type says, or greater than is read.
        """
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
                taken = self.take(size)
                return taken if logical is None else logical.meant_by(taken)
            case Named(name):
                return self.value(self._named[name], depth + 1)

    def _primitive(self, kind: str) -> object:
        if kind == "string":
            return self._text()
        if kind in ("int", "long"):
            value = self._long()
            if kind == "int" and not -_INT_BOUND <= value < _INT_BOUND:
                self._note("a whole number is too great for its type")
            return value
        if kind == "null":
            return None
        if kind == "bytes":
            return self.take(self._long())
        if kind == "boolean":
            byte = self.take(1)
            if byte not in (b"\0", b"\1"):
                self._note("a truth value is neither")
            return byte == b"\1"
        number: float = _FLOATS[kind].unpack(self.take(_FLOATS[kind].size))[0]
        return exact_single(number) if kind == "float" else number

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
        taken = self.take(self._long())
        try:
            return taken.decode()
        except UnicodeDecodeError:
            self._note("a text is not UTF-8")
            return taken.decode(errors="replace")

    def _index(self, count: int, what: str) -> int:
        index = self._long()
        if not 0 <= index < count:
            raise self._fault(f"it has {count} {what}, not one of the number {index}")
        return index

    def _long(self) -> int:
        # Nearly all are of one byte: sizes of texts, branches of unions.
        if self.place < len(self._bytes) and (byte := self._bytes[self.place]) < 0x80:
            self.place += 1
            return (byte >> 1) ^ -(byte & 1)
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

    def take(self, size: int) -> bytes:
        """Return the next bytes."""
        start, end = self.place, self.place + size
        if size < 0:
            raise self._fault("a size is less than nothing")
        if end > len(self._bytes):
            raise self._fault("the data ends too early")
        self.place = end
        return self._bytes[start:end]

    def _note(self, what: str) -> None:
        self._misread = self._misread or self._fault(what)

    def _fault(self, what: str) -> BrokenAvro:
        return BrokenAvro(f"{what} (byte {self.place + 1})")
