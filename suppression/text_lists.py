"""Lists of one entry a line, with comments, a header and totals between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from records.cutting import MAX_RECORD_BYTES
from records.encodings import UTF8_MARK
from records.peeking import ByteStream
from records.rows import as_text, read_rows
from schemas.cell_text import is_placeholder
from schemas.columns import has_phone_column
from schemas.lead_schema import default_lead_schema
from schemas.names import name_key
from suppression.area_numbers import PairedLines, joined_column
from suppression.entries import Entries
from suppression.faults import ListError
from suppression.plain_entries import ReadEntries
from suppression.side_by_side import side_by_side

_PIECE_BYTES = 1 << 22
_DELIMITERS = ",\t;|"
_COMMENT = "#"
# What separates the cells of no list, so that each line is one cell.
_NO_DELIMITER = "\x01"
_LINES_AS_CELLS = arrow_csv.ParseOptions(
    delimiter=_NO_DELIMITER,
    quote_char=False,
    double_quote=False,
    escape_char=False,
    ignore_empty_lines=False,
)
_AS_TEXT = arrow_csv.ConvertOptions(column_types={"0": pa.utf8()}, strings_can_be_null=False)
# One line of other text may be a header; two are not.
_MAX_OTHERS = 2
_HEADER_NAMES = frozenset(
    {"number", "numbers", "phones", "phonenumbers", "mobiles", "mobilenumbers"}
    | {"dnd", "dndlist", "dndnumber", "dndnumbers", "ndnc", "dnc", "donotcall", "donotdisturb"}
)


@dataclass(frozen=True, slots=True, eq=False)
class _ReadLines:
    """Some lines of a list.

    Attributes:
        lines: their texts.
        are_pairs: whether they are in two columns; None: that is still to be seen, line by line.
        plain: what is plainly a number of them.
    """

    lines: pa.Array
    are_pairs: bool | None
    plain: ReadEntries


class TextList:
    """Reads a text list into its entries.

    A line that holds no number (a header, a comment, a total) is counted and passed over.
    """

    has_categories = False

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self._pairs = PairedLines(entries.name, entries.region)
        self._others: list[str] = []

    @property
    def is_bare(self) -> bool:
        """Whether what has been read, without numbers, is blank lines, comments and a header."""
        return not self._others or (len(self._others) == 1 and _is_header(self._others[0]))

    def read(self, stream: ByteStream) -> None:
        """Read the whole list.

        Raises:
            ListError: It has several columns, or a number has lost digits.
        """
        first = 1
        for read in side_by_side(self._read_lines, _pieces(stream, self._entries.name)):
            if read.are_pairs is None:
                texts = [line.strip() for line in read.lines.to_pylist()]
                lines = pa.array(self._pairs.joined(texts, first), pa.utf8())
                self._add(lines, self._entries.read_plain(lines), first)
            else:
                self._pairs.expect(are_pairs=read.are_pairs, place=first)
                self._add(read.lines, read.plain, first)
            first += len(read.lines)

    def _read_lines(self, piece: bytes) -> _ReadLines:
        lines = cut_lines(piece)
        if (pc.max(pc.binary_length(lines)).as_py() or 0) > MAX_RECORD_BYTES:
            raise _too_long(self._entries.name)
        joined = joined_column(lines, self._entries.region)
        if joined is None:
            return _ReadLines(lines, None, self._entries.read_plain(lines[:0]))
        return _ReadLines(joined.lines, joined.are_pairs, self._entries.read_plain(joined.lines))

    def _add(self, lines: pa.Array, plain: ReadEntries, first: int) -> None:
        """Add what is plain, and look at the other lines one by one."""
        self._entries.add_numbers(plain.numbers)
        others = np.flatnonzero(~plain.mask)
        for at, line in zip(others, lines.take(pa.array(others)).to_pylist(), strict=True):
            text, place = line.strip(), first + int(at)
            if text and not self._entries.add(text, place, otherwise=self._dealt_with):
                self._entries.pass_over(place, text)

    def _dealt_with(self, line: str, place: int) -> bool:
        """Deal with a line that is not a number as a whole; say whether it holds numbers only."""
        entry = line.partition(_COMMENT)[0].strip()
        if not entry:
            return False
        if entry.startswith('"') and entry.count('"') % 2:
            raise ListError(
                f"{self._entries.name}, line {place}: a quote that opens there does not close on the line;"
                " write one number a line, or CSV with a header"
            )
        for delimiter in _DELIMITERS:
            self._refuse_columns(read_rows([entry], delimiter)[0], place)
        if self._entries.add_parts(entry, place):
            return True
        if len(self._others) < _MAX_OTHERS:
            self._others.append(entry)
        return False

    def _refuse_columns(self, cells: Sequence[str], place: int) -> None:
        """Refuse a line of several cells of which some, and not all, are numbers."""
        filled = [cell for cell in cells if not is_placeholder(cell)]
        numbers = sum(map(self._entries.holds_number, filled)) if len(filled) > 1 else 0
        if 0 < numbers < len(filled):
            raise ListError(
                f"{self._entries.name}, line {place}: it has several columns, and no header says which of "
                "them holds the numbers; add a line of column names, PhoneNumber for that one"
            )


def _is_header(line: str) -> bool:
    names = {name_key(cell) for delimiter in _DELIMITERS for cell in line.split(delimiter)}
    return bool(names & _HEADER_NAMES) or has_phone_column(line.split(","), default_lead_schema())


def cut_lines(piece: bytes) -> pa.Array:
    r"""Cut whole lines apart at LF, CRLF and CR, blank ones too, without the blanks around them.

    >>> cut_lines(b" 1\r\n\n2\r3").to_pylist()
    ['1', '', '2', '3']
    """
    lines = _cells(piece)
    if lines is None:
        lines = pa.array([as_text(line)[0] for line in piece.splitlines()], pa.utf8())
    return pc.ascii_trim_whitespace(lines)


def _cells(piece: bytes) -> pa.Array | None:
    """The lines of a piece as Arrow reads them; None where it cannot."""
    if _NO_DELIMITER.encode() in piece:
        return None
    options = arrow_csv.ReadOptions(
        use_threads=False, block_size=len(piece) + 1, column_names=["0"]
    )
    try:
        table = arrow_csv.read_csv(pa.BufferReader(piece), options, _LINES_AS_CELLS, _AS_TEXT)
    except pa.ArrowInvalid:
        # No UTF-8, or nothing but blank lines.
        return None
    return table.column(0).combine_chunks()


def _pieces(stream: ByteStream, name: str) -> Iterator[bytes]:
    """Give the list in pieces that end with a line, without NUL bytes."""
    rest = b""
    mark = UTF8_MARK
    while data := _read_up_to(stream, _PIECE_BYTES):
        text = rest + data.replace(b"\0", b"").removeprefix(mark)
        mark = b""
        end = max(text.rfind(b"\n"), text.rfind(b"\r", 0, -1)) + 1
        piece, rest = text[:end], text[end:]
        if len(rest) > MAX_RECORD_BYTES:
            raise _too_long(name)
        if piece:
            yield piece
    if rest:
        yield rest


def _too_long(name: str) -> ListError:
    most = f"{MAX_RECORD_BYTES:,} bytes"
    return ListError(f"{name} has a line of more than {most}; write one number a line")


def _read_up_to(stream: ByteStream, size: int) -> bytes:
    parts: list[bytes] = []
    held = 0
    while held < size and (part := stream.read(size - held)):
        parts.append(part)
        held += len(part)
    return b"".join(parts)
