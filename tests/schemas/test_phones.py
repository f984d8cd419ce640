"""Phone cells: every row of the catalogue's part D, and never a stranger's number."""

from __future__ import annotations

from decimal import Decimal

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.phones import PhoneFault, PhoneNumber, PhoneReader

INDIAN = PhoneReader("IN", ["mobile"], r"[6-9]\d{9}")
INDIAN_LINES = PhoneReader("IN", ["mobile", "fixed_line"], None)
ANY_INDIAN = PhoneReader("IN", ["mobile"], None)
AMERICAN = PhoneReader("US", ["mobile"], None)


def assert_read(cell: object, national: str = "9812345670") -> PhoneNumber:
    found = INDIAN.read(cell)
    assert isinstance(found, PhoneNumber), found
    assert (found.national, found.e164) == (national, int("91" + national))
    return found


def assert_refused(cell: object, reason: str, words: str = "") -> PhoneFault:
    found = INDIAN.read(cell)
    assert isinstance(found, PhoneFault), found
    assert found.reason == reason
    assert words in found.detail
    return found


@pytest.mark.parametrize(
    "cell",
    [
        "9812345670.0",
        "9812345670.000",
        "'9812345670",
        '="9812345670"',
        "='9812345670'",
        '"9812345670"',
        "=9812345670",
        "9,812,345,670",
        "9,81,23,45,670",
        "9,812,345,670.00",
        "\t 9812345670 \r\n",
        "\u00a09812345670\u3000",
        "\u201c9812345670\u201d",
    ],
)
def test_d1_what_a_spreadsheet_puts_around_a_number_is_taken_off(cell: str) -> None:
    assert assert_read(cell).note is None


@pytest.mark.parametrize(
    "cell", ["9.81235E+09", "9.81234567E+09", "9,81235E+09", "9.8E9", "9.8123456E9", "1E+10"]
)
def test_d1_a_number_that_lost_digits_is_refused_with_the_way_to_export_it(cell: str) -> None:
    assert_refused(cell, "phone_invalid", "as text")


@pytest.mark.parametrize(
    "cell", ["9.812345670E+09", "9.812345670e9", "9812345670E0", "9.8123456700E+9", "98123.45670E5"]
)
def test_d1_scientific_notation_with_every_digit_is_a_number(cell: str) -> None:
    assert_read(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "+919812345670",
        "919812345670",
        "09812345670",
        "00919812345670",
        "0919812345670",
        "091-98123 45670",
        "00 91 98123 45670",
        "+91 0 98123 45670",
        "+91-0-9812345670",
        "(+91) 98123-45670",
        "+(91) 9812345670",
        "91+ 9812345670",
        "(91)+9812345670",
        "+ 91 98123 45670",
        "98123-45670",
        "981-234-5670",
        "98123.45670",
        "981.234.5670",
        "91.9812345670",
        "(981) 234 5670",
        "[98123] 45670",
        "tel:+91-98123-45670",
        "tel:9812345670;ext=7",
        "Mob. 9812345670",
        "MOB-9812345670",
        "Mobile: 98123 45670",
        "Mobile No. 98123 45670",
        "Phone Number: 9812345670",
        "Ph: 98123 45670",
        "Ph.No.: 98123 45670",
        "Tel. 98123 45670",
        "Telephone 98123 45670",
        "M-9812345670",
        "M: 9812345670",
        "Contact: 9812345670",
        "Contact No 9812345670",
        "WhatsApp: +91 98123 45670",
        "p:+919812345670",
        "9812345670 ext 12",
        "9812345670 Extn. 1234",
        "9812345670 x5",
        "9812345670ext5",
        "9812345670, ext: 12",
        "9812345670 extension 12",
        "=+919812345670",
    ],
)
def test_d2_prefixes_separators_labels_and_extensions_come_off(cell: str) -> None:
    assert assert_read(cell).note is None


