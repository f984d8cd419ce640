"""How large the rows of an Arrow batch are once they are written out, and cutting it by that.

A column that says a long text once and then names it by number is small as long as it is not read out: a
file of a kilobyte can hold a million rows of a megabyte each.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_VALUE_BYTES = 8
"""What a value takes beside its text."""

Sizes = npt.NDArray[np.int64]


def cut_by_size(batch: pa.RecordBatch, most_bytes: int) -> Iterator[pa.RecordBatch]:
    """Cut a batch into batches of at most so many bytes each, of at least one row.

    Raises:
        ValueError: a row names a text that is not there.

    >>> batch = pa.record_batch({"text": pa.array(["x" * 60] * 5).dictionary_encode()})
    >>> [part.num_rows for part in cut_by_size(batch, 150)]
    [2, 2, 1]
    """
    ends = np.cumsum(row_sizes(batch))
    start, before = 0, 0
    while start < len(ends):
        stop = max(start + 1, int(np.searchsorted(ends, before + most_bytes, side="right")))
        yield batch.slice(start, stop - start)
        start, before = stop, int(ends[stop - 1])


def row_sizes(batch: pa.RecordBatch) -> Sizes:
    """About how many bytes each row takes when its texts are written out.

    Raises:
        ValueError: a row names a text that is not there.
    """
    sizes = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        sizes += _sizes(column)
    return sizes


def _sizes(array: pa.Array) -> Sizes:
    type_, types = array.type, pa.types
    if isinstance(array, pa.ExtensionArray):
        return _sizes(array.storage)
    if types.is_dictionary(type_):
        first, last = pc.min_max(array.indices).values()
        if last.is_valid and not 0 <= first.as_py() <= last.as_py() < len(array.dictionary):
            # To write it out, Arrow would read beyond its texts.
            raise ValueError("a text that is not there")
        of_each = np.append(_sizes(array.dictionary), _VALUE_BYTES)
        return of_each[_without_nulls(array.indices, len(of_each) - 1)]
    if types.is_string_view(type_) or types.is_binary_view(type_):
        return _sizes(array.cast(pa.large_binary()))
    if _is_text(type_):
        return _without_nulls(pc.binary_length(array), 0) + _VALUE_BYTES
    if types.is_struct(type_):
        sizes = np.full(len(array), _VALUE_BYTES, np.int64)
        for child in array.flatten():
            sizes += _sizes(child)
        return sizes
    if types.is_map(type_):
        return _sizes(array.cast(pa.list_(pa.struct([type_.key_field, type_.item_field]))))
    if types.is_list(type_) or types.is_large_list(type_) or types.is_fixed_size_list(type_):
        lengths = _without_nulls(pc.list_value_length(array), 0)
        of_items = np.append(0, np.cumsum(_sizes(array.flatten())))
        stops = np.cumsum(lengths)
        sizes = of_items[stops] - of_items[stops - lengths] + _VALUE_BYTES
        return np.asarray(sizes, np.int64)
    return np.full(len(array), _VALUE_BYTES, np.int64)


def _is_text(type_: pa.DataType) -> bool:
    types = pa.types
    kinds = (
        *(types.is_string, types.is_large_string),
        *(types.is_binary, types.is_large_binary, types.is_fixed_size_binary),
    )
    return any(is_kind(type_) for is_kind in kinds)


def _without_nulls(numbers: pa.Array, instead: int) -> Sizes:
    filled: Sizes = np.asarray(pc.fill_null(numbers.cast(pa.int64()), instead), np.int64)
    return filled
