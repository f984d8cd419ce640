"""I4 and F3: files whose records are wrappers, and the leads in them."""

import base64
import dataclasses
import gzip
import json
from pathlib import Path

import pytest

from pipeline.faults import Faults
from records.wrapping import Wrapping
from tests.catalogue.whole_files import Found, outcomes_of
from tests.records.avro_files import avro_file, schema_of
from tests.records.parquet_files import parquet_file

ENVELOPE = schema_of(
    {
        "subscription_name": "string",
        "message_id": "string",
        "publish_time": {"type": "long", "logicalType": "timestamp-micros"},
        "attributes": {"type": "map", "values": "string"},
        "data": "bytes",
    }
)
IN_DATA = Wrapping("data")
LEADS = [{"PhoneNumber": f"987650000{n}", "Name": f"N{n}"} for n in range(1, 5)]


def envelope(message_id: str, data: bytes) -> dict[str, object]:
    return {
        "subscription_name": "projects/p/subscriptions/s",
        "message_id": message_id,
        "publish_time": 1_800_000_000_000_000,
        "attributes": {"campaign": "North"},
        "data": data,
    }


def exported(*messages: tuple[str, bytes]) -> bytes:
    return avro_file(ENVELOPE, [envelope(*message) for message in messages])


def found_in(folder: Path, content: bytes, wrapping: Wrapping | None) -> list[Found]:
    return outcomes_of(folder, {"leads": content}, wrapping)


def places(found: list[Found]) -> list[tuple[str | None, int | None, str | None]]:
    return [(each.source.message_id, each.source.index, each.fate.phone) for each in found]


def test_i4_the_lead_is_read_from_the_data_and_known_by_its_message(tmp_path: Path) -> None:
    lead = json.dumps(LEADS[0]).encode()
    content = exported(
        ("11", lead),
        ("12", base64.b64encode(lead)),
        ("13", gzip.compress(lead)),
        ("14", json.dumps(LEADS[1:3]).encode()),
        ("15", b"junk"),
        ("16", b""),
    )
    found = found_in(tmp_path, content, IN_DATA)

    assert places(found) == [
        ("11", 0, "9876500001"),
        ("12", 0, "9876500001"),
        ("13", 0, "9876500001"),
        ("14", 0, "9876500002"),
        ("14", 1, "9876500003"),
        ("15", 0, None),
        ("16", 0, None),
    ]
    assert [each.fate.reason for each in found[5:]] == ["unreadable", "unreadable"]
    assert found[6].detail == "data is empty"
    assert found[0].lead_json == b'{"PhoneNumber":"9876500001","Name":"N1"}'


def test_i4_a_path_goes_on_in_the_data(tmp_path: Path) -> None:
    content = exported(("11", json.dumps({"entry": [{"lead": LEADS[0]}]}).encode()))

    assert places(found_in(tmp_path, content, Wrapping("data.entry.lead"))) == [
        ("11", 0, "9876500001")
    ]


def test_i4_without_the_path_an_envelope_is_refused_and_names_it(tmp_path: Path) -> None:
    (found,) = found_in(tmp_path, exported(("11", b"{}")), None)

    assert (found.fate.reason, found.source.record) == ("phone_missing", 1)
    assert "'message_id', 'publish_time', 'attributes' (an object of 1), 'data'" in found.detail
    assert "--record_path" in found.detail


def test_i4_files_of_data_alone_are_known_by_their_records(tmp_path: Path) -> None:
    content = avro_file(
        schema_of({"data": "bytes"}), [{"data": json.dumps(lead).encode()} for lead in LEADS]
    )
    found = found_in(tmp_path, content, IN_DATA)

    assert [each.source.record for each in found] == [1, 2, 3, 4]
    assert [each.fate.phone for each in found] == [lead["PhoneNumber"] for lead in LEADS]


