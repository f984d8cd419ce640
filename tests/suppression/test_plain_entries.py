from functools import cache

import numpy as np
import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.phones import PhoneReader
from suppression.plain_entries import PlainEntries

REGIONS = ["IN", "DE", "BR", "BY", "HU", "SG", "JP", "MX", "PK", "LT", "CN", "US", "GB", "IT"]


def example(region: str) -> phonenumbers.PhoneNumber:
    mobile = phonenumbers.PhoneNumberType.MOBILE
    number = phonenumbers.example_number_for_type(region, mobile)
    assert number is not None
    return number


@cache
def both(region: str) -> tuple[PhoneReader, PlainEntries]:
    reader = PhoneReader(region, ["mobile"], None)
    plain = PlainEntries.of(reader)
    assert plain is not None
    return reader, plain


def split(plain: PlainEntries, entries: list[str]) -> tuple[list[int], list[int]]:
    """The numbers of the plain entries, and the places of the others."""
    read = plain.read(pa.array(entries, pa.utf8()))
    return read.numbers.tolist(), np.flatnonzero(~read.mask).tolist()


def spelled(region: str) -> st.SearchStrategy[str]:
    """Build numbers near the region's mobiles, behind every prefix that may mean something."""
    number = example(region)
    code, national = str(number.country_code), str(number.national_number)
    tail = st.text("0123456789", min_size=max(1, len(national) - 5), max_size=len(national))
    near = st.tuples(st.integers(0, 4).map(lambda kept: national[:kept]), tail).map("".join)
    prefix = ["", f"+{code}", f"+{code} ", f"+{code}-", code, f"{code} ", "0", "8", "06", "00"]
    return st.tuples(st.sampled_from([*prefix, f"00{code}", f"{code}0", "+", "-"]), near).map(
        "".join
    )


@pytest.mark.parametrize("region", REGIONS)
@given(data=st.data())
def test_what_is_read_by_pattern_is_what_the_reader_reads(region: str, data: st.DataObject) -> None:
    reader, plain = both(region)
    separator = data.draw(st.sampled_from(["", " ", "-", "  ", "."]))
    entry = data.draw(spelled(region))
    cut = data.draw(st.integers(1, 8))
    entry = entry[:cut] + separator + entry[cut:]
    numbers, others = split(plain, [entry])
    if not others:
        assert [number.e164 for number in reader.read_each(entry)] == numbers


@pytest.mark.parametrize(
    "entry",
    [
        "9876512345",
        "98765 12345",
        "+919876512345",
        "+91-98765-12345",
        "+91 98765 12345",
        "919876512345",
        "91-9876512345",
        "09876512345",
        "9198765123",
    ],
)
def test_the_spellings_that_lists_are_full_of_are_plain(entry: str) -> None:
    reader, plain = both("IN")
    numbers, others = split(plain, ["x", entry])
    assert others == [0]
    assert numbers == [number.e164 for number in reader.read_each(entry)]


@pytest.mark.parametrize(
    "entry", ["9999999999", "1234567890", "02223456789", "98765123456", "९८७६५१२३४५"]
)
def test_what_is_not_plain_is_left_to_the_reader(entry: str) -> None:
    _, plain = both("IN")
    assert split(plain, [entry])[1] == [0]


def test_numbers_of_several_lengths_keep_their_digits() -> None:
    reader, plain = both("DE")
    entries = ["15123456789", "1701234567", "+49 1701234568"]
    numbers, others = split(plain, entries)
    read = {number.e164 for entry in entries for number in reader.read_each(entry)}
    assert (set(numbers), others) == (read, [])


@pytest.mark.parametrize("entry", ["4155550199", "+1 415 555-0199", "415-555-0199", "14155550199"])
def test_what_american_lists_are_full_of_is_plain(entry: str) -> None:
    _, plain = both("US")
    assert split(plain, [entry]) == ([14155550199], [])


def test_where_the_country_code_is_another_regions_first_nothing_is_plain() -> None:
    assert PlainEntries.of(PhoneReader("CA", ["mobile"], None)) is None
