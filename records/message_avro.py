"""Messages of a topic with a schema: what their attributes say, and reading them by it.

The service checks such messages when they are published and says, in attributes of its own, in
which encoding they are and by which revision of which schema they were accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from records.avro_binary import read_binary
from records.avro_json import from_avro_json
from records.avro_schema import BrokenAvro, WriterSchema
from records.message_content import ContentReader, UnreadableContent
from records.message_schemas import MessageSchemas, UnknownSchema
from schemas.cell_text import quoted

ENCODING_ATTRIBUTE: Final = "googclient_schemaencoding"
SCHEMA_ATTRIBUTE: Final = "googclient_schemaname"
REVISION_ATTRIBUTE: Final = "googclient_schemarevisionid"


def has_schema(attributes: Mapping[str, str]) -> bool:
    """Say whether a message's attributes name the encoding of a schema."""
    return bool(attributes.get(ENCODING_ATTRIBUTE))


def read_by_schema(
    data: bytes, attributes: Mapping[str, str], schemas: MessageSchemas, reader: ContentReader
) -> object:
    """Read the value in a message that has a schema.

    Args:
        data: the message's own bytes.
        attributes: the message's; `has_schema` is true of them.
        schemas: finds the schema.
        reader: of the message.

    Raises:
        UnreadableContent: The schema is unknown, or the message is not what it says.
    """
    encoding = attributes[ENCODING_ATTRIBUTE].upper()
    if encoding not in ("BINARY", "JSON"):
        words = f"{ENCODING_ATTRIBUTE} is {quoted(encoding)}; right is BINARY or JSON"
        raise UnreadableContent(f"its attribute {words}", data)
    try:
        schema = schemas.find(
            attributes.get(SCHEMA_ATTRIBUTE, ""), attributes.get(REVISION_ATTRIBUTE, "")
        )
    except UnknownSchema as e:
        raise UnreadableContent(f"the message cannot be read: {e}", data) from e
    return _json(data, schema, reader) if encoding == "JSON" else _binary(data, schema)


def _binary(data: bytes, schema: WriterSchema | None) -> object:
    if schema is None:
        raise UnreadableContent(
            "the message is Protocol Buffers in binary, which are not read: "
            "publish it as JSON or Avro",
            data,
        )
    try:
        return read_binary(data, schema)
    except BrokenAvro as e:
        raise UnreadableContent(
            f"the message is not the Avro that its schema says: {e}", data
        ) from e


def _json(data: bytes, schema: WriterSchema | None, reader: ContentReader) -> object:
    value, text = reader.read(data, called="the message", keep_literals=schema is None)
    if schema is None:
        return value
    try:
        return from_avro_json(value, schema)
    except BrokenAvro as e:
        raise UnreadableContent(f"the message does not fit its schema: {e}", text) from e
