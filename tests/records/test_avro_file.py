import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from records.avro_codecs import MAX_BLOCK_BYTES
from records.avro_values import text_or_bytes
from records.blocks import Decoded
from records.layout import NotALeadFile
from records.opening import open_leads
from records.ranges import find_ranges, read_range
from tests.records.avro_files import (
    SYNC,
    as_snappy,
    avro_file,
    schema_of,
    written_block,
    written_body,
    written_header,
    written_long,
)
from tests.records.avro_samples import SAMPLES, Sample
from tests.records.reading import SCHEMA, Content, read

LEADS = schema_of({"PhoneNumber": "string", "Name": ["null", "string"]})
ROWS = [{"PhoneNumber": f"98765{n:05}", "Name": f"N{n}"} for n in range(500)]


def refusal(content: bytes) -> str:
    with pytest.raises(NotALeadFile) as caught:
        open_leads(io.BytesIO(content), name="leads.avro", schema=SCHEMA)
    return str(caught.value)


def numbers(whole: Content) -> list[int]:
    return [record.number for record in whole.decoded]


def _deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


CODECS: dict[str, Callable[[bytes], bytes]] = {
    "null": bytes,
    "deflate": _deflated,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstandard": zstandard.ZstdCompressor().compress,
    "snappy": as_snappy,
}


@pytest.mark.parametrize("codec", CODECS)
def test_blocks_of_every_codec_are_read(codec: str) -> None:
    blocks = [
        written_block(CODECS[codec](written_body(LEADS, rows)), len(rows))
        for rows in (ROWS[:3], ROWS[3:10])
    ]
    whole = read(written_header(LEADS, codec) + b"".join(blocks))

    assert whole.fields == ROWS[:10]
    assert whole.numbers == list(range(1, 11))
    assert whole.layout.names == ("PhoneNumber", "Name")


def test_a_stream_of_zstandard_without_its_size_is_read_and_known_when_it_is_cut() -> None:
    packer = zstandard.ZstdCompressor(write_content_size=False)
    packed = packer.compress(written_body(LEADS, ROWS))
    header = written_header(LEADS, "zstandard")

    assert read(header + written_block(packed, 500)).fields == ROWS
    assert not read(header + written_block(packed[:-20], 500)).fields


@pytest.mark.parametrize("codec", [name for name in CODECS if name != "null"])
def test_a_block_that_cannot_be_unpacked_costs_its_records(codec: str) -> None:
    body = written_body(LEADS, ROWS[:5])
    packed = CODECS[codec](body)
    broken = [packed[:-6], packed[:10] + b"\xff\xff" + packed[12:], b""]
    good = written_block(packed, 5)
    for data in broken:
        whole = read(written_header(LEADS, codec) + good + written_block(data, 5) + good)

        assert numbers(whole) == [*range(1, 6), *range(11, 16)]
        assert [fault.number for fault in whole.unreadable] == list(range(6, 11))


@pytest.mark.parametrize("codec", ["deflate", "bzip2", "xz", "zstandard", "snappy"])
def test_a_block_that_unpacks_without_end_is_bounded(codec: str) -> None:
    packed = CODECS[codec](bytes(MAX_BLOCK_BYTES + 1))
    whole = read(written_header(LEADS, codec) + written_block(packed, 2))

    assert "unpacks to more than" in whole.unreadable[0].detail
    assert len(whole.unreadable) == 2


def test_what_values_stand_for_is_read() -> None:
    schema = schema_of(
        {
            "Phone": "long",
            "At": {"type": "long", "logicalType": "timestamp-micros"},
            "Local": {"type": "long", "logicalType": "local-timestamp-millis"},
            "Day": {"type": "int", "logicalType": "date"},
            "Sum": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
            "Kind": {"type": "enum", "name": "Kind", "symbols": ["HOT", "COLD"]},
            "Score": "double",
            "More": {"type": "map", "values": {"type": "array", "items": "int"}},
        }
    )
    moment = datetime(2037, 6, 30, 12, 30, tzinfo=UTC)
    row = {
        "Phone": 9876512345,
        "At": moment,
        "Local": datetime(2037, 6, 30, 18),
        "Day": date(2037, 6, 30),
        "Sum": Decimal("1.50"),
        "Kind": "HOT",
        "Score": 5.0,
        "More": {"a": [1, 2]},
    }
    (record,) = read(avro_file(schema, [row])).decoded

    assert record.fields == row
    assert b'"At":"2037-06-30T12:30:00+00:00","Local":"2037-06-30T18:00:00"' in record.lead_json


def test_a_number_of_single_precision_that_lost_digits_is_no_number() -> None:
    (record,) = read(avro_file(schema_of({"Phone": "float"}), [{"Phone": 9876512345.0}])).decoded

    assert record.fields == {"Phone": "9.876513e+09"}


@given(st.lists(SAMPLES, min_size=1, max_size=3), st.integers(1, 4), st.integers(1, 60))
@example([("bytes", b"")], 1, 1)
def test_any_records_come_back_from_any_ranges(
    samples: list[Sample], copies: int, range_bytes: int
) -> None:
    types = {f"f{n}": type_ for n, (type_, _) in enumerate(samples) if _is_nameless(type_)}
    schema = schema_of({"Phone": "long", **types}, name="Top")
    row = {"Phone": 1} | {
        f"f{n}": value for n, (_, value) in enumerate(samples) if f"f{n}" in types
    }
    content = avro_file(schema, [row] * copies, sync_interval=1)
    opened = open_leads(io.BytesIO(content), name="f", schema=SCHEMA)
    ranges = find_ranges(opened.content, opened.layout, may_seek=True, range_bytes=range_bytes)

    blocks = [
        block
        for each in ranges
        for block in read_range(io.BytesIO(content[each.start :]), opened.layout, each, file="f")
    ]

    assert sum(block.records for block in blocks) == copies
    assert b"".join(block.content for block in blocks) == content[opened.layout.body_offset :]
    # Bytes that are text are given as text.
    expected = {
        name: text_or_bytes(value) if isinstance(value, bytes) else value
        for name, value in row.items()
    }
    assert read(content).fields == [expected] * copies


