"""Part D of the catalogue: what stands in a phone cell, and the one number or fault that it is."""

import csv
import io
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.phones import PhoneFault, PhoneNumber, PhoneReader
from tests.catalogue.desk import Desk

READER = PhoneReader("IN", ["mobile"], r"[6-9]\d{9}")

# {0}: all ten digits; {1} and {2}: five and five; {3}: six behind the first four.
SPREADSHEET = (
    *(
        "{0}.0",
        "{0}.00",
        "{0}.",
        "'{0}",
        "''{0}''",
        '="{0}"',
        '"{0}"',
        "={0}",
        '="+91{0}"',
        "=+91{0}",
    ),
    *(
        "  {0}  ",
        "\t{0}\t",
        "{0}\r",
        "`{0}",
        "\u2018{0}\u2019",
        "\u201c{0}\u201d",
        "{0},0",
        "{0},00",
    ),
    *("'+91{0}.0", "91{0}.0", "+91{0}.0", "0{0}.0", '"="{0}""', "'{1} {2}", '= "{0}"', "‘{0}"),
)
PREFIXES = (
    *(
        "+91{0}",
        "+91 {1} {2}",
        "+91-{1}-{2}",
        "+91.{0}",
        "+91({1}){2}",
        "+91 ({1}) {2}",
        "(+91){0}",
    ),
    *("91{0}", "91 {0}", "91-{1}-{2}", "0{0}", "0 {1} {2}", "0-{0}", "(0){1}-{2}", "0091{0}"),
    *("00 91 {1} {2}", "00-91-{0}", "0091 0 {0}", "+91 0 {1} {2}", "+91-0-{0}", "+91 (0) {1} {2}"),
    *(
        "+91(0){0}",
        "(+91) {1}-{2}",
        "[+91] {0}",
        "91+ {0}",
        "91 + {0}",
        "(91) {0}",
        "091{0}",
        "0 91 {0}",
    ),
    *(
        "+ 91 {0}",
        "+  91-  {1}  -  {2}",
        "{1}-{2}",
        "{1}.{2}",
        "{1} - {2}",
        "({0})",
        "{1}--{2}",
        "{0}.",
    ),
    *(
        "tel:{0}",
        "tel:+91-{1}-{2}",
        "TEL:+91{0}",
        "Tel.{0}",
        "tel {0}",
        "Mob.{0}",
        "Mob. {0}",
        "MOB {0}",
    ),
    *(
        "Mob:{1}-{2}",
        "Mob.:+91 {0}",
        "Mob no. {0}",
        "Mob.No.:{0}",
        "Mob -{0}",
        "Mob : - {0}",
        "mob#{0}",
    ),
    *(
        "Mobile:{0}",
        "Mobile : +91-{0}",
        "Mobile No. - {0}",
        "MOBILE NUMBER {0}",
        "mobile={0}",
        "Mo. {0}",
    ),
    *(
        "Ph:{0}",
        "Ph. {0}",
        "Ph No. {0}",
        "Phone: 0{0}",
        "Phone No:{0}",
        "Telephone:{0}",
        "Cell: {0}",
    ),
    *("M-{0}", "M:{0}", "M. {0}", "m - {1} {2}", "M.No. {0}", "(M) {0}", "(Mob) {0}", "(m){1}-{2}"),
    *("Contact:{0}", "Contact No.: {0}", "Contact - +91 {0}", "WhatsApp: {0}", "Contact: Mob. {0}"),
    *("p:+91{0}", "P: {0}", "☎ {0}", "📱+91 {0}", "📞 Mob: {0}", "☎️{0}", "msisdn:91{0}"),
    *(
        "{0} ext 5",
        "{0} ext. 123",
        "{0} Extn: 44",
        "{0}ext44",
        "{0} x12",
        "{0}x12",
        "+91 {1} {2}x7",
    ),
    *(
        "{0};ext=7",
        "tel:+91{0};ext=101",
        "{0}, extn 3",
        "{0} extension 22",
        "({0}) ext 1",
        "{0} Ext.",
    ),
    *("{1}   {2}", "{0} -", "- / {0}", "{0} / NA", "{0} /", "| {0}", "{0};", ",{0},", "n/a, {0}"),
)
INVISIBLE = (
    *(
        "\u00a0{0}",
        "{1}\u00a0{2}",
        "{1}\u2009{2}",
        "{1}\u202f{2}",
        "{1}\u3000{2}",
        "\u200b{0}",
        "{0}\u200c",
    ),
    *("{1}\u200d{2}", "\ufeff{0}", "\u202a+91 {1} {2}\u202c", "\u202d{0}\u202c", "\u2066{0}\u2069"),
    *("\u200e{0}", "{0}\u200f", "{1}\u00ad{2}", "{1}\u2060{2}", "{1}\u2010{2}", "{1}\u2011{2}"),
    *(
        "{1}\u2012{2}",
        "{1}\u2013{2}",
        "{1}\u2014{2}",
        "{1}\u2015{2}",
        "{1}\u2212{2}",
        "{1}\ufe63{2}",
    ),
    *("{1}\uff0d{2}", "＋91{0}", "（+91）{0}", "{1}．{2}", "+91\u2013{1}\u2013{2}", "{1}\u0000{2}"),
    *("\u061c{0}", "{1}\u2007{2}", "{1}\u205f{2}", "\u2800{0}", "{1}\ufe58{2}", "{0}\u3164"),
)
TWO = (
    "{0}/{other}",
    "{0} , {other}",
    "+91 {0};{other}",
    "{0}|{other}",
    "022-23456789 / {0}, {other}",
)

