import json
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.avro_binary import read_binary
from records.avro_json import from_avro_json
from records.avro_schema import (
    BadWriterSchema,
    BrokenAvro,
    WriterSchema,
    parse_writer_schema,
)
from records.avro_values import plain
from records.json_lines import MAX_DEPTH
from tests.records.avro_samples import SAMPLES, Sample, written_binary, written_json

NODE = {"type": "record", "name": "Node", "fields": [{"name": "next", "type": ["null", "Node"]}]}


def schema_of(raw: object) -> WriterSchema:
    return parse_writer_schema(json.dumps(raw))


def read(raw: object, body: bytes) -> object:
    return read_binary(body, schema_of(raw))


# --- what others wrote


@given(SAMPLES)
def test_what_another_implementation_wrote_comes_back(sample: Sample) -> None:
    schema, value = sample
    assert read(schema, written_binary(schema, value)) == value


@given(SAMPLES)
def test_what_another_implementation_wrote_as_json_comes_back(sample: Sample) -> None:
    schema, value = sample
    encoded = json.loads(written_json(schema, value))
    assert from_avro_json(encoded, schema_of(schema)) == value


@given(SAMPLES, st.data())
def test_a_body_that_is_cut_or_goes_on_is_broken(sample: Sample, data: st.DataObject) -> None:
    schema, value = sample
    body = written_binary(schema, value)
    with pytest.raises(BrokenAvro, match="left over behind the value"):
        read(schema, body + b"\0")
    if body:
        with pytest.raises(BrokenAvro):
            read(schema, body[: data.draw(st.integers(0, len(body) - 1))])


@given(SAMPLES, st.binary(max_size=30))
def test_any_bytes_are_a_value_or_broken(sample: Sample, body: bytes) -> None:
    try:
        json.dumps(plain(read(sample[0], body)))
    except BrokenAvro:
        return


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["f0", "f1", "null", "string", "T0"]), inner, max_size=3)
    ),
)


@given(SAMPLES, JSON_VALUES)
def test_any_json_is_a_value_or_broken(sample: Sample, value: object) -> None:
    try:
        json.dumps(plain(from_avro_json(value, schema_of(sample[0]))))
    except BrokenAvro:
        return


# --- junk that must cost nothing