def _is_nameless(schema: object) -> bool:
    """Whether two of them can stand in one schema: types with names may have the same ones."""
    return "test" not in str(schema)


def test_of_a_file_that_is_cut_off_the_whole_blocks_are_read() -> None:
    content = avro_file(LEADS, ROWS, sync_interval=1000)
    whole = read(content[:-100])

    assert 0 < len(whole.decoded) < len(ROWS)
    assert whole.fields == ROWS[: len(whole.decoded)]
    (fault,) = whole.unreadable
    assert fault.number == len(whole.decoded) + 1
    assert "the file is cut off or damaged in a block that says it has" in fault.detail


@given(st.data())
def test_wherever_it_is_cut_off_the_blocks_before_it_are_read(data: st.DataObject) -> None:
    block = written_block(written_body(LEADS, ROWS[:2]), 2)
    header = written_header(LEADS)
    cut = data.draw(st.integers(0, 3 * len(block)))
    whole = read((header + 3 * block)[: len(header) + cut])

    assert whole.fields == ROWS[:2] * (cut // len(block))
    assert len(whole.unreadable) == (cut % len(block) > 0)


def test_a_damaged_part_costs_what_lies_before_the_next_marker() -> None:
    block = written_block(written_body(LEADS, ROWS[:2]), 2)
    junk = b"\x04\x80" + b"junk" * 600_000
    for damage in (junk + SYNC, written_long(-5) + SYNC, block[:-20] + SYNC, b"\xff" * 40 + SYNC):
        whole = read(written_header(LEADS) + block + damage + block)

        assert whole.fields == ROWS[:2] * 2
        assert [fault.number for fault in whole.unreadable] == [3]
        assert sum(each.size_bytes for each in whole.blocks) == 2 * len(block) + len(damage)


def test_a_text_that_is_no_utf8_costs_its_own_record() -> None:
    body = written_body(LEADS, ROWS[:3]).replace(b"N1", b"\xff1")
    whole = read(written_header(LEADS) + written_block(body, 3))

    assert numbers(whole) == [1, 3]
    (fault,) = whole.unreadable
    assert "a text is not UTF-8" in fault.detail
    assert "9876500001" in fault.raw


def test_where_a_value_breaks_off_no_value_of_its_block_can_be_relied_on() -> None:
    body = written_body(LEADS, ROWS[:2])
    whole = read(written_header(LEADS) + written_block(body + b"\x7f", 4) + written_block(body, 2))

    assert numbers(whole) == [5, 6]
    assert [fault.number for fault in whole.unreadable] == [1, 2, 3, 4]
    assert "in its block, at record 3, a size is less than nothing" in whole.unreadable[0].detail


def test_bytes_that_are_text_are_read_as_text() -> None:
    schema = {
        "type": "record",
        "name": "Lead",
        "fields": [
            {"name": "Phone", "type": {"type": "fixed", "name": "Ten", "size": 10}},
            {"name": "Name", "type": "bytes"},
        ],
    }
    body = written_body(schema, [{"Phone": b"9876512345", "Name": b"\xff"}])
    whole = read(written_header(schema) + written_block(body, 1))
    assert whole.fields == [{"Phone": "9876512345", "Name": b"\xff"}]


def test_a_record_that_a_text_could_not_hold_is_no_record_here_either() -> None:
    long = {**ROWS[0], "Name": "x" * (1 << 20)}
    body = written_body(LEADS, [ROWS[0], long])
    whole = read(written_header(LEADS) + written_block(body, 2))
    assert numbers(whole) == [1]
    assert "at most 1,048,576 are read" in whole.unreadable[0].detail


def test_a_block_with_bytes_left_over_is_not_what_the_schema_says() -> None:
    body = written_body(LEADS, ROWS[:2])
    whole = read(written_header(LEADS) + written_block(body + b"more", 2))

    assert not whole.decoded
    assert "4 bytes are left over" in whole.unreadable[0].detail


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (written_header(LEADS, "lz4"), "is an Avro file packed with the codec 'lz4'; write it"),
        (written_header("string"), "whose values are no records; write a record for each lead"),
        (written_header({"type": "record"}), "whose schema cannot be read: a type has the name"),
        (b"Obj\x01\0" + SYNC, "without a schema in its header"),
        (written_header(LEADS)[:-9], "whose header is cut off or damaged"),
        (written_header(schema_of({"Fone": "string", "City": "string"})), "has no column Phone"),
    ],
)
def test_an_avro_file_without_leads_is_refused_with_what_is_wrong(
    content: bytes, words: str
) -> None:
    assert words in refusal(content)


def test_a_file_without_a_phone_column_is_refused_with_the_nearest_name() -> None:
    assert refusal(written_header(schema_of({"Fone": "string", "City": "string"}))) == (
        "leads.avro has no column PhoneNumber (or another of its names in the lead schema);"
        " read: 'Fone', 'City'. Should one of them be Phone?"
    )


@given(st.binary(max_size=80), st.sampled_from(list(CODECS)))
def test_any_bytes_behind_a_header_are_records_or_faults(tail: bytes, codec: str) -> None:
    content = written_header(LEADS, codec) + tail
    whole = read(content)

    assert whole.numbers == list(range(1, len(whole.numbers) + 1))
    assert sum(block.records for block in whole.blocks) == len(whole.numbers)
    assert all(isinstance(record, Decoded) for record in whole.decoded)
