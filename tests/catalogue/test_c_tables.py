"""Part C of the catalogue: rows, headers, and what stands above, between and below them."""

import pytest

from tests.catalogue.desk import Desk, Row, ok

COLUMNS: Row = ("columns", None)
MISSING: Row = ("phone_missing", None)
INVALID: Row = ("phone_invalid", None)
UNREADABLE: Row = ("unreadable", None)


def test_c1_quoted_cells_hold_anything_and_rows_still_count(desk: Desk) -> None:
    result = desk.read(
        "Name,Address,Phone\n"
        '"Asha ""RK"" Rao","12, Main Rd\n\nPune",9812300001\n'
        "\"\",'',x1\n"
        '"a\r\nb\rc","""","9812300002"\n'
        "\n"
        '"""quoted""",",,,\n,,,",9812300003\r\n'
        "B,,\n"
        '"Phone\nName\n",,9812300004\n'
    )
    assert result.rows() == [
        *ok(9812300001),
        INVALID,
        *ok(9812300002, 9812300003),
        MISSING,
        *ok(9812300004),
    ]
    assert [result.sent[str(9812300000 + at)]["Name"] for at in (1, 2, 3, 4)] == [
        *('Asha "RK" Rao', "a\r\nb\rc", '"quoted"', "Phone\nName\n"),
    ]
    assert result.lead(1)["Address"] == "12, Main Rd\n\nPune"


def test_c1_a_line_break_in_the_phone_cell_is_a_blank(desk: Desk) -> None:
    content = 'Phone,Name\n"98123\n00001",A\n"\n9812300002\r\n",B\n"9812300003\n9812300004",C\n'
    assert desk.read(content).rows() == [*ok(9812300001, 9812300002), INVALID]


def test_c2_missing_cells_are_empty_and_a_surplus_is_only_good_if_it_is_empty(desk: Desk) -> None:
    result = desk.read(
        "Phone,Name,Priority,City\n"
        "9812300001\n"
        "9812300002,Asha\n"
        "9812300003,Asha,5,,,,\n"
        '9812300004,Asha,5,Pune, ,"",\t\n'
        "9812300005,Asha,5,Pune,extra\n"
        "Rao, Asha,9812300006,5,Pune\n"
        "9812300007,Rao, Asha,5,Pune\n"
        "9812300008,A,,,0\n"
        "9812300009,A,7,\n"
    )
    assert result.rows() == [
        *ok(9812300001, 9812300002, 9812300003, 9812300004),
        *[COLUMNS] * 4,
        *ok(9812300009),
    ]
    assert "5 cells under 4 columns" in result.detail(5)
    assert result.lead(6) == "Rao, Asha,9812300006,5,Pune"
    assert result.sent["9812300009"]["Priority"] == 7


def test_c3_of_a_header_twice_neither_cell_wins(desk: Desk) -> None:
    result = desk.read(
        "Phone,Name,Phone\n"
        "9812300001,A,9812300001\n"
        "9812300002,B,+91 98123-00002\n"
        "9812300003,C,\n"
        ",D,9812300004\n"
        "9812300005,E,9812300006\n"
        "9812300007,F,022-23456789\n"
        "9812300008,G,N/A\n"
        "9812300009,H\n"
        ",I,\n"
        "x,J,9812300010\n"
    )
    assert result.rows() == [
        *ok(9812300001, 9812300002, 9812300003, 9812300004),
        COLUMNS,
        COLUMNS,
        *ok(9812300008, 9812300009),
        MISSING,
        COLUMNS,
    ]
    assert "9812300005" in result.detail(5)
    assert "9812300006" in result.detail(5)


