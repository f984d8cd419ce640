import re
import unicodedata
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pipeline.masking import masked
from schemas.cell_text import quoted
from schemas.checker import LeadChecker, Refusal
from schemas.lead_schema import default_lead_schema

ZEROS = "0٠०০０𝟎"
"""The noughts of some scripts, whose other digits follow them."""

CHECKER = LeadChecker(
    default_lead_schema(), zone=ZoneInfo("Asia/Kolkata"), campaign="Summer", campaign_field=None
)
A_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d?\d/\d?\d/\d{4}|\d?\d:\d\d(:\d\d)?")

digits = st.builds(
    lambda zero, value: chr(ord(zero) + value), st.sampled_from(ZEROS), st.integers(0, 9)
)
separators = st.text(" -.()[]{}+/,;:'\u00a0\u2009\u200b\ufeff\xad\t\u2011\u2013_|", max_size=2)
numbers = st.builds(
    lambda pairs, end: "".join(digit + separator for digit, separator in pairs) + end,
    st.lists(st.tuples(digits, separators), min_size=6, max_size=14),
    digits,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9876512345", "*******345"),
        ("123456", "***456"),
        ("+91 98765-12345", "+** *****-**345"),
        ("(0)98765.12345 is it", "(*)*****.**345 is it"),
        ("[98765]  [12345]", "[*****]  [**345]"),
        ("9,876,512,345", "*,***,***,345"),
        ("९८७६५१२३४५", "*******३४५"),
        ("⁹⁸⁷⁶⁵⁴³", "****⁵⁴³"),
        (r"'98765\u200b12345'", r"'*****\u***b**345'"),
        (r"'98765\xa012345'", r"'*****\xa***345'"),
        (r"'98765\ufeff\u200b\t\xad12345'", r"'*****\ufeff\u***b\t\xad**345'"),
        ("98765O1234", "*****O*234"),
        ("98765 ext 12345", "***** ext **345"),
        ("98765:12345", "*****:**345"),
        ("9.87651E+09", "*.****1E+09"),
        ("'9876/512' holds '9876' first", "'****/512' holds '*876' first"),
        ("2037-06-3018", "****-**-*018"),
        ("2037-06-30 98765", "****-**-** **765"),
    ],
)
def test_of_a_number_the_last_three_digits_are_left(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "right is 2037-06-30 18:00:00",
        "'2037-06-30T18:00:00.250' is no text",
        "'31/06/2037' is no date",
        "at 18:00:00",
        "record 3 of leads-2026-11-25.csv, request 1 of this check",
        "6 cells under 4 columns",
        "'100' must be from 1 to 99",
    ],
)
def test_what_is_no_number_stays(text: str) -> None:
    assert masked(text) == text


@given(numbers)
@example("2037-06-30-1")
@example("20/06/20370")
def test_no_spelling_of_a_number_leaves_more_than_three_of_its_digits(number: str) -> None:
    assume(not A_DATE.fullmatch(number))
    for text in (number, f"the number {number}", f"phone {quoted(number)} is a landline"):
        shown = masked(text)
        left = [char for char in shown if unicodedata.digit(char, None) is not None]
        assert len(left) <= 3
        assert len(shown) == len(text)


@given(numbers | st.text(st.sampled_from("0123456789 +-()./,;|xabE"), max_size=30))
@example("0000;000")
@example("00000E;E0")
@example("98765/12345")
@example("001\u00a01;000")
def test_no_reason_why_a_phone_cell_is_refused_shows_the_number(cell: str) -> None:
    assume(not A_DATE.search(cell))
    checked = CHECKER.check({"PhoneNumber": cell})
    said = masked(checked.detail if isinstance(checked, Refusal) else checked.note or "")

    in_cell = "".join(
        str(value) for char in cell if (value := unicodedata.digit(char, None)) is not None
    )
    assume(len(in_cell) >= 6)
    in_ascii = "".join(str(unicodedata.digit(char, char)) for char in said)
    for left in re.findall(r"\d{4,}", in_ascii):
        assert len(left) < 6
        assert left not in in_cell


@given(st.text())
def test_a_text_keeps_its_length_and_all_that_is_no_digit(text: str) -> None:
    shown = masked(text)

    assert len(shown) == len(text)
    assert all(
        new in (old, "*") and (new == old or unicodedata.digit(old, None) is not None)
        for old, new in zip(text, shown, strict=True)
    )
    assert masked(shown) == shown
