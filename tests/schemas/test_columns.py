"""Which columns feed which field: part A3 and C4 of the catalogue."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.columns import Columns, has_phone_column, nearest_phone_column, same_name
from schemas.lead_schema import default_lead_schema
from schemas.names import name_key

SCHEMA = default_lead_schema()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PhoneNumber", "phone number"),
        ("PhoneNumber", " PHONE_NUMBER. "),
        ("MobileNo", "\ufeffmobile no."),
        ("MobileNo", '"Mobile-No"'),
        ("Phone1Value", "Phone 1 - Value"),
        ("Straße", "STRASSE"),
        ("मोबाइल", " मोबाइल: "),
        ("Numéro", "NUME\u0301RO"),
        ("Mobile", "Mobile"),
        ("Phone", "Pho\u200bne\ufe0f"),
    ],
)
def test_a3_names_are_the_same_by_letters_and_digits(one: str, other: str) -> None:
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Phone", "Phone1"), ("", ""), ("--", "__"), ("Name", "Names"), ("मोबाइल", "मबल")],
)
def test_a3_names_differ_by_any_letter_or_digit(one: str, other: str) -> None:
    assert not same_name(one, other)


def test_a_fields_own_name_comes_first_then_its_aliases_then_the_order_of_the_record() -> None:
    columns = Columns(["Phone", "mobile_no", "Phone Number", "Mobile No.", "Name", ""])
    assert columns.feeding(SCHEMA.phone) == ("Phone Number", "mobile_no", "Mobile No.", "Phone")
    assert columns.named("mobileno") == ("mobile_no", "Mobile No.")
    assert columns.named("") == ()


@pytest.mark.parametrize("header", [["id", "MOBILE"], ["\ufeff'phone no'"], ["Phone 2 - Value"]])
def test_a_header_with_a_phone_column_is_known(header: list[str]) -> None:
    assert has_phone_column(header, SCHEMA)


@pytest.mark.parametrize(
    ("header", "nearest"),
    [
        (["id", "Phone Nummer"], "PhoneNumber"),
        (["Mobil No", "City"], "MobileNo"),
        (["Telefone"], "Telephone"),
        (["9812345670", "Asha", "5"], None),
        (["", "--"], None),
        ([], None),
    ],
)
def test_c5_a_header_without_a_phone_column_gets_the_nearest_name(
    header: list[str], nearest: str | None
) -> None:
    assert not has_phone_column(header, SCHEMA)
    assert nearest_phone_column(header, SCHEMA) == nearest


@given(st.text())
def test_a_key_is_its_own_key_and_blanks_do_not_count(name: str) -> None:
    key = name_key(name)
    assert name_key(f" {key}_") == name_key(key)
    assert all(char.isalnum() or not char.isascii() for char in key)


@given(st.lists(st.text()))
def test_any_header_can_be_asked(header: list[str]) -> None:
    for field in SCHEMA.fields:
        assert set(Columns(header).feeding(field)) <= set(header)
