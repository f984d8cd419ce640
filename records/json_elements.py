r"""Where the elements of a JSON array end, in content that arrives piece by piece.

A file may be one array, several, or objects one behind the other over any number of lines, as `jq`
writes them: an element is what stands between two commas of an array, or a value outside of one.
However the content falls into pieces the elements are the same; and what is broken ends, where that
can be told, before its neighbour begins: a text at its line end, which JSON has in none; an object
that is not closed where behind a comma another one begins, or where its line ends like an element.
"""

import re
from dataclasses import dataclass

_QUOTE, _OPENED, _COMMA = b'"', b"{", b","
_PAIRS = {b"}": b"{", b"]": b"["}

# The marks of files that were glued together stand between their elements.
_BLANKS = re.compile(rb"[\s\xef\xbb\xbf]*+")
_TURN = re.compile(rb'["{}\[\],]')
_TURN_OUTSIDE = re.compile(rb'["{}\[\],\n]')
_TEXT_REST = re.compile(rb'[^"\\\n]*+(?:\\.[^"\\\n]*+)*', re.DOTALL)
_TEXT = rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"'
_OTHER_BEGINS = re.compile(rb",\s{0,1000}\{")
_ELEMENT_END = re.compile(rb"(\}\s*),\s*\Z")
_BACK_BYTES = 64
AHEAD_BYTES = 1002
"""How much behind a comma may have to be seen to tell whether another object begins there."""
_MAX_LEVELS = 10_000
"""What nests deeper is junk that only its end ends."""


def _object(levels: int) -> bytes:
    """Return a pattern of objects that nest no deeper, and of no junk that needs another look.

    Nearly all elements match it, which is ten times as fast as going from turn to turn.
    """
    inner = rb"(?:" + _object(levels - 1) + rb"|" + _array(levels - 1) + rb")?" if levels else b""
    return rb'\{(?:[^{}\[\]":]++|' + _TEXT + rb"|:\s*+" + inner + rb")*\}"


def _array(levels: int) -> bytes:
    inner = rb"|" + _object(levels - 1) + rb"|" + _array(levels - 1) if levels else b""
    return rb'\[(?:[^{}\[\]"]++|' + _TEXT + inner + rb")*\]"


