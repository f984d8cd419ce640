r"""JSON lines that are harmless where somebody opens them as a table.

A spreadsheet takes a cell that begins with = + - or @ for a formula, and may act on it. It splits a JSON
line at commas (or what else it takes for a separator), also at those in a name that a stranger wrote, as
in `x,=1+2,y`. There the sign is written as JSON's escape for it, `\u003d`, which every reader of JSON
reads as the sign.
"""

import re

# The last four are the wide forms, which some spreadsheets take for the same.
_SIGN = "|".join(map(re.escape, "=+-@＝＋－＠")).encode()
_CELL_START = re.compile(rb'([,;|\t][ \t]*"?[ \t]*)(%b)' % _SIGN)
# A text, and a comma before it: what stands in texts is a stranger's, the rest is JSON's own.
_TEXT = re.compile(rb'(?:,[ \t]*)?"(?:[^"\\]|\\.)*"')


def without_formulas(line: bytes) -> bytes:
    r"""The same JSON, no part of whose texts can be taken for a formula.

    Args:
        line: a line of JSON in UTF-8.

    >>> without_formulas(b'{"Name":"x,=1+2","Cells":["a","=3",-4]}')
    b'{"Name":"x,\\u003d1+2","Cells":["a","\\u003d3",-4]}'
    """
    if not _CELL_START.search(line):
        return line
    return _TEXT.sub(_escape_in, line)


def _escape_in(text: re.Match[bytes]) -> bytes:
    return _CELL_START.sub(_escape, text[0])


def _escape(found: re.Match[bytes]) -> bytes:
    return found[1] + b"\\u%04x" % ord(found[2].decode())
