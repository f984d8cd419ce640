"""The date that a list gives itself."""

import contextlib
import re
from datetime import UTC, datetime
from typing import Final

_DATED: Final = re.compile(
    r"\b(?:date|dated|as of|as on|updated|generated|created)\b[^\d]{0,10}"
    r"(?:(?P<iso>\d{4}[-/]\d{2}[-/]\d{2}"
    r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)"
    r"|(?P<one>\d{1,2})[-/.](?P<two>\d{1,2})[-/.](?P<year>\d{4})\b)",
    re.ASCII | re.IGNORECASE,
)
_DIGIT: Final = re.compile(r"\d")
_DIGITS_OF_A_NUMBER: Final = 7
_YEAR: Final = r"(?:19|20)\d{2}"
_DAY_OR_MONTH: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_DATE_OR_TIME: Final = re.compile(
    rf"(?<!\d)(?:{_YEAR}[-/.]{_DAY_OR_MONTH}[-/.]{_DAY_OR_MONTH}"
    rf"|{_DAY_OR_MONTH}[-/.]{_DAY_OR_MONTH}[-/.]{_YEAR})(?!\d)"
    r"|(?<!\d)(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?!\d)",
    re.ASCII,
)
_BEFORE_COMMENT: Final = "\ufeff \t"


def own_date_secs(head: bytes) -> float | None:
    r"""Read the date in the comments of a list, as in `# date: 2026-11-24`; None: it has none.

    Args:
        head: the beginning of the list, in UTF-8.

    Returns:
        Seconds since 1970. A day without a time begins at midnight, and a time without a zone is
        of UTC. Of the two days that 05/01/2026 may be it is the earlier, lest the list pass for
        newer than it is.

    >>> own_date_secs(b"# Register, as of 1970-01-02\n9876512345\n")
    86400.0
    """
    for line in head.decode("utf-8", "replace").splitlines():
        comment = line.lstrip(_BEFORE_COMMENT)
        if not comment.startswith("#"):
            if len(_DIGIT.findall(without_dates(comment))) >= _DIGITS_OF_A_NUMBER:
                return None  # the numbers have begun: a comment among them is about one of them
            continue
        for found in _DATED.finditer(comment):
            dates = _read_iso(found["iso"]) if found["iso"] else _read_day(found)
            if dates:
                return min(dates)
    return None


def _read_iso(text: str) -> list[float]:
    try:
        date = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return []
    return [(date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()]


def _read_day(found: re.Match[str]) -> list[float]:
    """The days that a date of three figures, the year last, may be."""
    days = []
    for day, month in (("one", "two"), ("two", "one")):
        with contextlib.suppress(ValueError):
            date = datetime(int(found["year"]), int(found[month]), int(found[day]), tzinfo=UTC)
            days.append(date.timestamp())
    return days


def without_dates(text: str) -> str:
    """Return a text without the dates and times of day in it, whose digits are no number's.

    >>> without_dates("as on 12/04/2019 10:30, 9876512345")
    'as on  , 9876512345'
    """
    return _DATE_OR_TIME.sub("", text)
