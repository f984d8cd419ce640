"""Reading lists of any kind, and gathering their numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

from records.foreign import ForeignFile, foreign_file
from records.header import read_headers, shown_columns
from records.layout import HEAD_BYTES, Layout
from records.opening import open_text
from records.peeking import ByteStream, DamagedStream, Peekable
from records.zip_file import NotOneFile
from schemas.lead_schema import default_lead_schema
from schemas.phones import PhoneReader
from suppression.build_terms import BuildSource, BuildTerms, Watch
from suppression.entries import Entries
from suppression.faults import ListError
from suppression.hashed_stream import HashedStream
from suppression.index_file import MARK, IndexSource, open_index
from suppression.list_columns import Columned, table_layout
from suppression.list_dates import own_date_secs
from suppression.number_pages import Int64s, Masks
from suppression.number_sorting import NumberSorter
from suppression.table_lists import TableList
from suppression.text_lists import TextList
from suppression.unread_lines import UnreadLines

_COPIED_BYTES: Final = 1 << 20

_Block = tuple[Int64s, Masks]


class ListRows(Protocol):
    """Reads a list of some form."""

    @property
    def is_bare(self) -> bool:
        """Whether what has been read, without numbers, is no more than a header."""
        ...

    @property
    def has_categories(self) -> bool:
        """Whether a column of categories is read."""
        ...

    def read(self, stream: ByteStream) -> None:
        """Read the whole list.

        Raises:
            ListError: It must not be relied on.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReadSource:
    """What is known of a source that was read."""

    source: IndexSource | None
    date_secs: float | None
    has_categories: bool
    not_numbers: int
    cleared: int


class Gathering:
    """Reads lists, and gathers their numbers: the sink of their entries. Use as a context manager.

    Attributes:
        sorter: has the numbers.
    """

    def __init__(self, target: Path, terms: BuildTerms, watch: Watch) -> None:
        self._terms = terms
        self._watch = watch
        self._phones = PhoneReader(terms.region, ("mobile",), None)
        self.sorter = NumberSorter(target.parent)
        self._unread = UnreadLines(terms.not_numbers)
        self._name = ""
        self._read_bytes = 0

    def __enter__(self) -> Self:
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

    @property
    def added(self) -> int:
        """How many numbers have been found."""
        return self.sorter.added

    def add(self, numbers: Int64s, masks: Masks | None = None) -> None:
        """Take numbers."""
        self._take(numbers, masks)
        self._tell()

    def _take(self, numbers: Int64s, masks: Masks | None) -> None:
        self.sorter.add(numbers, masks)

    def pass_over(self, name: str, place: int, text: str) -> None:
        """Take the text of a line or row without a number."""
        self._unread.add(name, place, text)
        self._tell()

    def watched(self, blocks: Iterator[_Block]) -> Iterator[_Block]:
        """Give blocks that are to be written: who watches may end that too."""
        for block in blocks:
            self._tell()
            yield block

    def finish_not_numbers(self) -> str | None:
        """Write the file of lines without a number; its name, if there are any."""
        return self._unread.finish()

    def keep_not_numbers(self) -> None:
        """Keep that file, once its index is written; take away that of an earlier index."""
        self._unread.keep()

    def read(self, source: BuildSource) -> ReadSource:
        """Read a list.

        Raises:
            ListError: It is no list, or one that must not be relied on.
            OSError: It cannot be read.
        """
        with source.open() as raw:
            self._name = source.name
            hashed = HashedStream(raw, self._note_read)
            is_index = hashed.begins_with(MARK)
            read = (self._read_index if is_index else self._read_list)(source, hashed)
            hashed.read_on()
        noted = IndexSource(source.name, hashed.size_bytes, hashed.digest(), source.changed_secs)
        return replace(read, source=noted)

    def _note_read(self, size_bytes: int) -> None:
        self._read_bytes += size_bytes
        self._tell()

    def _tell(self) -> None:
        """Tell who watches how far it is: what they raise ends it."""
        self._watch(self._name, self._read_bytes, self.added)

    def _read_index(self, source: BuildSource, stream: ByteStream) -> ReadSource:
        """Add the numbers of an index to the rest."""
        path = self.sorter.folder / "index"
        with path.open("wb") as file:
            while piece := stream.read(_COPIED_BYTES):
                file.write(piece)
        index = open_index(path, name=source.name)
        path.unlink()
        for numbers, masks in index.blocks():
            self.add(numbers, masks)
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
        head = text.peek(HEAD_BYTES)
        foreign = foreign_file(head)
        if foreign is not None:
            raise ListError(_no_list(source.name, foreign))
        entries = Entries(self._phones, source.name, self)
        before = self.added
        rows = self._rows(entries, head)
        rows.read(text)
        if self.added == before and not entries.cleared:
            _refuse_empty(source.name, rows, allow_empty=self._terms.allow_empty)
        dated_secs = own_date_secs(head)
        return ReadSource(
            None,
            source.changed_secs if dated_secs is None else dated_secs,
            rows.has_categories,
            entries.not_numbers,
            entries.cleared,
        )

    def _rows(self, entries: Entries, head: bytes) -> ListRows:
        """Say how a list is read."""
        layout = self._layout(entries, head)
        if layout is None:
            return TextList(entries)
        return TableList(entries, layout, default_lead_schema(), self._columned)

    @property
    def _columned(self) -> Columned:
        terms = self._terms
        return Columned(terms.column, terms.category_column, terms.categories)

    def _layout(self, entries: Entries, head: bytes) -> Layout | None:
        """The layout of a list in columns; None: it has none.

        Raises:
            ListError: It has none, or not those that are asked for.
        """
        terms = self._terms
        layout = table_layout(head, default_lead_schema(), terms.column)
        asked = [name for name in (terms.column, terms.category_column) if name is not None]
        if layout is None and asked:
            headers = read_headers(head)
            first = headers[0].cells if headers else ()
            raise ListError(
                f"{entries.name} has no header with a column {shown_columns(asked[:1])}; its first"
                f" line: {shown_columns(first) or 'empty'}"
            )
        return layout


def _no_list(name: str, kind: ForeignFile) -> str:
    return (
        f"{name} is {kind.what}, not a list of numbers; {kind.remedy}, or "
        "fetch the list in its flat form, one number a line"
    )


def _refuse_empty(name: str, rows: ListRows, *, allow_empty: bool) -> None:
    if not rows.is_bare:
        raise ListError(
            f"{name} holds text and no phone number, so it is no list; give one number a line, or "
            "CSV with a column PhoneNumber"
        )
    if not allow_empty:
        raise ListError(
            f"{name} holds no phone number; if nobody is to be screened out by it, leave it out "
            "or give --dnd_allow_empty"
        )
