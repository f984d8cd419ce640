"""Messages as strangers publish them: leads in every wrapping, and junk among them, by a seed."""

import base64
import gzip
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.program.program import leads

_STEP = 3
"""So many leads of their own a message may have."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """A message, and how many outcomes it must get."""

    data: bytes
    records: int


def mixed_messages(seed: int) -> Iterator[Mixed]:
    """Messages without end, the same ones for the same seed."""
    chance = random.Random(seed)
    makers, weights = zip(*_MAKERS, strict=True)
    at = 0
    while True:
        (make,) = chance.choices(makers, weights)
        yield make(chance, at)
        at += _STEP


def _plain(_: random.Random, at: int) -> Mixed:
    return Mixed(_lead(at), 1)


def _array(_: random.Random, at: int) -> Mixed:
    return Mixed(json.dumps(leads(_STEP, first=at)).encode(), _STEP)


def _zipped(_: random.Random, at: int) -> Mixed:
    return Mixed(gzip.compress(_lead(at)), 1)


def _in_base64(_: random.Random, at: int) -> Mixed:
    return Mixed(base64.b64encode(_lead(at)), 1)


def _junk(chance: random.Random, _: int) -> Mixed:
    return Mixed(b"\xff" + chance.randbytes(chance.randint(0, 60)), 1)


def _cut_off(_: random.Random, at: int) -> Mixed:
    return Mixed(gzip.compress(_lead(at))[:-6], 1)


def _no_number(_: random.Random, at: int) -> Mixed:
    return Mixed(json.dumps({"PhoneNumber": "12", "Name": f"Person {at}"}).encode(), 1)


def _partly_good(_: random.Random, at: int) -> Mixed:
    return Mixed(json.dumps([*leads(1, first=at), {"PhoneNumber": "1"}, 7]).encode(), 3)


def _told_before(chance: random.Random, at: int) -> Mixed:
    return Mixed(_lead(chance.randrange(at // _STEP + 1) * _STEP), 1)


def _twice_in_one(_: random.Random, at: int) -> Mixed:
    return Mixed(json.dumps(leads(1, first=at) * 2).encode(), 2)


def _lead(at: int) -> bytes:
    return json.dumps(leads(1, first=at)[0]).encode()


_Make = Callable[[random.Random, int], Mixed]
_MAKERS: tuple[tuple[_Make, int], ...] = (
    (_plain, 50),
    (_array, 8),
    (_zipped, 6),
    (_in_base64, 6),
    (_junk, 6),
    (_cut_off, 3),
    (_no_number, 4),
    (_partly_good, 4),
    (_told_before, 10),
    (_twice_in_one, 3),
)
