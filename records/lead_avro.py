"""One lead as Avro bytes: how a lead travels, and waits, in a stream.

Schemaless: reader and writer are one program, and a schema with each lead would be larger than the
lead. A one-row Arrow batch, as files use for thousands, takes about five times as much.
"""

from io import BytesIO
from typing import Any

import fastavro

from records.lead_block import Lead
from schemas.outcome import Source

_SCHEMA = fastavro.parse_schema(
    {
        "type": "record",
        "name": "Lead",
        "doc": "Running streams hold leads in this form: append fields with defaults, change none.",
        "fields": [
            {"name": "is_of_file", "type": "boolean"},
            {"name": "origin", "type": "string"},
            {"name": "number", "type": "long"},
            {"name": "campaign", "type": "string"},
            {"name": "phone", "type": "string"},
            {"name": "e164", "type": "long"},
            {"name": "values", "type": "bytes"},
            {"name": "expires_at", "type": ["null", "double"]},
            {"name": "do_not_call", "type": "boolean"},
            {"name": "note", "type": ["null", "string"]},
            {"name": "lead_json", "type": "bytes"},
        ],
    }
)


def encode_lead(lead: Lead) -> bytes:
    """The lead as Avro bytes."""
    source = lead.source
    is_of_file = source.file is not None
    row = {
        "is_of_file": is_of_file,
        "origin": source.file if is_of_file else source.message_id,
        "number": source.record if is_of_file else source.index,
        "campaign": lead.campaign,
        "phone": lead.phone,
        "e164": lead.e164,
        "values": lead.values,
        "expires_at": lead.expires_at,
        "do_not_call": lead.do_not_call,
        "note": lead.note,
        "lead_json": lead.lead_json,
    }
    data = BytesIO()
    fastavro.schemaless_writer(data, _SCHEMA, row)
    return data.getvalue()


def decode_lead(data: bytes) -> Lead:
    """The lead whose `encode_lead` this was."""
    row: Any = fastavro.schemaless_reader(BytesIO(data), _SCHEMA, None)
    name = Source.of_record if row.pop("is_of_file") else Source.of_message
    return Lead(source=name(row.pop("origin"), row.pop("number")), **row)
