"""Outcomes: the closed list, the JSON line, and an outcome file read as input."""

from __future__ import annotations

import json
from importlib import resources

import fastavro
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.outcome import (
    OUTCOME_KEYS,
    REASONS,
    Outcome,
    Source,
    Status,
    outcome_lead,
    utc_text,
)

SOURCE = Source.of_record("leads/july.csv", 7)


def outcome(
    *,
    status: Status = Status.DELIVERED,
    reason: str = "ok",
    detail: str = "",
    campaign: str | None = "Diwali",
    lead_json: bytes = b'{"PhoneNumber": "9812345670"}',
    source: Source = SOURCE,
) -> Outcome:
    return Outcome(
        status=status,
        reason=reason,
        detail=detail,
        campaign=campaign,
        phone="9812345670",
        lead_json=lead_json,
        source=source,
        request_id="s-12",
        at=utc_text(1_800_000_000.5),
    )


def test_a_line_has_the_keys_in_their_order_and_the_lead_as_it_was_read() -> None:
    line = outcome(lead_json=b'{"b":1.50, "a":"\\ud83d"}').to_json_line()
    assert line == (
        b'{"status":"delivered","reason":"ok","detail":"","campaign":"Diwali",'
        b'"phone":"9812345670","lead":{"b":1.50, "a":"\\ud83d"},'
        b'"source":{"file":"leads/july.csv","record":7},"request_id":"s-12",'
        b'"at":"2027-01-15T08:00:00.500Z"}\n'
    )


def test_the_source_may_be_a_message() -> None:
    line = outcome(source=Source.of_message("m-1", 0)).to_json_line()
    assert json.loads(line)["source"] == {"message_id": "m-1", "index": 0}


@pytest.mark.parametrize("status", Status)
def test_every_reason_of_the_closed_list_is_taken(status: Status) -> None:
    for reason in REASONS[status]:
        assert outcome(status=status, reason=reason).reason == reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [(Status.DELIVERED, "dnd"), (Status.INVALID, "ok"), (Status.UNKNOWN, ""), (Status.FAILED, "x")],
)
def test_a_reason_outside_the_closed_list_is_refused(status: Status, reason: str) -> None:
    with pytest.raises(ValueError, match=r"no reason of the status"):
        outcome(status=status, reason=reason)


@given(
    st.text(st.characters()) | st.just("half \ud83d"),
    st.none() | st.text(st.characters()),
    st.text(st.characters()),
)
def test_every_text_survives_the_line(detail: str, campaign: str | None, file: str) -> None:
    line = outcome(
        detail=detail, campaign=campaign, source=Source.of_record(file, 1)
    ).to_json_line()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    read = json.loads(line)
    assert tuple(read) == OUTCOME_KEYS
    assert (read["detail"], read["campaign"], read["source"]["file"]) == (detail, campaign, file)
    assert read["lead"] == {"PhoneNumber": "9812345670"}


def test_half_a_surrogate_pair_is_escaped() -> None:
    line = outcome(detail="\ud83d", campaign="आशा").to_json_line()
    assert b'"detail":"\\ud83d"' in line
    assert json.loads(line)["campaign"] == "आशा"


@pytest.mark.parametrize("lead", [b'{"PhoneNumber":"x"}', b'"9812345670,Asha,,,"', b"{}"])
def test_an_outcome_read_as_input_gives_its_lead(lead: bytes) -> None:
    read = orjson.loads(outcome(lead_json=lead).to_json_line())
    assert outcome_lead(read) == orjson.loads(lead)


@pytest.mark.parametrize(
    "change",
    [{"status": "sent"}, {"status": ["delivered"]}, {"lead": 5}, {"lead": None}, {"more": 1}],
)
def test_what_is_no_outcome_is_no_outcome(change: dict[str, object]) -> None:
    read = orjson.loads(outcome().to_json_line())
    assert outcome_lead(read | change) is None
    del read["at"]
    assert outcome_lead(read) is None


def test_the_avro_schema_tells_the_same_as_the_code() -> None:
    text = resources.files("schemas").joinpath("outcome.avsc").read_text("utf-8")
    raw = json.loads(text)
    fields = {field["name"]: field for field in raw["fields"]}
    assert tuple(fields) == OUTCOME_KEYS
    assert fields["status"]["type"]["symbols"] == [status.value for status in Status]
    reasons = [reason for status in Status for reason in REASONS[status]]
    assert sorted(fields["reason"]["type"]["symbols"]) == sorted(reasons)
    schema = fastavro.parse_schema(raw)
    for source in (SOURCE, Source.of_message("m-1", 3)):
        row = json.loads(outcome(source=source).to_json_line())
        row["lead"] = json.dumps(row["lead"])
        assert fastavro.validate(row, schema)