@pytest.mark.parametrize(
    "header", ["PhoneNumber,phone number", "Phone No.,Phone No", "MOBILE,Mobile", " Mobile,Mobile "]
)
def test_c3_one_name_in_two_spellings_is_one_header(desk: Desk, header: str) -> None:
    result = desk.read(
        f"{header},Name\n9812300001,9812300002,A\n9812300003,,B\n,9812300004,C\n9812300005,09812300005,D\n"
    )
    assert result.rows() == [COLUMNS, *ok(9812300003, 9812300004, 9812300005)]


def test_c3_other_fields_under_a_header_twice_must_agree_too(desk: Desk) -> None:
    result = desk.read(
        "Name,Phone,Name,Priority,Priority\n"
        "Asha,9812300001,Asha,5,5.0\nAsha,9812300002,Rao,,\nAsha,9812300003,,,7\n"
        "A,9812300004,,5,6\n"
    )
    assert [reason for reason, _ in result.rows()] == ["ok", "columns", "ok", "columns"]
    assert result.sent["9812300003"]["Priority"] == 7


def test_c3_columns_that_nothing_needs_may_stand_twice(desk: Desk) -> None:
    assert desk.read("City,Phone,City\nPune,9812300001,Goa\n").rows() == ok(9812300001)


def test_c4_nameless_columns_blank_lines_and_lines_of_delimiters_are_nothing(desk: Desk) -> None:
    result = desk.read(
        '\r\n   \r\n,,,,\r\n"","",,,\r\n'
        ",Phone,,Name,,\r\n"
        "7,9812300001,x,Asha,y,z\r\n"
        "\r\n,,,,,\r\n \t ,,,,,\r\n"
        "8,9812300002,,,,\r\n"
        '"",,,"",,\r\n'
        "9,,note,,,\r\n"
        ",,,,,\r\n,,,,,\r\n"
    )
    assert result.rows()[:3] == [*ok(9812300001, 9812300002), MISSING]
    assert result.sent["9812300001"]["Name"] == "Asha"
    assert len(result.rows()) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("9812300001,Asha,5,\n9812300002,B,,\n", "its first line looks like a lead"),
        ("Asha;98123 00001;Pune\n", "its first line looks like a lead"),
        ("Nmae,Moblie No\nAsha,9812300001\n", "Should one of them be MobileNo?"),
        ("Name,Phonenumer\nAsha,9812300001\n", "Should one of them be PhoneNumber?"),
        ("Name:Phone\nAsha:9812300001\n", "no column PhoneNumber"),
        ("Asha\nBina\n", "no column PhoneNumber"),
        ("City,Email\nPune,a@example.org\n", "read: 'City', 'Email'"),
    ],
)
def test_c5_without_a_phone_column_nothing_is_posted_of_any_file(
    desk: Desk, content: str, words: str
) -> None:
    result = desk.run({"a.csv": b"Phone\n9812300009\n", "leads.csv": content.encode()})
    assert result.status == 2
    assert not result.sent
    assert words in result.said
    assert "98123" not in result.said


def test_c6_a_header_in_the_middle_is_one_invalid_row_and_shifts_nothing(desk: Desk) -> None:
    header, marked = "Phone,Name,City\n", "\ufeffPhone,Name,City\r\n"
    result = desk.read(
        f"{marked}9812300001,A,\n{header}9812300002,B,\n{marked}9812300003,C,\n"
        f'\ufeff"Phone","Name","City"\n9812300004,D,\n{header}'
    )
    assert result.rows() == [
        *ok(9812300001),
        COLUMNS,
        *ok(9812300002),
        COLUMNS,
        *ok(9812300003),
        COLUMNS,
        *ok(9812300004),
        COLUMNS,
    ]
    assert "header is repeated" in result.detail(2)


def test_c6_glued_without_a_line_end_between_costs_the_glued_row_alone(desk: Desk) -> None:
    result = desk.read("Phone,Name\n9812300001,A\n9812300002,BPhone,Name\n9812300003,C\n")
    assert result.rows() == [*ok(9812300001), COLUMNS, *ok(9812300003)]


