"""Blocks of raw records to fields: one answer for each record, whatever stands in it."""

from collections.abc import Iterator, Sequence

from records.blocks import Decoded, RawBlock, Unreadable, as_json
from records.csv_decoding import decode_csv
from records.cutting import cut_records
from records.encodings import UTF8_MARK
from records.json_lines import NotJson, read_object
from records.rows import blanks
from schemas.outcome import outcome_lead

_TEXT_LEAD = "an outcome whose lead is a text that could not be read: correct the text, send that"


def decode(block: RawBlock) -> tuple[list[Decoded], list[Unreadable]]:
    """Read the records of a block.

    Returns:
        Those that could be read and those that could not, each in the order of the file. Every
        record of the block is in exactly one of the two.
    """
    if block.fault is not None:
        return [], [Unreadable(block.first, _escaped(block.content), "unreadable", block.fault)]
    decoded: list[Decoded] = []
    unreadable: list[Unreadable] = []
    numbered = list(enumerate(record_texts(block), block.first))
    if block.layout.format == "csv":
        answers = decode_csv(numbered, block.layout)
    else:
        answers = _decode_json_lines(numbered)
    for answer in answers:
        if isinstance(answer, Decoded):
            decoded.append(answer)
        else:
            unreadable.append(answer)
    return decoded, unreadable


def record_texts(block: RawBlock) -> list[bytes]:
    """Return the bytes of each record of a block that has no fault, without line ends."""
    delimiter = block.layout.delimiter
    blank = blanks(delimiter)
    return [text for text in cut_records(block.content, delimiter) if text.strip(blank)]


def _decode_json_lines(numbered: Sequence[tuple[int, bytes]]) -> Iterator[Decoded | Unreadable]:
    for number, line in numbered:
        # Files glued together carry the mark of the second one inside. CR is blank space between
        # tokens; as a line end it would cut the outcome's line.
        plain = line.removeprefix(UTF8_MARK).replace(b"\r", b" ").strip()
        try:
            fields = read_object(plain)
        except NotJson as e:
            yield Unreadable(number, _escaped(line), "unreadable", str(e))
            continue
        lead = outcome_lead(fields)
        if lead is None:
            yield Decoded(number, fields, plain)
        elif isinstance(lead, str):
            yield Unreadable(number, lead, "unreadable", _TEXT_LEAD)
        else:
            yield Decoded(number, lead, as_json(lead))


def _escaped(record: bytes) -> str:
    return record.decode(errors="backslashreplace")
