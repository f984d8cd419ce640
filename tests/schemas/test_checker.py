"""Records against the default schema: parts A, C, D, E and F of the catalogue."""

from __future__ import annotations

import pickle
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.checker import CheckedLead, LeadChecker, Refusal
from schemas.lead_schema import default_lead_schema, load_lead_schema

KOLKATA = ZoneInfo("Asia/Kolkata")
SCHEMA = default_lead_schema()
CHECKER = LeadChecker(SCHEMA, zone=KOLKATA, campaign="Diwali", campaign_field=None)
NUMBER = "9812345670"

LANDLINES_TOO = """
{"type": "record", "name": "Lead", "fields": [
  {"name": "Number", "type": {"type": "string", "logicalType": "phone-number", "region": "IN",
    "types": ["mobile", "fixed_line"]}, "aliases": ["Office", "Handy"]}]}
"""


def lead(record: dict[str, object]) -> CheckedLead:
    checked = CHECKER.check(record)
    assert isinstance(checked, CheckedLead), checked
    return checked


def refusal(record: dict[str, object], reason: str) -> str:
    checked = CHECKER.check(record)
    assert isinstance(checked, Refusal), checked
    assert checked.reason == reason
    return checked.detail


def test_a_plain_row_is_a_lead() -> None:
    row: dict[str, object] = {
        "PhoneNumber": NUMBER,
        "Name": "Asha",
        "Priority": "5",
        "ExpiryDate": "2037-06-30 18:00:00",
    }
    assert lead(row) == CheckedLead(
        campaign="Diwali",
        phone=NUMBER,
        e164=919812345670,
        values=(NUMBER, "Asha", 5, "2037-06-30 18:00:00"),
        expires_at=2129977800.0,
        do_not_call=False,
        note=None,
    )


def test_only_the_number_is_required() -> None:
    assert lead({"PhoneNumber": NUMBER}).values == (NUMBER, None, None, None)


@pytest.mark.parametrize(
    "column",
    [
        "SENDER_MOBILE",
        "sender_mobile",
        "mobile",
        "phone",
        "lead_phone",
        "msisdn",
        "Phone",
        "Phone Number",
        "Phone No",
        "Phone No.",
        "Mobile No.",
        " mobile no. ",
        "MOBILE-NUMBER",
        "MobilePhone",
        "Contact Number",
        "Contact No",
        "Primary Phone",
        "WhatsApp Number",
        "phone_number",
        "phonenumber",
        "\ufeffPhoneNumber",
        '"PhoneNumber"',
        "Phone 1 - Value",
    ],
)
def test_a2_a3_the_columns_of_exports_and_portals_are_known(column: str) -> None:
    assert lead({column: "+91-9812345670"}).phone == NUMBER


@pytest.mark.parametrize(
    "column", ["Name", "Full Name", "Customer Name", "lead_name", "SENDER_NAME", "First Name"]
)
def test_a2_a3_the_columns_of_names_are_known(column: str) -> None:
    assert lead({column: "Asha", "mobile": NUMBER}).values[1] == "Asha"


def test_a3_an_exact_name_comes_before_an_alias() -> None:
    row: dict[str, object] = {"Full Name": "Asha Rao", "Name": "Asha", "Mobile": NUMBER}
    assert lead(row).values[1] == "Asha"
    assert lead(row | {"Name": " "}).values[1] == "Asha Rao"


def test_a4_the_first_number_that_may_be_called_is_the_lead() -> None:
    checked = lead({"PhoneNumber": "022-23456789", "Mobile": NUMBER, "Phone": "9123456780"})
    assert checked.phone == NUMBER
    assert checked.note is not None
    assert "Mobile is used" in checked.note
    assert "landline" in checked.note


def test_a4_an_empty_phone_column_is_passed_over_in_silence() -> None:
    checked = lead({"PhoneNumber": "", "Mobile": "N/A", "Phone": NUMBER})
    assert (checked.phone, checked.note) == (NUMBER, None)


def test_a4_the_schemas_order_counts_and_not_the_rows() -> None:
    assert lead({"Phone": "9123456780", "Mobile": NUMBER}).phone == NUMBER


def test_a4_without_a_callable_number_every_cell_is_named() -> None:
    detail = refusal({"Phone": "022-23456789", "Mobile": "+44 7911 123456"}, "phone_country")
    assert "022-23456789" in detail
    assert "landline" in detail
    assert "+44" in detail
    assert "Mobile" in detail


