"""The names in a lead schema: each what Avro takes, and no two that a column could mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from schemas.attributes import shown
from schemas.avro_names import AVRO_NAME, RIGHT_NAME
from schemas.lead_field import LeadField
from schemas.names import name_key


def check_names(raw: Mapping[str, object], fields: Sequence[LeadField], faults: list[str]) -> None:
    """Note the faults in a schema's names.

    Args:
        raw: The record, as JSON.
        fields: Its fields.
        faults: Takes a sentence for each fault found.
    """
    own = raw.get("name")
    if not _is_name(own):
        faults.append(f"the record's own name is {shown(own)}; right are {RIGHT_NAME}")
    namespace = raw.get("namespace", "a")
    if namespace != "" and not _is_name(namespace):
        faults.append(f"namespace is {shown(namespace)}; right are names with dots between them")
    _check_fields(fields, faults)
    taken = {str(own)}
    for name in _names_of_enums(raw):
        if name in taken:
            faults.append(f"the type {name} stands twice; give each enum a name of its own")
        taken.add(name)


def _is_name(name: object) -> bool:
    return isinstance(name, str) and all(map(AVRO_NAME.fullmatch, name.split(".")))


def _names_of_enums(raw: Mapping[str, object]) -> Iterator[str]:
    members = raw["fields"]
    for field in members if isinstance(members, list) else ():
        written = field.get("type") if isinstance(field, Mapping) else None
        for branch in written if isinstance(written, list) else [written]:
            if isinstance(branch, Mapping) and branch.get("type") == "enum":
                yield str(branch.get("name"))


def _check_fields(fields: Sequence[LeadField], faults: list[str]) -> None:
    """Columns match by letters and digits, so no two fields may share a name in that sense."""
    owners: dict[str, LeadField] = {}
    for field in fields:
        for spelled in field.names:
            key = name_key(spelled)
            owner = owners.setdefault(key, field)
            if key == "":
                faults.append(f"{field.name}: the name {spelled!r} has no letter or digit")
            elif owner is field:
                continue
            elif spelled == field.name == owner.name:
                faults.append(f"{field.name}: there are two fields of this name")
            else:
                faults.append(
                    f"{field.name}: its name {spelled!r} is also a name of {owner.name} "
                    "(only letters and digits count)"
                )