MISSING_WORDS = (
    *(
        "",
        " ",
        "-",
        "--",
        "---",
        "–",
        "—",
        "N/A",
        "n/a",
        "NA",
        "n.a.",
        "N.A.",
        "NULL",
        "null",
        "Null",
    ),
    *("nan", "NaN", "None", "NONE", "\u00a0", "\u200b", "'", '""', " - ", "\u2212", "'-", "n / a"),
)
INVALID_CELLS = (
    *(
        "0",
        "00",
        "0000000000",
        "1234567890",
        "9999999999",
        "8888888888",
        "+917777777777",
        "06666666666",
    ),
    *(
        "1111111111",
        "call me",
        "ask office",
        "yes",
        "?",
        "x",
        ".",
        "*",
        "same",
        "nil",
        "not given",
        "#REF!",
    ),
    *(
        "98123",
        "981230000",
        "98123000011",
        "912345678",
        "+9198123000",
        "9109812300001",
        "00919812300",
    ),
    *(
        "9812300O01",
        "98l2300001",
        "9812300001a",
        "Asha 9812300001",
        "9812300001 Asha",
        "98123OOOO1",
    ),
    *("98123x0001", "98123XXXXX", "98123*****", "9198123000x01", "981230000x", "98123....."),
    *("9.81E+09", "9.8123E+09", "9.81230E+09", "9.81230001E+09", "9,81E+09", "9.1981E+11", "1E+10"),
    *(
        "98123000019812300002",
        "9812300001 9812300002",
        "98123 00001 98123 00002",
        "9812300001+919812300002",
    ),
    *(
        "9812300001/2",
        "9812300001/02",
        "98123/00001",
        "9812300001 to 05",
        "9812300001 & 9812300002",
    ),
    *(
        "9812300001 or 9812300002",
        "9812300001 (office)",
        "Fax 9812300001",
        "l:9812300001",
        "@9812300001",
    ),
    *("-9812300001", "98123.00", "0.9812300001", "192.168.100.101", "9812300001%", "$9812300001"),
    *(
        "2026-08-07",
        "07/08/2026",
        "https://wa.me/919812300001",
        "a@b.in",
        "₹9812300001",
        "⑨812300001",
    ),
    *(
        "九八一二三〇〇〇〇一",
        "<test lead: dummy data for phone>",
        "++919812300001",
        "+91+919812300001",
    ),
    *("91 0 9812300001", "9812300001 ext 1234567", "9812300001x", "x9812300001", "one 9812300001"),
)
OTHER_KINDS = {
    "022-23456789": ("phone_type", "landline"),
    "02223456789": ("phone_type", "landline"),
    "+91 22 2345 6789": ("phone_type", "landline"),
    "080 4123 4567": ("phone_type", "landline"),
    "8041234567": ("phone_type", "landline"),
    "07922345678": ("phone_type", "landline"),
    "7122345678": ("phone_type", "landline"),
    "6122345678": ("phone_type", "landline"),
    "+916122345678": ("phone_type", "landline"),
    "1800-123-4567": ("phone_type", "toll-free"),
    "1800 11 4000": ("phone_type", "toll-free"),
    "+91 1800 123 4567": ("phone_type", "toll-free"),
    "1860 123 4567": ("phone_type", "shared-cost"),
    "112": ("phone_type", "short code"),
    "1098": ("phone_type", "short code"),
    "155260": ("phone_type", "short code"),
    "1401234567": ("phone_type", "telemarketer"),
    "1600123456": ("phone_type", "1600"),
    "+91 1601 234567": ("phone_type", "1601"),
    "+44 7911 123456": ("phone_country", "+44"),
    "0044 7911 123456": ("phone_country", "+44"),
    "+1 (650) 253-0000": ("phone_country", "+1"),
    "+971-50-123-4567": ("phone_country", "+971"),
    "+977 9812345678": ("phone_country", "+977"),
    "+8801712345678": ("phone_country", "+880"),
    "00 65 9123 4567": ("phone_country", "+65"),
    "+9812300001": ("phone_country", "+98"),
    "+44": ("phone_country", "+44"),
}


