"""A request as the simulated dialer understands it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

import orjson

from dialer.dialects import Dialect

PHONE = "PhoneNumber"
"""The name in `map` without which the dialer reads nothing."""

_MOST_FIELDS = 50


@dataclass(frozen=True, slots=True)
class Submission:
    """A request as it was understood.

    Attributes:
        key: the key given.
        campaign: the campaign named.
        parameters: the version's further form fields, by name; those that are not there are not here.
        names: the `map`.
        rows: the `data`; None where `map` and `data` cannot be read.
    """

    key: str
    campaign: str
    parameters: Mapping[str, str]
    names: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...] | None

    @property
    def phones(self) -> tuple[str, ...]:
        """The numbers of its rows, empty where a row has none."""
        return tuple(text_of(row[self.names.index(PHONE)]) for row in self.rows or ())

    def leads(self) -> list[dict[str, object]]:
        """Its rows by name."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows or ()]


def read_submission(
    body: bytes, content_type: str, dialect: Dialect, bulk_parameter: str
) -> Submission:
    """Read a request of a version; what cannot be read of it stays empty."""
    form: dict[str, list[str]] = {}
    if content_type.partition(";")[0].strip().lower() == dialect.content_type:
        try:
            form = parse_qs(
                body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
            )
        except ValueError:
            form = {}
    names, rows = _read_bulk(_field(form, bulk_parameter))
    further = {name: _field(form, name) for name in dialect.parameters if name in form}
    key = further.pop(dialect.key_parameter, "")
    campaign = further.pop(dialect.campaign_parameter, "")
    return Submission(key, campaign, further, names, rows)


def text_of(value: object) -> str:
    """A value of a row as text; null is an empty one."""
    return "" if value is None else str(value)


def _field(form: Mapping[str, Sequence[str]], name: str) -> str:
    return form.get(name, [""])[0]


def _read_bulk(text: str) -> tuple[tuple[str, ...], tuple[tuple[object, ...], ...] | None]:
    """The map and the data, where both are as documented: as many values a row as there are names."""
    try:
        bulk = orjson.loads(text)
    except orjson.JSONDecodeError:
        return (), None
    match bulk:
        case {"map": [*names], "data": [*rows], **rest} if not rest:
            pass
        case _:
            return (), None
    are_names = all(isinstance(name, str) and name for name in names)
    if not are_names or PHONE not in names or len(set(names)) < len(names):
        return (), None
    if not all(_is_row(row, len(names)) for row in rows):
        return (), None
    return tuple(names), tuple(tuple(row) for row in rows)


def _is_row(row: object, width: int) -> bool:
    return (
        isinstance(row, list)
        and len(row) == width
        and not any(isinstance(value, list | dict) for value in row)
    )
