"""Regions of every kind: alone on their country code, first of several, and not the first."""

from __future__ import annotations

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from schemas.lead_field import CALLABLE_TYPES
from schemas.number_plan import EITHER
from schemas.phones import PhoneFault, PhoneNumber, PhoneReader
from schemas.plain_phones import PlainPhones

REGIONS = ("US", "CA", "JM", "PR", "GB", "GG", "AE", "SG", "RU", "KZ", "IN", "IT", "BR", "NP", "DE")
FORMATS = (
    PhoneNumberFormat.E164,
    PhoneNumberFormat.INTERNATIONAL,
    PhoneNumberFormat.NATIONAL,
    PhoneNumberFormat.RFC3966,
)


def _kind(type_: str) -> int:
    return int(getattr(PhoneNumberType, type_.upper()))


EXAMPLES = [
    (region, number)
    for region in REGIONS
    for type_ in CALLABLE_TYPES
    if (number := phonenumbers.example_number_for_type(region, _kind(type_)))
    if len(set(phonenumbers.national_significant_number(number))) > 1
]


def type_of(number: phonenumbers.PhoneNumber) -> str:
    return PhoneNumberType.to_string(phonenumbers.number_type(number)).lower()


def e164_of(number: phonenumbers.PhoneNumber) -> int:
    return int(phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:])


def may_be_called(number: phonenumbers.PhoneNumber, region: str, type_: str) -> bool:
    """What the library says, and that a number that may be either counts as both."""
    kinds = {type_, EITHER} if type_ in ("mobile", "fixed_line") else {type_}
    return phonenumbers.region_code_for_number(number) == region and type_of(number) in kinds


@pytest.mark.parametrize("type_", CALLABLE_TYPES)
@pytest.mark.parametrize("region", REGIONS)
def test_the_librarys_own_examples_are_called_or_not_as_the_types_say(
    region: str, type_: str
) -> None:
    reader = PhoneReader(region, [type_], None)
    for home, number in EXAMPLES:
        spellings = [phonenumbers.format_number(number, form) for form in FORMATS]
        if home != region:
            spellings = spellings[:2]  # national digits without a country are the region's own
        for spelling in spellings:
            found = reader.read(spelling)
            if may_be_called(number, region, type_):
                assert isinstance(found, PhoneNumber), found
                assert found.e164 == e164_of(number)
            else:
                assert isinstance(found, PhoneFault), spelling
                is_of_region = phonenumbers.region_code_for_number(number) == region
                assert found.reason == ("phone_type" if is_of_region else "phone_country")


@given(st.sampled_from(EXAMPLES), st.data())
def test_digits_near_an_example_are_judged_as_the_library_judges_them(
    example: tuple[str, phonenumbers.PhoneNumber], data: st.DataObject
) -> None:
    region, number = example
    digits = list(phonenumbers.national_significant_number(number))
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(digits) - 1))
        digits[place] = str(data.draw(st.integers(0, 9)))
    national = "".join(digits)
    read = PhoneReader(region, ["mobile"], None).read(national)
    known = phonenumbers.parse(f"+{number.country_code}{national}")
    is_itself = phonenumbers.national_significant_number(known) == national
    expected = (
        is_itself and phonenumbers.is_valid_number(known) and may_be_called(known, region, "mobile")
    )
    if isinstance(read, PhoneNumber):
        if read.national == national:
            assert expected
        else:
            # Digits behind a trunk prefix or the country code are a number of their own.
            assert national.endswith(read.national)
            whole = phonenumbers.parse(f"+{read.e164}")
            assert may_be_called(whole, region, "mobile")
            assert not expected
    elif expected:
        assert "more than one number" in read.detail or "made up" in read.detail


