from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.file_report import MOST_FILES, MOST_GROUPS, report_files
from records.layout import Format, Layout
from records.ranges import Part, Range
from schemas.lead_schema import default_lead_schema
from transforms.read import InputFile

SCHEMA = default_lead_schema()


def input_file(
    name: str = "leads/portal.csv", *header: str, records: int = 3, **changes: Any
) -> InputFile:
    """A CSV file with these columns."""
    part = Part(size_bytes=1, records=records)
    ranges = (Range(0, 1, (part,), "", may_seek=False, is_last=True),)
    layout = Layout("csv", ",", header, names=tuple(filter(None, header)))
    return replace(InputFile(name, 1, "", layout, ranges), **changes)


def other_file(format_name: str, *names: str, name: str = "leads/a") -> InputFile:
    layout = Layout(cast(Format, format_name), names=names)
    return input_file(name, layout=layout)


def columns_of(*header: str, campaign_field: str | None = None) -> str:
    """What is said of the columns of a CSV file."""
    return report_files([input_file("a.csv", *header)], SCHEMA, campaign_field)[1].strip()


def report(files: Sequence[InputFile], rejected: dict[str, int] | None = None) -> list[str]:
    return report_files(files, SCHEMA, None, rejected)


def test_a_file_is_said_with_its_form_its_records_and_its_columns() -> None:
    file = input_file("leads/portal.csv", "Mobile No.", "Ad Id", "Name", records=1_334)

    assert report([file]) == [
        "leads/portal.csv: CSV (comma), UTF-8, 1,334 records",
        "  column `Mobile No.` read as PhoneNumber; `Name` read as Name; `Ad Id` ignored;"
        " no column for Priority, ExpiryDate, DoNotCall",
    ]


def test_at_the_end_rejects_are_said_too() -> None:
    file = input_file("a.csv", "Phone", records=1)

    assert report([file], {"a.csv": 1, "b.csv": 9})[0] == (
        "a.csv: CSV (comma), UTF-8, 1 record, 1 rejected"
    )
    assert report([file], {})[0] == "a.csv: CSV (comma), UTF-8, 1 record, 0 rejected"


def test_columns_that_feed_one_field_are_named_in_the_order_they_are_tried() -> None:
    assert columns_of("Phone", "Mobile", "PHONE", "Name", "Priority", "ExpiryDate", "DNC") == (
        "columns `Mobile`, then `Phone`, then `PHONE` read as PhoneNumber; `Name` read as Name;"
        " `Priority` read as Priority; `ExpiryDate` read as ExpiryDate; `DNC` read as DoNotCall"
    )


def test_the_campaigns_column_is_said_to_be_read_as_that_whatever_else_it_feeds() -> None:
    said = columns_of("Phone", "Name", "camp aign", campaign_field="Campaign")
    assert "`camp aign` read as the campaign; no column for" in said
    assert "ignored" not in said

    twice = columns_of("Phone", "Name", campaign_field="name")
    assert "`Name` read as Name; `Name` read as the campaign" in twice


def test_columns_without_a_name_and_names_that_stand_twice_are_said() -> None:
    assert columns_of("", "Phone", "", "Phone", "x", "x", "x").endswith(
        "; `x` ignored; 2 columns without a name ignored; `Phone` stands twice;"
        " `x` stands 3 times; no column for Name, Priority, ExpiryDate, DoNotCall"
    )
    assert "; 1 column without a name ignored; " in columns_of("Phone", "")