def spelled(spelling: str, digits: str, other: str = "") -> str:
    return spelling.format(digits, digits[:5], digits[5:], digits[4:], other=other)


def tables(cells: list[str]) -> dict[str, bytes]:
    """The cells as a file of CSV, as one with all cells quoted, and as one of JSON lines."""
    quoted = io.StringIO()
    writer = csv.writer(quoted, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([["Name", "Phone"], *(["A", cell] for cell in cells)])
    lines = [json.dumps({"Name": "A", "Phone": cell}, ensure_ascii=False) for cell in cells]
    return {
        "quoted.csv": quoted.getvalue().encode(),
        "lines.jsonl": "\n".join(lines).encode(),
    }


@pytest.mark.parametrize("kind", [SPREADSHEET, PREFIXES, INVISIBLE], ids=["d1", "d2", "d3"])
def test_d1_d2_d3_what_surrounds_a_number_is_taken_off_and_the_number_sent_as_meant(
    desk: Desk, kind: tuple[str, ...]
) -> None:
    # Numbers that begin with the country code themselves are among them.
    digits = [f"91{81230000 + at}" if at % 2 else str(9812300000 + at) for at in range(len(kind))]
    cells = [spelled(spelling, each) for spelling, each in zip(kind, digits, strict=True)]

    for name, content in tables(cells).items():
        result = desk.read(content, name=name)
        for at, (cell, (reason, phone)) in enumerate(zip(cells, result.rows(name), strict=True), 1):
            assert (reason, phone) == ("ok", digits[at - 1]), (cell, result.detail(at, name))
        assert list(result.sent) == digits


def test_d1_scientific_notation_is_a_number_only_with_every_digit_in_its_mantissa(
    desk: Desk,
) -> None:
    result = desk.read(
        "Phone\n9.812300001E+09\n9.812300002e9\n9.1981230000 3E+11\n9.19812300004E+11\n"
        "9812300005E0\n98123.00006E+05\n9.81230E+09\n9.8123000E+09\n9.19812E+11\n9.812300011E+10\n"
        '"9,812300012E+09"\n="9.81E+09"\n9.812300013E+008\n'
    )
    assert [reason for reason, _ in result.rows()] == [
        *("ok", "ok", "phone_invalid", "ok", "ok", "ok"),
        *["phone_invalid"] * 4,
        *("ok", "phone_invalid", "phone_invalid"),
    ]
    assert "cut off" in result.detail(7)
    assert "text" in result.detail(7)
    assert list(result.sent) == [
        *("9812300001", "9812300002", "9812300004", "9812300005", "9812300006", "9812300012")
    ]


def test_d1_thousands_are_taken_off_where_they_group_as_thousands_do(desk: Desk) -> None:
    result = desk.read(
        'Phone\n"9,812,300,001"\n"9,81,23,00,002"\n"9,812,300,003.00"\n9.812.300.004\n'
        '"9.812.300.005,00"\n"98,123,00,006"\n"9,812,300,0071"\n'
    )
    assert [reason for reason, _ in result.rows()] == ["ok"] * 5 + ["phone_invalid"] * 2
    assert list(result.sent) == [str(9812300000 + at) for at in range(1, 6)]


def test_d2_ninety_one_is_a_country_code_only_with_ten_digits_behind_it(desk: Desk) -> None:
    cells = {
        "9198123001": "9198123001",
        "919198123002": "9198123002",
        "+919198123003": "9198123003",
        "09198123004": "9198123004",
        "91 91981 23005": "9198123005",
        "9123400006": "9123400006",
        "91919191 91": "9191919191",
        "+9198123007": None,
        "91981230": None,
        "91981230081": None,
        "9191981230091": None,
        "91 919198123010": None,
        "0919812301": None,
    }
    result = desk.read("Phone\n" + "".join(f"{cell}\n" for cell in cells))
    assert [phone for _, phone in result.rows()] == list(cells.values())
    assert {reason for reason, phone in result.rows() if phone is None} == {"phone_invalid"}


def test_d4_the_first_callable_number_of_a_cell_is_used_and_the_others_named(desk: Desk) -> None:
    listed = desk.path("dnd.txt", b"9812300010\n9812399999\n")
    result = desk.read(
        "Name;Phone\n"
        "A;9812300001/9812399999\nB;9812300002 , +91 98123 99999\nC;+91-9812300003|022-23456789\n"
        "D;022-23456789 / 9812300004\nE;1800 123 4567, +44 7911 123456, 9812300005\n"
        "F;9812300006/09812300006\nG;9812300010 / 9812300011\nH;022-23456789/1800 123 4567\n"
        "I;0000000000 / 9812300007\nJ;9999999999,9812300008\nK;9812300009 / -\nL;0/9812300012\n"
        "M;9812300013 / 98123\nN;9812300014 / Asha\nO;Mob: 9812300015, Ph: 022-23456789\n"
        'P;"9812300016;9812399999"\nQ;9812300017 9812300018\nR;98123000199812300020\n',
        f"--dnd={listed}",
    )
    reasons = [reason for reason, _ in result.rows()]
    assert reasons == [
        *["ok"] * 6,
        *("dnd", "phone_type"),
        *["ok"] * 4,
        *("phone_invalid", "phone_invalid", "ok", "ok", "phone_invalid", "phone_invalid"),
    ]
    assert list(result.sent) == [
        str(9812300000 + at) for at in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16)
    ]
    assert "2 numbers" in result.detail(1)
    assert "9812399999" in result.detail(1)
    assert "3 numbers" in result.detail(5)
    assert result.detail(6) == ""
    assert "landline" in result.detail(8)
    assert "toll-free" in result.detail(8)