def test_a4_a_mobile_comes_before_a_landline_where_both_may_be_called() -> None:
    checker = LeadChecker(
        load_lead_schema(LANDLINES_TOO, name="own"),
        zone=KOLKATA,
        campaign="C",
        campaign_field=None,
    )
    both = checker.check({"Number": "022-23456789", "Handy": NUMBER})
    assert isinstance(both, CheckedLead)
    assert both.phone == NUMBER
    landline = checker.check({"Number": "022-23456789", "Handy": ""})
    assert isinstance(landline, CheckedLead)
    assert landline.phone == "2223456789"


@pytest.mark.parametrize(
    "mark",
    [
        "TRUE",
        "true",
        " True ",
        "1",
        "1.0",
        "Yes",
        "yes",
        "Y",
        "y",
        "t",
        "X",
        "on",
        True,
        1,
        1.0,
        "Do Not Call",
        "DNC",
        Decimal(1),
    ],
)
@pytest.mark.parametrize("column", ["DoNotCall", "Do Not Call", "DNC", "do_not_call"])
def test_a5_a_row_may_say_do_not_call(column: str, mark: object) -> None:
    checked = lead({"PhoneNumber": NUMBER, column: mark})
    assert checked.do_not_call
    assert checked.values == (NUMBER, None, None, None)


@pytest.mark.parametrize(
    "mark", ["FALSE", "false", "0", "0.0", "No", "n", "", " ", "-", "NULL", "N/A", False, 0, None]
)
def test_a5_an_empty_or_negative_mark_lets_call(mark: object) -> None:
    assert not lead({"PhoneNumber": NUMBER, "DNC": mark}).do_not_call


@pytest.mark.parametrize("mark", ["maybe", "2", "N0", "ask first", 2, -1, [], {}, "yes?"])
def test_a5_a_mark_that_says_neither_is_refused(mark: object) -> None:
    assert "DoNotCall" in refusal({"PhoneNumber": NUMBER, "DNC": mark}, "field_invalid")


def test_a5_one_of_several_marks_is_enough() -> None:
    assert lead({"Phone": NUMBER, "DNC": "no", "DoNotCall": "", "DoNotPhone": "yes"}).do_not_call
    assert lead({"Phone": NUMBER, "DoNotCall": "perhaps", "DNC": "yes"}).do_not_call
    assert lead({"Phone": NUMBER, "DNC": ("no", "yes")}).do_not_call


def test_a5_opting_out_of_email_is_another_thing() -> None:
    assert not lead({"Phone": NUMBER, "EmailOptOut": "TRUE", "HasOptedOutOfEmail": 1}).do_not_call


def test_c3_one_header_twice_over_one_number_is_fine() -> None:
    assert lead({"PhoneNumber": (NUMBER, "+91 98123-45670")}).phone == NUMBER
    assert lead({"PhoneNumber": ("", NUMBER)}).phone == NUMBER
    assert lead({"PhoneNumber": NUMBER, "Priority": ("5", " 5.0")}).values[2] == 5


@pytest.mark.parametrize("cells", [(NUMBER, "9123456780"), (NUMBER, "junk"), ("022-2", NUMBER)])
def test_c3_one_header_twice_over_two_numbers_is_refused(cells: tuple[str, str]) -> None:
    detail = refusal({"PhoneNumber": cells}, "columns")
    assert all(cell in detail for cell in cells)


def test_c3_differing_cells_are_refused_in_every_field() -> None:
    refusal({"PhoneNumber": NUMBER, "Name": ("Asha", "Usha")}, "columns")
    assert lead({"PhoneNumber": NUMBER, "Comment": ("a", "b")}).phone == NUMBER


def test_c3_empty_cells_under_one_header_are_no_number() -> None:
    refusal({"PhoneNumber": ("", " ")}, "phone_missing")


def test_c4_a_column_without_a_name_feeds_nothing() -> None:
    assert lead({"": "9123456780", "--": "9123456781", "PhoneNumber": NUMBER}).phone == NUMBER


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "phone_missing"),
        ("junk", "phone_invalid"),
        ("080 23456789", "phone_type"),
        ("+44 7911 123456", "phone_country"),
        (True, "phone_invalid"),
        ([NUMBER], "phone_invalid"),
    ],
)
def test_d_the_reason_is_the_phones(cell: object, reason: str) -> None:
    assert refusal({"PhoneNumber": cell}, reason).startswith("PhoneNumber: ")


