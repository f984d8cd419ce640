"""How a dialer wants a row: what it takes in some fields, and how long one may be.

The lead schema says what a lead is; a version of the dialer's API may take less of it. What is altered
for that, and what is refused, is decided here for records one by one and for columns alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class RowForm:
    """What a dialer takes in a row, by the names under which it knows the fields.

    Attributes:
        name: What messages call the dialer.
        moments: Of wall clocks the form in which they are sent, in strftime's directives; others are
            sent in the schema's.
        characters: Of plain texts the characters that they may hold, as between the brackets of a
            regular expression; each other one is sent as a space.
        most_characters: The longest row, its headers with it, in characters of JSON; None: any.
    """

    name: str = ""
    moments: Mapping[str, str] = field(default_factory=dict)
    characters: Mapping[str, str] = field(default_factory=dict)
    most_characters: int | None = None


ANY_ROW = RowForm()
"""That of a dialer that takes whatever the lead schema allows."""


class RowFitter:
    """Brings the values of a lead into a dialer's form.

    Args:
        form: The form.
        names: The fields of a row, in its order.
        texts: Those of them that are plain text.

    Attributes:
        header_characters: How many characters the headers take.
    """

    def __init__(self, form: RowForm, names: Sequence[str], texts: Collection[str]) -> None:
        self._form = form
        self._names = names
        self._forbidden = {
            name: re.compile(f"[^{characters}]")
            for name, characters in form.characters.items()
            if name in texts
        }
        self.header_characters = _json_characters(names)

    def forbidden(self, name: str) -> str | None:
        """Return a pattern of one character that a field must not hold; None: it may hold any."""
        found = self._forbidden.get(name)
        return None if found is None else found.pattern

    def fitted(self, name: str, value: object) -> object:
        """Return a field's value with a space for each character that the dialer does not take."""
        forbidden = self._forbidden.get(name)
        if forbidden is None or not isinstance(value, str):
            return value
        return forbidden.sub(" ", value)

    def fit(self, values: list[object]) -> int:
        """Bring the values of a row into the dialer's form.

        Args:
            values: They, in the order of the row; they are changed.

        Returns:
            How many of them were altered.
        """
        altered = 0
        for name in self._forbidden:
            place = self._names.index(name)
            fitted = self.fitted(name, values[place])
            altered += fitted != values[place]
            values[place] = fitted
        return altered

    def excess(self, values: Sequence[object]) -> str | None:
        """Say what is wrong with a row that is too long; None: it is not.

        Every header counts, though a request leaves out the fields that no lead of it has: a row
        that is fit is fit for every request.
        """
        most = self._form.most_characters
        if most is None:
            return None
        sent = ["" if value is None else value for value in values]
        found = self.header_characters + _json_characters(sent)
        if found <= most:
            return None
        longest = max(range(len(sent)), key=lambda place: len(str(sent[place])))
        return (
            f"the row has {found:,} characters with its headers; right is at most {most:,} for"
            f" {self._form.name} ({self._names[longest]} has {len(str(sent[longest])):,})"
        )


def _json_characters(values: Sequence[object]) -> int:
    return len(json.dumps(list(values), ensure_ascii=False, separators=(",", ":")))
