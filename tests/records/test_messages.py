import base64
import gzip
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.blocks import Decoded, Unreadable
from records.message_schemas import MessageSchemas, no_schemas
from records.messages import Message, MessageRules, decode_message
from records.record_pairs import parse_record_pairs
from records.record_paths import parse_record_path
from schemas.checker import CheckedLead, LeadChecker
from schemas.lead_schema import default_lead_schema
from schemas.outcome import Outcome, Source, Status
from tests.records.avro_samples import written_binary, written_json
from tests.records.test_avro import NODE

LEAD = {"Phone": "9876512345", "Name": "Asha"}
OTHER = {"Phone": "9876512346", "Name": "Rao"}

LEAD_AVRO = {
    "type": "record",
    "name": "Lead",
    "namespace": "crm",
    "fields": [
        {"name": "Phone", "type": "string"},
        {"name": "Name", "type": ["null", "string"], "default": None},
    ],
}
LEADS_AVRO = {"type": "array", "items": LEAD_AVRO}
SCHEMAS = {
    "lead": json.dumps(LEAD_AVRO),
    "leads": json.dumps(LEADS_AVRO),
    "node": json.dumps(NODE),
    "nulls": '{"type": "array", "items": "null"}',
    "envelope": json.dumps(
        {
            "type": "record",
            "name": "Envelope",
            "fields": [
                {"name": "data", "type": "bytes"},
                {"name": "message_id", "type": "string"},
            ],
        }
    ),
    "proto": 'syntax = "proto3"; message Lead { string phone = 1; }',
    "broken": "{",
}


def find(_name: str, revision: str) -> str | None:
    return SCHEMAS.get(revision)


def rules(path: str | None = None, *pairs: str) -> MessageRules:
    return MessageRules(
        MessageSchemas(find),
        record_path=parse_record_path(path) if path else (),
        record_pairs=tuple(map(parse_record_pairs, pairs)),
    )


def decode(
    data: object, how: MessageRules | None = None, attributes: Mapping[str, str] | None = None
) -> tuple[list[Decoded], list[Unreadable]]:
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    return decode_message(Message(content, attributes or {}, "7", 1.8e9), how or rules())


def by_schema(revision: str, encoding: str = "BINARY") -> dict[str, str]:
    return {
        "googclient_schemaencoding": encoding,
        "googclient_schemaname": "projects/p/schemas/s",
        "googclient_schemarevisionid": revision,
    }


def leads(
    data: object, how: MessageRules | None = None, attributes: Mapping[str, str] | None = None
) -> list[Mapping[str, object]]:
    decoded, unreadable = decode(data, how, attributes)
    assert unreadable == []
    assert [record.number for record in decoded] == list(range(len(decoded)))
    return [record.fields for record in decoded]


def fault(
    data: object, how: MessageRules | None = None, attributes: Mapping[str, str] | None = None
) -> Unreadable:
    decoded, unreadable = decode(data, how, attributes)
    assert decoded == []
    (bad,) = unreadable
    assert (bad.number, bad.reason) == (0, "unreadable")
    return bad


# --- JSON


def test_a_message_is_one_lead_or_a_list_of_leads() -> None:
    assert leads(LEAD) == [LEAD]
    assert leads([LEAD, OTHER]) == [LEAD, OTHER]


def test_an_item_that_is_no_object_is_unreadable_at_its_place() -> None:
    decoded, unreadable = decode([LEAD, 5, OTHER, None, "x", [LEAD]])
    assert [(record.number, record.fields) for record in decoded] == [(0, LEAD), (2, OTHER)]
    assert [(bad.number, bad.raw) for bad in unreadable] == [
        (1, "5"),
        (3, "null"),
        (4, '"x"'),
        (5, json.dumps([LEAD], separators=(",", ":"))),
    ]
    assert unreadable[0].detail == (
        "an item of the message is a JSON number or truth value, not an object"
    )


def test_a_message_without_a_lead_is_accounted_for() -> None:
    assert fault([]).detail == "the message is an empty list: there is no lead in it"
    assert fault(b"").detail == "the message is empty"


def test_the_lead_of_one_object_is_its_text_in_one_line() -> None:
    text = b'{"Phone": 1.50,\r\n"Name"\n:\t"\\ud83d"}'
    (record,) = decode(b"\xef\xbb\xbf" + text + b"\n")[0]
    assert record.lead_json == b'{"Phone": 1.50,  "Name" :\t"\\ud83d"}'
    assert record.fields == {"Phone": "1.50", "Name": "\ud83d"}