def test_d2_a_national_number_that_begins_with_the_country_code_is_whole() -> None:
    assert_read("9123456780", "9123456780")
    assert_read("919123456780", "9123456780")
    assert_read("+91 91234 56780", "9123456780")


@pytest.mark.parametrize("cell", ["91981234567", "9109812345670", "91 91 9812345670", "91812345"])
def test_d2_the_country_code_without_a_sign_needs_ten_digits_behind_it(cell: str) -> None:
    assert_refused(cell, "phone_invalid")


@pytest.mark.parametrize("cell", ["++919812345670", "+0 9812345670", "+0091 9812345670"])
def test_d2_a_prefix_of_no_known_form_is_in_doubt(cell: str) -> None:
    assert_refused(cell, "phone_invalid")


@pytest.mark.parametrize(
    "cell",
    [
        "९८१२३४५६७०",
        "９８１２３４５６７０",
        "٩٨١٢٣٤٥٦٧٠",
        "+91\u00a098123\u200945670",
        "\u202a+919812345670\u202c",
        "\u200b98123\u200d45670\ufeff",
        "98123\u00ad45670",
        "98123\u201045670",
        "98123\u201145670",
        "98123\u201345670",
        "98123\u201445670",
        "98123\u221245670",
        "（981）234-5670",
        "＋91 9812345670",
        "98\x0012345670",
        "\U0001d7d7812345670",
        "9\ufe0f812345670",
        "9812345670\u3164",
    ],
)
def test_d3_digits_of_any_script_and_what_is_invisible_are_read(cell: str) -> None:
    assert_read(cell)


@pytest.mark.parametrize(
    "cell", ["①812345670", "⁹812345670", "Ⅸ812345670", "九812345670", "½812345670"]
)
def test_d3_what_only_looks_like_a_digit_is_none(cell: str) -> None:
    assert_refused(cell, "phone_invalid")


@pytest.mark.parametrize("sign", ["/", ",", ";", "|", " / ", " ; ", "／", "\u060c"])
def test_d4_of_two_numbers_the_first_is_taken_and_the_note_says_so(sign: str) -> None:
    found = assert_read(f"98123 45670{sign}+91 9123456780")
    assert found.note is not None
    assert "2 numbers" in found.note


def test_d4_a_number_that_may_not_be_called_is_passed_over() -> None:
    assert_read("022-23456789 / 9812345670")
    assert_read("+44 7911 123456; Mob: 9812345670")
    assert_refused("022-23456789 / 1800 123 4567", "phone_type", "landline")


def test_d4_one_number_twice_is_one_number() -> None:
    assert assert_read("9812345670 / +91-9812345670").note is None


@pytest.mark.parametrize(
    "cell",
    ["9812345670 /", "9812345670, N/A", "n/a / 9812345670", "- | 9812345670", "9812345670/NULL"],
)
def test_d4_an_empty_place_beside_a_number_counts_for_nothing(cell: str) -> None:
    assert assert_read(cell).note is None


@pytest.mark.parametrize(
    "cell",
    [
        "98123456709123456780",
        "9812345670 9123456780",
        "9198765432/10",
        "9812345670/46",
        "98123/45670",
        "9812345670,5",
        "9812345670 / 100",
        "9812345670 / 23456789",
        "9812345670 & 9123456780",
    ],
)
def test_d4_digits_that_belong_to_no_whole_number_make_the_cell_invalid(cell: str) -> None:
    assert_refused(cell, "phone_invalid")


