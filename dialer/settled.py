"""Which leads are settled: an exact table, small and quick to ask.

A lead is a campaign and a phone number. Both are packed into 64 bits without hashing, since a
collision would silently lose a lead: 14 bits number the campaign, 50 hold a 1 and the digits (the 1
keeps leading zeros; a national number has at most 14 digits: ITU-T E.164).
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

_DIGIT_BITS = 50
_MOST_CAMPAIGNS = 1 << (64 - _DIGIT_BITS)
_MOST_DIGITS = 14
_RECENT_KEYS = 100_000


class Ending(IntEnum):
    """How a request left a lead, where it settled it."""

    DELIVERED = 1
    FAILED = 2
    SUPPRESSED = 3
    UNKNOWN = 4


class KeySpaceExceeded(Exception):
    """More campaigns, or longer numbers, than a key can hold."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The last request that settled a lead.

    Attributes:
        slot: the request's number.
        ending: how it left the lead.
    """

    slot: int
    ending: Ending


class LeadKeys:
    """Packs campaign and phone into one whole number."""

    def __init__(self) -> None:
        self._campaigns: dict[str, int] = {}

    def pack(self, campaign: str, phone: str) -> int:
        """The key of a lead.

        Raises:
            KeySpaceExceeded: more campaigns, or longer numbers, than a key can hold.
        """
        index = self._campaigns.setdefault(campaign, len(self._campaigns))
        if index >= _MOST_CAMPAIGNS:
            raise KeySpaceExceeded(
                f"more than {_MOST_CAMPAIGNS} campaigns: is --campaign_field the right column?"
            )
        if len(phone) > _MOST_DIGITS or not (phone.isascii() and phone.isdigit()):
            raise KeySpaceExceeded(f"a number to send has 1 to {_MOST_DIGITS} digits")
        return index << _DIGIT_BITS | int("1" + phone)


class SettledTable:
    """Key to what settled it, in order: sorted arrays, and a dict for what is new.

    13 bytes an entry; ten million are 130 MB, against 720 MB and more for a Python set of keys.
    """

    def __init__(self) -> None:
        self._keys: npt.NDArray[np.uint64] = np.empty(0, np.uint64)
        self._slots: npt.NDArray[np.uint32] = np.empty(0, np.uint32)
        self._endings: npt.NDArray[np.uint8] = np.empty(0, np.uint8)
        self._new_keys = array("Q")
        self._new_slots = array("I")
        self._new_endings = array("B")
        self._recent: dict[int, list[int]] = {}
        self._indexed = 0

    def put(self, keys: Sequence[int], slot: int, endings: Iterable[Ending]) -> None:
        """Record what one request settled: a key and an ending for each lead."""
        self._new_keys.extend(keys)
        self._new_endings.extend(endings)
        self._new_slots.extend([slot] * len(keys))

    def get(self, key: int) -> Settled | None:
        """What last settled the lead; None: nothing did."""
        self._index_new()
        recent = self._recent.get(key)
        if recent:
            return self._new(recent[-1])
        places = self._places(key)
        return self._old(places[-1]) if places else None

    def all(self, key: int) -> list[Settled]:
        """All that settled the lead, in the order that it was put in."""
        self._index_new()
        old = [self._old(place) for place in self._places(key)]
        return old + [self._new(place) for place in self._recent.get(key, ())]

    def _places(self, key: int) -> range:
        """Where a key stands in the sorted arrays."""
        if not len(self._keys):
            return range(0)
        packed = np.uint64(key)
        return range(
            int(np.searchsorted(self._keys, packed, "left")),
            int(np.searchsorted(self._keys, packed, "right")),
        )

    def _old(self, place: int) -> Settled:
        return Settled(int(self._slots[place]), Ending(int(self._endings[place])))

    def _new(self, place: int) -> Settled:
        return Settled(self._new_slots[place], Ending(self._new_endings[place]))

    def _index_new(self) -> None:
        if len(self._new_keys) > _RECENT_KEYS:
            self._merge()
        for place in range(self._indexed, len(self._new_keys)):
            self._recent.setdefault(self._new_keys[place], []).append(place)
        self._indexed = len(self._new_keys)

    def _merge(self) -> None:
        """Sort what is new into the arrays; entries of one key stay in their order."""
        keys = np.concatenate([self._keys, np.frombuffer(self._new_keys, np.uint64)])
        slots = np.concatenate([self._slots, np.frombuffer(self._new_slots, np.uint32)])
        endings = np.concatenate([self._endings, np.frombuffer(self._new_endings, np.uint8)])
        order = np.argsort(keys, kind="stable")
        self._keys, self._slots, self._endings = keys[order], slots[order], endings[order]
        self._new_keys, self._new_slots, self._new_endings = array("Q"), array("I"), array("B")
        self._recent, self._indexed = {}, 0
