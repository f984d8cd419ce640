"""Where records end, in content that arrives piece by piece.

CSV: at CR, LF or CRLF outside quotes, and at nothing else; a quote opens a cell only as its first
character. JSON lines: at LF. However the content falls into pieces, the records are the same; of
an unfinished record that grows too long only the beginning is kept.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from records.whole_records import record_pattern, whole_lines, without_line_ends

MAX_RECORD_BYTES = 1 << 20

_QUOTE = ord('"')


@dataclass(frozen=True, slots=True)
class Cut:
    """A record that cannot be read as it stands: too long, or never finished.

    Attributes:
        text: its bytes without the line end, at most the first `MAX_RECORD_BYTES`.
        size: how many bytes it has in all.
        open_quote: the content ends inside a quoted cell.
    """

    text: bytes
    size: int
    open_quote: bool = False


class Cutter(Protocol):
    """Cuts records from content that is fed piece by piece."""

    @property
    def unfinished_bytes(self) -> int:
        """How many bytes of a record have been fed whose end has not."""
        ...

    def feed(self, piece: bytes) -> list[bytes | Cut]:
        """Return the records that end in this piece, without line ends; a `Cut` if too long."""
        ...

    def rest(self) -> Cut | None:
        """Return what stands behind the last line end, if anything does."""
        ...


class _Unfinished:
    """The record that the last piece ended in."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def add(self, part: bytes) -> None:
        if part:
            room = max(0, MAX_RECORD_BYTES - self.size)
            self._parts.append(part[:room])
            self.size += len(part)

    def cut(self, *, open_quote: bool = False) -> Cut:
        """Give the record out, and be empty."""
        done = Cut(b"".join(self._parts), self.size, open_quote)
        self._parts, self.size = [], 0
        return done

    def end(self, part: bytes) -> bytes | Cut:
        """Give out the record that ends with this part, and be empty."""
        if not self.size:
            return checked(part)
        self.add(part)
        cut = self.cut()
        return cut if cut.size > MAX_RECORD_BYTES else cut.text


def too_long(size_bytes: int, most_bytes: int = MAX_RECORD_BYTES) -> str:
    """Say that a record is too long."""
    return f"the record has {size_bytes:,} bytes; at most {most_bytes:,} are read"


def checked(record: bytes) -> bytes | Cut:
    """Return a whole record as it is, or cut to `MAX_RECORD_BYTES`."""
    if len(record) <= MAX_RECORD_BYTES:
        return record
    return Cut(record[:MAX_RECORD_BYTES], len(record))


class JsonLineCutter:
    r"""Cuts at LF.

    >>> cutter = JsonLineCutter()
    >>> cutter.feed(b"{}\n["), cutter.feed(b"]\n"), cutter.rest()
    ([b'{}'], [b'[]'], None)
    """

    def __init__(self) -> None:
        self._unfinished = _Unfinished()

    def feed(self, piece: bytes) -> list[bytes | Cut]:
        """Return the lines that end in this piece."""
        first, *others = piece.split(b"\n")
        if not others:
            self._unfinished.add(first)
            return []
        last = others.pop()
        records = [self._unfinished.end(first), *map(checked, others)]
        self._unfinished.add(last)
        return records

    @property
    def unfinished_bytes(self) -> int:
        """How many bytes of a line have been fed whose LF has not."""
        return self._unfinished.size

    def rest(self) -> Cut | None:
        """Return the last line if no LF follows it."""
        return self._unfinished.cut() if self._unfinished.size else None


class _At(Enum):
    """Where in a record the last piece ended."""

    CELL_START = 0
    BARE = 1
    QUOTED = 2
    QUOTE_IN_QUOTED = 3  # the closing one, or the first half of a doubled one


