from functools import cache

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.phones import PhoneReader
from suppression.plain_entries import PlainEntries, plain_entries

REGIONS = ["IN", "DE", "BR", "BY", "HU", "SG", "JP", "MX", "PK", "AR", "LT", "CN"]


def example(region: str) -> phonenumbers.PhoneNumber:
    mobile = phonenumbers.PhoneNumberType.MOBILE
    number = phonenumbers.example_number_for_type(region, mobile)
    assert number is not None
    return number


@cache
def both(region: str) -> tuple[PhoneReader, PlainEntries | None]:
    reader = PhoneReader(region, ["mobile"], None)
    number = example(region)
    return reader, plain_entries(reader, [f"+{number.country_code}{number.national_number}"])


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
    assert plain is not None
    separator = data.draw(st.sampled_from(["", " ", "-", "  ", "."]))
    entry = data.draw(spelled(region))
    cut = data.draw(st.integers(1, 8))
    entry = entry[:cut] + separator + entry[cut:]
    numbers, others = plain.split([entry])
    if not others:
        assert [number.e164 for number in reader.read_each(entry)] == numbers.tolist()


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
    assert plain is not None
    numbers, others = plain.split(["x", entry])
    assert others == [0]
    assert numbers.tolist() == [number.e164 for number in reader.read_each(entry)]


@pytest.mark.parametrize(
    "entry", ["9999999999", "1234567890", "02223456789", "98765123456", "९८७६५१२३४५"]
)
def test_what_is_not_plain_is_left_to_the_reader(entry: str) -> None:
    _, plain = both("IN")
    assert plain is not None
    assert plain.split([entry])[1] == [0]


def test_numbers_of_several_lengths_keep_their_digits() -> None:
    reader, plain = both("DE")
    assert plain is not None
    entries = ["15123456789", "1701234567", "+49 1701234568"]
    numbers, others = plain.split(entries)
    read = {number.e164 for entry in entries for number in reader.read_each(entry)}
    assert (set(numbers.tolist()), others) == (read, [])


@pytest.mark.parametrize("region", ["US", "CA", "GB", "IT"])
def test_where_regions_share_a_country_code_nothing_is_plain(region: str) -> None:
    assert both(region)[1] is None


def test_a_sample_of_foreign_numbers_tells_nothing() -> None:
    reader = PhoneReader("IN", ["mobile"], None)
    assert plain_entries(reader, ["+44 20 7946 0958", "Numbers", ""]) is None
