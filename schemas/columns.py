"""Which columns of a file or keys of a record feed which field of the schema.

Names match by letters and digits in any case. A field's own name comes before its aliases, those
in the schema's order. Columns that share their letters and digits are one column that stands more
than once: their cells must agree.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from functools import lru_cache

from schemas.lead_field import LeadField
from schemas.lead_schema import LeadSchema
from schemas.names import name_key, same_name

__all__ = ["Columns", "has_phone_column", "nearest_phone_column", "same_name"]

_LIKENESS = 0.6
"""How alike a column and a name must be to be suggested, from 0 to 1 (difflib's measure)."""


class Columns:
    """The columns of a file, or the keys of a record, found by name.

    Args:
        names: Their names in order; a nameless column matches nothing.

    >>> Columns(["Name", "Mobile No.", "mobile_no"]).named("MobileNo")
    ('Mobile No.', 'mobile_no')
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_key: dict[str, list[str]] = {}
        for name in dict.fromkeys(names):
            key = name_key(name)
            if key:
                self._by_key.setdefault(key, []).append(name)

    def named(self, name: str) -> tuple[str, ...]:
        """Return the columns of a name, in their own order."""
        return tuple(self._by_key.get(name_key(name), ()))

    def twins(self) -> tuple[tuple[str, ...], ...]:
        """Return the columns that share their letters and digits, those of each name together.

        Which of them is meant nothing says, as under a header that stands twice.
        """
        return tuple(tuple(names) for names in self._by_key.values() if len(names) > 1)

    def feeding(self, field: LeadField) -> tuple[str, ...]:
        """Return the columns that feed a field, the preferred first."""
        keys = _keys(field.names)
        return tuple(column for key in keys for column in self._by_key.get(key, ()))


def has_phone_column(header: Sequence[str], schema: LeadSchema) -> bool:
    """Say whether one of the columns feeds the schema's phone field."""
    return bool(Columns(header).feeding(schema.phone))


def nearest_phone_column(header: Sequence[str], schema: LeadSchema) -> str | None:
    """Find the name of the phone field that one of the columns resembles most.

    Args:
        header: Columns of which none feeds the phone field.
        schema: The lead schema.

    Returns:
        The field's name or alias, as the schema spells it; None if no column comes near one.
    """
    names = {name_key(name): name for name in reversed(schema.phone.names)}
    best: tuple[float, str] | None = None
    for column in header:
        key = name_key(column)
        for near in difflib.get_close_matches(key, names, n=1, cutoff=_LIKENESS):
            likeness = difflib.SequenceMatcher(None, key, near).ratio()
            if best is None or likeness > best[0]:
                best = (likeness, names[near])
    return best[1] if best else None


@lru_cache(maxsize=256)
def _keys(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name_key(name) for name in names))
