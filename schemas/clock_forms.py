"""The forms of wall-clock fields: which of strftime's directives say a moment, and say it whole."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
_KNOWN: Final = "YymdjHIMSfpBbAa%"
"""Directives that mean the same on every system; offsets and names of zones are none of them."""
_SAMPLES: Final = (datetime(2037, 6, 30, 18, 45, 15), datetime(2037, 11, 3, 7, 5, 9))
_DAY: Final = 3
"""The parts of a moment that make a day; hour, minute and second follow."""
_ALL: Final = 6


def is_in_form(text: str, form: str) -> bool:
    """Say whether a text is a moment in exactly this form of strftime's directives."""
    try:
        return datetime.strptime(text, form).strftime(form) == text
    except ValueError:
        return False


def form_problem(form: str) -> str | None:
    """Say what is wrong with the form of a wall clock, if anything is.

    >>> form_problem("%d/%m/%Y")
    >>> form_problem("%d/%m")
    'does not tell year, month and day'
    """
    directives = dict.fromkeys(f"%{letter}" for letter in _DIRECTIVE.findall(form))
    unknown = [directive for directive in directives if directive[1:] not in tuple(_KNOWN)]
    if unknown:
        right = " ".join(f"%{letter}" for letter in _KNOWN)
        return f"has {', '.join(map(repr, unknown))}, and known are {right}"
    if not form.isprintable():
        return "holds a character that cannot be seen"
    if not all(_read_again(form, sample)[:_DAY] == _parts(sample)[:_DAY] for sample in _SAMPLES):
        return "does not tell year, month and day"
    if not all(_is_whole(_read_again(form, sample), sample) for sample in _SAMPLES):
        return "tells a time of day that can be read in two ways: %I needs %p, and %M an hour"
    return None


def _read_again(form: str, moment: datetime) -> tuple[int, ...]:
    """The parts of a moment that was written in a form; none where the form is not read again."""
    text = moment.strftime(form)
    return _parts(datetime.strptime(text, form)) if is_in_form(text, form) else ()


def _is_whole(read: tuple[int, ...], moment: datetime) -> bool:
    """Whether what was read is the moment, down to some part of it and nothing beyond."""
    cut = [_parts(moment)[:known] + (0,) * (_ALL - known) for known in range(_DAY, _ALL + 1)]
    return read in cut


def _parts(moment: datetime) -> tuple[int, ...]:
    return tuple(moment.timetuple()[:_ALL])
