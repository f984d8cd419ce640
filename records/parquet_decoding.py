"""Blocks of a Parquet file to records: columns of any type to values that JSON and schemas know."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import time

import pyarrow as pa

from records.avro_values import exact_single, plain, text_or_bytes
from records.blocks import Decoded, RawBlock, Unreadable, as_json
from records.parquet_file import read_batch
from records.repeats import merged

_FAULTS = (ValueError, OverflowError, pa.ArrowException)


@dataclass(frozen=True, slots=True)
class _Unheld:
    """A value that cannot be held: why."""

    fault: str


def decode_parquet(block: RawBlock) -> Iterator[Decoded | Unreadable]:
    """Read the rows of a block.

    Yields:
        One answer a row.
    """
    batch = read_batch(block.content)
    names = batch.schema.names
    is_simple = len(set(names)) == len(names)
    columns = [_values(column) for column in batch.columns]
    for number, row in enumerate(zip(*columns, strict=True), block.first):
        faults = [
            f"{name}: {value.fault}"
            for name, value in zip(names, row, strict=True)
            if type(value) is _Unheld
        ]
        pairs = zip(names, row, strict=True)
        if faults:
            held = merged((name, value) for name, value in pairs if type(value) is not _Unheld)
            raw = as_json(plain(held)).decode()
            yield Unreadable(number, raw, "unreadable", "; ".join(faults))
        else:
            fields = dict(pairs) if is_simple else merged(pairs)
            yield Decoded(number, fields, as_json(plain(fields)))


def _values(column: pa.Array) -> list[object]:
    """Return a column's values: as Avro's are, whatever type of Arrow's they have."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    readable = _readable(column.type)
    if readable != column.type:
        with suppress(pa.ArrowException):  # some types cannot be cast inside of others
            column = column.cast(readable, safe=False)
    try:
        values: list[object] = column.to_pylist()
    except _FAULTS:
        values = [_held(value) for value in column]
    meant = _meaning_of(column.type)
    if meant is None:
        return values
    return [value if value is None or type(value) is _Unheld else meant(value) for value in values]


def _held(value: pa.Scalar) -> object:
    try:
        return value.as_py()
    except UnicodeDecodeError:
        return _Unheld("the text is not UTF-8")
    except _FAULTS:
        # A moment that no calendar has: its number, as in Avro.
        if pa.types.is_temporal(value.type):
            return value.value
        return _Unheld("the value cannot be read")


def _readable(type_: pa.DataType) -> pa.DataType:
    """Return the type that a type is read as: Python has no nanoseconds, and not all zones."""
    types = pa.types
    if types.is_timestamp(type_):
        return pa.timestamp("us" if type_.unit == "ns" else type_.unit, type_.tz and "UTC")
    if types.is_time64(type_):
        return pa.time64("us")
    if types.is_duration(type_):
        return pa.int64()
    if types.is_float16(type_):
        return pa.float32()
    if types.is_dictionary(type_):
        return _readable(type_.value_type)
    if types.is_struct(type_):
        return pa.struct([field.with_type(_readable(field.type)) for field in type_])
    if types.is_map(type_):
        return pa.map_(_readable(type_.key_type), _readable(type_.item_type))
    if types.is_large_list(type_):
        return pa.large_list(type_.value_field.with_type(_readable(type_.value_type)))
    if types.is_list(type_):
        return pa.list_(type_.value_field.with_type(_readable(type_.value_type)))
    return type_


def _meaning_of(type_: pa.DataType) -> Callable[..., object] | None:
    types = pa.types
    if types.is_float32(type_):
        return exact_single
    if types.is_time(type_):
        return time.isoformat
    kinds = (
        types.is_binary,
        types.is_large_binary,
        types.is_binary_view,
        types.is_fixed_size_binary,
    )
    return text_or_bytes if any(is_kind(type_) for is_kind in kinds) else None