@pytest.mark.parametrize(
    ("cell", "reason", "kind"),
    [
        ("022-23456789", "phone_type", "landline"),
        ("080 23456789", "phone_type", "landline"),
        ("8023456789", "phone_type", "landline"),
        ("7923456789", "phone_type", "landline"),
        ("+91 11 2345 6789", "phone_type", "landline"),
        ("1800 123 4567", "phone_type", "toll-free"),
        ("1860-123-4567", "phone_type", "shared-cost"),
        ("100", "phone_type", "short code"),
        ("1409305260", "phone_type", "telemarketer"),
        ("1600123456", "phone_type", "pattern"),
        ("1601123456", "phone_type", "pattern"),
        ("+44 7911 123456", "phone_country", "+44"),
        ("0044 7911 123456", "phone_country", "+44"),
        ("44+ 7911 123456", "phone_country", "+44"),
        ("+1 650 253 0000", "phone_country", "+1"),
        ("+44 (0)20 7946 0958", "phone_country", "+44"),
        ("+971 50 123 4567", "phone_country", "+971"),
        ("+9812345670", "phone_country", "+98"),
    ],
)
def test_d5_a_number_that_is_not_called_is_refused_with_its_kind(
    cell: str, reason: str, kind: str
) -> None:
    assert_refused(cell, reason, kind)


def test_d5_landlines_are_called_where_the_schema_says_so_but_a_mobile_first() -> None:
    landline = INDIAN_LINES.read("022-23456789")
    assert landline == PhoneNumber("2223456789", 912223456789, is_mobile=False)
    both = INDIAN_LINES.read("022-23456789 / 9812345670")
    assert isinstance(both, PhoneNumber)
    assert both.national == "9812345670"


@pytest.mark.parametrize(
    "cell",
    [
        "",
        " ",
        "\t",
        "-",
        "--",
        "–",
        "N/A",
        "n/a",
        "NA",
        "n.a.",
        "N.A.",
        "#N/A",
        "NULL",
        "null",
        "nan",
        "NaN",
        "None",
        "'",
        "\u200b",
        None,
        float("nan"),
        Decimal("NaN"),
    ],
)
def test_d6_an_empty_cell_or_a_placeholder_is_a_missing_number(cell: object) -> None:
    assert_refused(cell, "phone_missing", "8123456789")


@pytest.mark.parametrize(
    "cell",
    [
        "0",
        "0000000000",
        "1234567890",
        "9999999999",
        "6666666666",
        "+91 8888888888",
        "07777777777",
        "call me",
        "?",
        "x",
        ".",
        "/",
        "Mobile",
    ],
)
def test_d6_what_fills_a_cell_is_no_number(cell: str) -> None:
    assert_refused(cell, "phone_invalid")


def test_d6_a_made_up_number_that_is_possible_goes_on() -> None:
    assert_read("9876543210", "9876543210")


@pytest.mark.parametrize(
    "cell",
    [
        "912345678.0",
        "98765HOMES",
        "9198765432x10",
        "9198765432XX",
        "91987654xx10",
        "9812345670 x",
        "wrong no 9123456780",
        "no 9123456780",
        "9812345670 Asha",
        "98765O1234",
        "981234567O",
        "l:9812345670",
        "Fax: 9812345670",
        "9812345670 (office)",
        "2037-06-30T18:00:00",
        "https://example.org/9812345670",
        "a@9812345670.in",
        "9812345670?",
        "~9812345670",
        "9812345670 ext 9123456780",
        "<test lead: dummy data for phone>",
        "98" * 300,
        "9 8 1 2 3 4 5 6 7",
    ],
)
def test_d_letters_and_strange_signs_make_no_number(cell: str) -> None:
    assert_refused(cell, "phone_invalid")


@pytest.mark.parametrize(
    "cell",
    [
        "77.59456789",
        "91234567.80",
        "98123.00000",
        "0.9812345670",
        "98.165.123.45",
        "-9812345670",
        "- 9812345670",
    ],
)
def test_d_a_decimal_a_negative_and_an_address_are_no_phone_numbers(cell: str) -> None:
    assert_refused(cell, "phone_invalid")


@pytest.mark.parametrize(
    "cell",
    [
        9812345670,
        9812345670.0,
        Decimal(9812345670),
        Decimal("9812345670.00"),
        919812345670,
        Decimal("9.81234567E9"),
    ],
)
def test_numbers_of_every_type_are_read_as_their_digits(cell: object) -> None:
    assert_read(cell)


