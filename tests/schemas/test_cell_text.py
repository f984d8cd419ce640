"""What is taken off a cell before it is read, and how a message quotes it."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cell_text import QUOTE_LENGTH, clean, is_nothing, is_placeholder, quoted, unwrapped


@given(st.text())
def test_cleaned_text_has_ascii_digits_only_and_keeps_every_digit(text: str) -> None:
    cleaned = clean(text)
    decimals = [char for char in text if unicodedata.decimal(char, None) is not None]
    digits = [char for char in cleaned if char.isdecimal()]
    assert digits == [str(unicodedata.decimal(char)) for char in decimals]
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]).filter(lambda c: c != "`")))
def test_cleaning_leaves_plain_text_alone(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        (' ="5" ', "5"),
        ("='5'", "5"),
        ("'5", "5"),
        ('"5"', "5"),
        ("''5''", "5"),
        ('="', "="),
        ("", ""),
    ],
)
def test_quotes_and_formulas_of_text_come_off(text: str, inner: str) -> None:
    assert unwrapped(text) == inner


@given(st.text(alphabet="=\"' 5\n"))
def test_unwrapping_twice_is_unwrapping_once(text: str) -> None:
    assert unwrapped(unwrapped(text)) == unwrapped(text)


@pytest.mark.parametrize(
    "text", ["", " ", "-", "---", "N/A", "na", "#N/A", "n.a.", "<null>", "NaN", "NONE"]
)
def test_placeholders_stand_for_nothing(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize("text", ["0", "Nan Rao", "nana", ".", "no", "nil", "-5", "n", "na na"])
def test_other_text_stands_for_something(text: str) -> None:
    assert not is_placeholder(text)


def test_null_and_not_a_number_hold_nothing() -> None:
    assert all(map(is_nothing, [None, float("nan"), Decimal("NaN")]))
    assert not any(map(is_nothing, [0, "", False, float("inf"), Decimal(0), []]))


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("x", "'x'"),
        ("x" * 41, "'" + "x" * 39 + "…'"),
        ("a\nb", r"'a\nb'"),
        (5, "5"),
        (True, "true"),
        ([1], "a list"),
        ({}, "an object"),
        (b"x", "bytes"),
        (None, "null"),
    ],
)
def test_a_message_quotes_what_was_read(cell: object, words: str) -> None:
    assert quoted(cell) == words


@given(st.text() | st.integers() | st.floats() | st.none() | st.lists(st.text()))
def test_a_quote_is_short(cell: object) -> None:
    assert len(quoted(cell)) <= 12 * QUOTE_LENGTH
    assert "\n" not in quoted(cell)