def test_c3_a_name_that_stands_twice_is_no_last_one_wins() -> None:
    (record,) = decode(b'[{"Phone": "1", "Phone": "2"}]')[0]
    assert record.fields == {"Phone": ("1", "2")}
    assert record.lead_json == b'{"Phone":["1","2"]}'


def test_i5_what_cannot_be_read_keeps_its_text() -> None:
    bad = fault(b'{"Phone": \xff}')
    assert bad.raw == '{"Phone": \\xff}'
    assert bad.detail == "the message is not UTF-8 (byte 11)"


def test_more_records_than_one_message_may_hold_are_one_answer() -> None:
    started = time.process_time()
    bad = fault(b"[" + b"{}," * 3_000_000 + b"{}]")
    assert bad.detail == "the message holds more than 100,000 records"
    assert len(bad.raw) == 1 << 20
    assert time.process_time() - started < 10


# --- Avro


def test_i2_avro_is_read_by_the_schema_that_the_attributes_name() -> None:
    assert leads(written_binary(LEAD_AVRO, LEAD), attributes=by_schema("lead")) == [LEAD]
    assert leads(written_json(LEAD_AVRO, LEAD), attributes=by_schema("lead", "JSON")) == [LEAD]
    assert leads(
        written_binary(LEADS_AVRO, [LEAD, OTHER]), attributes=by_schema("leads", "binary")
    ) == [
        LEAD,
        OTHER,
    ]


def test_the_json_of_a_lead_in_avro_is_what_it_says() -> None:
    (record,) = decode(written_json(LEAD_AVRO, LEAD), attributes=by_schema("lead", "JSON"))[0]
    assert json.loads(record.lead_json) == LEAD


FAULTS = [
    (b"\0", "_deleted-schema-revision_", "BINARY", "has been deleted; give it by"),
    (b"{}", "_deleted-schema-revision_", "JSON", "has been deleted; give it by"),
    (b"\0", "none", "BINARY", "its schema revision 'none' is not known"),
    (b"\0", "broken", "BINARY", "the schema of revision 'broken' is no Avro schema"),
    (b"\x10abc", "lead", "BINARY", "not the Avro that its schema says: the data ends too early"),
    (b"\2a\0\0", "lead", "BINARY", "1 bytes are left over behind the value"),
    (b"\2" * 100_000, "node", "BINARY", "nested more than 100 levels deep"),
    (b"\x80\x84\xaf\x5f\0", "nulls", "BINARY", "a list says that it has 100,000,000 items"),
    (b"{}", "lead", "JSON", "the message does not fit its schema: Phone is missing"),
    (b"junk", "lead", "JSON", "the message is not JSON"),
    (b"\0", "lead", "XML", "googclient_schemaencoding is 'XML'; right is BINARY or JSON"),
    (b"\0", "proto", "BINARY", "the message is Protocol Buffers in binary"),
]


@pytest.mark.parametrize(("data", "revision", "encoding", "detail"), FAULTS)
def test_i2_what_is_not_what_its_schema_says_is_unreadable(
    data: bytes, revision: str, encoding: str, detail: str
) -> None:
    assert detail in fault(data, attributes=by_schema(revision, encoding)).detail


def test_the_json_of_protocol_buffers_is_plain() -> None:
    assert leads(LEAD, attributes=by_schema("proto", "JSON")) == [LEAD]


def test_without_the_attribute_for_its_encoding_binary_avro_says_so() -> None:
    bad = fault(b"\2\1" * 40)
    assert bad.detail == "the message is binary data, and nothing says of which kind"


def test_a_service_out_of_reach_says_nothing_about_the_message() -> None:
    def out_of_reach(_name: str, _revision: str) -> str | None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        decode(b"\0", MessageRules(MessageSchemas(out_of_reach)), attributes=by_schema("lead"))
    assert leads(LEAD, MessageRules(MessageSchemas(out_of_reach))) == [LEAD]


MOMENTS = {
    "type": "record",
    "name": "Moments",
    "fields": [
        {"name": "mobile", "type": "long"},
        {"name": "Priority", "type": ["double", "null"]},
        {"name": "ExpiryDate", "type": {"type": "long", "logicalType": "timestamp-millis"}},
    ],
}


