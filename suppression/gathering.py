"""Reading lists of any kind, and gathering their numbers."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final

from records.foreign import ForeignFile, foreign_file
from records.header import read_headers, shown_columns
from records.layout import HEAD_BYTES
from records.opening import open_text
from records.peeking import ByteStream, DamagedStream, Peekable
from records.zip_file import NotOneFile
from schemas.lead_schema import LeadSchema, default_lead_schema
from schemas.phones import PhoneReader
from suppression.categories import Categories
from suppression.entries import Entries
from suppression.faults import ListError
from suppression.hashed_stream import HashedStream
from suppression.index_file import MARK, IndexSource, open_index
from suppression.list_dates import own_date_secs
from suppression.number_pages import Int64s, Masks
from suppression.number_sorting import NumberSorter
from suppression.table_lists import Columned, TableList, table_layout
from suppression.text_lists import TextList
from suppression.unread_lines import UnreadLines

Watch = Callable[[str, int, int], None]
"""Is told, about every piece, the source that is read, the bytes read of all, the numbers found."""

_COPIED_BYTES: Final = 1 << 20


def nobody_watches(_name: str, _read_bytes: int, _numbers: int) -> None:
    """Watch nothing."""


@dataclass(frozen=True, slots=True)
class BuildSource:
    """A file that an index is built from.

    Attributes:
        name: its name, for messages.
        open: gives its own bytes, as stored.
        size_bytes: its size.
        changed_secs: when it was changed, seconds since 1970; it dates a list that has no date of
            its own. None: nothing does.
    """

    name: str
    open: Callable[[], AbstractContextManager[ByteStream]]
    size_bytes: int
    changed_secs: float | None


@dataclass(frozen=True, slots=True)
class BuildTerms:
    """How lists are read.

    Attributes:
        region: the region of numbers without a country code.
        column: the name of the column of numbers; None: by the names that it may have.
        category_column: the same of the column of categories.
        categories: what a column of categories says.
        allow_empty: whether a list may hold no number.
        date_secs: the date of the whole; None: that of its oldest source.
        not_numbers: where the lines without a number are written, if there are any; None: nowhere.
    """

    region: str
    column: str | None = None
    category_column: str | None = None
    categories: Categories = Categories.IGNORED
    allow_empty: bool = False
    date_secs: float | None = None
    not_numbers: Path | None = None


@dataclass(frozen=True, slots=True)
class ReadSource:
    """What is known of a source that was read."""

    source: IndexSource | None
    date_secs: float | None
    has_categories: bool
    not_numbers: int
    cleared: int


class Gathering:
    """Reads lists, and gathers their numbers: the sink of their entries. Use as a context manager."""

    def __init__(self, target: Path, terms: BuildTerms, watch: Watch) -> None:
        self._terms = terms
        self._watch = watch
        self._phones = PhoneReader(terms.region, ("mobile",), None)
        self.sorter = NumberSorter(target.parent)
        self._unread = UnreadLines(terms.not_numbers)
        self._read_bytes = 0

    def __enter__(self) -> "Gathering":
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what is on the disk."""
        self._unread.close()
        self.sorter.__exit__(kind, error, trace)

    def add(self, numbers: Int64s, masks: Masks | None = None) -> None:
        """Take numbers."""
        self.sorter.add(numbers, masks)

    def pass_over(self, name: str, place: int, text: str) -> None:
        """Take the text of a line or row without a number."""
        self._unread.add(name, place, text)

    def keep_not_numbers(self) -> str | None:
        """Keep the file of lines without a number; its name, if there are any."""
        return self._unread.keep()

    def read(self, source: BuildSource) -> ReadSource:
        """Read a list.

        Raises:
            ListError: It is no list, or one that must not be relied on.
            OSError: It cannot be read.
        """
        with source.open() as raw:
            hashed = HashedStream(raw, self._note_read(source.name))
            read = (self._read_index if hashed.begins_with(MARK) else self._read_list)(
                source, hashed
            )
            hashed.read_on()
        noted = IndexSource(source.name, hashed.size_bytes, hashed.digest(), source.changed_secs)
        return replace(read, source=noted)

    def _note_read(self, name: str) -> Callable[[int], None]:
        def note(size_bytes: int) -> None:
            self._read_bytes += size_bytes
            self._watch(name, self._read_bytes, self.sorter.added)

        return note

    def _read_index(self, source: BuildSource, stream: ByteStream) -> ReadSource:
        """Add the numbers of an index to the rest."""
        path = self.sorter.folder / "index"
        with path.open("wb") as file:
            while piece := stream.read(_COPIED_BYTES):
                file.write(piece)
        index = open_index(path, name=source.name)
        path.unlink()
        for numbers, masks in index.blocks():
            self.sorter.add(numbers, masks)
        info = index.info
        return ReadSource(None, info.date_secs, info.has_categories, 0, 0)

    def _read_list(self, source: BuildSource, stream: ByteStream) -> ReadSource:
        try:
            text = open_text(stream)
        except NotOneFile as e:
            raise ListError(_no_list(source.name, e.kind)) from e
        try:
            return self._read_text(source, text)
        except DamagedStream as e:
            raise ListError(f"{source.name} is damaged ({e}); fetch it again") from e

    def _read_text(self, source: BuildSource, text: Peekable) -> ReadSource:
        terms, schema = self._terms, default_lead_schema()
        head = text.peek(HEAD_BYTES)
        foreign = foreign_file(head)
        if foreign is not None:
            raise ListError(_no_list(source.name, foreign))
        entries = Entries(self._phones, source.name, self)
        before = self.sorter.added
        rows = self._rows(entries, head, schema)
        rows.read(text)
        if self.sorter.added == before and not entries.cleared:
            _refuse_empty(source.name, is_bare=rows.is_bare, allow_empty=terms.allow_empty)
        dated_secs = own_date_secs(head)
        return ReadSource(
            None,
            source.changed_secs if dated_secs is None else dated_secs,
            rows.has_categories,
            entries.not_numbers,
            entries.cleared,
        )

    def _rows(self, entries: Entries, head: bytes, schema: LeadSchema) -> TextList | TableList:
        terms = self._terms
        layout = table_layout(head, schema, terms.column)
        if layout is not None:
            columned = Columned(terms.column, terms.category_column, terms.categories)
            return TableList(entries, layout, schema, columned)
        for name in (terms.column, terms.category_column):
            if name is not None:
                raise ListError(
                    f"{entries.name} has no header with a column {shown_columns([name])}; its first"
                    f" line: {shown_columns(_first_line(head))}"
                )
        return TextList(entries)


def _first_line(head: bytes) -> Sequence[str]:
    headers = read_headers(head)
    return headers[0].cells if headers else ()


def _no_list(name: str, kind: ForeignFile) -> str:
    return (
        f"{name} is {kind.what}, not a list of numbers; {kind.remedy}, or "
        "fetch the list in its flat form, one number a line"
    )


def _refuse_empty(name: str, *, is_bare: bool, allow_empty: bool) -> None:
    if not is_bare:
        raise ListError(
            f"{name} holds text and no phone number, so it is no list; give one number a line, or "
            "CSV with a column PhoneNumber"
        )
    if not allow_empty:
        raise ListError(
            f"{name} holds no phone number; if nobody is to be screened out by it, leave it out "
            "or give --dnd_allow_empty"
        )