def test_d4_the_note_of_a_cell_with_two_numbers_is_kept() -> None:
    checked = lead({"PhoneNumber": f"{NUMBER} / 9123456780"})
    assert checked.note is not None
    assert "2 numbers" in checked.note
    second = lead({"PhoneNumber": "junk", "Mobile": f"{NUMBER} / 9123456780"}).note
    assert second is not None
    assert "junk" in second
    assert "2 numbers" in second


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("5", 5),
        ("5.0", 5),
        (" 7 ", 7),
        ("05", 5),
        ("99", 99),
        ("1", 1),
        ("५", 5),
        ("'12", 12),
        ("8.", 8),
        ("+4", 4),
        (5, 5),
        (5.0, 5),
        (Decimal("6.0"), 6),
    ],
)
def test_e2_a_priority_is_a_whole_number(cell: object, value: int) -> None:
    assert lead({"PhoneNumber": NUMBER, "Priority": cell}).values[2] == value


@pytest.mark.parametrize(
    "cell",
    [
        "0",
        "100",
        "-3",
        "5.5",
        "High",
        "true",
        "1e1",
        "1_0",
        "5,0",
        "0x5",
        "inf",
        "9" * 400,
        0,
        100,
        -3,
        5.5,
        True,
        False,
        float("inf"),
        [5],
        {},
        Decimal("5.5"),
        10**40,
    ],
)
def test_e2_another_priority_is_refused(cell: object) -> None:
    detail = refusal({"PhoneNumber": NUMBER, "Priority": cell}, "field_invalid")
    assert detail.startswith("Priority: ")
    assert "from 1 to 99" in detail


@pytest.mark.parametrize(
    "cell", ["", "  ", "-", "N/A", "null", "NaN", "none", None, float("nan"), Decimal("NaN")]
)
def test_e2_a_placeholder_in_a_number_or_a_moment_is_the_schemas_default(cell: object) -> None:
    checked = lead({"PhoneNumber": NUMBER, "Priority": cell, "ExpiryDate": cell})
    assert checked.values == (NUMBER, None, None, None)
    assert checked.expires_at is None


@pytest.mark.parametrize(
    "name",
    ["Nan", "Null", "NA", "None", "=1+2", "-", "N/A", "😀", "ஆஷா", " Asha ", "O'Neil", '"RK"', "0"],
)
def test_e3_a_name_is_text_as_written(name: str) -> None:
    assert lead({"PhoneNumber": NUMBER, "Name": name}).values[1] == name


@pytest.mark.parametrize("name", ["", " ", "\t", None])
def test_e3_an_empty_name_is_the_schemas_default(name: object) -> None:
    assert lead({"PhoneNumber": NUMBER, "Name": name}).values[1] is None


@pytest.mark.parametrize(
    ("cell", "text"), [(12, "12"), (1.5, "1.5"), (True, "true"), (Decimal("7"), "7")]
)
def test_f1_a_json_value_in_a_text_field_becomes_text(cell: object, text: str) -> None:
    assert lead({"PhoneNumber": NUMBER, "Name": cell}).values[1] == text


@pytest.mark.parametrize("cell", [["Asha"], {"first": "Asha"}, b"Asha", 10**50])
def test_f1_a_list_or_an_object_is_no_text(cell: object) -> None:
    assert "Name: " in refusal({"PhoneNumber": NUMBER, "Name": cell}, "field_invalid")


def test_f1_a_json_record_may_have_numbers_other_cases_and_further_keys() -> None:
    row: dict[str, object] = {"phonenumber": 9812345670.0, "PRIORITY": 7, "extra": {"a": [1]}}
    assert lead(row).values == (NUMBER, None, 7, None)


def test_f3_a_record_in_its_sources_wrapper_says_what_it_holds() -> None:
    detail = refusal({"CODE": 200, "RESPONSE": [{"SENDER_MOBILE": NUMBER}]}, "phone_missing")
    assert "'RESPONSE' (a list of 1)" in detail
    assert "nothing" in refusal({}, "phone_missing")


def test_f4_half_a_surrogate_pair_in_a_name_goes_on() -> None:
    assert lead({"PhoneNumber": NUMBER, "Name": "Asha \ud83d"}).values[1] == "Asha \ud83d"