class CsvCutter:
    r"""Cuts at CR, LF and CRLF outside quotes.

    >>> cutter = CsvCutter(",")
    >>> cutter.feed(b'a,"b\nc"\r'), cutter.feed(b'\nd,e"\n"f'), cutter.rest()
    ([b'a,"b\nc"'], [b'd,e"'], Cut(text=b'"f', size=2, open_quote=True))
    """

    def __init__(self, delimiter: str, *, quotes: bool = True) -> None:
        """Cut at line ends outside quotes.

        Args:
            delimiter: one ASCII character; a quote behind it opens a cell.
            quotes: whether quotes open cells at all; False for a text of plain lines.
        """
        self._quotes = quotes
        self._delimiter = delimiter.encode()
        d = re.escape(self._delimiter)
        record = record_pattern(delimiter).pattern
        self._record = re.compile(record)
        self._records = re.compile(record + rb"|.+", re.DOTALL)
        self._turn = re.compile(d + rb'(?="|\Z)|[\r\n]')
        self._unfinished = _Unfinished()
        self._at = _At.CELL_START
        self._after_cr = False

    def feed(self, piece: bytes) -> list[bytes | Cut]:
        """Return the records that end in this piece."""
        if self._after_cr and piece:
            piece = piece.removeprefix(b"\n")
            self._after_cr = False
        if not self._quotes:
            return self._feed_plain(piece)
        if b'"' not in piece and self._at in (_At.CELL_START, _At.BARE):
            return self._feed_plain(piece)
        records = []
        if self._unfinished.size:
            end = self._find_end(piece)
            self._unfinished.add(piece[:end])
            if end == len(piece):
                return []
            records.append(self._unfinished.end(b""))
            self._at = _At.CELL_START
            behind = end + (2 if piece[end : end + 2] == b"\r\n" else 1)
            self._after_cr = behind == len(piece) and piece.endswith(b"\r")
            piece = piece[behind:]
        return records + self._feed_quoted(piece)

    @property
    def unfinished_bytes(self) -> int:
        """How many bytes of a record have been fed whose line end has not."""
        return self._unfinished.size

    def rest(self) -> Cut | None:
        """Return the last record if no line end follows it."""
        if not self._unfinished.size:
            return None
        return self._unfinished.cut(open_quote=self._at is _At.QUOTED)

    def _feed_plain(self, piece: bytes) -> list[bytes | Cut]:
        """Take a piece in which no quote opens: line ends are record ends."""
        lines = piece.splitlines()
        ended = piece.endswith((b"\n", b"\r"))
        self._after_cr = piece.endswith(b"\r")
        last = b"" if ended or not lines else lines.pop()
        records: list[bytes | Cut] = []
        if lines:
            records = [self._unfinished.end(lines[0])]
            records += lines[1:] if len(piece) <= MAX_RECORD_BYTES else map(checked, lines[1:])
        self._unfinished.add(last)
        if piece:
            at_start = ended or piece.endswith(self._delimiter)
            self._at = _At.CELL_START if at_start else _At.BARE
        return records

    def _feed_quoted(self, piece: bytes) -> list[bytes | Cut]:
        """Take a piece that begins with a record."""
        if not piece:
            return []
        end = max(piece.rfind(b"\n"), piece.rfind(b"\r")) + 1
        lines = whole_lines(piece[:end], self._record)
        if lines is not None:
            self._find_end(piece[end:])
            self._unfinished.add(piece[end:])
            self._after_cr = end == len(piece) and piece.endswith(b"\r")
            return list(map(checked, lines))
        texts = self._records.findall(piece)
        if texts and not self._record.fullmatch(texts[-1]):
            last = texts.pop()
            self._find_end(last)
            self._unfinished.add(last)
        elif texts:
            self._after_cr = piece.endswith(b"\r")
        return list(map(checked, without_line_ends(texts)))

    def _find_end(self, piece: bytes) -> int:
        """Return where in the piece the unfinished record ends; its length if it does not."""
        place = 0
        while place < len(piece):
            if self._at is _At.QUOTED:
                place = piece.find(b'"', place) + 1
                if not place:
                    break
                self._at = _At.QUOTE_IN_QUOTED
            elif self._at is _At.QUOTE_IN_QUOTED:
                doubled = piece[place] == _QUOTE
                self._at = _At.QUOTED if doubled else _At.BARE
                place += doubled
            elif self._at is _At.CELL_START and piece[place] == _QUOTE:
                self._at = _At.QUOTED
                place += 1
            elif turn := self._turn.search(piece, place):
                if turn[0] != self._delimiter:
                    return turn.start()
                self._at = _At.CELL_START
                place = turn.end()
            else:
                self._at = _At.BARE
                break
        return len(piece)
