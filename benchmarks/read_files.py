"""Files to measure reading with: seeded, with each kind of fault spread over all of the file."""

import json
import random
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from benchmarks.leads import some_lead
from benchmarks.peer_arrow import MOBILE

_FAULTY_SHARE = 0.02
_ODD_SHARE = 0.3
_LISTED_SHARE = 0.005
_OTHERS_LISTED = 15_000
_FIRST, _NUMBERS = 6_000_000_000, 4_000_000_000
_STEP = 2_654_435_761
"""Prime, so that the numbers are all different."""


class Kind(StrEnum):
    """What is wrong with a lead."""

    SOUND = "sound"
    PHONE = "bad phone"
    PRIORITY = "bad priority"
    DATE = "bad date"
    RAGGED = "ragged row"
    LATIN_1 = "a byte of Latin-1"


_FAULTS = [kind for kind in Kind if kind is not Kind.SOUND]
_SPELLINGS = ("{0}-{1}", "Mob: {0}{1}", "+91-{0} {1}")


def leads(count: int, *, odd: bool = False) -> Iterator[tuple[Kind, dict[str, str]]]:
    """So many leads, the same ones each time.

    Args:
        count: how many.
        odd: whether the numbers of three in ten are spelled as only a person would.
    """
    rng, spelling = random.Random(5), random.Random(7)
    numbers = _mobiles()
    for number in (next(numbers) for _ in range(count)):
        lead = some_lead(number, rng)
        kind = rng.choice(_FAULTS) if rng.random() < _FAULTY_SHARE else Kind.SOUND
        if odd and spelling.random() < _ODD_SHARE:
            lead["PhoneNumber"] = spelling.choice(_SPELLINGS).format(number[:5], number[5:])
        if kind is Kind.PHONE:
            lead["PhoneNumber"] = number[:7]
        elif kind is Kind.PRIORITY:
            lead["Priority"] = "High"
        elif kind is Kind.DATE:
            lead["ExpiryDate"] = "30/06/2037"
        elif kind is Kind.LATIN_1:
            lead["Name"] = "René"
        yield kind, lead


def write_csv(path: Path, count: int, *, odd: bool = False) -> None:
    """Write leads as CSV."""
    with path.open("wb") as file:
        file.write(b"PhoneNumber,Name,Priority,ExpiryDate,City\n")
        for kind, lead in leads(count, odd=odd):
            more = ",more" if kind is Kind.RAGGED else ""
            file.write((",".join(lead.values()) + more + "\n").encode("latin-1"))


def write_json(path: Path, count: int) -> None:
    """Write the same leads as JSON lines; a ragged one breaks off."""
    with path.open("wb") as file:
        for kind, lead in leads(count):
            line = json.dumps(lead, ensure_ascii=False).encode("latin-1")
            file.write((line[:-9] if kind is Kind.RAGGED else line) + b"\n")


def write_list(path: Path, count: int) -> None:
    """Write a list with some of the first `count` leads on it, and with others."""
    rng = random.Random(6)
    numbers = _mobiles()
    own = [
        number for number in (next(numbers) for _ in range(count)) if rng.random() < _LISTED_SHARE
    ]
    others = [next(numbers) for _ in range(_OTHERS_LISTED)]
    path.write_text("".join(f"{number}\n" for number in own + others))


def _mobiles() -> Iterator[str]:
    """Different Indian mobiles, far from each other."""
    is_mobile = re.compile(MOBILE).fullmatch
    at = 0
    while True:
        at = (at + _STEP) % _NUMBERS
        number = str(_FIRST + at)
        if is_mobile(number) and len(set(number)) > 1:
            yield number
