import bz2
import gzip
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.phones import PhoneNumber, PhoneReader
from suppression.faults import ListError
from suppression.index_file import IndexFile
from suppression.lists import Screen
from tests.suppression.built_lists import built, numbers_of

PHONES = PhoneReader("IN", ["mobile"], None)
AMERICAN = PhoneReader("US", ["mobile"], None)


def opened(content: str | bytes, *, allow_empty: bool = False, region: str = "IN") -> IndexFile:
    return built(content, allow_empty=allow_empty, region=region)


def numbers(content: str | bytes) -> list[int]:
    return numbers_of(opened(content))


def refusal(content: str | bytes, *, allow_empty: bool = False) -> str:
    with pytest.raises(ListError) as caught:
        opened(content, allow_empty=allow_empty)
    assert str(caught.value).startswith("dnd.txt")
    return str(caught.value)


def test_h1_a_list_is_read_in_every_spelling_of_a_lead() -> None:
    content = (
        "Numbers\n# opted out, in July\n\n9876512345\n+91-98765-12346\t\n 098765 12347\r\n"
        "919876512348\r'9876512349\n९८७६५१२३५०\n9876512351.0\nMob: 98765-12352\n9876512345\n"
        '"9,876,512,353"\n022-23456789\n+44 20 7946 0958\n9876512354 # asked on 1 May\nTotal: 12\n'
    )
    found = opened(content)
    assert numbers_of(found) == [
        442079460958,
        912223456789,
        *range(919876512345, 919876512355),
    ]
    assert found.info.not_numbers == 3
    assert found.count == 12


def test_h1_landlines_and_foreign_numbers_match_only_themselves() -> None:
    found = opened("022-23456789\n+44 20 7946 0958\n")
    asked = np.array([912223456789, 442079460958, 2223456789, 2079460958, 919876512345])
    assert found.listed(asked).tolist() == [True, True, False, False, False]


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig", "utf-16-be"])
def test_h1_lists_come_in_other_encodings(codec: str) -> None:
    mark = "\ufeff" if codec == "utf-16-be" else ""
    assert numbers((mark + "9876512345\r\n9876512346").encode(codec)) == [
        919876512345,
        919876512346,
    ]


def test_b2_a_line_may_be_windows_1252() -> None:
    assert numbers(b"9876512345\n98765\xa012346\n98765\x9612347\n") == [
        919876512345,
        919876512346,
        919876512347,
    ]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_h6_lists_may_be_packed(pack: type) -> None:
    assert numbers(pack(b"9876512345\n")) == [919876512345]


def test_d4_every_number_of_an_entry_is_listed() -> None:
    content = "9876512345 / 9876512346\n9876512347, 9876512348;9876512349\n"
    assert numbers(content) == list(range(919876512345, 919876512350))
    long_line = ",".join(map(str, range(9876512345, 9876512445)))
    assert numbers(long_line) == list(range(919876512345, 919876512445))


def test_d4_a_part_that_is_no_number_costs_no_other_part() -> None:
    found = opened("9876512345 / Asha / 9876512346\n")
    assert numbers_of(found) == [919876512345, 919876512346]
    assert found.info.not_numbers == 1


def test_what_looks_like_a_number_and_is_none_is_counted() -> None:
    found = opened("9876512345\n987651234\n98765123456\n9999999999\n0\n")
    assert (found.count, found.info.not_numbers) == (1, 4)


# --- tables


def test_h2_the_phone_columns_are_those_that_leads_may_have_all_of_them() -> None:
    found = opened(
        "S.No,Request,Mobile No.,Date,Circle,Phone\n1,9123400001,098765 12345,2019-04-12,MH,\n"
        "2,9123400002,,2019-04-12,MH,9876512346\n3,x,9876512347/9876512348,,,022-23456789\n"
        "Total,3,,,,\n"
    )
    expected = [912223456789, *range(919876512345, 919876512349)]
    assert numbers_of(found) == expected
    assert found.info.not_numbers == 1


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_b3_a_table_has_any_delimiter(delimiter: str) -> None:
    rows = [["#", "Phone", "Circle"], ["1", '"9876512345"', '"M, H"'], ["2", "9876512346"]]
    content = "# a comment, with phone\n\n" + "\n".join(map(delimiter.join, rows))
    assert numbers(content) == [919876512345, 919876512346]


def test_h2_one_column_needs_no_name() -> None:
    assert numbers("Blocked people\n9876512345\n9876512346\n") == [919876512345, 919876512346]


@pytest.mark.parametrize(
    "content",
    [
        "1,9876512345,MH\n2,9876512346,MH\n",
        "Serial;Entry\n1;98765 12345\n",
        "9876512345\n9876512346\tGujarat\n",
        "Serial|Entry\n1|+91-98765-12345\n",
    ],
)
def test_h2_several_columns_and_none_with_a_phones_name_stop(content: str) -> None:
    words = refusal(content)
    assert "it has several columns, and no header says which of them holds the numbers" in words
    assert "98765" not in words