@given(
    st.sampled_from(REGIONS),
    st.sampled_from((["mobile"], ["mobile", "fixed_line"], ["fixed_line"], ["voip", "mobile"])),
    st.sampled_from((None, r"[2-9]\d{5,9}")),
    st.data(),
)
def test_what_is_plain_by_column_is_what_the_reader_says(
    region: str, types: list[str], pattern: str | None, data: st.DataObject
) -> None:
    reader = PhoneReader(region, types, pattern)
    plain = PlainPhones.of(reader)
    if plain is None:
        return
    cells = []
    for _, number in data.draw(st.lists(st.sampled_from(EXAMPLES), min_size=1, max_size=20)):
        national = phonenumbers.national_significant_number(number)
        place = data.draw(st.integers(0, len(national) - 1))
        mutated = national[:place] + str(data.draw(st.integers(0, 9))) + national[place + 1 :]
        before = data.draw(st.sampled_from(("", "", "+", "0", "1", "8", "00", "011", " ")))
        code = data.draw(st.sampled_from(("", "", str(number.country_code), "1", "44", "7")))
        cells.append(before + code + data.draw(st.sampled_from((national, mutated))))
    found = plain.read(pa.array(cells, pa.utf8()))
    for cell, is_plain, digits in zip(cells, found.mask, found.national.to_pylist(), strict=True):
        if is_plain:
            read = reader.read(cell)
            assert isinstance(read, PhoneNumber), (cell, read)
            assert (read.national, read.note) == (digits, None)
            assert read.e164 == int(f"{plain.country_code}{digits}")


@pytest.mark.parametrize(
    ("region", "types", "cell", "expected"),
    [
        # The United Kingdom tells mobiles from landlines, and shares +44 with three islands.
        ("GB", ["mobile"], "07400 123456", "7400123456"),
        ("GB", ["mobile"], "+44 (0) 7400 123456", "7400123456"),
        ("GB", ["mobile"], "0044 7400 123456", "7400123456"),
        ("GB", ["mobile"], "020 7946 0958", "phone_type"),
        ("GB", ["fixed_line"], "020 7946 0958", "2079460958"),
        ("GB", ["fixed_line"], "07400 123456", "phone_type"),
        ("GB", ["mobile", "fixed_line"], "0800 123 4567", "phone_type"),
        ("GB", ["mobile"], "07781 123456", "phone_country"),
        ("GG", ["mobile"], "07781 123456", "7781123456"),
        # The Emirates: nine digits.
        ("AE", ["mobile"], "050 123 4567", "501234567"),
        ("AE", ["mobile"], "+971-50-123-4567", "501234567"),
        ("AE", ["mobile"], "971501234567", "501234567"),
        ("AE", ["mobile"], "04 234 5678", "phone_type"),
        ("AE", ["mobile"], "+91 98123 45670", "phone_country"),
        # Singapore: eight digits and no trunk prefix.
        ("SG", ["mobile"], "8123 4567", "81234567"),
        ("SG", ["mobile"], "+65 8123 4567", "81234567"),
        ("SG", ["mobile"], "6521 2345", "phone_type"),
        ("SG", ["mobile"], "08123 4567", "phone_invalid"),
        # Canada and Kazakhstan are not the first of their country codes.
        ("CA", ["mobile"], "(506) 234-5678", "5062345678"),
        ("CA", ["mobile"], "1-506-234-5678", "5062345678"),
        ("CA", ["mobile"], "+1 415 555 2671", "phone_country"),
        ("CA", ["mobile"], "415 555 2671", "phone_country"),
        ("CA", ["mobile"], "800 234 5678", "phone_country"),
        ("KZ", ["mobile"], "8 (771) 000-99-98", "7710009998"),
        ("KZ", ["mobile"], "+7 771 000 9998", "7710009998"),
        ("KZ", ["mobile"], 77710009998, "7710009998"),
        ("KZ", ["mobile"], "+7 912 345-67-89", "phone_country"),
        ("RU", ["mobile"], "8 912 345-67-89", "9123456789"),
        ("RU", ["mobile"], "+7 771 000 9998", "phone_country"),
    ],
)
def test_numbers_of_a_region_are_judged_by_its_own_plan(
    region: str, types: list[str], cell: object, expected: str
) -> None:
    found = PhoneReader(region, types, None).read(cell)
    assert (found.national if isinstance(found, PhoneNumber) else found.reason) == expected
