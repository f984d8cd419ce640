"""Blocks of an Avro file to records."""

from collections.abc import Iterator

from records.avro_binary import Misread
from records.avro_file import read_blocks
from records.avro_schema import BrokenAvro
from records.avro_values import plain, text_or_bytes
from records.blocks import Decoded, RawBlock, Unreadable, as_json


def decode_avro(block: RawBlock) -> Iterator[Decoded | Unreadable]:
    """Read whole container blocks.

    Yields:
        One answer a record.
    """
    writer = block.layout.writer
    if writer is None:
        raise ValueError("an Avro file has a writer")
    for number, value in enumerate(read_blocks(block.content, writer), block.first):
        if isinstance(value, dict):
            fields = value if block.layout.wrapping is not None else _with_texts(value)
            yield Decoded(number, fields, as_json(plain(fields)))
        elif isinstance(value, Misread):
            raw = as_json(plain(value.value)).decode()
            yield Unreadable(number, raw, "unreadable", _detail(value.fault))
        elif isinstance(value, BrokenAvro):
            yield Unreadable(number, "", "unreadable", _detail(str(value)))


def _with_texts(record: dict[str, object]) -> dict[str, object]:
    return {
        name: text_or_bytes(value) if isinstance(value, bytes) else value
        for name, value in record.items()
    }


def _detail(fault: str) -> str:
    return f"the record is not the Avro that the file's schema says: {fault}"