def test_every_fault_is_named_and_the_first_in_the_schemas_order_is_the_reason() -> None:
    row: dict[str, object] = {
        "DNC": "maybe",
        "ExpiryDate": "30/06/2037",
        "Priority": "high",
        "PhoneNumber": "98765HOMES",
    }
    detail = refusal(row, "phone_invalid")
    words = ["98765HOMES", "high", "30/06/2037", "maybe"]
    places = [detail.index(word) for word in words]
    assert places == sorted(places)


def test_a_refusal_keeps_the_number_that_could_be_read() -> None:
    checked = CHECKER.check({"PhoneNumber": f"+91 {NUMBER}", "Priority": "high"})
    assert isinstance(checked, Refusal)
    assert (checked.campaign, checked.phone) == ("Diwali", NUMBER)


BY_COLUMN = LeadChecker(SCHEMA, zone=KOLKATA, campaign=None, campaign_field="Campaign Name")


@pytest.mark.parametrize(
    ("cell", "campaign"), [("Holi", "Holi"), (" Holi ", "Holi"), (7, "7"), (("Holi", ""), "Holi")]
)
def test_a_column_may_name_the_campaign(cell: object, campaign: str) -> None:
    checked = BY_COLUMN.check({"PhoneNumber": NUMBER, "campaign_name": cell})
    assert isinstance(checked, CheckedLead)
    assert checked.campaign == campaign


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({}, "field_invalid"),
        ({"campaign_name": ""}, "field_invalid"),
        ({"campaign_name": None}, "field_invalid"),
        ({"campaign_name": []}, "field_invalid"),
        ({"campaign_name": ("Holi", "Diwali")}, "columns"),
    ],
)
def test_a_lead_without_a_readable_campaign_is_refused(
    record: dict[str, object], reason: str
) -> None:
    checked = BY_COLUMN.check({"PhoneNumber": NUMBER} | record)
    assert isinstance(checked, Refusal)
    assert (checked.reason, checked.campaign, checked.phone) == (reason, None, NUMBER)
    assert "Campaign Name" in checked.detail


@pytest.mark.parametrize("names", [(None, None), ("Diwali", "Campaign")])
def test_the_campaign_comes_from_one_place(names: tuple[str | None, str | None]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        LeadChecker(SCHEMA, zone=KOLKATA, campaign=names[0], campaign_field=names[1])


OWN = """
{"type": "record", "name": "Lead", "fields": [
  {"name": "Phone", "type": {"type": "string", "logicalType": "phone-number", "region": "IN"}},
  {"name": "City", "type": "string"},
  {"name": "Pin", "type": "string", "pattern": "[1-9][0-9]{5}"},
  {"name": "Orders", "type": "long", "minimum": 0},
  {"name": "Score", "type": ["null", "double"], "maximum": 1.5, "default": null},
  {"name": "Skill", "type": {"type": "enum", "name": "Skill", "symbols": ["Hindi", "Tamil", "NA"]},
    "default": "Hindi"},
  {"name": "Vip", "type": "boolean", "default": false},
  {"name": "Remark", "type": "string", "default": ""},
  {"name": "Until", "type": {"type": "string", "logicalType": "wall-clock", "format": "%d/%m/%Y"},
    "default": "31/12/2037"}]}
"""
OWN_CHECKER = LeadChecker(
    load_lead_schema(OWN, name="own"), zone=KOLKATA, campaign="C", campaign_field=None
)
OWN_ROW = {"Phone": NUMBER, "City": "Pune", "Pin": "411001", "Orders": "12"}


def own(**cells: object) -> CheckedLead | Refusal:
    return OWN_CHECKER.check({**OWN_ROW, **cells})


def test_a_users_schema_gives_its_own_fields_and_defaults() -> None:
    checked = own()
    assert isinstance(checked, CheckedLead)
    assert checked.values == (
        *(NUMBER, "Pune", "411001", 12, None, "Hindi", False, "", "31/12/2037"),
    )
    # A day lasts until its end: midnight in Kolkata is 18:30 UTC.
    assert checked.expires_at == 2145897000.0


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("Pin", " 411002 ", "411002"),
        ("Pin", 411003, "411003"),
        ("Orders", "00", 0),
        ("Orders", str(2**62), 2**62),
        ("Score", "0.5", 0.5),
        ("Score", "-1e-3", -0.001),
        ("Score", 1, 1.0),
        ("Score", "N/A", None),
        ("Skill", "tamil", "Tamil"),
        ("Skill", "NA", "NA"),
        ("Skill", "null", "Hindi"),
        ("Vip", "YES", True),
        ("Vip", 0, False),
        ("Vip", "", False),
        ("Until", "01/02/2038", "01/02/2038"),
        ("Until", "2038-02-01T10:00:00Z", "01/02/2038"),
        ("City", "N/A", "N/A"),
    ],
)
def test_a_users_field_is_brought_to_its_type(field: str, cell: object, value: object) -> None:
    checked = own(**{field: cell})
    assert isinstance(checked, CheckedLead), checked
    assert value in checked.values