def test_c6_a_header_in_another_order_calls_nobody_by_a_shifted_column(desk: Desk) -> None:
    result = desk.read("Phone,Name\n9812300001,A\nName,Phone\nB,9812300002\n9812300003,C\n")
    assert result.rows() == [*ok(9812300001), INVALID, INVALID, *ok(9812300003)]


def test_c6_utf16_files_glued_together_are_read_through_their_marks(desk: Desk) -> None:
    part = "\ufeffPhone\tName\r\n{}\tA\r\n"
    content = "".join(part.format(number) for number in (9812300001, 9812300002))
    assert desk.read(content.encode("utf-16-le")).rows() == [
        *ok(9812300001),
        COLUMNS,
        *ok(9812300002),
    ]


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", b"Phone,Name", b"Phone,Name\r\n", b" \t\r\n", b"\0" * 64,
     b"Phone,Name\n,,\n,\n", b"\xef\xbb\xbfPhone;Name\n\n\n", b"sep=;\nPhone;Name\n"],
)  # fmt: skip
def test_c7_no_leads_are_no_request_and_said_aloud(desk: Desk, content: bytes) -> None:
    result = desk.read(content)
    assert not result.outcomes
    assert not result.sent
    assert "read 0 = outcomes 0" in result.said or "no lead" in result.said


def test_c7_an_empty_file_among_full_ones_costs_nothing(desk: Desk) -> None:
    files = {
        "a.csv": b"",
        "b.csv": b"Phone\n9812300001\n",
        "c.csv": b"Phone,Name\n",
        "d.jsonl": b"\n",
        "e.csv": b"Phone\n9812300002",
    }
    result = desk.run(files)
    assert result.status == 0
    assert list(result.sent) == ["9812300001", "9812300002"]


def test_c8_a_title_above_the_header_stops_the_run(desk: Desk) -> None:
    said = desk.refused("Leads report July,,\n\nPhone,Name,City\n9812300001,A,\n")
    assert "no column PhoneNumber" in said
    assert "'Leads report July'" in said


def test_c8_totals_and_remarks_below_the_data_are_invalid_rows(desk: Desk) -> None:
    result = desk.read(
        "Phone,Name,City\n9812300001,A,\n,,\nTotal,1,\n,Total: 1,\nTotal leads: 1\nCount,,9812300002\n"
        "2 records\n1,,\n"
    )
    assert result.rows() == [*ok(9812300001), INVALID, MISSING, *[INVALID] * 4]
    assert len(result.sent) == 1


def test_c9_an_open_quote_is_one_outcome_and_the_next_file_goes_on(desk: Desk) -> None:
    files = {
        "a.csv": b'Phone,Name\n9812300001,A\n9812300002,"Asha\n9812300003,C\n9812300004,D\n',
        "b.csv": b"Phone,Name\n9812300005,E\n",
        "c.csv": b'Phone,Name\n"9812300006,F\n9812300007,G',
        "d.csv": b'Phone,Name\n9812300008,"H',
    }
    result = desk.run(files)
    assert result.status == 0
    assert result.rows("a.csv") == [*ok(9812300001), UNREADABLE]
    assert "record 2" in result.detail(2, "a.csv")
    assert result.lead(2, "a.csv").startswith('9812300002,"Asha')
    assert "9812300004,D" in result.lead(2, "a.csv")
    assert result.rows("b.csv") == ok(9812300005)
    assert result.rows("c.csv") == [UNREADABLE]
    assert result.rows("d.csv") == [UNREADABLE]


def test_c9_a_quote_that_swallows_rows_until_another_quote_calls_nobody_in_it(desk: Desk) -> None:
    result = desk.read('Phone,Name\n9812300001,"Asha\n9812300002,B\n9812300003,"C"\n9812300004,D\n')
    assert result.rows() == [UNREADABLE, *ok(9812300004)]
    assert "9812300002,B" in result.lead(1)
