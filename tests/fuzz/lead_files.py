"""Files of leads and messages, from their stored bytes to checked leads and outcomes.

Whatever stands in a file, it is no lead file, or each of its records has exactly one answer, the same by
column and by row.
"""

import bz2
import gzip
import io
import json
import zipfile
from collections.abc import Iterator, Sequence

import pyarrow as pa
import zstandard

from records.blocks import RawBlock
from records.decoding import count_records
from records.layout import NotALeadFile
from records.lead_block import Lead
from records.message_schemas import MessageSchemas
from records.messages import Message, MessageRules, decode_message
from records.opening import open_leads, open_text
from records.parquet_file import inspect_parquet, read_row_groups, spooled
from records.peeking import ByteStream, DamagedStream
from records.ranges import Range, find_ranges, read_range
from records.record_pairs import parse_record_pairs
from records.record_paths import parse_record_path
from records.wrapping import Wrapping
from schemas.outcome import Outcome, Source
from tests.records.avro_files import (
    as_snappy,
    avro_file,
    schema_of,
    written_block,
    written_body,
    written_header,
)
from tests.records.parquet_files import parquet_file
from tests.records.reading import SCHEMA
from tests.transforms.test_columns import AT, CHECKERS, by_column, by_row
from transforms.decode import DecodedBlock, unreadable_outcome
from transforms.validate import check_records

LEADS = [
    {"PhoneNumber": "9876512345", "Name": "Asha", "Priority": 5, "City": "Pune"},
    {"PhoneNumber": "+91 98765-12346", "Name": 'Rao, "K"', "Priority": 7, "City": "\u0906"},
    {"PhoneNumber": "022-23456789", "Name": "", "Priority": 500, "City": "N/A"},
    {"PhoneNumber": "98765", "Name": "x\ny", "Priority": 1, "City": "="},
]
_AVRO = schema_of({"PhoneNumber": "string", "Name": ["null", "string"], "Priority": "int"})
# Small, so that small files have several.
_RANGE_BYTES = 100
_MESSAGE_AVRO = {"type": "array", "items": schema_of({"PhoneNumber": "string", "Name": "string"})}


def check_file(data: bytes, wrapping: Wrapping | None = None) -> None:
    """Read a file as the program does."""
    try:
        opened = open_leads(io.BytesIO(data), name="f", schema=SCHEMA, wrapping=wrapping)
        if opened.layout.format == "parquet":
            with spooled(opened.content) as source:
                layout, ranges = inspect_parquet(source, name="f", schema=SCHEMA, may_seek=True)
                counted = sum(each.records for each in ranges)
                blocks: Iterator[RawBlock] = (
                    block
                    for each in ranges
                    for block in read_row_groups(source, layout, each, file="f")
                )
                _check_blocks(blocks, counted)
            return
        may_seek = opened.is_stored_plain
        ranges = find_ranges(
            opened.content,
            opened.layout,
            may_seek=may_seek,
            count=count_records,
            range_bytes=_RANGE_BYTES,
        )
        blocks = (
            block
            for each in ranges
            for block in read_range(_from(data, each), opened.layout, each, file="f")
        )
        _check_blocks(blocks, sum(each.records for each in ranges))
    except (NotALeadFile, DamagedStream):
        return


def _from(data: bytes, wanted: Range) -> ByteStream:
    """A file, opened to read a range of it."""
    raw = io.BytesIO(data)
    if not wanted.may_seek:
        return open_text(raw)
    raw.seek(wanted.start)
    return raw


def check_wrapped_file(data: bytes) -> None:
    """Read a file whose records wrap leads, as messages that were written to a bucket do."""
    check_file(data, Wrapping("data", ("fields:name:values",)))


def check_message(data: bytes) -> None:
    """Read a message, as JSON and by a schema."""
    rules = MessageRules(
        MessageSchemas(lambda _name, _revision: json.dumps(_MESSAGE_AVRO)),
        record_path=parse_record_path("data") if data[:1] == b" " else (),
        record_pairs=(parse_record_pairs("fields:name:values"),),
    )
    for encoding in (None, "BINARY", "JSON"):
        attributes = {
            "googclient_schemaencoding": encoding,
            "googclient_schemaname": "projects/p/schemas/s",
            "googclient_schemarevisionid": "1",
        }
        given = {name: value for name, value in attributes.items() if encoding and value}
        decoded, unreadable = decode_message(Message(data, given, "7", 1.8e9), rules)
        numbers = sorted([each.number for each in decoded] + [each.number for each in unreadable])
        assert numbers == list(range(len(numbers)))
        assert numbers
        leads, refused = check_records(DecodedBlock("f", decoded), CHECKERS[0])
        assert len(leads) + len(refused) == len(decoded)
        unread = [unreadable_outcome(r, Source.of_message("7", r.number), AT) for r in unreadable]
        _check_answers([*leads, *refused, *unread])


