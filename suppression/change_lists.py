"""Lists of changes: which numbers are added to a list, and which are taken off it."""

import re
from array import array
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from records.blocks import Decoded
from records.decoding import decode
from records.header import shown_columns
from records.layout import Layout
from records.peeking import ByteStream
from records.splitting import split_records
from schemas.cell_text import clean, unwrapped
from schemas.lead_schema import LeadSchema
from schemas.names import name_key
from schemas.phones import PhoneReader
from suppression.area_numbers import with_area_line
from suppression.categories import FULL
from suppression.entries import Entries
from suppression.faults import ListError
from suppression.list_columns import Columned
from suppression.number_pages import Int64s, Masks
from suppression.table_lists import TableList
from suppression.text_lists import cut_lines, list_pieces

DELETED: Final = 256
"""What stands in the place of a mask for a number that is taken off the list."""

_ACTION_COLUMNS: Final = frozenset(
    {"action", "operation", "op", "change", "changetype", "updatetype", "type", "adddelete"}
)
_ADDS: Final = frozenset({"+", "a", "add", "added", "addition", "i", "insert", "inserted", "new"})
_DELETES: Final = frozenset(
    {"-", "d", "del", "delete", "deleted", "deletion", "r", "remove", "removed", "removal"}
)
_DIGIT: Final = re.compile(r"\d")
_COMMENT: Final = "#"
_NEITHER: Final = (
    "it holds a number and neither adds (+) nor deletes (-) it; write the sign before the number, or"
    " build a list from the file"
)


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What becomes of numbers.

    Attributes:
        numbers: the numbers, in order, each once.
        values: the mask of what each is blocked for from now on, or `DELETED`.
    """

    numbers: Int64s
    values: npt.NDArray[np.int16]


class ChangesSink:
    """Gathers changes, of which the last one of a number holds.

    Attributes:
        is_deleting: whether the numbers that come next are taken off the list.
    """

    def __init__(self) -> None:
        self._numbers, self._values = array("q"), array("h")
        self.is_deleting = False

    def add(self, numbers: Int64s, masks: Masks | None = None) -> None:
        """Take numbers, with the masks of what they are blocked for; None: everything."""
        self._numbers.extend(numbers.tolist())
        if self.is_deleting:
            self._values.extend([DELETED] * len(numbers))
        else:
            self._values.extend([FULL] * len(numbers) if masks is None else masks.tolist())

    def __len__(self) -> int:
        """How many changes were taken."""
        return len(self._numbers)

    def changes(self) -> Changes:
        """All that was taken."""
        numbers = np.array(self._numbers, np.int64)
        values = np.array(self._values, np.int16)
        order = np.argsort(numbers, kind="stable")
        numbers, values = numbers[order], values[order]
        is_last = np.append(numbers[1:] != numbers[:-1], True)[: len(numbers)]
        return Changes(numbers[is_last], values[is_last])


class ChangeLines:
    """Reads changes of one number a line, behind `+` or `-`."""

    has_categories = False
    is_bare = True

    def __init__(self, entries: Entries, phones: PhoneReader, sink: ChangesSink) -> None:
        self._entries = entries
        self._phones = phones
        self._sink = sink

    def read(self, stream: ByteStream) -> None:
        """Read the whole list.

        Raises:
            ListError: A line neither adds nor deletes, or can be read as two numbers.
        """
        place = 0
        for piece in list_pieces(stream, self._entries.name):
            for line in cut_lines(piece).to_pylist():
                place += 1
                text = unwrapped(clean(line))
                if text and not self._take(text.partition(_COMMENT)[0].strip(), place):
                    self._entries.pass_over(place, text)

    def _take(self, change: str, place: int) -> bool:
        """Take one line's change; False: it holds no number."""
        sign, entry = change[:1], change[1:]
        if sign not in ("+", "-"):
            self._entries.refuse_numbers(change, place, _NEITHER)
            return False
        self._sink.is_deleting = sign == "-"
        number = with_area_line(entry.strip(), self._entries.region)
        if not self._phones.read_each(number) and self._phones.read_each(f"+{number}"):
            number = f"+{number}"
        elif sign == "+" and entry == number:
            self._refuse_two_readings(number, place)
        return bool(number) and self._entries.add(number, place)

    def _refuse_two_readings(self, number: str, place: int) -> None:
        """Refuse a number that is another one if the sign before it is a part of it."""
        read = {each.e164 for each in self._phones.read_each(number)}
        abroad = {each.e164 for each in self._phones.read_each(f"+{number}")}
        if read and abroad and read != abroad:
            raise ListError(
                f"{self._entries.name}, line {place}: behind + it is a number of this country, and"
                " with it one of another; write a blank behind the sign, or the country code"
            )


class ChangeTable(TableList):
    """Reads changes in CSV, in which a column says whether a row adds or deletes."""

    def __init__(
        self,
        entries: Entries,
        layout: Layout,
        schema: LeadSchema,
        columned: Columned,
        sink: ChangesSink,
    ) -> None:
        """Read by these columns.

        Raises:
            ListError: No column says add or delete, or the one of categories is not known.
        """
        super().__init__(entries, layout, schema, columned)
        columns = [column for column in dict.fromkeys(layout.header) if column]
        actions = [column for column in columns if name_key(column) in _ACTION_COLUMNS]
        if len(actions) != 1:
            raise ListError(
                f"{entries.name} has {'several columns' if actions else 'no column'} that may say add"
                f" or delete; call one of them action. Its columns: {shown_columns(columns)}"
            )
        self._action = actions[0]
        self._sink = sink

    def read(self, stream: ByteStream) -> None:
        """Read the whole list.

        Raises:
            ListError: A row cannot be read, or what it does is not known.
        """
        for block in split_records(stream, self._layout, file=self._entries.name):
            self.is_bare = False
            rows, unreadable = decode(block)
            for fault in unreadable:
                self._pass_over(fault)
            for row in rows:
                self._sink.is_deleting = self._deletes(row)
                self._add(row)

    def _deletes(self, row: Decoded) -> bool:
        words = [_word(cell) for cell in self._cells(row, self._action)]
        if all(word in _DELETES for word in words):
            return True
        if all(word in _ADDS for word in words) or not self._has_number(row):
            return False
        raise ListError(
            f"{self._entries.name}, row {row.number} below the header: the column"
            f" {shown_columns([self._action])} says neither add nor delete"
            f" ({shown_columns(words) or 'nothing'}); correct it"
        )

    def _mask(self, row: Decoded, *, has_cells: bool) -> int:
        """What the numbers of a row are blocked for, if they are added."""
        return FULL if self._sink.is_deleting else super()._mask(row, has_cells=has_cells)


def _word(cell: str) -> str:
    text = clean(cell).strip()
    return text if text in ("+", "-") else name_key(text)
