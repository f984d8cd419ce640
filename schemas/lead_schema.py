"""The lead schema: the only description of a lead.

A schema is an Avro record whose fields carry a few attributes beside Avro's (see `LeadField`).
The one in this package is used unless the user brings another; nothing else names a field.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import fastavro
import phonenumbers

from schemas.attributes import shown
from schemas.field_reading import read_field
from schemas.lead_field import LeadField, Logical, Role
from schemas.schema_names import check_names

DEFAULT_SCHEMA_NAME = "lead.avsc"


class SchemaError(ValueError):
    """A lead schema that cannot be used.

    Attributes:
        name: The schema's name, as the user knows it.
        faults: A sentence for each fault; never empty.
    """

    def __init__(self, name: str, faults: Sequence[str]) -> None:
        super().__init__(f"{name} is no lead schema: " + "; ".join(faults))
        self.name = name
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[type[SchemaError], tuple[str, tuple[str, ...]]]:
        return type(self), (self.name, self.faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadSchema:
    """What a lead is.

    Attributes:
        name: The schema's name, as the user knows it.
        fields: All fields, in the schema's order.
        phone: The field that holds the number to dial.
        expiry: The field after whose moment a lead is not called, if there is one: that with the
            role `expiry`, else the first wall clock.
        sent_names: The names of the fields that the dialer is told, in the order of its map.
        region: The region of the phone numbers (ISO 3166, two letters).
        country_code: The country calling code of the region.
        fingerprint: A hash of the schema's content; layout and order of keys do not count.
    """

    name: str
    fields: tuple[LeadField, ...]
    phone: LeadField
    expiry: LeadField | None
    sent_names: tuple[str, ...]
    region: str
    country_code: int
    fingerprint: str


def load_lead_schema(text: str, *, name: str) -> LeadSchema:
    """Read a lead schema.

    Args:
        text: The schema, an Avro record in JSON.
        name: What the user calls it, for messages.

    Raises:
        SchemaError: The schema cannot be used; every fault found is named.
    """
    faults: list[str] = []
    raw = _record(text, name, faults)
    read = [read_field(field, faults, place=at) for at, field in enumerate(raw["fields"], 1)]
    fields = tuple(field for field in read if field is not None)
    phone = _phone(fields, faults)
    expiry = _expiry(fields, faults)
    check_names(raw, fields, faults)
    if not faults:
        _check_avro(raw, faults)
    if faults or phone is None:
        raise SchemaError(name, faults)
    canonical = json.dumps(raw, sort_keys=True, separators=(",", ":")).encode("ascii")
    return LeadSchema(
        name=name,
        fields=fields,
        phone=phone,
        expiry=expiry,
        sent_names=tuple(field.name for field in fields if field.is_sent),
        region=phone.region,
        country_code=phonenumbers.country_code_for_region(phone.region),
        fingerprint=hashlib.sha256(canonical).hexdigest()[:16],
    )


def default_lead_schema() -> LeadSchema:
    """Return the lead schema of this package."""
    text = resources.files("schemas").joinpath(DEFAULT_SCHEMA_NAME).read_text("utf-8")
    return load_lead_schema(text, name=DEFAULT_SCHEMA_NAME)


def _record(text: str, name: str, faults: list[str]) -> dict[str, list[object]]:
    """Return the record that a text holds; a key that stands twice is noted."""

    def object_of(pairs: list[tuple[str, object]]) -> dict[str, object]:
        times = Counter(key for key, _ in pairs)
        twice = [shown(key) for key, count in times.items() if count > 1]
        faults.extend(f"the key {key} stands twice in one object" for key in twice)
        return dict(pairs)

    try:
        raw = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=object_of)
    except (ValueError, RecursionError) as error:
        raise SchemaError(name, [f"it is not JSON: {error}"]) from error
    if not isinstance(raw, Mapping) or raw.get("type") != "record":
        raise SchemaError(name, ['it is not an Avro record ({"type": "record", ...})', *faults])
    if not isinstance(raw.get("fields"), list):
        raise SchemaError(name, ["the record has no list of fields", *faults])
    return dict(raw)


def _phone(fields: Sequence[LeadField], faults: list[str]) -> LeadField | None:
    phones = [field for field in fields if field.role is Role.PHONE]
    if not phones:
        faults.append("no field is a phone number (logicalType phone-number, role phone)")
    if len(phones) > 1:
        names = ", ".join(field.name for field in phones)
        faults.append(f"more than one phone field ({names}): only one can be dialled and screened")
    return phones[0] if phones else None


def _expiry(fields: Sequence[LeadField], faults: list[str]) -> LeadField | None:
    marked = [field for field in fields if field.role is Role.EXPIRY]
    if len(marked) > 1:
        faults.append(f"more than one expiry field ({', '.join(field.name for field in marked)})")
    clocks = [field for field in fields if field.logical is Logical.WALL_CLOCK]
    return next(iter(marked or clocks), None)


def _check_avro(raw: Mapping[str, object], faults: list[str]) -> None:
    try:
        fastavro.parse_schema(dict(raw))
    except (fastavro.schema.SchemaParseException, ValueError, TypeError, KeyError) as error:
        faults.append(f"it is not valid Avro: {error}")