@pytest.mark.parametrize(
    "cell",
    [
        True,
        False,
        [],
        ["9812345670"],
        {},
        {"a": 1},
        b"9812345670",
        ("9812345670",),
        98.5,
        float("inf"),
        pytest.param(10**30, id="large"),
        pytest.param(10**5000, id="huge"),
        1e300,
        -9812345670,
        0,
        Decimal("1E+999999"),
        Decimal("Infinity"),
        Decimal("9812345670.5"),
    ],
)
def test_f1_what_is_neither_text_nor_a_whole_number_is_no_phone_number(cell: object) -> None:
    assert_refused(cell, "phone_invalid")


def test_a_fault_quotes_forty_characters_at_most_and_says_what_is_right() -> None:
    fault = assert_refused(
        "wrong " * 20, "phone_invalid", "a mobile of IN (+91), such as 8123456789"
    )
    assert "wrong " * 6 in fault.detail
    assert "wrong " * 7 not in fault.detail


@pytest.mark.parametrize(
    ("cell", "national"),
    [
        ("(650) 253-0000", "6502530000"),
        ("+1 650 253 0000", "6502530000"),
        ("16502530000", "6502530000"),
        ("1-650-253-0000", "6502530000"),
        (6502530000, "6502530000"),
    ],
)
def test_american_numbers_may_be_mobiles_and_are_called(cell: object, national: str) -> None:
    assert AMERICAN.read(cell) == PhoneNumber(national, int("1" + national))


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("416-555-0123", "phone_country"),
        ("1-800-356-9377", "phone_type"),
        ("911", "phone_type"),
        ("011 44 7911 123456", "phone_country"),
        ("1-900-555-0199", "phone_type"),
        ("650 253 000", "phone_invalid"),
    ],
)
def test_american_numbers_of_another_kind_are_refused(cell: str, reason: str) -> None:
    found = AMERICAN.read(cell)
    assert isinstance(found, PhoneFault)
    assert found.reason == reason


def test_a_region_that_shares_its_country_code_reads_its_own_numbers_only() -> None:
    canadian = PhoneReader("CA", ["mobile"], None)
    assert canadian.read("416-555-0123") == PhoneNumber("4165550123", 14165550123)
    found = canadian.read("650 253 0000")
    assert isinstance(found, PhoneFault)
    assert found.reason == "phone_country"
    assert "(US)" in found.detail


def test_a_region_with_leading_zeros_keeps_them() -> None:
    italian = PhoneReader("IT", ["fixed_line"], None)
    assert italian.read("+39 02 1234 5678") == PhoneNumber(
        "0212345678", 390212345678, is_mobile=False
    )


def test_digits_that_can_be_two_numbers_are_in_doubt() -> None:
    german = PhoneReader("DE", ["mobile", "fixed_line"], None)
    found = german.read("494417776")
    assert isinstance(found, PhoneFault)
    assert "more than one number" in found.detail


@pytest.mark.parametrize(
    ("cell", "e164"),
    [
        ("9812345670", 919812345670),
        ("022-23456789", 912223456789),
        ("1800 123 4567", 9118001234567),
        ("+44 7911 123456", 447911123456),
        ("1600123456", 911600123456),
        ("+44 (0)20 7946 0958", 442079460958),
    ],
)
def test_h1_a_list_takes_numbers_of_any_type_and_country(cell: str, e164: int) -> None:
    found = INDIAN.read_any(cell)
    assert isinstance(found, PhoneNumber)
    assert found.e164 == e164


def test_h1_a_list_takes_every_number_of_a_cell() -> None:
    numbers = INDIAN.read_each("9812345670 / 022-23456789 / +44 7911 123456")
    assert [number.e164 for number in numbers] == [919812345670, 912223456789, 447911123456]


@pytest.mark.parametrize("cell", ["serial", "# comment", "100", "total 2500", "", "12345"])
def test_h1_a_line_of_a_list_without_a_number_is_a_fault(cell: str) -> None:
    assert isinstance(INDIAN.read_any(cell), PhoneFault)
    assert INDIAN.read_each(cell) == ()