def test_d5_other_kinds_of_numbers_are_invalid_and_named(desk: Desk) -> None:
    for name, content in tables(list(OTHER_KINDS)).items():
        result = desk.read(content, name=name)
        assert not result.sent
        for at, (cell, (reason, word)) in enumerate(OTHER_KINDS.items(), 1):
            found = result.outcomes[name, at]
            assert (found["status"], found["reason"], found["phone"]) == (
                "invalid",
                reason,
                None,
            ), cell
            assert word in found["detail"], cell


def test_d5_the_schemas_types_may_call_landlines_and_then_a_mobile_comes_first(desk: Desk) -> None:
    schema = json.dumps(
        {
            "type": "record",
            "name": "Lead",
            "fields": [
                {
                    "name": "PhoneNumber",
                    "type": {
                        "type": "string",
                        "logicalType": "phone-number",
                        "region": "IN",
                        "types": ["mobile", "fixed_line"],
                    },
                    "role": "phone",
                    "aliases": ["Phone", "Mobile"],
                }
            ],
        }
    )
    path = desk.path("lines.avsc", schema.encode())
    result = desk.read(
        "Phone,Mobile\n8041234567,\n8041234568 / 9812300001,\n8041234569,9812300002\n"
        "1800 123 4567,\n8041234570,98123\n",
        f"--lead_schema={path}",
    )
    assert result.rows() == [
        ("ok", "8041234567"),
        ("ok", "9812300001"),
        ("ok", "9812300002"),
        ("phone_type", None),
        ("ok", "8041234570"),
    ]


def test_d6_what_says_nothing_is_missing_and_what_fills_a_cell_is_invalid(desk: Desk) -> None:
    cells = [*MISSING_WORDS, *INVALID_CELLS]
    expected = ["phone_missing"] * len(MISSING_WORDS) + ["phone_invalid"] * len(INVALID_CELLS)
    for name, content in tables(cells).items():
        result = desk.read(content, name=name)
        found = dict(zip(cells, [reason for reason, _ in result.rows(name)], strict=True))
        assert found == dict(zip(cells, expected, strict=True))
        assert not result.sent


