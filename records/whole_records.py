"""What a record of a text is, and cutting records apart in content that begins and ends between them."""

import re
from collections.abc import Iterable
from functools import lru_cache


def record_pattern(delimiter: str) -> re.Pattern[bytes]:
    """Return what matches one whole CSV record, with its line end.

    It needs no possessive groups, which lost matches before Python 3.11.5; and on a record that
    is not whole it fails in a time that grows with its length alone.
    """
    d = re.escape(delimiter.encode())
    cell = (
        rb'(?:"[^"]*+(?:""[^"]*+)*"(?!")[^' + d + rb"\r\n]*+"
        rb'|[^"' + d + rb"\r\n][^" + d + rb"\r\n]*+|)"
    )
    return re.compile(cell + rb"(?:" + d + cell + rb")*(?:\r\n?|\n)")


def cut_records(content: bytes, delimiter: str | None) -> list[bytes]:
    r"""Cut whole records apart, of which none is too long and only the last may lack its line end.

    Args:
        content: the records one behind the other.
        delimiter: of CSV; None: JSON lines.

    Returns:
        The records without their line ends, blank ones too.

    >>> cut_records(b'a,"b\nc"\r\nd', ",")
    [b'a,"b\nc"', b'd']
    """
    if delimiter is None:
        return content.removesuffix(b"\n").split(b"\n")
    if b'"' not in content:
        # bytes.splitlines cuts at CR, LF and CRLF alone; the one of str at many more.
        return content.splitlines()
    ended = content if content.endswith((b"\n", b"\r")) else content + b"\n"
    lines = whole_lines(ended, _record_of(delimiter))
    if lines is not None:
        return lines
    return without_line_ends(_record_of(delimiter).findall(ended))


def whole_lines(content: bytes, record: re.Pattern[bytes]) -> list[bytes] | None:
    """Return the records of a content that begins and ends between records, if each is one line.

    Few lines have quotes, and most of these close on their line: to look at them alone takes a
    fraction of the time.
    """
    lines = content.splitlines()
    is_whole = all(record.fullmatch(line + b"\n") for line in lines if b'"' in line)
    return lines if is_whole else None


@lru_cache(maxsize=16)
def _record_of(delimiter: str) -> re.Pattern[bytes]:
    return record_pattern(delimiter)


def without_line_ends(records: Iterable[bytes]) -> list[bytes]:
    """Take off the one line end that stands behind each; a line end in quotes is never last."""
    return [record.rstrip(b"\r\n") for record in records]


def blanks(delimiter: str | None) -> bytes:
    """Return the bytes of which a record without any text is made; no delimiter: JSON lines.

    1A is what old systems write behind the last line.
    """
    return b" \t\r\n\v\f\x1a" + (b"" if delimiter is None else b'"' + delimiter.encode())


def filled(records: Iterable[bytes], delimiter: str | None) -> list[bytes]:
    """Return those of some records that are more than blank lines or rows of empty cells.

    >>> filled([b"1,A", b" ,", b'"",'], ",")
    [b'1,A']
    """
    blank = blanks(delimiter)
    return [record for record in records if record.strip(blank)]