def _check_blocks(blocks: Iterator[RawBlock], counted: int) -> None:
    numbers: list[int] = []
    for block in blocks:
        found = by_column(block, CHECKERS)
        assert found == by_row(block, CHECKERS[0])
        numbers += [each.source.record or 0 for each in found]
        _check_answers(found)
    assert numbers == list(range(1, counted + 1))


def _check_answers(answers: Sequence[Lead | Outcome]) -> None:
    """What is said of each record is one line of JSON, whatever stands in it."""
    for each in answers:
        line = each.to_json_line() if isinstance(each, Outcome) else each.lead_json + b"\n"
        assert line.count(b"\n") == 1
        assert line.endswith(b"\n")
        json.loads(line)


def csv_samples() -> list[bytes]:
    """CSV of some forms."""
    rows = "\n".join(f'{lead["PhoneNumber"]},"{lead["Name"]}",{lead["Priority"]}' for lead in LEADS)
    quoted = rows.replace('"K"', '""K""')
    plain = f"PhoneNumber,Name,Priority\n{quoted}\n"
    return [
        plain.encode(),
        plain.encode("utf-16"),
        b"\xef\xbb\xbf" + plain.replace(",", ";").replace("\n", "\r\n").encode(),
        b"Name\tMobile No.\tPhone\nRen\xe9\t9876512345\t\n\t\t\n",
        gzip.compress(plain.encode(), mtime=0),
        bz2.compress(plain.encode()),
        _zipped(plain.encode()),
    ]


def json_samples() -> list[bytes]:
    """JSON of some forms, an outcome among them."""
    lines = b"\n".join(json.dumps(lead).encode() for lead in LEADS)
    outcome: dict[str, object] = {"status": "invalid", "reason": "columns", "detail": ""}
    outcome |= {"campaign": None}
    outcome |= {"phone": None, "lead": LEADS[0], "source": {"file": "f", "record": 1}}
    outcome |= {"request_id": None, "at": AT}
    return [
        lines + b"\n",
        json.dumps(LEADS, indent=1).encode(),
        json.dumps(LEADS).encode("utf-16"),
        json.dumps(outcome).encode() + b"\n",
        b'{"Phone":"9876512345","Phone":"1","Name":"\\ud83d"}\n[1,{"a":[null,true]}]\n',
    ]


def wrapped_samples() -> list[bytes]:
    """Leads in wrappers."""
    pairs = {"fields": [{"name": "Phone", "values": ["9876512345"]}, {"name": "x", "values": []}]}
    return [
        json.dumps({"data": LEADS[0]}).encode() + b"\n",
        json.dumps({"data": [LEADS[1], pairs]}).encode() + b"\n",
        json.dumps({"data": "eyJQaG9uZSI6ICI5ODc2NTEyMzQ1In0=", "message_id": "1"}).encode(),
        avro_file(
            schema_of({"data": "bytes", "message_id": "string"}),
            [{"data": json.dumps(LEADS[0]).encode(), "message_id": "1"}],
        ),
    ]


def avro_samples() -> list[bytes]:
    """Avro files of some codecs."""
    written = [
        avro_file(_AVRO, LEADS, codec=codec, sync_interval=interval)
        for codec in ("null", "deflate", "bzip2", "xz")
        for interval in (1, 16_000)
    ]
    body = written_body(_AVRO, LEADS)
    packed = {"snappy": as_snappy(body), "zstandard": zstandard.compress(body)}
    blocks = {codec: written_block(block, len(LEADS)) for codec, block in packed.items()}
    return [*written, *(written_header(_AVRO, codec) + block for codec, block in blocks.items())]


def parquet_samples() -> list[bytes]:
    """Parquet files of some codecs."""
    columns = {
        "PhoneNumber": [lead["PhoneNumber"] for lead in LEADS],
        "Priority": pa.array([5, None, 7, 1], pa.int32()),
        "Name": pa.array([lead["Name"] for lead in LEADS]).dictionary_encode(),
        "Tags": [["a"], [], None, ["b", "c"]],
    }
    return [
        parquet_file(columns, group_rows=2, compression="none"),
        parquet_file(columns, compression="snappy", use_dictionary=False),
        parquet_file(columns, compression="zstd", data_page_version="2.0"),
    ]


def message_samples() -> list[bytes]:
    """Messages, as JSON and as Avro."""
    return [
        json.dumps(LEADS[0]).encode(),
        json.dumps(LEADS).encode(),
        b' {"data": [{"fields": [{"name": "Phone", "values": "9876512345"}]}]}',
        b"\x04\x149876512345\x08Asha\x149876512346\x06Rao\x00",
    ]


def _zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("leads.csv"), content)
    return packed.getvalue()