def test_of_many_ignored_columns_the_first_are_named_and_of_matched_ones_all() -> None:
    many = [f"c{at}x" for at in range(40)]
    matched = ["Mobile", "Phone", "MobileNo", "ContactNo", "Telephone", "msisdn"] * 2
    said = columns_of(*many, *[name + "." * (at // 6) for at, name in enumerate(matched)])

    assert "; `c0x`, `c1x`" in said
    assert "`c11x` and 28 more ignored" in said
    assert "c12x" not in said
    assert all(f"`{name}`" in said and f"`{name}.`" in said for name in matched)


def test_a_column_that_is_named_like_a_number_is_masked() -> None:
    said = columns_of("Phone", "98765 12345", "९८७६५१२३४५", "x" * 100)

    assert f"; `(a number)`, `(a number)`, `{'x' * 39}…` ignored" in said


@pytest.mark.parametrize(
    ("delimiter", "said"),
    [
        (",", "CSV (comma)"),
        ("\t", "CSV (tab)"),
        (";", "CSV (semicolon)"),
        ("|", "CSV (pipe)"),
        ("^", "CSV ('^')"),
    ],
)
def test_a_delimiter_is_said_in_words(delimiter: str, said: str) -> None:
    layout = Layout("csv", delimiter, ("Phone",), names=("Phone",))

    assert report([input_file(layout=layout)])[0].startswith(f"leads/portal.csv: {said}, UTF-8, ")


def test_packing_and_encoding_are_said() -> None:
    file = input_file("a.csv", "Phone", packing="gzip", encoding="UTF-16-LE")

    assert report([file])[0] == "a.csv: CSV (comma), packed with gzip, UTF-16-LE, 3 records"


@pytest.mark.parametrize(
    ("format_name", "said"),
    [("json_lines", "JSON lines, UTF-8"), ("json_array", "a JSON array, UTF-8")],
)
def test_the_names_of_json_are_those_of_its_first_records(format_name: str, said: str) -> None:
    assert report([other_file(format_name, "phone", "id")]) == [
        f"leads/a: {said}, 3 records",
        "  keys of its first records: `phone` read as PhoneNumber; `id` ignored;"
        " no key for Name, Priority, ExpiryDate, DoNotCall",
    ]


@pytest.mark.parametrize(
    ("format_name", "said"), [("avro", "Avro"), ("parquet", "Parquet"), ("new_kind", "new kind")]
)
def test_a_format_that_names_its_columns_itself_is_read_by_column(
    format_name: str, said: str
) -> None:
    first, second = report([other_file(format_name, "phone", "id")])

    assert first.startswith(f"leads/a: {said}, ")
    assert "UTF-8" not in first or format_name == "new_kind"
    assert second.startswith("  column `phone` read as PhoneNumber; `id` ignored; no column for")


def test_json_that_lacks_its_phone_or_campaign_key_says_so() -> None:
    said = report_files([other_file("json_lines", "id")], SCHEMA, "Campaign")[1]

    assert said == (
        "  keys of its first records: `id` ignored; no key for PhoneNumber, Name, Priority,"
        " ExpiryDate, DoNotCall, the campaign"
    )


def test_a_file_without_text_or_keys_is_said_to_be_so() -> None:
    assert report([input_file("a.csv", records=0)]) == [
        "a.csv: CSV, UTF-8, 0 records",
        "  no text in it",
    ]
    assert report([other_file("json_lines")])[1] == "  no keys in its first records"


def test_files_that_are_alike_are_said_together_by_a_glob_that_matches_only_them() -> None:
    alike = [input_file(f"leads/{day:02}.csv", "Phone", records=2_000) for day in range(500)]
    other = input_file("web/form.csv", "Mobile")

    lines = report([*alike, other])

    assert len(lines) == 4
    assert lines[0] == "leads/*.csv: 500 files alike, CSV (comma), UTF-8, 1,000,000 records"
    assert lines[2] == "web/form.csv: CSV (comma), UTF-8, 3 records"


def test_files_that_no_glob_tells_from_others_are_named_by_the_first() -> None:
    mixed = [
        input_file("leads/a.csv", "Phone"),
        input_file("leads/b.csv", "Mobile"),
        input_file("leads/c.csv", "Phone"),
    ]
    unlike = [input_file("x.csv", "Phone"), input_file("y.txt", "Phone")]

    assert report(mixed)[0].startswith("leads/a.csv and 1 more: 2 files alike, ")
    assert report(unlike)[0].startswith("x.csv and 1 more: 2 files alike, ")


def test_at_the_end_each_of_a_few_files_has_its_line() -> None:
    files = [input_file(f"l/{at}.csv", "Phone", records=at) for at in range(1, 4)]

    assert report(files, {"l/2.csv": 2}) == [
        "l/*.csv: 3 files alike, CSV (comma), UTF-8, 6 records, 2 rejected",
        "  column `Phone` read as PhoneNumber; no column for Name, Priority, ExpiryDate, DoNotCall",
        "  l/1.csv: 1 record, 0 rejected",
        "  l/2.csv: 2 records, 2 rejected",
        "  l/3.csv: 3 records, 0 rejected",
    ]


def test_of_many_files_those_with_the_most_rejects_have_a_line_and_the_rest_one() -> None:
    files = [input_file(f"l/{at:03}.csv", "Phone", records=5) for at in range(500)]
    rejected = {"l/007.csv": 1, "l/300.csv": 4, "l/200.csv": 4}

    assert report(files, rejected)[2:] == [
        "  l/200.csv: 5 records, 4 rejected",
        "  l/300.csv: 5 records, 4 rejected",
        "  l/007.csv: 5 records, 1 rejected",
        "  the other 497 files: 2,485 records, 0 rejected",
    ]
    assert len(report(files, {})) == 2
    everywhere = report(files, {file.name: 1 for file in files})
    assert len(everywhere) == 2 + 11
    assert everywhere[-1] == "  the other 490 files: 2,450 records, 490 rejected"


def test_where_only_what_is_ignored_differs_many_files_are_one_group() -> None:
    files = [input_file(f"l/{at:03}.csv", "Phone", f"column {at}") for at in range(100)]

    assert report(files)[1] == (
        "  column `Phone` read as PhoneNumber; others ignored;"
        " no column for Name, Priority, ExpiryDate, DoNotCall"
    )
    assert len(report(files)) == 2
    assert len(report(files[:MOST_GROUPS])) == 2 * MOST_GROUPS


def test_more_ways_of_reading_than_fit_are_counted_the_rarest_last() -> None:
    # A name's marks do not count: each of these is a column of its own for the phone number.
    files = [input_file(f"l/{at:03}.csv", "Phone" + "." * at) for at in range(MOST_GROUPS + 10)]
    common = [input_file(f"m/{at}.csv", "Mobile", records=1) for at in range(3)]

    lines = report([*files, *common])

    assert lines[0].startswith("m/*.csv: 3 files alike, ")
    assert lines[-1] == (
        "11 more files, read in 11 other ways: give fewer files to see how; 33 records"
    )
    assert len(lines) == 2 * MOST_GROUPS + 1


names = st.text(max_size=12) | st.from_regex(r"[+(]?\d[\d -]{5,14}", fullmatch=True)


@given(
    st.lists(st.tuples(names, st.lists(names, max_size=30)), max_size=60, unique_by=lambda t: t[0])
)
def test_whatever_the_files_hold_the_report_is_short_and_accounts_for_all_records(
    headers: list[tuple[str, list[str]]],
) -> None:
    files = [input_file(f"f{at}", "Phone", *header) for at, (_, header) in enumerate(headers)]

    lines = report(files, {})

    assert len(lines) <= 2 * MOST_GROUPS + 1 + MOST_FILES
    for _, header in headers:
        for name in header:
            if sum(map(str.isdecimal, name)) >= 6:
                assert all(f"`{name}`" not in line for line in lines)


def test_rows_that_were_no_utf_8_are_said_of_their_file() -> None:
    file = input_file("a.csv", "Phone", records=3)
    first, *_ = report_files([file], SCHEMA, None, {"a.csv": 1}, {"a.csv": 2})
    assert (
        first == "a.csv: CSV (comma), UTF-8, 3 records, 2 of them read as Windows-1252, 1 rejected"
    )