def test_d6_a_made_up_number_that_may_exist_goes_on(desk: Desk) -> None:
    assert list(desk.read("Phone\n9876543210\n9898989898\n9000000000\n").sent) == [
        *("9876543210", "9898989898", "9000000000")
    ]


NATIONAL = st.from_regex(r"[6-9][0-9]{9}", fullmatch=True).filter(
    lambda digits: isinstance(READER.read(digits), PhoneNumber)
)
ZEROS = [
    zero
    for zero in map(chr, range(0x110000))
    if unicodedata.decimal(zero, None) == 0 and unicodedata.category(zero) == "Nd"
]
SEPARATOR = st.sampled_from(
    ["", "", "", " ", "-", ".", "  ", " - ", "\u00a0", "\u2013", "\u200b", ")("]
)
PREFIX = st.sampled_from(
    ["", "+91", "91", "0", "0091", "(+91)", "+91 0", "+91-", "tel:", "Mob. ", "p:+91"]
)


@given(NATIONAL, st.sampled_from([*SPREADSHEET, *PREFIXES, *INVISIBLE]), st.sampled_from(ZEROS))
def test_d3_any_digits_in_any_script_and_spelling_are_those_digits(
    digits: str, spelling: str, zero: str
) -> None:
    scripted = "".join(chr(ord(zero) + int(digit)) for digit in digits)
    found = READER.read(spelled(spelling, scripted))
    assert isinstance(found, PhoneNumber), found
    assert (found.national, found.e164) == (digits, int(f"91{digits}"))


@given(NATIONAL, PREFIX, st.lists(SEPARATOR, min_size=9, max_size=9))
def test_d2_separators_anywhere_change_no_digit(
    digits: str, prefix: str, separators: list[str]
) -> None:
    body = digits[0] + "".join(map("".join, zip(separators, digits[1:], strict=True)))
    found = READER.read(prefix + body)
    if isinstance(found, PhoneNumber):
        assert found.national == digits
    else:
        assert found.reason == "phone_invalid"
        assert {".", ")("} & set(separators)


@given(st.text("0123456789 +-.()/,;|xXeE'\"=#tlMob:\u00a0\u0967\uff11", max_size=24))
def test_d_no_cell_gives_a_number_whose_digits_do_not_stand_in_it_in_order(cell: str) -> None:
    found = READER.read(cell)
    if isinstance(found, PhoneFault):
        return
    decimals = "".join(
        str(unicodedata.decimal(char))
        for char in cell
        if unicodedata.decimal(char, None) is not None
    )
    assert found.national in decimals
    pieces = re.split(r"[/;|,]|[xXeE]", cell)
    whole = {
        re.sub(r"^(?:00|\+)?0?(?:91)?0?", "", re.sub(r"\D", "", piece)) for piece in pieces
    } | {re.sub(r"\D", "", piece) for piece in (*pieces, cell)}
    if cell.isascii() and not re.search(r"[eE,]|\.0", cell):
        assert any(each.endswith(found.national) for each in whole)


@given(NATIONAL, st.integers(1, 9), st.sampled_from([*SPREADSHEET, *PREFIXES]))
def test_d2_a_number_that_lost_digits_at_either_end_is_not_filled_up_with_others(
    digits: str, lost: int, spelling: str
) -> None:
    for part in (digits[lost:], digits[:-lost]):
        found = READER.read(spelling.format(part, part[:5], part[5:], part[4:], other=""))
        # 91 and eight digits are ten digits: a number that begins with 91.
        is_whole = isinstance(found, PhoneNumber) and found.national == f"91{part}"
        assert isinstance(found, PhoneFault) or is_whole, found


def test_d_in_doubt_a_number_with_two_digits_behind_a_dot_is_a_decimal_with_a_country_code_too() -> (
    None
):
    reader = PhoneReader("IN", ("mobile",), None)
    for cell in ("+9198765123.40", "98765123.40"):
        assert isinstance(reader.read(cell), PhoneFault)
    for cell in ("+91.9876512345", "+91 98765.12345"):
        assert reader.read(cell) == PhoneNumber("9876512345", 919876512345)
