"""What becomes of whole files: from their bytes to leads and refusals, without anything sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.inputs import find_inputs
from records.blocks import source_of
from records.decoding import decode
from records.wrapping import Wrapping
from schemas.lead_schema import load_lead_schema
from schemas.outcome import Source
from transforms.decode import DecodedBlock
from transforms.read import ranges_of, read_blocks
from transforms.validate import LeadRules, check_records

SCHEMA_TEXT = (Path(__file__).parents[2] / "schemas" / "lead.avsc").read_text("utf-8")
RULES = LeadRules(
    schema_text=SCHEMA_TEXT,
    schema_name="lead.avsc",
    time_zone="Asia/Kolkata",
    campaign="Summer",
    campaign_field=None,
)


@dataclass(frozen=True)
class Fate:
    """What became of a record, as far as the file's format should not matter."""

    status: str
    reason: str
    phone: str | None
    values: object


@dataclass(frozen=True)
class Found:
    """A record: what became of it, where it was, and what is said of it."""

    fate: Fate
    source: Source
    detail: str
    lead_json: bytes


def outcomes_of(
    folder: Path, files: Mapping[str, bytes], wrapping: Wrapping | None = None
) -> list[Found]:
    """Write the files, and read each as the program does; in the order of their records."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    schema = load_lead_schema(SCHEMA_TEXT, name="lead.avsc")
    inputs = find_inputs([str(folder / name) for name in files], schema, None, wrapping)
    checker = RULES.checker()
    found: list[Found] = []
    for wanted in ranges_of(inputs):
        for block in read_blocks(wanted):
            decoded, unreadable = decode(block)
            leads, refused = check_records(DecodedBlock(block.file, decoded), checker)
            found += [
                Found(
                    Fate("lead", "", lead.phone, json.loads(lead.values)),
                    lead.source,
                    lead.note or "",
                    lead.lead_json,
                )
                for lead in leads
            ]
            found += [
                Found(
                    Fate("invalid", outcome.reason, outcome.phone, None),
                    outcome.source,
                    outcome.detail,
                    outcome.lead_json,
                )
                for outcome in refused
            ]
            found += [
                Found(
                    Fate("invalid", fault.reason, None, None),
                    source_of(fault, block.file),
                    fault.detail,
                    fault.lead_json,
                )
                for fault in unreadable
            ]
    assert sum(file.records for file in inputs) == len(found)
    return sorted(found, key=_place)


def _place(found: Found) -> tuple[str, int]:
    source = found.source
    return (source.file or source.message_id or "", source.record or source.index or 0)


def fates_of(folder: Path, content: bytes, name: str = "leads.csv") -> list[Fate]:
    """What became of the records of one file."""
    return [each.fate for each in outcomes_of(folder, {name: content})]


def phones_of(folder: Path, content: bytes, name: str = "leads.csv") -> list[str | None]:
    """The numbers that would be called, or None where a record is no lead."""
    return [
        fate.phone if fate.status == "lead" else None for fate in fates_of(folder, content, name)
    ]
