"""The attributes of one field of a lead schema, with every fault in them collected.

An attribute may stand on the field or inside its type; it means the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

_ABSENT: Final = object()
_SHOWN_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Attributes:
    """What stands on a field and inside its type.

    Attributes:
        name: The field's name.
        outer: The field's JSON object.
        inner: The JSON object of its type; empty where the type is a bare name.
        faults: Takes a sentence for each fault found.
    """

    name: str
    outer: Mapping[str, object]
    inner: Mapping[str, object]
    faults: list[str]

    def fault(self, sentence: str) -> None:
        """Note a fault of the field."""
        self.faults.append(f"{self.name}: {sentence}")

    def expect(self, holds: bool, sentence: str) -> None:
        """Note a fault unless something holds."""
        if not holds:
            self.fault(sentence)

    def has(self, key: str) -> bool:
        """Say whether an attribute is written at all."""
        return key in self.outer or key in self.inner

    def text(self, key: str, right: str) -> str | None:
        """Return a text attribute; None where it is missing or, which is noted, wrong."""
        value = self._value(key, is_text, right)
        return value if isinstance(value, str) else None

    def number(self, key: str) -> float | None:
        """Return a numeric attribute; None where it is missing or, which is noted, wrong."""
        value = self._value(key, is_number, "a number")
        return value if isinstance(value, int | float) else None

    def names(self, key: str, right: str) -> list[object] | None:
        """Return a list attribute; None where it is missing or, which is noted, wrong."""
        value = self._value(key, is_list, right)
        return value if isinstance(value, list) else None

    def _value(self, key: str, is_right: Callable[[object], bool], right: str) -> object:
        outer, inner = self.outer.get(key, _ABSENT), self.inner.get(key, _ABSENT)
        if outer is not _ABSENT and inner is not _ABSENT and outer != inner:
            self.fault(f"{key} stands on the field and in its type, and they differ")
        value = inner if outer is _ABSENT else outer
        if value is _ABSENT:
            return None
        self.expect(is_right(value), f"{key} is {shown(value)}; right is {right}")
        return value if is_right(value) else None


def is_text(value: object) -> bool:
    """Say whether a JSON value is text."""
    return isinstance(value, str)


def is_list(value: object) -> bool:
    """Say whether a JSON value is a list."""
    return isinstance(value, list)


def is_number(value: object) -> bool:
    """Say whether a JSON value is a number, and one that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def shown(value: object) -> str:
    """Show a JSON value in a message, cut to a line's length."""
    if value is None:
        return "missing"
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