_OBJECT = re.compile(_object(3), re.DOTALL)
_OBJECT_IN_LIST = re.compile(_object(3) + rb"\s*+(?=[,\]])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Element:
    """Where an element is, in bytes from the beginning of what has been fed."""

    start: int
    end: int


class ElementCutter:
    """Finds the elements of content that begins outside of an array, or between two elements.

    In the second case it begins with the comma or the bracket that ends the one before: so whatever
    is cut off where an element ends can be read without what came before it.

    Attributes:
        place: how far the content has been gone through.
        element_start: where the element begins that has begun and not ended, if one has.
        in_array: whether an array has been opened and not closed.

    >>> cutter = ElementCutter()
    >>> cutter.feed(b'[{"a": 1}, 2')
    [Element(start=1, end=9)]
    >>> cutter.feed(b"3]"), cutter.in_array
    ([Element(start=11, end=13)], False)
    """

    def __init__(self) -> None:
        self.place = 0
        self.element_start: int | None = None
        self.in_array = False
        # Between elements: after a comma that no array opened, as between objects that somebody
        # joined with commas.
        self._in_list = False
        self._open = bytearray()
        self._in_text = False
        self._is_lost = False
        self._carried = b""
        self._passed = b""

    @property
    def is_open(self) -> bool:
        """Whether a bracket or a text is open in an element."""
        return bool(self._open) or self._in_text

    @property
    def is_outside(self) -> bool:
        """Whether the content could begin here."""
        return self.element_start is None and not (self.in_array or self._in_list)

    def feed(self, piece: bytes, *, is_last: bool = False) -> list[Element]:
        """Return the elements that end in this piece.

        Args:
            piece: what comes next.
            is_last: whether nothing comes behind it.
        """
        data = self._carried + piece
        base = self.place
        elements: list[Element] = []
        at = 0
        while at < len(data):
            went_to = self._step(data, at, base, elements, is_last=is_last)
            if went_to < 0:
                break
            at = went_to
        self._passed = (self._passed + data[:at])[-_BACK_BYTES:]
        self._carried = data[at:]
        self.place = base + at
        if is_last:
            self.place += len(self._carried)
            self._carried = b""
        return elements

    def _step(
        self, data: bytes, at: int, base: int, elements: list[Element], *, is_last: bool
    ) -> int:
        """Go on from a place; return the next one, or -1 where more must be fed first."""
        if self._is_lost:
            return len(data)
        if self.element_start is None:
            return self._between(data, at, base, elements)
        if self._in_text:
            return self._through_text(data, at, base, elements, is_last=is_last)
        is_outside = not (self.in_array or self._in_list) and not self._open
        turn = (_TURN_OUTSIDE if is_outside else _TURN).search(data, at)
        if turn is None:
            return len(data)
        return self._turn(data, turn.start(), base, elements, is_last=is_last)

    def _between(self, data: bytes, at: int, base: int, elements: list[Element]) -> int:
        blanks = _BLANKS.match(data, at)
        at = blanks.end() if blanks else at
        sign = data[at : at + 1]
        if sign in (b"", b","):
            self._in_list = self._in_list or (sign == b"," and not self.in_array)
            return at + len(sign)
        if sign == b"]":
            self.in_array = self._in_list = False
            return at + 1
        if sign == b"[" and not self.in_array and not self._in_list:
            self.in_array = True
            return at + 1
        whole = (_OBJECT_IN_LIST if self.in_array or self._in_list else _OBJECT).match(data, at)
        if whole is not None:
            elements.append(Element(base + at, base + whole.end()))
            return whole.end()
        self.element_start = base + at
        return at

    def _through_text(
        self, data: bytes, at: int, base: int, elements: list[Element], *, is_last: bool
    ) -> int:
        rest = _TEXT_REST.match(data, at)
        end = rest.end() if rest else at
        if end == len(data):
            return end
        if data[end : end + 1] == b"\\":  # the last byte: what it escapes is not there yet
            return end + 1 if is_last else -1 if end == at else end
        self._in_text = False
        if data[end : end + 1] == _QUOTE:
            return end + 1
        passed = (self._passed + data[max(0, end - _BACK_BYTES) : end])[-_BACK_BYTES:]
        if self._open == _OPENED and (ended := _ELEMENT_END.search(passed)):
            self._open.clear()
            self._end(base + end - (len(passed) - ended.end(1)), elements)
            self._in_list = not self.in_array
        return end

    def _turn(
        self, data: bytes, at: int, base: int, elements: list[Element], *, is_last: bool
    ) -> int:
        """Pass a bracket, a quote, a comma, or a line end outside of everything."""
        sign = data[at : at + 1]
        in_list = self.in_array or self._in_list
        if sign == _QUOTE:
            self._in_text = True
        elif sign in (b"{", b"["):
            if not self._open and not in_list and base + at != self.element_start:
                self._end(base + at, elements)
                return at
            self._open += sign
            self._is_lost = len(self._open) > _MAX_LEVELS
        elif not self._open and (in_list or sign != b"}"):
            # A comma or a bracket ends an element of an array; a line end, or any of them, junk.
            if sign != b"}":
                self._end(base + at, elements)
                return at
        elif sign == _COMMA:
            return self._comma(data, at, base, elements, is_last=is_last)
        elif sign in _PAIRS:
            self._close(_PAIRS[sign])
            if not self._open and not in_list:
                self._end(base + at + 1, elements)
        return at + 1

    def _comma(
        self, data: bytes, at: int, base: int, elements: list[Element], *, is_last: bool
    ) -> int:
        if self._open[-1:] != _OPENED:
            return at + 1
        if len(data) - at < AHEAD_BYTES and not is_last and not data[at + 1 :].strip():
            return -1
        if not _OTHER_BEGINS.match(data, at):
            return at + 1
        self._open.clear()
        self._end(base + at, elements)
        return at

    def _close(self, opened: bytes) -> None:
        """Close the innermost bracket of a kind, and what was left open in it."""
        place = self._open.rfind(opened)
        if place >= 0:
            del self._open[place:]

    def _end(self, end: int, elements: list[Element]) -> None:
        if self.element_start is not None:
            elements.append(Element(self.element_start, end))
        self.element_start = None


def cut_elements(content: bytes) -> list[bytes]:
    """Return the texts of whole elements one behind the other.

    >>> cut_elements(b', {"a": 1} , 2')
    [b'{"a": 1}', b'2']
    """
    cutter = ElementCutter()
    texts = [content[each.start : each.end] for each in cutter.feed(content, is_last=True)]
    if cutter.element_start is not None:
        texts.append(content[cutter.element_start :])
    return [text.strip() for text in texts]