BROKEN = [
    ("string", b"\x05abc", "a size is less than nothing"),
    ("string", b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01abc", "the data ends too early"),
    ("string", b"\x04\xff\xff", r"a text is not UTF-8 \(byte 4\)"),
    ("long", b"\xff" * 9 + b"\x7f", "a whole number is too long"),
    ("long", b"\xff" * 100, "a whole number is too long"),
    ("int", b"\xfe\xff\xff\xff\xff\x7f", "too great for its type"),
    ("boolean", b"\7", "a truth value is neither"),
    ("double", b"\0\0\0", "the data ends too early"),
    (["null", "string"], b"\1", "it has 2 branches, not one of the number -1"),
    (["null", "string"], b"\x10", "it has 2 branches, not one of the number 8"),
    ([], b"\0", "it has 0 branches"),
    ({"type": "enum", "name": "E", "symbols": ["A"]}, b"\1", "it has 1 symbols"),
    ({"type": "array", "items": "null"}, b"\x80\x84\xaf\x5f\0", "it has 100,000,000 items"),
    ({"type": "array", "items": "null"}, b"\xc0\x9a\x0c" * 100 + b"\0", "more than|it has"),
    (NODE, b"\2" * 3_000_000, f"nested more than {MAX_DEPTH} levels"),
    (
        {"type": "record", "name": "Self", "fields": [{"name": "self", "type": "Self"}]},
        b"",
        f"nested more than {MAX_DEPTH} levels",
    ),
]


@pytest.mark.parametrize(("raw", "body", "detail"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_body_says_what_is_wrong_in_no_time(raw: object, body: bytes, detail: str) -> None:
    started = time.monotonic()
    with pytest.raises(BrokenAvro, match=detail):
        read(raw, body)
    assert time.monotonic() - started < 5


def test_a_map_in_which_a_name_stands_twice_keeps_both_values() -> None:
    body = b"\4\2a\2\2a\4\0"
    assert read({"type": "map", "values": "int"}, body) == {"a": (1, 2)}


def test_lists_come_in_blocks_with_or_without_their_sizes() -> None:
    assert read({"type": "array", "items": "int"}, b"\3\4\2\4\2\6\0") == [1, 2, 3]


def test_unions_inside_unions_are_not_tried_without_end() -> None:
    inner = {"type": "record", "name": "B", "fields": [{"name": "x", "type": ["A", "B"]}]}
    a = {"type": "record", "name": "A", "fields": [{"name": "x", "type": ["A", inner]}]}
    value: object = 5
    for _ in range(80):
        value = {"x": value, "y": 0}
    with pytest.raises(BrokenAvro):
        from_avro_json(value, schema_of(["null", a]))


# --- the JSON encoding


FIELD = {"name": "Phone", "type": ["null", "string"], "default": None}
LEAD = {"type": "record", "name": "Lead", "namespace": "crm.v1", "fields": [FIELD]}


@pytest.mark.parametrize(
    ("value", "phone"),
    [
        ({"Phone": {"string": "1"}}, "1"),
        ({"Phone": "1"}, "1"),
        ({"Phone": None}, None),
        ({}, None),
    ],
)
def test_a_branch_need_not_be_named_and_a_default_stands_in(value: object, phone: object) -> None:
    assert from_avro_json(value, schema_of(LEAD)) == {"Phone": phone}


def test_keys_that_the_schema_lacks_are_kept() -> None:
    assert from_avro_json({"Phone": "1", "x": [2]}, schema_of(LEAD)) == {"Phone": "1", "x": [2]}


@pytest.mark.parametrize("tag", ["crm.v1.Lead", "Lead"])
def test_a_branch_with_a_name_is_called_by_it(tag: str) -> None:
    assert from_avro_json({tag: {"Phone": "1"}}, schema_of(["null", LEAD])) == {"Phone": "1"}


def test_numbers_that_json_lacks_are_words_and_bytes_are_text() -> None:
    assert from_avro_json("-Infinity", schema_of("double")) == float("-inf")
    assert from_avro_json("\xff\0", schema_of("bytes")) == b"\xff\0"


MISFITS = [
    ({"Phone": 5}, r"'Phone' is a JSON number or truth value, not one of null, string"),
    ({"Phone": {"string": 5}}, "'Phone' is a JSON number or truth value, not string"),
    ([], "the value is a JSON array, not a record"),
    ("text", "the value is a JSON text, not a record"),
    ({"Phone": ("1", "2")}, "'Phone' is names that stand twice"),
]


@pytest.mark.parametrize(("value", "detail"), MISFITS)
def test_json_that_does_not_fit_says_where(value: object, detail: str) -> None:
    with pytest.raises(BrokenAvro, match=detail):
        from_avro_json(value, schema_of(LEAD))


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("int", 2**31),
        ("int", True),
        ("int", 5.5),
        ("long", 2**63),
        ("float", "1"),
        ("double", 10**400),
        ("bytes", "\u0100"),
        ("bytes", 5),
        ({"type": "fixed", "name": "F", "size": 2}, "a"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, "B"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, {}),
        ({"type": "map", "values": "int"}, []),
        ({"type": "array", "items": "int"}, {}),
    ],
)
def test_json_of_another_kind_does_not_fit(type_: object, value: object) -> None:
    with pytest.raises(BrokenAvro, match="the value is"):
        from_avro_json(value, schema_of(type_))


def test_a_missing_field_without_a_default_is_named_with_its_place() -> None:
    outer = {"type": "record", "name": "Event", "fields": [{"name": "lead", "type": NODE}]}
    with pytest.raises(BrokenAvro, match=r"lead\.next is missing"):
        from_avro_json({"lead": {}}, schema_of(outer))


def test_a_default_that_holds_itself_ends() -> None:
    field = {"name": "self", "type": "Self", "default": {}}
    with pytest.raises(BrokenAvro, match="nested"):
        from_avro_json({}, schema_of({"type": "record", "name": "Self", "fields": [field]}))


# --- what values stand for


def long(value: int) -> bytes:
    return written_binary("long", value)


MEANINGS = [
    ("int", "date", long(24_652), date(2037, 6, 30)),
    ("long", "timestamp-millis", long(2129_891_400_123), "2037-06-29T12:30:00.123+00:00"),
    ("long", "timestamp-micros", long(2129_891_400_123_456), "2037-06-29T12:30:00.123456+00:00"),
    ("long", "timestamp-nanos", long(2129_891_400_123_456_789), "2037-06-29T12:30:00.123456+00:00"),
    ("long", "timestamp-millis", long(-1), "1969-12-31T23:59:59.999+00:00"),
    ("long", "local-timestamp-millis", long(2129_891_400_000), "2037-06-29T12:30:00"),
    ("long", "local-timestamp-micros", long(2129_891_400_000_000), "2037-06-29T12:30:00"),
    ("int", "time-millis", long(3_600_001), "01:00:00.001000"),
    ("long", "time-micros", long(3_600_000_001), "01:00:00.000001"),
    ("string", "uuid", b"\6abc", "abc"),
    # What it says cannot be meant: the value itself.
    ("long", "timestamp-millis", long(2**62), 2**62),
    ("int", "date", long(2**31 - 1), 2**31 - 1),
    ("int", "time-millis", long(86_400_000), 86_400_000),
    ("string", "timestamp-millis", b"\6abc", "abc"),
    ("long", "made-up", long(5), 5),
    ("long", 7, long(5), 5),
]


@pytest.mark.parametrize(("kind", "logical", "body", "meant"), MEANINGS, ids=range(len(MEANINGS)))
def test_g1_moments_are_moments(kind: str, logical: object, body: bytes, meant: object) -> None:
    value = read({"type": kind, "logicalType": logical}, body)
    if isinstance(value, datetime):
        assert value == datetime.fromisoformat(str(meant))
        assert (value.tzinfo is UTC) == str(meant).endswith("+00:00")
    else:
        assert value == meant


@pytest.mark.parametrize(
    ("size", "scale", "meant"),
    [
        (5, 0, Decimal(9_876_512_345)),
        (5, 2, Decimal("98765123.45")),
        (40, 0, None),
        (5, -1, None),
        (5, 10**9, None),
        (5, "2", None),
    ],
)
def test_decimals_are_exact_and_none_is_endless(size: int, scale: object, meant: object) -> None:
    raw = {"type": "fixed", "name": "F", "size": size, "logicalType": "decimal", "scale": scale}
    body = (9_876_512_345).to_bytes(size, "big")
    assert read(raw, body) == (body if meant is None else meant)


def test_a_value_as_json_is_what_can_be_read_again() -> None:
    value = {
        "instant": datetime(2037, 6, 30, 12, 30, 0, 123_456, UTC),
        "local": datetime(2037, 6, 30, 18),
        "day": date(2037, 6, 30),
        "sum": Decimal("1E-8"),
        "bytes": b"\xff",
        "not a number": [float("nan"), float("inf"), 1.5],
    }
    assert plain(value) == {
        "instant": "2037-06-30T12:30:00+00:00",
        "local": "2037-06-30T18:00:00",
        "day": "2037-06-30",
        "sum": "0.00000001",
        "bytes": "/w==",
        "not a number": [None, None, 1.5],
    }


# --- schemas


BAD_SCHEMAS = [
    ('syntax = "proto3";', "the schema is not JSON"),
    ("{", "the schema is not JSON"),
    ("\ud800", "the schema is not UTF-8"),
    ("5", "5 is no type"),
    ("{}", "null is no type"),
    ('"Lead"', "the type 'Lead' is used and not described"),
    ('{"type": "record", "name": "A"}', "the record 'A' has no list of fields"),
    ('{"type": "record", "name": "A", "fields": [5]}', "a field of 'A' has no name"),
    (
        '{"type": "record", "name": "A", "fields": '
        '[{"name": "x", "type": "int"}, {"name": "x", "type": "int"}]}',
        "a field of 'A' has no name, or that of another: 'x'",
    ),
    ('{"type": "record", "fields": []}', "a type has the name null"),
    ('{"type": "enum", "name": "E"}', "the symbols of 'E' are no list of words"),
    ('{"type": "fixed", "name": "F", "size": -1}', "the size -1 of 'F' is none"),
    ('[["null"]]', "a union holds a union"),
    ('[{"type": ["null"]}]', "a union holds a union"),
    ('{"type": "map"}', "null is no type"),
    (
        '[{"type": "fixed", "name": "F", "size": 1}, {"type": "fixed", "name": "F", "size": 1}]',
        "the name 'F' is given to two types",
    ),
]


@pytest.mark.parametrize(("text", "detail"), BAD_SCHEMAS, ids=range(len(BAD_SCHEMAS)))
def test_a_bad_schema_says_what_is_wrong(text: str, detail: str) -> None:
    with pytest.raises(BadWriterSchema, match=detail):
        parse_writer_schema(text)


@given(JSON_VALUES)
def test_any_json_is_a_schema_or_a_bad_one(raw: object) -> None:
    try:
        parse_writer_schema(json.dumps(raw))
    except BadWriterSchema:
        return


def test_names_are_found_in_their_namespace() -> None:
    kind = {"type": "enum", "name": "Kind", "symbols": ["A", "B"]}
    fields = [
        {"name": "one", "type": {"type": kind}},
        {"name": "other", "type": ["null", "Kind"]},
        {"name": "third", "type": {"type": "crm.Kind"}},
    ]
    raw = {"type": "record", "name": "Lead", "namespace": "crm", "fields": fields}
    assert read(raw, b"\0\2\2\2") == {"one": "A", "other": "B", "third": "B"}
    given = {"one": "A", "other": {"crm.Kind": "B"}, "third": "B"}
    assert from_avro_json(given, schema_of(raw)) == {"one": "A", "other": "B", "third": "B"}
