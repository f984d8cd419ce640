"""Records of a block by column: what is decoded, and judged, a column at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Protocol

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from schemas.column_cells import json_escaped


class Table(Protocol):
    """Some records of a file that have the same names."""

    @property
    def numbers(self) -> npt.NDArray[np.int64]:
        """Which data record of its file each is, from 1, in rising order."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, each once."""
        ...

    @property
    def is_tidy(self) -> bool:
        """Whether no text in the cells holds what JSON writes as an escape."""
        ...

    def cells(self, name: str) -> pa.Array | None:
        """The cells of a column, null where a record lacks it; None: they are of several types."""
        ...

    def lead_json(self, rows: npt.NDArray[np.intp]) -> pa.Array:
        """Some records, each as one line of JSON, as bytes."""
        ...

    def fields(self, rows: npt.NDArray[np.intp]) -> list[Mapping[str, object]]:
        """Some records as a row-wise reader gives them."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class TextTable:
    """Records of CSV: every cell is text.

    Attributes:
        numbers: which data record of its file each is.
        names: the columns' names, at least one.
        columns: their cells, as Arrow strings without nulls.
        is_tidy: whether no cell holds what JSON writes as an escape.
    """

    numbers: npt.NDArray[np.int64]
    names: tuple[str, ...]
    columns: tuple[pa.Array, ...]
    is_tidy: bool

    def cells(self, name: str) -> pa.Array | None:
        """The cells of a column."""
        return self.columns[self.names.index(name)]

    def lead_json(self, rows: npt.NDArray[np.intp]) -> pa.Array:
        """Some records, each as a JSON object of texts."""
        parts: list[pa.Array | str] = []
        before = '{"'
        places = pa.array(rows)
        for name, column in zip(self.names, self.columns, strict=True):
            taken = column if len(rows) == len(column) else column.take(places)
            parts += [f'{before}{json_text(name)}":"', self._escaped(taken)]
            before = '","'
        return pc.binary_join_element_wise(*parts, '"}', "").cast(pa.binary())

    def fields(self, rows: npt.NDArray[np.intp]) -> list[Mapping[str, object]]:
        """Some records, by their columns."""
        taken = [column.take(pa.array(rows)).to_pylist() for column in self.columns]
        return [dict(zip(self.names, cells, strict=True)) for cells in zip(*taken, strict=True)]

    def _escaped(self, column: pa.Array) -> pa.Array:
        return column if self.is_tidy else json_escaped(column)


def json_text(text: str) -> str:
    """Write a text as it stands inside of JSON's quotes."""
    return orjson.dumps(text).decode()[1:-1]


@dataclass(frozen=True, slots=True, eq=False)
class ObjectTable:
    """Records that are objects: cells are of any type, and each record may have its own names.

    Attributes:
        numbers: which data record of its file each is.
        names: every name that a record has, in the order they are met.
        objects: the records.
        lines: each as one line of JSON.
        is_tidy: whether no text in them holds what JSON writes as an escape.
    """

    numbers: npt.NDArray[np.int64]
    names: tuple[str, ...]
    objects: Sequence[Mapping[str, object]]
    lines: Sequence[bytes]
    is_tidy: bool = False

    def cells(self, name: str) -> pa.Array | None:
        """The cells of a column, if all that are there are of one type that a column can have."""
        try:
            cells = list(map(itemgetter(name), self.objects))
        except KeyError:
            cells = [record.get(name) for record in self.objects]
        types = set(map(type, cells)) - {type(None)}
        if not types:
            return pa.array(cells, pa.utf8())
        if len(types) > 1 or not types <= _COLUMN_TYPES:
            return None
        try:
            return pa.array(cells)
        except (pa.ArrowInvalid, OverflowError, UnicodeEncodeError):
            # A whole number of more than 64 bits, half a surrogate pair.
            return None

    def lead_json(self, rows: npt.NDArray[np.intp]) -> pa.Array:
        """Some records, each as it stands in the file."""
        taken = self.lines if len(rows) == len(self.lines) else [self.lines[row] for row in rows]
        return pa.array(taken, pa.binary())

    def fields(self, rows: npt.NDArray[np.intp]) -> list[Mapping[str, object]]:
        """Some records."""
        return [self.objects[row] for row in rows]


_COLUMN_TYPES = frozenset({str, int, float, bool})
