import json
from collections.abc import Mapping
from dataclasses import replace

import apache_beam as beam
import orjson
import pytest

from records.blocks import Decoded
from records.lead_block import LeadBlock
from schemas.outcome import Outcome
from tests.transforms.running import RULES, Brief, brief, expect, expect_outcomes, leads_of, pinned
from transforms.decode import DecodedBlock
from transforms.validate import LeadRules, ValidateLeads, check_records

Values = tuple[int | None, str, str, list[object]]
BY_COLUMN = replace(RULES, campaign=None, campaign_field="Campaign")


def block(*records: Mapping[str, object], file: str = "leads.jsonl") -> DecodedBlock:
    return DecodedBlock(
        file,
        [
            Decoded(number, fields, json.dumps(fields).encode())
            for number, fields in enumerate(records, start=1)
        ],
    )


def values_of(leads: LeadBlock) -> list[Values]:
    return [
        (each.source.record, each.campaign, each.phone, orjson.loads(each.values))
        for each in leads_of(leads)
    ]


def check(
    blocks: list[DecodedBlock],
    *,
    accepted: list[Values],
    rejected: list[Brief],
    rules: LeadRules = RULES,
) -> None:
    with pinned() as pipeline:
        validated = pipeline | beam.Create(blocks) | ValidateLeads(rules=rules)
        expect(validated.accepted | beam.FlatMap(values_of), accepted, "accepted")
        expect_outcomes(validated.rejected, rejected, "rejected")


def test_records_that_are_leads_carry_their_values_in_the_schemas_order() -> None:
    check(
        [
            block(
                {"Priority": "5", "Mobile No.": "+91 98765-12345", "Name": "Asha"},
                {"phonenumber": 9876512346, "ExpiryDate": "2037-06-30 18:00:00", "other": []},
            )
        ],
        accepted=[
            (1, "Summer", "9876512345", ["9876512345", "Asha", 5, None]),
            (2, "Summer", "9876512346", ["9876512346", None, None, "2037-06-30 18:00:00"]),
        ],
        rejected=[],
    )


def test_records_that_are_none_have_an_outcome_each_and_cost_no_other() -> None:
    check(
        [
            block(
                {"PhoneNumber": "12345"},
                {"PhoneNumber": "9876512345"},
                {"Name": "Asha"},
                {"PhoneNumber": "9876512345", "Priority": "100"},
            ),
            block({"PhoneNumber": "+442071838750"}),
        ],
        accepted=[(2, "Summer", "9876512345", ["9876512345", None, None, None])],
        rejected=[
            ("invalid", "phone_invalid", 1),
            ("invalid", "phone_missing", 3),
            ("invalid", "field_invalid", 4),
            ("invalid", "phone_country", 1),
        ],
    )


def test_a_refusal_names_all_faults_and_keeps_what_could_be_read() -> None:
    leads, (outcome,) = check_records(
        block({"PhoneNumber": "9876512345", "Priority": 0, "ExpiryDate": "tomorrow"}),
        RULES.checker(),
    )

    assert leads == []
    assert (outcome.campaign, outcome.phone) == ("Summer", "9876512345")
    assert "Priority" in outcome.detail
    assert "ExpiryDate" in outcome.detail
    assert outcome.request_id is None
    assert orjson.loads(outcome.to_json_line())["lead"]["ExpiryDate"] == "tomorrow"


def test_the_campaign_may_come_from_a_column() -> None:
    phone = {"PhoneNumber": "9876512345"}
    check(
        [block({**phone, "campaign": " North "}, phone, {**phone, "Campaign": ""})],
        rules=BY_COLUMN,
        accepted=[(1, "North", "9876512345", ["9876512345", None, None, None])],
        rejected=[("invalid", "field_invalid", 2), ("invalid", "field_invalid", 3)],
    )


@pytest.mark.parametrize("half", ["\ud83d", "A\ude00B", "\ud83d\ud83d"])
def test_half_a_surrogate_pair_in_any_field_harms_no_lead(half: str) -> None:
    whole = half.replace("\ud83d", "\ufffd").replace("\ude00", "\ufffd")
    check(
        [block({"PhoneNumber": "9876512345", "Name": half, "Campaign": half})],
        rules=BY_COLUMN,
        accepted=[(1, whole, "9876512345", ["9876512345", whole, None, None])],
        rejected=[],
    )


def test_the_leads_own_wish_and_expiry_travel_with_it() -> None:
    (lead,), refused = check_records(
        block({"PhoneNumber": "9876512345", "DNC": "Yes", "Expiry": "2030-01-01 05:30:00"}),
        RULES.checker(),
    )

    assert refused == []
    assert lead.do_not_call
    assert lead.expires_at == 1_893_456_000.0  # midnight in UTC
    assert lead.e164 == 919_876_512_345
    assert orjson.loads(lead.values) == ["9876512345", None, None, "2030-01-01 05:30:00"]


def test_a_second_number_of_the_cell_is_noted() -> None:
    (lead,), _ = check_records(block({"PhoneNumber": "9876512345 / 9876512346"}), RULES.checker())

    assert lead.phone == "9876512345"
    assert lead.note


def test_refusals_are_outcomes_of_their_records() -> None:
    _, refused = check_records(block({"PhoneNumber": "x"}, file="a.jsonl"), RULES.checker())

    assert brief(refused) == [("invalid", "phone_invalid", 1)]
    assert all(isinstance(each, Outcome) and each.source.file == "a.jsonl" for each in refused)
