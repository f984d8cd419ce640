"""The Avro type of a field: which one it is, whether null is one too, and an enum's symbols."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.attributes import Attributes, is_text, shown
from schemas.avro_names import AVRO_NAME, RIGHT_NAME
from schemas.lead_field import FieldType


def type_without_null(attributes: Attributes) -> tuple[object, bool]:
    """Return the field's type without null, and whether null is one.

    Where there are several types, which is noted, the first is None; their attributes still count.
    """
    written = attributes.outer.get("type")
    branches = written if isinstance(written, list) else [written]
    others = [branch for branch in branches if branch != "null"]
    nullable = len(others) < len(branches)
    if len(others) == 1 and len(branches) <= 2:
        return others[0], nullable
    attributes.fault(f"type is {shown(written)}; right is one type, or null and one type")
    described = next((branch for branch in others if isinstance(branch, Mapping)), {})
    return {**described, "type": None}, nullable


def read_type(attributes: Attributes, branch: object) -> FieldType | None:
    """Return the type; None where, which is noted, it is none of ours."""
    written = branch.get("type") if isinstance(branch, Mapping) else branch
    if isinstance(written, str) and written in tuple(FieldType):
        return FieldType(written)
    is_noted = isinstance(branch, Mapping) and "type" in branch and written is None
    if not is_noted:
        right = ", ".join(FieldType)
        attributes.fault(f"type {shown(written)} is not supported; right is one of {right}")
    return None


def read_symbols(attributes: Attributes, type_: FieldType | None) -> tuple[str, ...]:
    """Return the symbols of an enum; what is wrong with them, or with its name, is noted."""
    if type_ is not FieldType.ENUM:
        has_symbols = type_ is not None and "symbols" in attributes.inner
        attributes.expect(not has_symbols, "symbols is for enums only")
        return ()
    if not attributes.inner:
        right = '{"type": "enum", "name": ..., "symbols": [...]}'
        attributes.fault(f"an enum's name and symbols belong into its type; right is {right}")
        return ()
    name = attributes.inner.get("name")
    if not isinstance(name, str) or not all(map(AVRO_NAME.fullmatch, name.split("."))):
        attributes.fault(f"the enum's own name is {shown(name)}; right are {RIGHT_NAME}")
    symbols = attributes.inner.get("symbols")
    if not isinstance(symbols, list) or not symbols or not all(map(is_text, symbols)):
        attributes.fault(f"symbols is {shown(symbols)}; right is a list of names")
        return ()
    for symbol in dict.fromkeys(symbols):
        if not AVRO_NAME.fullmatch(symbol):
            attributes.fault(f"symbol {shown(symbol)} is no Avro name; right are {RIGHT_NAME}")
        attributes.expect(symbols.count(symbol) == 1, f"symbol {shown(symbol)} stands twice")
    return tuple(symbols)