def test_a_row_with_more_cells_than_columns_stops_for_its_number_may_stand_anywhere() -> None:
    words = refusal("Phone,Name\n9876512345,A\nRao, Asha,9876512346\n")
    assert words.startswith("dnd.txt, row 2 below the header: 3 cells under 2 columns")


def test_c9_a_quote_that_is_never_closed_stops() -> None:
    words = refusal('Phone,Name\n9876512345,"A\n9876512346,B\n')
    assert "never closed" in words


def test_c6_a_header_glued_in_again_is_counted() -> None:
    found = opened("Phone,Name\n9876512345,A\nPhone,Name\n9876512346,B\n")
    assert (found.count, found.info.not_numbers) == (2, 1)


def test_c3_both_cells_under_a_repeated_header_are_listed() -> None:
    assert numbers("Phone,Phone\n9876512345,9876512346\n") == [919876512345, 919876512346]


@pytest.mark.parametrize("column", ["Status", "DND", "NDNC Status", "dnd_status"])
@pytest.mark.parametrize(
    ("word", "is_listed"),
    [
        *((word, True) for word in ("DND", "ndnc", "Registered", " Blocked ", "Yes", "Y", "1")),
        *(
            (word, False)
            for word in ("NON DND", "Non-DND", "not_registered", "Clean", "No", "n", "0")
        ),
    ],
)
def test_h3_a_scrubs_verdict_is_honoured(column: str, word: str, is_listed: bool) -> None:
    found = opened(f"Mobile,{column}\n9876512345,{word}\n9876512346,DND\n")
    expected = [919876512345, 919876512346] if is_listed else [919876512346]
    assert numbers_of(found) == expected
    assert found.info.cleared == (not is_listed)


@pytest.mark.parametrize("word", ["Fully DND", "unknown", "", "2", "9876512399", "Non DND?!x"])
def test_h3_any_other_verdict_stops_and_is_named(word: str) -> None:
    words = refusal(f"Mobile,Status\n9876512345,{word}\n")
    assert words.startswith("dnd.txt, row 1 below the header: the status ")
    assert "98765" not in words
    assert not word or word[:3] in words or "(a number)" in words


def test_h3_a_row_without_a_number_needs_no_verdict() -> None:
    found = opened("Mobile,Status\n9876512345,DND\nTotal,1 number\n")
    assert (found.count, found.info.not_numbers) == (1, 1)


def test_h3_a_scrub_that_lists_nobody_is_a_list() -> None:
    found = opened("Mobile,Status\n9876512345,Non DND\n")
    assert (found.count, found.info.cleared) == (0, 1)
    assert found.listed(np.array([919876512345])).tolist() == [False]


def test_h4_without_a_category_every_number_is_blocked() -> None:
    assert numbers('Phone,Category\n9876512345,"0,5"\n9876512346,\n') == [
        919876512345,
        919876512346,
    ]


# --- no lists


@pytest.mark.parametrize(
    "content",
    ["", "\n\n", "# none\n", "PhoneNumber\n", "\ufeff# none", "DND\n\n# x", "Phone,Name\n"],
)
def test_h5_a_list_without_numbers_stops_unless_it_may_be_empty(content: str) -> None:
    assert "holds no phone number; if nobody is to be screened out" in refusal(content)
    found = opened(content, allow_empty=True)
    assert found.count == 0
    assert found.listed(np.array([919876512345, 1])).tolist() == [False, False]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("Please log in\nto continue\n", "holds text and no phone number, so it is no list"),
        ("Access denied", "holds text and no phone number"),
        ("Phone,Name\nx,y\n", "holds text and no phone number"),
        ("987651234\n", "holds text and no phone number"),
        ('{"index": [1, 2]}\n', "holds text and no phone number"),
        ("<!DOCTYPE html><html>9876512345</html>", "is a web page, not a list of numbers"),
        (b"PK\x03\x04 xl/workbook.xml", "is an Excel workbook, not a list of numbers"),
        (bytes(range(1, 256)), "holds text and no phone number"),
        (gzip.compress(b"9876512345\n" * 99, mtime=0)[:-9], "is damaged (the gzip data is cut off"),
        (gzip.compress(b"Phone,A\n9876512345,B\n" * 99, mtime=0)[:-9], "the gzip data is cut off"),
        ("9" * 2_000_000, "has a line of more than 1,048,576 bytes"),
        ("9" * 2_000_000 + "\n9876512345\n", "has a line of more than 1,048,576 bytes"),
    ],
)
def test_h5_what_is_no_list_stops_also_if_it_may_be_empty(content: str | bytes, words: str) -> None:
    assert words in refusal(content, allow_empty=True)


