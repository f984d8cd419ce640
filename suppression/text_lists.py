"""Lists of one entry a line, with comments, a header and totals between them."""

from collections.abc import Iterator, Sequence

from records.cutting import CsvCutter, Cut
from records.encodings import UTF8_MARK
from records.peeking import ByteStream
from records.rows import as_text, read_rows
from schemas.cell_text import is_placeholder
from schemas.columns import has_phone_column
from schemas.lead_schema import default_lead_schema
from schemas.names import name_key
from suppression.area_numbers import PairedLines
from suppression.entries import Entries
from suppression.faults import ListError

_READ_BYTES = 1 << 20
_DELIMITERS = ",\t;|"
_COMMENT = "#"
# One line of other text may be a header; two are not.
_MAX_OTHERS = 2
_HEADER_NAMES = frozenset(
    {"number", "numbers", "phones", "phonenumbers", "mobiles", "mobilenumbers"}
    | {"dnd", "dndlist", "dndnumber", "dndnumbers", "ndnc", "dnc", "donotcall", "donotdisturb"}
)


class TextList:
    """Reads a text list into its entries.

    A line that holds no number (a header, a comment, a total) is counted and passed over.
    """

    def __init__(self, entries: Entries, name: str) -> None:
        self._entries = entries
        self._name = name
        self._pairs = PairedLines(name, entries.region)
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
        for first, lines in _numbered_lines(stream, self._name):
            texts = self._pairs.joined([text.strip() for text in _texts(lines)], first)
            places = [place for place, text in enumerate(texts, first) if text]
            unread = self._entries.add(list(filter(None, texts)), places, self._dealt_with)
            self._entries.not_numbers += len(unread)

    def _dealt_with(self, line: str, place: int) -> bool:
        """Deal with a line that is not a number as a whole; say whether it holds numbers only."""
        entry = line.partition(_COMMENT)[0].strip()
        if not entry:
            return False
        if entry.startswith('"') and entry.count('"') % 2:
            raise ListError(
                f"{self._name}, line {place}: a quote that opens there does not close on the line;"
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
                f"{self._name}, line {place}: it has several columns, and no header says which of "
                "them holds the numbers; add a line of column names, PhoneNumber for that one"
            )


def _is_header(line: str) -> bool:
    names = {name_key(cell) for delimiter in _DELIMITERS for cell in line.split(delimiter)}
    return bool(names & _HEADER_NAMES) or has_phone_column(line.split(","), default_lead_schema())


def _numbered_lines(stream: ByteStream, name: str) -> Iterator[tuple[int, list[bytes]]]:
    """Yield some lines at a time, blank ones too, with the number of the first."""
    cutter = CsvCutter(",", quotes=False)
    first = 1
    mark = UTF8_MARK
    while piece := stream.read(_READ_BYTES):
        text, mark = piece.replace(b"\0", b"").removeprefix(mark), b""
        lines = _whole(cutter.feed(text), name)
        yield first, lines
        first += len(lines)
    rest = cutter.rest()
    if rest is not None:
        yield first, _whole([rest if rest.size > len(rest.text) else rest.text], name)


def _texts(lines: Sequence[bytes]) -> list[str]:
    try:
        return b"\n".join(lines).decode().split("\n")
    except UnicodeDecodeError:
        return [as_text(line)[0] for line in lines]


def _whole(lines: Sequence[bytes | Cut], name: str) -> list[bytes]:
    whole = []
    for line in lines:
        if isinstance(line, Cut):
            raise ListError(f"{name} has a line of {line.size:,} bytes; write one number a line")
        whole.append(line)
    return whole