def test_g1_an_instant_is_the_dialers_wall_clock_also_when_its_outcome_is_read() -> None:
    schemas = MessageSchemas(lambda _name, _revision: json.dumps(MOMENTS))
    instant = datetime(2037, 6, 30, 12, 30, 0, 500_000, UTC)
    body = {"mobile": 9876512345, "Priority": 5.0, "ExpiryDate": int(instant.timestamp() * 1000)}
    (record,) = decode(
        written_binary(MOMENTS, body), MessageRules(schemas), attributes=by_schema("any", "BINARY")
    )[0]
    assert record.fields["ExpiryDate"] == instant
    (again,) = decode(outcome_of(record.lead_json))[0]
    checker = LeadChecker(
        default_lead_schema(), zone=ZoneInfo("Asia/Kolkata"), campaign="c", campaign_field=None
    )
    for fields in (record.fields, again.fields):
        lead = checker.check(fields)
        assert isinstance(lead, CheckedLead)
        assert lead.values == ("9876512345", None, 5, "2037-06-30 18:00:00")


# --- wrappers and pairs


def test_f3_a_push_envelope_is_opened() -> None:
    inner = base64.b64encode(json.dumps(LEAD).encode()).decode()
    envelope = {"message": {"data": inner, "messageId": "1"}, "subscription": "s"}
    (record,) = decode(envelope, rules("message.data"))[0]
    assert record.fields == LEAD
    assert json.loads(record.lead_json) == LEAD


def test_f3_a_missing_path_names_what_is_there() -> None:
    bad = fault({"RESPONSE": LEAD}, rules("message.data"))
    assert bad.detail == (
        "no 'message' (--record_path message.data); the message holds 'RESPONSE' (an object of 2)"
    )
    assert json.loads(bad.raw) == {"RESPONSE": LEAD}


def test_records_are_numbered_through_all_lists_of_a_message() -> None:
    data = [{"leads": [LEAD, 5]}, {}, {"leads": [OTHER]}]
    decoded, unreadable = decode(data, rules("leads"))
    assert [(record.number, record.fields) for record in decoded] == [(0, LEAD), (3, OTHER)]
    assert [bad.number for bad in unreadable] == [1, 2]


def test_pairs_are_fields_and_the_lead_stays_as_it_was_read() -> None:
    record = {"id": 1, "answers": [{"q": "Phone", "a": "9876512345"}]}
    (found,) = decode({"event": record}, rules("event", "answers:q:a"))[0]
    assert found.fields == record | {"Phone": "9876512345"}
    assert json.loads(found.lead_json) == record
    assert leads(outcome_of(found.lead_json), rules("event", "answers:q:a")) == [found.fields]


def test_a_packed_text_in_avro_is_opened_by_the_path() -> None:
    envelope = {"data": gzip.compress(json.dumps(LEAD).encode()), "message_id": "1"}
    body = written_binary(json.loads(SCHEMAS["envelope"]), envelope)
    assert leads(body, rules("data"), attributes=by_schema("envelope")) == [LEAD]


def test_packed_texts_in_one_message_share_one_bound() -> None:
    bomb = base64.b64encode(gzip.compress(b"[" + b" " * (4 << 20) + b"{}]")).decode()
    started = time.process_time()
    decoded, unreadable = decode([{"data": bomb}] * 1000, rules("data"))
    assert (len(decoded), len(unreadable)) == (2, 998)
    assert time.process_time() - started < 10


# --- outcomes read back


def outcome_of(lead_json: bytes) -> bytes:
    return Outcome(
        Status.FAILED,
        "dialer_refused",
        "",
        "c",
        None,
        lead_json,
        Source.of_message("7", 0),
        "r",
        "2026-08-01T00:00:00.000Z",
    ).to_json_line()


@pytest.mark.parametrize("path", [None, "message.data"])
def test_an_outcome_is_read_as_the_lead_that_it_holds(path: str | None) -> None:
    outcome = outcome_of(json.dumps(LEAD).encode())
    assert leads(outcome, rules(path)) == [LEAD]
    assert leads([json.loads(outcome)] * 2, rules(path)) == [LEAD, LEAD]
    (record,) = decode(outcome, rules(path))[0]
    assert json.loads(record.lead_json) == LEAD