@pytest.mark.parametrize(
    "content",
    [
        "9876512345\n9.87651E+09\n",
        "9876512345\n 9,87651e9\n",
        '9876512345\n="9.87651E+09"\n',
        "Serial,Entry\n1,9.87651E+09\n",
        "Phone,Name\n9.87651E+09,A\n",
        "Mobile,DND\n9.87651E+09,Yes\n",
    ],
)
def test_h5_numbers_with_lost_digits_stop_for_they_hide_what_they_should_block(
    content: str,
) -> None:
    words = refusal(content)
    assert "cut off the last digits" in words
    assert "format the column as text and export the list again" in words
    assert "line 2" in words or "line 1" in words
    assert "87651" not in words


def test_d1_a_mantissa_with_all_digits_is_a_number() -> None:
    assert numbers("9.876512345E+09\n") == [919876512345]


# --- versions and screens


def test_the_version_is_that_of_the_numbers() -> None:
    one = opened("9876512345\n9876512346\n")
    assert one.version == opened("Phone\n+91 9876512346\n9876512345\n9876512345").version
    assert one.version != opened("9876512345\n").version


@given(
    st.lists(st.integers(919876500000, 919876500030)),
    st.lists(st.integers(919876500000, 919876500040)),
)
def test_a_lookup_is_exact(listed: list[int], asked: list[int]) -> None:
    content = "".join(f"+{number}\n" for number in listed)
    found = opened(content, allow_empty=True)
    assert found.listed(np.array(asked, dtype=np.int64)).tolist() == [n in listed for n in asked]


def test_a_screen_is_all_its_lists() -> None:
    one, other = opened("9876512345\n"), opened("9876512346\n9876512345")
    screen = Screen([one, other])
    asked = np.array([919876512345, 919876512346, 919876512347])
    assert screen.listed(asked).tolist() == [True, True, False]
    assert screen.count == 3
    assert screen.version == Screen([other, one]).version
    assert screen.version not in (one.version, other.version)
    assert Screen([one]).version == one.version
    assert Screen([]).listed(asked).tolist() == [False] * 3


ENTRY = st.text("0123456789 +-/,;|.()९'\"#eE\tx\u200b\u00a0", max_size=25) | st.from_regex(
    r"(\+?91|0|0091)?[ -]?[6-9][0-9]{4}[ -]?[0-9]{5}", fullmatch=True
)


@given(st.lists(ENTRY, max_size=8))
def test_a_list_holds_what_the_reader_reads_in_its_lines(entries: list[str]) -> None:
    read = {n.e164 for entry in entries for n in PHONES.read_each(entry) if "#" not in entry}
    try:
        found = opened("\n".join(entries), allow_empty=True)
    except ListError:
        return
    assert read <= set(numbers_of(found))


@pytest.mark.parametrize("phones", [PHONES, AMERICAN], ids=["IN", "US"])
@given(data=st.data())
def test_the_plain_way_and_the_reader_agree(phones: PhoneReader, data: st.DataObject) -> None:
    digits = st.text("0123456789", min_size=7, max_size=13)
    mobile = st.from_regex(r"[6-9][0-9]{9}", fullmatch=True)
    entry = st.tuples(
        st.sampled_from(["", "+91", "+91 ", "+91-", "91", "0", "+1", "+"]), digits | mobile
    )
    entries = data.draw(st.lists(entry.map("".join), min_size=1, max_size=6))
    read = [phones.read_each(each) for each in entries]
    content = "9876512345\n2125550100\n" + "\n".join(entries)
    unread = [each for each, numbers in zip(entries, read, strict=True) if not numbers]
    # Such an entry is one or two groups of digits: alone or together they may be a number.
    runs = [run for each in unread for run in (each.lstrip("+"), *re.findall(r"[0-9]+", each))]
    if any(map(phones.read_each, runs)):
        # As a + before national digits: no number as it stands, and it must not be passed over.
        with pytest.raises(ListError, match="holds the digits of a number"):
            opened(content, region=phones.region)
        return
    found = opened(content, region=phones.region)
    known = {n.e164 for line in ("9876512345", "2125550100") for n in phones.read_each(line)}
    assert set(numbers_of(found)) == known | {n.e164 for each in read for n in each}
    assert found.info.not_numbers == sum(not each for each in read) + (phones is AMERICAN)


def test_a_number_that_is_spelled_in_parts_is_the_number_a_lead_has() -> None:
    lead = PHONES.read("+91 98765-12345")
    assert isinstance(lead, PhoneNumber)
    assert opened("98765 12345").listed(np.array([lead.e164])).tolist() == [True]


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_a_list_or_refused_without_a_number_in_the_words(
    content: bytes, allow_empty: bool
) -> None:
    try:
        opened(content, allow_empty=allow_empty)
    except ListError as e:
        assert str(e).startswith("dnd.txt")  # noqa: PT017  # both ends are right
