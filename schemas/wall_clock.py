"""Reading a moment of the dialer's wall clock, and the instant that it is.

One form is right, the field's own (`YYYY-MM-DD HH:MM:SS` by default). ISO 8601 spellings of the
same are brought to it; an instant with an offset becomes the wall clock of the dialer's zone. Day
and month are never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from schemas.cell_text import clean, is_nothing, is_placeholder, quoted, unwrapped
from schemas.cells import MISSING, Misread, Missing
from schemas.clock_forms import is_in_form
from schemas.lead_field import DEFAULT_CLOCK_FORMAT

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,]0+)?"
    r"\s*(?:(Z)|([+-])(\d\d)(?::?([0-5]\d))?)?",
    re.ASCII | re.IGNORECASE,
)
_RIGHT = re.compile(r"[1-9]\d{3}-[01]\d-[0-3]\d (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d", re.ASCII)
_NAMED_PARTS: Final = {
    "%Y": "YYYY",
    "%y": "YY",
    "%m": "MM",
    "%d": "DD",
    "%H": "HH",
    "%M": "MM",
    "%S": "SS",
    "%I": "HH",
    "%p": "AM/PM",
    "%B": "Month",
    "%b": "Mon",
}
_EXAMPLE: Final = datetime(2037, 6, 30, 18)
_CACHED_TEXTS: Final = 4096
_MAX_CACHED_LENGTH: Final = 64
_FIRST_YEAR: Final = 1000
"""Earlier years are written with fewer than four digits by some systems, and are no expiry."""


@dataclass(frozen=True, slots=True)
class WallTime:
    """A moment as the dialer reads it, and when it is.

    Attributes:
        text: The moment in the form in which it is sent.
        epoch_secs: Seconds since 1970 in UTC. A form without hours means the end of its day.
    """

    text: str
    epoch_secs: float


class WallClockReader:
    """Reads cells of one wall-clock field.

    Args:
        form: The field's form, in strftime's directives.
        zone: The dialer's zone.
        sent_form: The form in which the dialer is told; None: the field's own. It may tell less: the
            moment is that of the cell all the same.
    """

    def __init__(self, form: str, zone: ZoneInfo, sent_form: str | None = None) -> None:
        self._form = form
        self._zone = zone
        self._sent_form = sent_form or form
        self._is_iso = form == DEFAULT_CLOCK_FORMAT
        self._tells_hours = re.search(r"%[HIcXT]", form) is not None
        self._right = f"right is {_spelled(form)}, such as {_EXAMPLE.strftime(form)}"
        # Leads of a campaign share a few moments.
        self._read_text = lru_cache(_CACHED_TEXTS)(self._text)

    def read(self, cell: object) -> WallTime | Misread | Missing:
        """Read a cell: text, or a moment of Python's.

        A datetime with a zone is an instant; one without is the wall clock already.
        """
        if isinstance(cell, str):
            return self._read_text(cell) if len(cell) <= _MAX_CACHED_LENGTH else self._text(cell)
        if is_nothing(cell):
            return MISSING
        if isinstance(cell, datetime):
            return self._moment(cell, cell)
        if isinstance(cell, date) and not self._tells_hours:
            return self._moment(datetime.combine(cell, time()), cell)
        return self._misread(cell)

    def _text(self, cell: str) -> WallTime | Misread | Missing:
        if self._is_iso and _RIGHT.fullmatch(cell):
            return self._right_form(cell)
        text = unwrapped(clean(cell))
        if is_placeholder(text):
            return MISSING
        moment = None if self._is_iso else _in_form(text, self._form)
        if moment is None:
            moment = _in_iso(text, plainly=not self._is_iso)
        return self._misread(cell) if moment is None else self._moment(moment, cell)

    def _right_form(self, cell: str) -> WallTime | Misread:
        """Read what is written as it is sent, in a fraction of the time."""
        try:
            moment = datetime.fromisoformat(cell)
            text = cell if self._sent_form == self._form else moment.strftime(self._sent_form)
            return WallTime(text, moment.replace(tzinfo=self._zone).timestamp())
        except (OverflowError, ValueError):
            return self._misread(cell)

    def _moment(self, moment: datetime, cell: object) -> WallTime | Misread:
        try:
            local = moment.astimezone(self._zone) if moment.tzinfo else moment
            wall = local.replace(tzinfo=None)
            until = wall if self._tells_hours else _end_of_day(wall)
            # Where the clock is put back, the offset says which of the two moments it is.
            epoch_secs = until.replace(tzinfo=self._zone, fold=local.fold).timestamp()
        except (OverflowError, ValueError):
            return self._misread(cell)
        if wall.year < _FIRST_YEAR:
            return self._misread(cell)
        return WallTime(wall.strftime(self._sent_form), epoch_secs)

    def _misread(self, cell: object) -> Misread:
        return Misread(f"{quoted(cell)} is no such moment; {self._right}")


def _in_form(text: str, form: str) -> datetime | None:
    """Read text of exactly the form: `strptime` alone would take 2037-6-1 for 2037-06-01."""
    return datetime.strptime(text, form) if is_in_form(text, form) else None


def _in_iso(text: str, *, plainly: bool) -> datetime | None:
    """Read ISO 8601.

    Args:
        text: The cell's text.
        plainly: Whether a T or an offset must show that it is ISO 8601, because the field's own
            form may have another order of day and month.
    """
    match = _ISO.fullmatch(text)
    if match is None:
        return None
    *parts, utc, sign, hours, minutes = match.groups()
    if plainly and text[10] == " " and not utc and not sign:
        return None
    try:
        moment = datetime(*map(int, parts))  # type: ignore[arg-type] # six numbers
        if utc:
            return moment.replace(tzinfo=UTC)
        if sign is None:
            return moment
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return moment.replace(tzinfo=timezone(-offset if sign == "-" else offset))
    except ValueError:
        return None


def _end_of_day(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time()) + timedelta(days=1)


def _spelled(form: str) -> str:
    """Write a form as people do: YYYY-MM-DD."""
    return re.sub(r"%\w", lambda part: _NAMED_PARTS.get(part[0], part[0]), form)
