"""Blocks of raw records to fields: one answer for each record, whatever stands in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from records.avro_decoding import decode_avro
from records.blocks import Decoded, RawBlock, Unreadable, as_json, sort_out
from records.csv_columns import read_columns
from records.csv_decoding import decode_csv
from records.cutting import MAX_RECORD_BYTES, too_long
from records.encodings import UTF8_MARK
from records.json_columns import read_objects
from records.json_elements import cut_elements
from records.json_lines import NotJson, read_object
from records.layout import Format
from records.parquet_decoding import decode_parquet
from records.tables import Table
from records.unwrapping import unwrapped
from records.whole_records import cut_records, filled
from schemas.outcome import outcome_lead

_TEXT_LEAD = "an outcome whose lead is a text that could not be read: correct the text, send that"

_BETWEEN = b" \t\r\n,"


@dataclass(frozen=True, slots=True)
class DecodedRecords:
    """The records of a block.

    Attributes:
        table: those that were read by column; None: there are none.
        records: those that were read row by row.
        unreadable: those that could not be read.
    """

    table: Table | None
    records: list[Decoded]
    unreadable: list[Unreadable]


def decode(block: RawBlock) -> tuple[list[Decoded], list[Unreadable]]:
    """Read the records of a block.

    Returns:
        Those that could be read and those that could not, each in the order of the file. Every
        record of the block is in exactly one of the two.
    """
    if block.fault is not None:
        return [], [Unreadable(block.first, _raw(block), "unreadable", block.fault)]
    answers = _DECODERS[block.layout.format](block)
    if block.layout.wrapping is not None:
        answers = unwrapped(
            answers,
            block.layout.wrapping,
            first=block.first,
            are_messages=block.layout.holds_messages,
        )
    return sort_out(answers if block.layout.is_text else map(_of_bounded_size, answers))


def _of_bounded_size(answer: Decoded | Unreadable) -> Decoded | Unreadable:
    """Refuse a record that is read whole here, and in a text would have been too long to be."""
    size_bytes = len(answer.lead_json)
    if isinstance(answer, Unreadable) or size_bytes <= MAX_RECORD_BYTES:
        return answer
    raw = _escaped(answer.lead_json[:MAX_RECORD_BYTES])
    return Unreadable(answer.number, raw, "unreadable", too_long(size_bytes, MAX_RECORD_BYTES))


def decode_by_column(block: RawBlock) -> DecodedRecords:
    """Read the records of a block by column, as far as that gives the same as `decode`.

    Returns:
        Every record of the block, once.
    """
    layout = block.layout
    if block.fault is None and layout.wrapping is None:
        if layout.format == "csv":
            found = read_columns(block)
            if found is not None:
                return DecodedRecords(found.table, *sort_out(decode_csv(found.others, layout)))
        if layout.format == "json_lines":
            table, unreadable = read_objects(block, partial(_decode_lines, called="the line"))
            return DecodedRecords(table, [], unreadable)
    return DecodedRecords(None, *decode(block))


def count_records(block: RawBlock) -> int:
    """Count the records of a block, which may be other than stand in it one behind the other."""
    if block.layout.wrapping is None:
        return block.records
    decoded, unreadable = decode(block)
    return len(decoded) + len(unreadable)


def record_texts(block: RawBlock) -> list[bytes]:
    """Return the bytes of each record of a block of text that has no fault, without line ends."""
    if block.layout.format == "json_array":
        return cut_elements(block.content)
    delimiter = block.layout.delimiter
    return filled(cut_records(block.content, delimiter), delimiter)


def _numbered(block: RawBlock) -> Sequence[tuple[int, bytes]]:
    return list(enumerate(record_texts(block), block.first))


def _decode_csv(block: RawBlock) -> Iterator[Decoded | Unreadable]:
    return decode_csv(_numbered(block), block.layout)


def _decode_json_lines(block: RawBlock) -> Iterator[Decoded | Unreadable]:
    return _decode_json(block, called="the line")


def _decode_json_array(block: RawBlock) -> Iterator[Decoded | Unreadable]:
    return _decode_json(block, called="the record")


def _decode_json(block: RawBlock, *, called: str) -> Iterator[Decoded | Unreadable]:
    are_wrappers = block.layout.wrapping is not None
    return _decode_lines(_numbered(block), called=called, are_wrappers=are_wrappers)


def _decode_lines(
    numbered: Sequence[tuple[int, bytes]], *, called: str, are_wrappers: bool = False
) -> Iterator[Decoded | Unreadable]:
    for number, line in numbered:
        # Files glued together carry the mark of the second one inside. Line ends are blank space
        # between tokens; they would cut the outcome's line.
        one_line = line.removeprefix(UTF8_MARK).replace(b"\r", b" ").replace(b"\n", b" ")
        plain = one_line.strip()
        try:
            fields = read_object(plain, called=called)
        except NotJson as e:
            yield Unreadable(number, _escaped(line), "unreadable", str(e))
            continue
        # Of a record that wraps others it is seen to where they are taken out.
        lead = None if are_wrappers else outcome_lead(fields)
        if lead is None:
            yield Decoded(number, fields, plain)
        elif isinstance(lead, str):
            yield Unreadable(number, lead, "unreadable", _TEXT_LEAD)
        else:
            yield Decoded(number, lead, as_json(lead))


_DECODERS: Final[Mapping[Format, Callable[[RawBlock], Iterator[Decoded | Unreadable]]]] = {
    "csv": _decode_csv,
    "json_lines": _decode_json_lines,
    "json_array": _decode_json_array,
    "avro": decode_avro,
    "parquet": decode_parquet,
}


def _raw(block: RawBlock) -> str:
    """Return the text of a block's one record, without what stands between it and the last one."""
    if not block.layout.is_text:
        return ""
    is_array = block.layout.format == "json_array"
    return _escaped(block.content.lstrip(_BETWEEN) if is_array else block.content)


def _escaped(record: bytes) -> str:
    return record.decode(errors="backslashreplace")
