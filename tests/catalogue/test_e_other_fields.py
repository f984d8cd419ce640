"""Part E of the catalogue: expiry, priority, names, and one number that comes again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cells import read_text
from tests.catalogue.desk import Desk, Row, ok


def refused(number: int) -> Row:
    return ("field_invalid", str(number))


def with_column(name: str, cells: list[str]) -> str:
    """A file in which each cell stands beside a number of its own."""
    rows = [f'{9812300000 + at};"{cell}"\n' for at, cell in enumerate(cells)]
    return f"Phone;{name}\n" + "".join(rows)


MOMENTS = {
    "2037-06-30 18:00:00": "2037-06-30 18:00:00",
    "2037-06-30T18:00:00": "2037-06-30 18:00:00",
    "2037-06-30t18:00:00": "2037-06-30 18:00:00",
    " 2037-06-30 18:00:00 ": "2037-06-30 18:00:00",
    "'2037-06-30 18:00:00": "2037-06-30 18:00:00",
    "2037-06-30 18:00:00.0": "2037-06-30 18:00:00",
    "2037-06-30T18:00:00.000000": "2037-06-30 18:00:00",
    "2037-06-30T12:30:00Z": "2037-06-30 18:00:00",
    "2037-06-30T12:30:00.000Z": "2037-06-30 18:00:00",
    "2037-06-30 12:30:00+00:00": "2037-06-30 18:00:00",
    "2037-06-30T08:30:00-0400": "2037-06-30 18:00:00",
    "2037-06-30T18:00:00+05:30": "2037-06-30 18:00:00",
    "2037-06-30T20:30:00+08": "2037-06-30 18:00:00",
    "2037-06-30T12:30:00\u22120000": "2037-06-30 18:00:00",
    "2037-06-30T23:59:59Z": "2037-07-01 05:29:59",
    "2037-01-01T00:00:00+14:00": "2036-12-31 15:30:00",
    "2036-02-29 00:00:00": "2036-02-29 00:00:00",
    "２０３７-06-30 18:00:00": "2037-06-30 18:00:00",
}
NO_MOMENTS = (
    *("30/06/2037", "06/30/2037", "30-06-2037 18:00:00", "06-30-2037 18:00:00", "30.06.2037 18:00"),
    *("2037-06-30", "2037-06-30 06:00:00 PM", "2037-06-30 6:00 PM", "2037-06-30 18:00", "18:00:00"),
    *(
        "30 Jun 2037",
        "Jun 30, 2037 18:00:00",
        "2037/06/30 18:00:00",
        "50221.75",
        "50221",
        "2129803200",
    ),
    *("2129803200000", "2037-06-31 18:00:00", "2037-02-29 18:00:00", "2037-13-01 18:00:00"),
    *("2037-30-06 18:00:00", "2037-06-30 24:00:00", "2037-06-30 25:00:00", "2037-06-30 18:60:00"),
    *("2037-06-30 18:00:60", "2037-6-30 18:00:00", "37-06-30 18:00:00", "2037-06-30T18:00:00.5"),
    *("2037-06-30T18:00:00+25:00", "2037-06-30T18:00:00 IST", "tomorrow", "never", "0", "true"),
    *("2037-00-10 18:00:00", "0000-00-00 00:00:00", "20370630180000", "2037-06-30 18.00.00"),
    *("9999-12-31T23:59:59-05:00", "2037-06-30 18:00:00 and later", "2037-W26-2T18:00:00"),
)
NOTHING = ("", "  ", "-", "N/A", "null", "None", "NaN", "n.a.", "—")


def test_e1_moments_in_iso_8601_are_brought_to_the_dialers_wall_clock(desk: Desk) -> None:
    result = desk.read(with_column("Expiry Date", list(MOMENTS)))
    for at, (cell, moment) in enumerate(MOMENTS.items()):
        assert result.sent[str(9812300000 + at)]["ExpiryDate"] == moment, cell


def test_e1_an_offset_is_brought_to_the_zone_that_is_asked_for(desk: Desk) -> None:
    cells = ["2037-06-30T12:30:00Z", "2037-06-30 12:30:00", "2037-12-30T12:30:00Z"]
    result = desk.read(with_column("ExpiryDate", cells), "--time_zone=Europe/London")
    assert [values["ExpiryDate"] for values in result.sent.values()] == [
        *("2037-06-30 13:30:00", "2037-06-30 12:30:00", "2037-12-30 12:30:00")
    ]


def test_e1_no_date_is_guessed_and_the_form_that_is_right_is_named(desk: Desk) -> None:
    cells = list(NO_MOMENTS)
    result = desk.read(with_column("ExpiryDate", cells))
    assert not result.sent
    for at, (cell, row) in enumerate(zip(cells, result.rows(), strict=True)):
        assert row == refused(9812300000 + at), cell
        assert "ExpiryDate" in result.detail(at + 1)
        assert "YYYY-MM-DD HH:MM:SS" in result.detail(at + 1)


def test_e1_the_past_is_suppressed_as_expired_in_the_dialers_zone(desk: Desk) -> None:
    cells = [
        "2026-01-31 10:00:00",
        "1999-12-31T23:59:59Z",
        "2001-01-01 00:00:00",
        "2099-01-01 00:00:00",
    ]
    result = desk.read(with_column("ExpiryDate", cells))
    assert [reason for reason, _ in result.rows()] == ["expired", "expired", "expired", "ok"]
    assert result.outcomes["leads.csv", 1]["status"] == "suppressed"


def test_e1_numbers_and_truths_in_json_are_no_moments(desk: Desk) -> None:
    values = [2129803200, 50221.75, True, ["2037-06-30 18:00:00"], {"date": "2037-06-30"}, None]
    lines = [
        json.dumps({"Phone": 9812300000 + at, "ExpiryDate": each}) for at, each in enumerate(values)
    ]
    result = desk.read("\n".join(lines))
    assert [reason for reason, _ in result.rows()] == [*["field_invalid"] * 5, "ok"]


def test_e2_a_whole_number_in_any_spelling_is_a_priority(desk: Desk) -> None:
    cells = {"5.0": 5, " 7 ": 7, "05": 5, "99": 99, "1": 1, "099": 99, "12.00": 12, "'8": 8, "５": 5, "३": 3,
             '=""9""': 9, "5.": 5}  # fmt: skip
    result = desk.read(with_column("Priority", list(cells)))
    assert [values["Priority"] for values in result.sent.values()] == list(cells.values())
    assert all(type(values["Priority"]) is int for values in result.sent.values())


def test_e2_what_is_no_whole_number_from_1_to_99_is_invalid(desk: Desk) -> None:
    cells = ["0", "100", "-3", "5.5", "High", "true", "0.0", "99.9", "1e1", "5 ", "1,000", "5,0", "P1", "٪5",
             "1/2", "5-7", "99999999999999999999999999999999", "²", "#5"]  # fmt: skip
    result = desk.read(with_column("Priority", cells))
    assert list(result.sent) == ["9812300009"]
    for at, (cell, row) in enumerate(zip(cells, result.rows(), strict=True)):
        assert row == (refused(9812300000 + at) if cell != "5 " else ok(9812300009)[0]), cell
    assert "from 1 to 99" in result.detail(1)
    assert "'0'" in result.detail(1)


def test_e2_in_json_the_same_numbers_are_the_same_priority(desk: Desk) -> None:
    values = [5, 5.0, "5", "5.0", None, "", 0, 100, 5.5, True, [5], "High", -1, 1e300]
    lines = [
        json.dumps({"Phone": 9812300000 + at, "priority": each}) for at, each in enumerate(values)
    ]
    result = desk.read("\n".join(lines))
    assert [reason for reason, _ in result.rows()] == [*["ok"] * 6, *["field_invalid"] * 8]
    assert [values["Priority"] for values in result.sent.values()] == [5, 5, 5, 5, "", ""]


def test_e2_an_empty_priority_or_expiry_has_the_schemas_default(desk: Desk) -> None:
    schema = json.loads(DEFAULTS)
    path = desk.path("defaults.avsc", json.dumps(schema).encode())
    rows = [f"{9812300000 + at};{cell};{cell}\n" for at, cell in enumerate(NOTHING)]
    content = "Phone;Priority;ExpiryDate\n" + "".join(rows) + "9812300100\n9812300101;5.0\n"
    result = desk.read(content, f"--lead_schema={path}")
    assert len(result.sent) == len(NOTHING) + 2
    assert result.sent.pop("9812300101")["Priority"] == 5  # type: ignore[attr-defined]
    assert {(each["Priority"], each["ExpiryDate"]) for each in result.sent.values()} == {
        (50, "2037-01-01 00:00:00")
    }
    alone = desk.read("Phone\n9812300000\n", f"--lead_schema={path}")
    assert alone.sent["9812300000"]["Priority"] == 50


DEFAULTS = """{"type": "record", "name": "Lead", "fields": [
  {"name": "PhoneNumber", "aliases": ["Phone"], "role": "phone",
   "type": {"type": "string", "logicalType": "phone-number", "region": "IN", "types": ["mobile"]}},
  {"name": "Priority", "type": "int", "default": 50, "minimum": 1, "maximum": 99},
  {"name": "ExpiryDate", "default": "2037-01-01 00:00:00",
   "type": {"type": "string", "logicalType": "wall-clock", "format": "%Y-%m-%d %H:%M:%S"}}
]}"""

NAMES = (
    *(
        "Nan",
        "Null",
        "NA",
        "N/A",
        "None",
        "-",
        "true",
        "0",
        "007",
        "1e5",
        "=1+2",
        "=HYPERLINK(1)",
        "+91",
    ),
    *(
        "@SUM(A1)",
        "-2+3",
        "அருண்",
        "आशा",
        "👩🏽\u200d💻 Asha",
        "é",
        "e\u0301",
        "  spaced  out  ",
        "O'Neil",
    ),
    *(
        "<b>Asha</b>",
        "a&b=c",
        "100%",
        "\\N",
        "9876512345",
        "2037-06-30",
        "a\tb",
        "مرحبا",
        "\u202eabc",
    ),
)


def test_e3_a_name_is_text_as_it_is_written(desk: Desk) -> None:
    result = desk.read(with_column("Name", list(NAMES)))
    assert [values["Name"] for values in result.sent.values()] == list(NAMES)
    lines = [
        json.dumps({"Phone": 9812300000 + at, "Name": name}, ensure_ascii=at % 2 == 0)
        for at, name in enumerate(NAMES)
    ]
    result = desk.read("\n".join(lines))
    assert [values["Name"] for values in result.sent.values()] == list(NAMES)


@given(st.text(min_size=1).filter(lambda text: not text.isspace()))
def test_e3_any_text_with_something_in_it_is_kept(text: str) -> None:
    assert read_text(text) == text


def test_e4_the_first_valid_and_unexpired_row_of_a_number_is_the_lead(desk: Desk) -> None:
    result = desk.read(
        "Phone,Name,Priority,ExpiryDate\n"
        "9812300001,refused,High,\n"
        "+91-98123-00001,expired,5,2001-01-01 00:00:00\n"
        "09812300001,the lead,5,\n"
        "98123 00001,later,6,\n"
        "9812300001.0,refused again,0,\n"
        "9812300001,expired again,,2001-01-01 00:00:00\n"
        "+919812300001,last,,2037-06-30 18:00:00\n"
        "98123,no number,,\n98123,no number,,\n,none,,\n,none,,\n"
        "9812300002 / 9812300001,another,,\n"
        "9812300002,later,,\n"
    )
    assert [reason for reason, _ in result.rows()] == [
        *("field_invalid", "expired", "ok", "duplicate", "field_invalid", "expired", "duplicate"),
        *("phone_invalid", "phone_invalid", "phone_missing", "phone_missing", "ok", "duplicate"),
    ]
    assert {values["Name"] for values in result.sent.values()} == {"the lead", "another"}


def test_e4_the_first_file_by_name_has_the_lead_whatever_its_format(desk: Desk) -> None:
    files = {
        "b.csv": b"Phone,Name\n9812300001,B\n9812300002,B\n",
        "a.jsonl": b'{"phone": 919812300001, "name": "A"}\n',
        "c.csv": "\ufeffMobile\tName\n'9812300002\tC\n".encode("utf-16"),
    }
    result = desk.run(files)
    assert result.rows("a.jsonl") == ok(9812300001)
    assert result.rows("b.csv") == [("duplicate", "9812300001"), *ok(9812300002)]
    assert result.rows("c.csv") == [("duplicate", "9812300002")]
    assert result.sent["9812300001"]["Name"] == "A"


def test_e4_a_number_on_a_list_stays_on_it_in_every_spelling(desk: Desk) -> None:
    listed = desk.path("dnd.txt", b"09812300001\n")
    result = desk.read(
        "Phone\n9812300001\n+91 98123-00001\n'9812300001\n9812300002\n", f"--dnd={listed}"
    )
    assert [reason for reason, _ in result.rows()] == ["dnd", "dnd", "dnd", "ok"]


def test_e5_an_empty_cell_is_empty_whatever_stands_around_it(desk: Desk) -> None:
    result = desk.read(
        "Name,Phone,Mobile,Priority,ExpiryDate\n"
        "Asha,9812300001,,7,2037-06-30 18:00:00\n"
        ",9812300002,,,\n"
        "Bina,,,9,\n"
        ",,9812300003,,\n"
        ',"","",8,\n'
        "Chitra,9812300004\n"
    )
    assert result.rows() == [
        *ok(9812300001, 9812300002),
        ("phone_missing", None),
        *ok(9812300003),
        ("phone_missing", None),
        *ok(9812300004),
    ]
    for number in ("9812300002", "9812300003"):
        values = result.sent[number]
        assert [values[name] for name in ("Name", "Priority", "ExpiryDate")] == ["", "", ""]


@pytest.mark.parametrize("name", ["Priority", "ExpiryDate", "Name"])
def test_e2_a_file_without_the_column_goes_on(desk: Desk, name: str) -> None:
    header = ["Phone", *({"Priority", "ExpiryDate", "Name"} - {name})]
    assert desk.read(f"{','.join(header)}\n9812300001,,\n").rows() == ok(9812300001)
