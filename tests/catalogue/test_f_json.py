"""Part F of the catalogue: leads as JSON lines. (Arrays, F2, and wrappers, F3, have tests elsewhere.)"""

import json

import pytest

from tests.catalogue.desk import Desk, Row, ok

MISSING: Row = ("phone_missing", None)
INVALID: Row = ("phone_invalid", None)
UNREADABLE: Row = ("unreadable", None)


def test_f1_lines_are_read_with_any_keys_types_and_line_ends(desk: Desk) -> None:
    result = desk.read(
        '\ufeff{"phonenumber": 9812300001.0, "NAME": "A"}\r\n'
        "\r\n"
        '{"PHONE_NUMBER": 9812300002}\n'
        ' \t{ "Phone Number" : "98123-00003" , "extra" : {"a": [1, {"b": null}]} }  \n'
        '{"mobile": 919812300004, "Name": null, "Priority": null, "ExpiryDate": null}\n'
        '{"Phone": 9.812300005e9}\n'
        '{"Phone": 9.8123000060E+9, "name": ""}\n'
        "\n   \n"
        '{"Mobile No.": "p:+919812300007"}\r\r\n'
        '{"Phone": 0.9812300008e10}\n'
        '{"\\u0050hone": "\\u0039812300009"}\n'
        '\ufeff{"phone": "9812300010"}\n'
        '{"phone": "9812300011"}',
        name="leads.txt",
    )
    assert result.rows("leads.txt") == ok(*range(9812300001, 9812300012))
    assert result.sent["9812300001"]["Name"] == "A"
    assert result.lead(3, "leads.txt")["extra"] == {"a": [1, {"b": None}]}


def test_f1_what_is_neither_text_nor_a_whole_number_is_no_phone(desk: Desk) -> None:
    values = [
        *([9812300001], ["9812300001"], {"number": "9812300001"}, True, False, 9812300001.5),
        *(-9812300001, 98123, 9812300001000, 1e300, [], {}, 0, 0.0),
    ]
    content = "\n".join(json.dumps({"Phone": value, "Name": "A"}) for value in values)
    result = desk.read(content)
    assert result.rows() == [INVALID] * len(values)


def test_f1_null_and_nothing_are_a_missing_phone_and_the_record_is_described(desk: Desk) -> None:
    result = desk.read(
        '{"Phone": null}\n{"Phone": ""}\n{}\n{"Name": "A", "Details": {"Phone": "9812300001"}}\n'
        '{"Phone": "N/A", "Mobile": null}\n{"Phone": null, "Mobile": 9812300002}\n'
    )
    assert result.rows() == [*[MISSING] * 5, *ok(9812300002)]
    assert "'Details' (an object of 1)" in result.detail(4)


def test_f1_a_key_twice_never_has_its_last_value_win(desk: Desk) -> None:
    result = desk.read(
        '{"Phone": "9812300001", "Phone": "9812300002"}\n'
        '{"Phone": "9812300003", "Phone": "+91 98123 00003"}\n'
        '{"Phone": "9812300004", "Phone": null}\n'
        '{"Phone": "9812300005", "phone": "9812300006"}\n'
        '{"Phone": 9812300007, "PHONE": "9812300007"}\n'
        '{"Phone": 9812300008, "Name": "A", "name": "B"}\n'
    )
    assert [reason for reason, _ in result.rows()] == [
        *("columns", "ok", "ok", "columns", "ok", "columns")
    ]


def test_f1_a_line_that_is_no_object_costs_no_other(desk: Desk) -> None:
    result = desk.read(
        '{"Phone": 9812300001}\n[{"Phone": 9812300002}]\nPhone,Name\n"9812300003"\n9812300004\nnull\n'
        '{"Phone": 9812300005\n{"Phone": 9812300006},\n{"Phone": 9812300007} {"Phone": 9812300008}\n'
        '{\'Phone\': 9812300009}\n{"Phone": NaN}\n{"Phone": 09812300010}\n'
        '{"Phone": "9812300011", "Name": "a\tb"}\n{"Phone": 9812300012}\n'
    )
    rows = result.rows()
    assert rows[0] == ok(9812300001)[0]
    assert rows[-1] == ok(9812300012)[0]
    assert rows[1:-2] == [UNREADABLE] * (len(rows) - 3)
    assert result.lead(3) == "Phone,Name"
    assert len(rows) == 14


def test_f1_further_keys_are_sent_only_if_the_schema_lists_them(desk: Desk) -> None:
    result = desk.read('{"Phone": 9812300001, "Name": "A", "City": "Pune", "Priority": 3}\n')
    assert result.sent["9812300001"] == {"PhoneNumber": "9812300001", "Name": "A", "Priority": 3}


def test_f1_numbers_and_truths_become_the_text_of_a_name(desk: Desk) -> None:
    values = [5, 5.5, True, "5.50", {"first": "A"}, ["A"]]
    content = "\n".join(
        json.dumps({"Phone": 9812300000 + at, "Name": value}) for at, value in enumerate(values)
    )
    result = desk.read(content)
    assert [values["Name"] for values in result.sent.values()] == ["5", "5.5", "true", "5.50"]
    assert [reason for reason, _ in result.rows()][4:] == ["field_invalid", "field_invalid"]


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\\udc00\\ud800"])
def test_f4_half_an_emoji_is_replaced_and_the_lead_goes_on(desk: Desk, half: str) -> None:
    whole = "\\ud83d\\ude00"
    result = desk.read(
        f'{{"Phone": 9812300001, "Name": "A {half} {whole}"}}\n{{"Phone": "98123{half}00002"}}\n'
        f'{{"Phone": 9812300003, "No{half}te": "{half}"}}\n'
    )
    assert result.rows()[0] == ok(9812300001)[0]
    assert result.rows()[1:] == [INVALID, *ok(9812300003)]
    replaced = "\ufffd" * half.count("\\u")
    assert result.sent["9812300001"]["Name"] == f"A {replaced} \U0001f600"


def test_f4_half_a_character_of_utf16_in_a_table_is_replaced_too(desk: Desk) -> None:
    content = "\ufeffPhone\tName\r\n9812300001\tA".encode("utf-16-le") + b"\x3d\xd8\r\0\n\0"
    content += "9812300002\tB\r\n".encode("utf-16-le")
    result = desk.read(content)
    assert result.rows() == ok(9812300001, 9812300002)
    assert result.sent["9812300001"]["Name"] == "A\ufffd"