def test_an_outcome_in_a_push_envelope_is_read_too() -> None:
    data = base64.b64encode(outcome_of(json.dumps(LEAD).encode())).decode()
    assert leads({"message": {"data": data}}, rules("message.data")) == [LEAD]


def test_a_lead_refused_for_want_of_the_path_is_read_once_the_path_is_given() -> None:
    wrapped = json.dumps({"RESPONSE": [LEAD, OTHER]}).encode()
    (record,) = decode(wrapped)[0]
    assert leads(outcome_of(record.lead_json), rules("RESPONSE")) == [LEAD, OTHER]


def test_a_text_refused_for_a_wrong_path_is_read_by_the_right_one() -> None:
    bad = fault({"RESPONSE": [LEAD]}, rules("message.data"))
    assert leads(outcome_of(bad.lead_json), rules("RESPONSE")) == [LEAD]


@pytest.mark.parametrize("text", ["junk", "\ud83d", "", "5"])
def test_the_outcome_of_a_text_that_is_still_unreadable_keeps_that_text(text: str) -> None:
    bad = fault(outcome_of(json.dumps(text).encode()))
    assert bad.raw == text
    assert bad.detail.startswith("an outcome whose lead is a text that cannot be read")
    assert json.loads(bad.lead_json) == text


# --- laws

ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "googclient_schemaencoding": st.sampled_from(["JSON", "BINARY", "", "?"]),
        "googclient_schemarevisionid": st.sampled_from([*SCHEMAS, "?", "_deleted-schema_"]),
        "googclient_schemaname": st.text(max_size=3),
    },
)
VALUES = st.recursive(
    st.none()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
    | st.sampled_from(["e30=", '{"a": 1}', "failed"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "name", "value", "lead"]), inner, max_size=3)
        | inner.map(lambda lead: json.loads(outcome_of(json.dumps(lead).encode())))
    ),
)
RULES = [rules(), rules("a"), rules("a.b", "a:name:value"), rules(None, "a:name:value,b.a")]


@given(
    st.binary(max_size=40) | VALUES.map(lambda value: json.dumps(value).encode()),
    ATTRIBUTES,
    st.sampled_from(RULES),
    st.sampled_from([bytes, gzip.compress, base64.b64encode]),
)
def test_every_message_has_an_answer_for_each_record_and_at_least_one(
    data: bytes, attributes: dict[str, str], how: MessageRules, layer: Callable[[bytes], bytes]
) -> None:
    decoded, unreadable = decode(layer(data), how, attributes)
    answers: list[Decoded | Unreadable] = [*decoded, *unreadable]
    numbers = sorted(record.number for record in answers)
    assert numbers == list(range(max(1, len(numbers))))
    for answer in answers:
        assert b"\n" not in answer.lead_json
        assert b"\r" not in answer.lead_json
        assert isinstance(json.loads(answer.lead_json), dict if answer in decoded else str)
    assert decode(layer(data), how, attributes) == (decoded, unreadable)


LEADS = st.lists(
    st.fixed_dictionaries(
        {
            "Phone": st.text(st.characters(codec="utf-8"), max_size=12),
            "Name": st.none() | st.text(st.characters(codec="utf-8"), max_size=12),
        }
    ),
    min_size=1,
    max_size=4,
)


@given(LEADS)
def test_the_same_leads_in_any_form_have_the_same_fields(same: list[dict[str, object]]) -> None:
    text = json.dumps(same, ensure_ascii=False).encode()
    forms: list[tuple[bytes, dict[str, str]]] = [
        (text, {}),
        (json.dumps(same, indent=1).encode(), {}),
        (gzip.compress(text), {}),
        (base64.b64encode(text), {}),
        (base64.b64encode(gzip.compress(text)), {}),
        (written_binary(LEADS_AVRO, same), by_schema("leads")),
        (written_json(LEADS_AVRO, same), by_schema("leads", "JSON")),
    ]
    for data, attributes in forms:
        assert leads(data, attributes=attributes) == same
        decoded = decode(data, attributes=attributes)[0]
        assert [json.loads(record.lead_json) for record in decoded] == same


def test_rules_without_schemas_read_json() -> None:
    assert leads(LEAD, MessageRules(MessageSchemas(no_schemas))) == [LEAD]