WRAPPED = {"CODE": 200, "RESPONSE": LEADS[:2]}


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(WRAPPED, indent=2).encode(),
        json.dumps(WRAPPED).encode(),
        json.dumps(WRAPPED).encode() + b"\n" + b'{"CODE": 404, "RESPONSE": []}\n',
        json.dumps([WRAPPED, {"CODE": 404}], indent=1).encode(),
        gzip.compress(json.dumps(WRAPPED, indent=2).encode()),
    ],
)
def test_f3_each_lead_at_the_path_is_a_record_with_the_next_number(
    tmp_path: Path, content: bytes
) -> None:
    found = found_in(tmp_path, content, Wrapping("RESPONSE"))

    assert [each.source.record for each in found] == list(range(1, len(found) + 1))
    assert [each.fate.phone for each in found[:2]] == ["9876500001", "9876500002"]
    assert {each.fate.reason for each in found[2:]} <= {"unreadable"}


def test_f3_leads_are_numbered_through_all_records(tmp_path: Path) -> None:
    lines = [json.dumps({"R": [LEADS[n % 4]] * (n % 3 + 1)}).encode() for n in range(5000)]
    found = found_in(tmp_path, b"\n".join(lines), Wrapping("R"))

    assert [each.source.record for each in found] == list(range(1, len(found) + 1))
    expected = [LEADS[n % 4]["PhoneNumber"] for n in range(5000) for _ in range(n % 3 + 1)]
    assert [each.fate.phone for each in found] == expected


def test_f3_one_wrapper_may_hold_more_than_one_record_may(tmp_path: Path) -> None:
    leads = LEADS * 20_000
    for indent in (None, 1):
        content = json.dumps({"CODE": 200, "RESPONSE": leads}, indent=indent).encode()
        assert len(content) > 2 << 20

        assert len(found_in(tmp_path, content, Wrapping("RESPONSE"))) == len(leads)


def test_f3_names_and_values_are_the_lead(tmp_path: Path) -> None:
    pairs = [
        {"column_id": "FULL_NAME", "string_value": "Asha"},
        {"column_id": "PHONE_NUMBER", "string_value": "+919876512345"},
    ]
    wrapping = Wrapping(None, ("user_column_data:column_id:string_value",))
    for content in (
        json.dumps({"lead_id": 1, "user_column_data": pairs}, indent=1).encode(),
        json.dumps({"lead_id": 1, "user_column_data": pairs}).encode(),
    ):
        (found,) = found_in(tmp_path, content, wrapping)
        assert found.fate.phone == "9876512345"


def test_f3_an_avro_record_in_a_record_is_reached(tmp_path: Path) -> None:
    inner = schema_of({"PhoneNumber": "string"}, name="Inner")
    rows = [{"id": 1, "lead": {"PhoneNumber": "9876512345"}}, {"id": 2, "lead": None}]
    content = avro_file(schema_of({"id": "int", "lead": ["null", inner]}), rows)
    found = found_in(tmp_path, content, Wrapping("lead"))

    assert [each.fate.phone for each in found] == ["9876512345", None]
    assert found[1].fate.reason == "unreadable"


def test_f3_an_outcome_of_a_wrapped_lead_is_input_again(tmp_path: Path) -> None:
    wrapping = Wrapping("RESPONSE")
    (found,) = found_in(tmp_path, json.dumps({"RESPONSE": LEADS[0]}, indent=1).encode(), wrapping)
    outcome = {
        "status": "failed",
        "reason": "rejected",
        "detail": "",
        "campaign": None,
        "phone": None,
        "lead": json.loads(found.lead_json),
        "source": {"file": "leads", "record": 1},
        "request_id": None,
        "at": "2027-01-15T08:00:00.000Z",
    }
    (again,) = found_in(tmp_path, json.dumps(outcome).encode(), wrapping)

    assert again.fate == found.fate


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"Phone,Name\n9876512345,A\n", "CSV"), (parquet_file({"Phone": ["1"]}), "Parquet")],
)
def test_f3_a_table_wraps_nothing(tmp_path: Path, content: bytes, kind: str) -> None:
    with pytest.raises(Faults, match=f"leads is {kind}: --record_path data is for JSON and Avro"):
        found_in(tmp_path, content, IN_DATA)


def test_f3_an_empty_file_is_no_table(tmp_path: Path) -> None:
    assert found_in(tmp_path, b"", IN_DATA) == []


def test_a_wrapping_is_named_by_its_options() -> None:
    wrapping = Wrapping("a.b", ("c:d:e", "f:g:h"))

    assert str(wrapping) == "--record_path a.b --record_pairs c:d:e --record_pairs f:g:h"
    assert dataclasses.replace(wrapping, record_path=None).first_key == ""