@pytest.mark.parametrize(
    ("field", "cell", "right"),
    [
        ("City", "", "requires"),
        ("City", None, "requires"),
        ("Pin", "41100", "pattern"),
        ("Pin", "N/A", "pattern"),
        ("Pin", [], "text"),
        ("Orders", "-1", "at least 0"),
        ("Orders", str(2**63), "whole number"),
        ("Orders", "N/A", "requires"),
        ("Score", "1.6", "at most 1.5"),
        ("Score", "inf", "number"),
        ("Score", "high", "number"),
        ("Score", True, "number"),
        ("Score", 10**400, "number"),
        ("Skill", "Bengali", "Hindi, Tamil, NA"),
        ("Skill", {}, "text"),
        ("Vip", "perhaps", "true or false"),
        ("Vip", 2, "true or false"),
        ("Until", "2038-02-01 10:00:00", "DD/MM/YYYY"),
        ("Until", "1/2/2038", "DD/MM/YYYY"),
    ],
)
def test_a_users_field_is_refused_with_what_is_right(field: str, cell: object, right: str) -> None:
    checked = own(**{field: cell})
    assert isinstance(checked, Refusal)
    assert checked.reason == "field_invalid"
    assert checked.detail.startswith(f"{field}: ")
    assert right in checked.detail


def test_a_required_field_without_a_column_is_named() -> None:
    checked = OWN_CHECKER.check({"Phone": NUMBER})
    assert isinstance(checked, Refusal)
    assert checked.reason == "field_invalid"
    assert all(name in checked.detail for name in ("City", "Pin", "Orders"))


def test_records_with_many_different_keys_are_still_read() -> None:
    for number in range(600):
        assert lead({f"x{number}": 1, "Phone": NUMBER}).phone == NUMBER
    assert lead({"y" * 30_000: 1, "Phone": NUMBER}).phone == NUMBER


LONG = 2**17


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(pattern * (LONG // len(pattern)) + "!", id=repr(pattern))
        for pattern in (
            "9",
            " ' ",
            '="',
            "n ",
            "n/a ",
            "-",
            "9,",
            "9.",
            "९",
            "+91 ",
            "ext",
            "\u200b",
            "(",
        )
    ],
)
def test_a_cell_of_a_hundred_thousand_characters_is_judged_at_once(cell: str) -> None:
    for name in ("PhoneNumber", "Priority", "ExpiryDate", "DNC"):
        record: dict[str, object] = {"PhoneNumber": NUMBER, name: f"n{cell}"}
        assert isinstance(CHECKER.check(record), Refusal)
        assert isinstance(CHECKER.check(record | {name: cell}), Refusal)
    for field in ("Pin", "Orders", "Score", "Skill", "Vip", "Until"):
        assert isinstance(own(**{field: cell}), Refusal)


CELLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
COLUMNS = st.sampled_from(
    ["PhoneNumber", "Mobile", "Name", "Priority", "ExpiryDate", "DNC", "Other", ""]
)


@given(st.dictionaries(COLUMNS, CELLS | st.tuples(CELLS, CELLS)))
def test_every_record_is_a_lead_or_refused_with_a_known_reason(record: dict[str, object]) -> None:
    checked = CHECKER.check(record)
    if isinstance(checked, Refusal):
        assert checked.detail
        assert checked.reason.startswith(("phone_", "field_invalid", "columns"))
    else:
        assert len(checked.values) == len(SCHEMA.sent_names)
        assert checked.values[0] == checked.phone


def test_what_was_found_can_be_sent_between_processes() -> None:
    checked = CHECKER.check({"PhoneNumber": NUMBER})
    assert pickle.loads(pickle.dumps(checked)) == checked
