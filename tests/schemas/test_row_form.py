"""What a dialer takes in a row: characters, moments, and how long it may be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.checker import CheckedLead, LeadChecker, Refusal
from schemas.lead_schema import LeadSchema, default_lead_schema, load_lead_schema
from schemas.row_form import RowForm

KOLKATA = ZoneInfo("Asia/Kolkata")
NUMBER = "9812345670"
ALLOWED = r"A-Za-z0-9_ ().+$%:\-"
FORM = RowForm(
    name="the dialer",
    moments={"ExpiryDate": "%Y-%m-%d"},
    characters={"Name": ALLOWED},
    most_characters=2000,
)
HEADERS = '["PhoneNumber","Name","Priority","ExpiryDate"]'


def checker(schema: LeadSchema | None = None, form: RowForm = FORM) -> LeadChecker:
    return LeadChecker(
        schema or default_lead_schema(), zone=KOLKATA, campaign="c", campaign_field=None, form=form
    )


CHECKER = checker()


def lead(**fields: object) -> CheckedLead:
    checked = CHECKER.check({"PhoneNumber": NUMBER, **fields})
    assert isinstance(checked, CheckedLead), checked
    return checked


def refusal(**fields: object) -> Refusal:
    checked = CHECKER.check({"PhoneNumber": NUMBER, **fields})
    assert isinstance(checked, Refusal), checked
    return checked


# Characters


@pytest.mark.parametrize(
    ("read", "sent"),
    [
        ("Asha O'Brien", "Asha O Brien"),
        ("Ravi & Sons, Pune", "Ravi   Sons  Pune"),
        ("José", "Jos "),
        ("आशा", "   "),
        ("٣٤", "  "),
        ("a\tb\nc", "a b c"),
        ("=1+2", " 1+2"),
        ("\U0001f600 Meena", "  Meena"),
        ("half \ud83d", "half  "),
    ],
)
def test_a_character_that_the_dialer_does_not_take_is_sent_as_a_space(read: str, sent: str) -> None:
    found = lead(Name=read)
    assert (found.values[1], found.altered) == (sent, 1)


def test_every_character_that_it_takes_is_sent_as_it_is() -> None:
    name = "Meena_7 (Pune) 5.5+3$%-:"
    assert (lead(Name=name).values[1], lead(Name=name).altered) == (name, 0)


def test_a_dialer_that_takes_all_is_sent_all() -> None:
    checked = checker(form=RowForm()).check({"PhoneNumber": NUMBER, "Name": "आशा"})
    assert isinstance(checked, CheckedLead)
    assert (checked.values[1], checked.altered) == ("आशा", 0)


@given(st.text(max_size=30))
def test_a_name_keeps_its_length_and_all_that_is_taken(name: str) -> None:
    found = lead(Name=name)
    sent = found.values[1]
    if sent is None:
        assert not name.strip()
        return
    assert isinstance(sent, str)
    assert re.fullmatch(f"[{ALLOWED}]*", sent)
    assert len(sent) == len(name)
    assert all(there in (" ", here) for here, there in zip(name, sent, strict=True))
    assert found.altered == (sent != name)
    assert lead(Name=sent).altered == 0


def schema_of(*fields: Mapping[str, object]) -> LeadSchema:
    phone = {"type": "string", "logicalType": "phone-number", "region": "IN", "types": ["mobile"]}
    record = {
        "type": "record",
        "name": "L",
        "fields": [{"name": "PhoneNumber", "type": phone}, *fields],
    }
    return load_lead_schema(json.dumps(record), name="test")


def test_a_default_is_fitted_too_and_not_counted_as_altered() -> None:
    schema = schema_of({"name": "Name", "type": "string", "default": "kein Name, bitte"})
    found = checker(schema).check({"PhoneNumber": NUMBER})
    assert isinstance(found, CheckedLead)
    assert (found.values, found.altered) == ((NUMBER, "kein Name  bitte"), 0)


def test_the_schemas_own_pattern_judges_what_was_read() -> None:
    schema = schema_of({"name": "Name", "type": "string", "pattern": "[A-Z'a-z]+"})
    found = checker(schema).check({"PhoneNumber": NUMBER, "Name": "O'Brien"})
    assert isinstance(found, CheckedLead)
    assert (found.values[1], found.altered) == ("O Brien", 1)
    assert isinstance(checker(schema).check({"PhoneNumber": NUMBER, "Name": "O!"}), Refusal)


def test_other_fields_are_sent_as_they_are() -> None:
    schema = schema_of({"name": "City", "type": "string"})
    found = checker(schema).check({"PhoneNumber": NUMBER, "City": "पुणे"})
    assert isinstance(found, CheckedLead)
    assert (found.values[1], found.altered) == ("पुणे", 0)


# Moments


@pytest.mark.parametrize(
    ("cell", "day", "moment"),
    [
        ("2037-06-30 18:00:00", "2037-06-30", 2129977800.0),
        ("2037-06-30 00:00:00", "2037-06-30", 2129913000.0),
        ("2037-06-30T20:00:00Z", "2037-07-01", 2130004800.0),
        ("2037-06-30T12:30:00Z", "2037-06-30", 2129977800.0),
    ],
)
def test_the_dialer_is_told_the_day_of_its_own_clock_and_the_moment_is_kept(
    cell: str, day: str, moment: float
) -> None:
    found = lead(ExpiryDate=cell)
    assert (found.values[3], found.expires_at) == (day, moment)
    assert found.altered == 0


def test_a_field_of_days_lasts_until_the_end_of_its_day() -> None:
    clock = {"type": "string", "logicalType": "wall-clock", "format": "%d/%m/%Y"}
    schema = schema_of({"name": "ExpiryDate", "type": clock}, {"name": "VisitDate", "type": clock})
    found = checker(schema).check(
        {"PhoneNumber": NUMBER, "ExpiryDate": "30/06/2037", "VisitDate": "01/07/2037"}
    )
    assert isinstance(found, CheckedLead)
    assert found.values[1:] == ("2037-06-30", "01/07/2037")
    assert found.expires_at == 2129999400.0


# Length


def row_of(characters: int) -> str:
    """A name that makes a row of so many characters, with its headers."""
    return "x" * (
        characters - len(HEADERS) - len(json.dumps([NUMBER, "", "", ""], separators=(",", ":")))
    )


def test_a_row_as_long_as_the_dialer_takes_it_is_a_lead_and_one_longer_is_none() -> None:
    assert lead(Name=row_of(2000)).values[1] == row_of(2000)
    refused = refusal(Name=row_of(2001))
    assert refused.reason == "field_invalid"
    assert refused.detail == (
        "the row has 2,001 characters with its headers; right is at most 2,000 for the dialer"
        f" (Name has {len(row_of(2001)):,})"
    )
    assert (refused.campaign, refused.phone) == ("c", NUMBER)


def test_characters_are_counted_and_not_bytes() -> None:
    assert lead(Name="आ" * len(row_of(2000))).altered == 1
    schema = schema_of({"name": "City", "type": "string"})
    city = "पु" * 950
    assert isinstance(checker(schema).check({"PhoneNumber": NUMBER, "City": city}), CheckedLead)


def test_a_long_row_that_asks_not_to_be_called_is_heard() -> None:
    found = lead(Name=row_of(9000), DoNotCall="yes")
    assert found.do_not_call


def test_what_is_wrong_with_its_fields_is_said_first() -> None:
    assert "Priority" in refusal(Name=row_of(9000), Priority="0").detail


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), min_size=3, max_size=3)
)
def test_what_passes_is_no_longer_in_any_request(cells: list[str]) -> None:
    names = ("A", "B", "C")
    schema = schema_of(*({"name": n, "type": ["null", "string"], "default": None} for n in names))
    form = RowForm(name="d", most_characters=120)
    found = checker(schema, form).check(
        {"PhoneNumber": NUMBER, **dict(zip(names, cells, strict=True))}
    )
    if isinstance(found, Refusal):
        assert "characters with its headers" in found.detail
        return
    row = {
        name: "" if value is None else value
        for name, value in zip(("PhoneNumber", *names), found.values, strict=True)
    }
    assert len(json.dumps(row, ensure_ascii=False, separators=(",", ":"))) <= 120
