"""The attributes of a phone number: its region, and the types of number that may be called."""

from __future__ import annotations

import difflib
from typing import Final

import phonenumbers

from schemas.attributes import Attributes, shown
from schemas.lead_field import CALLABLE_TYPES, Logical

_RIGHT_REGION: Final = "two capital letters of ISO 3166, such as IN, GB or US"
_RIGHT_TYPES: Final = 'a list such as ["mobile"]'


def read_region(attributes: Attributes, logical: Logical | None) -> str:
    """Return the region; empty where there is none or, which is noted, it is wrong."""
    if logical is not Logical.PHONE:
        _is_misplaced(attributes, "region")
        return ""
    attributes.expect(attributes.has("region"), f"a {logical} needs a region, {_RIGHT_REGION}")
    value = attributes.text("region", _RIGHT_REGION)
    if value is None or value in phonenumbers.SUPPORTED_REGIONS:
        return value or ""
    attributes.fault(f"region {shown(value)} is unknown; right are {_RIGHT_REGION}")
    return ""


def read_types(attributes: Attributes, logical: Logical | None) -> tuple[str, ...]:
    """Return the types of number that may be called; what is wrong with them is noted."""
    if logical is not Logical.PHONE:
        _is_misplaced(attributes, "types")
        return ("mobile",)
    types = attributes.names("types", _RIGHT_TYPES)
    if types is None:
        return ("mobile",)
    attributes.expect(bool(types), f"types is empty; right is {_RIGHT_TYPES}")
    for type_ in types:
        if type_ in CALLABLE_TYPES:
            continue
        near = difflib.get_close_matches(str(type_), CALLABLE_TYPES, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        attributes.fault(
            f"type of number {shown(type_)} is unknown{hint}; right are {', '.join(CALLABLE_TYPES)}"
        )
    return tuple(str(type_) for type_ in types)


def _is_misplaced(attributes: Attributes, key: str) -> None:
    attributes.expect(
        not attributes.has(key), f"{key} is for fields of the logicalType {Logical.PHONE} only"
    )
