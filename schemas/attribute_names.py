"""Attributes that nobody knows: those that look like a known one are slips, the rest are notes.

Avro lets a schema hold any further attribute, so a misspelt `minimum` would be passed over, and
with it the rule that its author relied on.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Final

from schemas.attributes import Attributes, shown
from schemas.names import name_key

_OURS: Final = frozenset(
    {"logicalType", "role", "pattern", "format", "minimum", "maximum", "region", "types"}
)
_ON_FIELDS: Final = _OURS | {"name", "type", "doc", "default", "order", "aliases"}
_IN_TYPES: Final = _OURS | {"name", "type", "doc", "symbols", "namespace", "precision", "scale"}
_OTHER_WORDS: Final[Mapping[str, str]] = {
    "regex": "right is pattern",
    "regexp": "right is pattern",
    "country": "right is region",
    **dict.fromkeys(
        ("required", "optional", "nullable"),
        "a lead must have what has neither a default nor null among its types",
    ),
}
_LIKENESS: Final = 0.75
"""How alike an attribute and a known one must be to be a slip, from 0 to 1 (difflib's measure)."""
_SHORTEST_BEGINNING: Final = 3


def check_attribute_names(attributes: Attributes, *, is_enum: bool) -> None:
    """Note the attributes of a field that are slips, and those that stand in the wrong place."""
    for key in attributes.outer:
        if key == "symbols" and not is_enum:
            attributes.fault("symbols is for enums only")
        elif key not in _ON_FIELDS | {"symbols"}:
            _check_unknown(attributes, key, _ON_FIELDS)
    of_enums = {"aliases", "default"}
    for key in attributes.inner:
        if key in of_enums and not is_enum:
            attributes.fault(f"{key} belongs onto the field, not into its type")
        elif key not in _IN_TYPES | of_enums:
            _check_unknown(attributes, key, _IN_TYPES)


def _check_unknown(attributes: Attributes, key: str, known: frozenset[str]) -> None:
    plain = name_key(key)
    if plain in _OTHER_WORDS:
        attributes.fault(f"there is no attribute {shown(key)}; {_OTHER_WORDS[plain]}")
        return
    by_plain = {name_key(name): name for name in sorted(known)}
    near = difflib.get_close_matches(plain, by_plain, n=1, cutoff=_LIKENESS)
    if not near and len(plain) >= _SHORTEST_BEGINNING:
        near = [name for name in by_plain if name.startswith(plain)]
    if near:
        attributes.fault(f"there is no attribute {shown(key)}; did you mean {by_plain[near[0]]}?")