def by_the_library(national: str, region: str) -> bool:
    """What `phonenumbers` itself says of national digits: a mobile of the region?"""
    try:
        number = phonenumbers.parse(f"+{phonenumbers.country_code_for_region(region)}{national}")
    except phonenumbers.NumberParseException:
        return False
    return (
        phonenumbers.national_significant_number(number) == national
        and phonenumbers.region_code_for_number(number) == region
        and phonenumbers.number_type(number)
        in (
            phonenumbers.PhoneNumberType.MOBILE,
            phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        )
    )


INDIAN_DIGITS = st.from_regex(r"[1-9][0-9]{9}", fullmatch=True) | st.from_regex(
    r"(1[0-9]|6[0-9]|7[0-9]|8[0-9])[0-9]{8}", fullmatch=True
)


@given(INDIAN_DIGITS.filter(lambda digits: len(set(digits)) > 1 and digits != "1234567890"))
def test_plain_digits_are_judged_as_the_library_judges_them(digits: str) -> None:
    assert isinstance(ANY_INDIAN.read(digits), PhoneNumber) == by_the_library(digits, "IN")


@given(st.from_regex(r"[2-9][0-9]{9}", fullmatch=True))
def test_plain_american_digits_are_judged_as_the_library_judges_them(digits: str) -> None:
    made_up = len(set(digits)) == 1
    assert isinstance(AMERICAN.read(digits), PhoneNumber) == (
        by_the_library(digits, "US") and not made_up
    )


@given(INDIAN_DIGITS)
def test_the_quick_way_and_the_slow_way_agree(digits: str) -> None:
    assert INDIAN.read(digits) == INDIAN.read(f" {digits}\u200b") or isinstance(
        INDIAN.read(digits), PhoneFault
    )
    assert type(INDIAN.read(digits)) is type(INDIAN.read(f" {digits}\u200b"))


SPELLINGS = [
    "{0}",
    "+91{0}",
    "+91 {1}-{2}",
    "91{0}",
    "0{0}",
    "(+91) {1} {2}",
    "0091-{0}",
    "'{0}",
    "{0}.0",
    "Mob: {0}",
    "{0} ext 9",
    "\u202a{1}\u00a0{2}\u202c",
]


@given(INDIAN_DIGITS, st.sampled_from(SPELLINGS))
def test_every_spelling_of_a_number_is_that_number(digits: str, spelling: str) -> None:
    plain = INDIAN.read(digits)
    spelled = INDIAN.read(spelling.format(digits, digits[:5], digits[5:]))
    if isinstance(plain, PhoneNumber):
        assert spelled == plain
    else:
        assert isinstance(spelled, PhoneFault)
        assert spelled.reason == plain.reason


@given(INDIAN_DIGITS, st.sampled_from(SPELLINGS), st.characters(codec="utf-8"), st.data())
def test_a_character_more_never_makes_a_strangers_number(
    digits: str, spelling: str, char: str, data: st.DataObject
) -> None:
    cell = spelling.format(digits, digits[:5], digits[5:])
    place = data.draw(st.integers(0, len(cell)))
    found = INDIAN.read(cell[:place] + char + cell[place:])
    if isinstance(found, PhoneNumber):
        assert found.national == digits


@given(INDIAN_DIGITS, st.sampled_from(SPELLINGS), st.integers(0, 9))
def test_a_digit_less_never_makes_a_number(digits: str, spelling: str, place: int) -> None:
    shorter = digits[:place] + digits[place + 1 :]
    assert isinstance(INDIAN.read(spelling.format(shorter, shorter[:5], shorter[5:])), PhoneFault)


@given(
    st.text()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.booleans()
    | st.none()
    | st.lists(st.text())
)
def test_no_cell_makes_the_reader_fail(cell: object) -> None:
    for reader in (INDIAN, AMERICAN):
        assert isinstance(reader.read(cell), PhoneNumber | PhoneFault)
        assert isinstance(reader.read_any(cell), PhoneNumber | PhoneFault)
