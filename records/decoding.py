"""Blocks of raw records to fields: one answer for each record, whatever stands in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from records.avro_decoding import decode_avro
from records.blocks import Decoded, RawBlock, Unreadable, as_json
from records.csv_columns import CsvColumns, read_columns
from records.csv_decoding import decode_csv
from records.cutting import MAX_RECORD_BYTES, cut_records, too_long
from records.encodings import UTF8_MARK
from records.json_columns import read_objects
from records.json_elements import cut_elements
from records.json_lines import NotJson, read_object
from records.layout import Format, Layout
from records.parquet_decoding import decode_parquet
from records.rows import blanks
from records.tables import Table
from records.unwrapping import unwrapped
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
    decoded: list[Decoded] = []
    unreadable: list[Unreadable] = []
    answers = _DECODERS[block.layout.format](block)
    if block.layout.wrapping is not None:
        answers = unwrapped(
            answers,
            block.layout.wrapping,
            first=block.first,
            are_messages=block.layout.holds_messages,
        )
    for answer in answers:
        if isinstance(answer, Unreadable):
            unreadable.append(answer)
        elif not block.layout.is_text and len(answer.lead_json) > MAX_RECORD_BYTES:
            unreadable.append(_oversized(answer))
        else:
            decoded.append(answer)
    return decoded, unreadable


def _oversized(record: Decoded) -> Unreadable:
    """Refuse a record that is read whole here, and in a text would have been too long to be."""
    raw = _escaped(record.lead_json[:MAX_RECORD_BYTES])
    detail = too_long(len(record.lead_json), MAX_RECORD_BYTES)
    return Unreadable(record.number, raw, "unreadable", detail)


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
                return _with_others(found, layout)
        if layout.format == "json_lines":
            table, unreadable = read_objects(block, partial(_decode_lines, called="the line"))
            return DecodedRecords(table, [], unreadable)
    return DecodedRecords(None, *decode(block))


def _with_others(found: CsvColumns, layout: Layout) -> DecodedRecords:
    records: list[Decoded] = []
    unreadable: list[Unreadable] = []
    for answer in decode_csv(found.others, layout):
        if isinstance(answer, Decoded):
            records.append(answer)
        else:
            unreadable.append(answer)
    return DecodedRecords(found.table, records, unreadable)


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
    blank = blanks(delimiter)
    return [text for text in cut_records(block.content, delimiter) if text.strip(blank)]


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
