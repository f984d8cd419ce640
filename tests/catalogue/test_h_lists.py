"""Part H of the catalogue: do-not-disturb lists, and whom they keep from being called."""

import gzip
import io
import json
import zipfile
from collections.abc import Sequence

import numpy as np
import pytest

from suppression.index_file import IndexFile
from tests.catalogue.desk import Desk
from tests.suppression.built_lists import built, numbers_of

LEADS = "Phone\n" + "".join(f"{9812300000 + at}\n" for at in range(1, 10))


def suppressed(desk: Desk, *lists: bytes) -> list[int]:
    """Which of the leads 1 to 9 some lists keep from being called."""
    # A process reads a list once, so each has a name of its own.
    before = len(list(desk.folder.iterdir()))
    paths = [desk.path(f"list{before}-{at}.txt", content) for at, content in enumerate(lists)]
    result = desk.read(LEADS, *(f"--dnd={path}" for path in paths))
    assert {reason for reason, _ in result.rows()} <= {"ok", "dnd"}
    return [at for at, (reason, _) in enumerate(result.rows(), 1) if reason == "dnd"]


def stopped(desk: Desk, content: bytes) -> str:
    """What the program says of a list that it must not rely on."""
    said = desk.refused(LEADS, f"--dnd={desk.path('dnd.txt', content)}")
    assert "dnd.txt" in said
    assert "98123" not in said
    return said


def test_h1_one_number_a_line_in_every_spelling_that_leads_may_have(desk: Desk) -> None:
    content = (
        "MSISDN\n# opted out until July\n+91-98123-00001\t\n  098123 00002  \n'9812300003\n"
        "9812300004.0\n९८१२३००००५\r\n\r\n(+91) 98123\u00a000006 # by mail\n9812300001\n"
        "022-23456789\n+44 7911 123456\nTotal: 8 numbers\n"
    )
    assert suppressed(desk, content.encode()) == [1, 2, 3, 4, 5, 6]
    assert suppressed(desk, ("\ufeff" + content).encode("utf-16-le")) == [1, 2, 3, 4, 5, 6]
    assert suppressed(desk, ("\ufeff" + content).encode("utf-16-be")) == [1, 2, 3, 4, 5, 6]


def test_h1_lines_end_in_any_way_and_bytes_may_be_windows_1252_or_nul(desk: Desk) -> None:
    content = b"9812300001\r9812300002\r\n98123\xa000003\n98123\x9600004\n9812300005\0\0\n\0\n="
    assert suppressed(desk, content + b'"9812300006"\n9.812300007E+09\n"9,812,300,008"') == [
        *range(1, 9)
    ]


def test_h1_a_foreign_number_and_a_landline_match_only_themselves(desk: Desk) -> None:
    assert suppressed(
        desk, b"+44 9812300001\n+1 650 253 0002\n022-23000003\n2300004\n9812300005\n"
    ) == [5]


def test_h1_the_lead_may_be_spelled_in_any_way_too(desk: Desk) -> None:
    listed = desk.path("dnd.txt", b"9812300001\n")
    spellings = [
        "+91 98123 00001",
        "09812300001",
        "'9812300001",
        "9812300001.0",
        "Mob: 98123-00001",
    ]
    for spelling in spellings:
        assert desk.read(f"Phone\n{spelling}\n", f"--dnd={listed}").rows() == [
            ("dnd", "9812300001")
        ]


def test_h2_every_phone_column_of_a_table_is_on_the_list_and_no_other(desk: Desk) -> None:
    content = (
        "S.No.,Request Id,Mobile No.,Date,Circle,Contact Number\n"
        "1,9812300008,098123 00001,2019-04-12,MH,\n"
        '2,9812300009,"98123 00002 / 98123 00003",2019-04-12,"MH, ""Goa""",+91 98123 00004\n'
        "3,9123400003,,,,9812300005\n4,9123400004,-,,,N/A\nTotal,4,,,,\n"
    )
    assert suppressed(desk, content.encode()) == [1, 2, 3, 4, 5]
    assert suppressed(desk, content.replace("\n", "\r\n").encode("utf-16")) == [1, 2, 3, 4, 5]
    semicolons = b"sep=;\nSerial;Phone;Note\n9812300009;9812300001;a,b\n"
    assert suppressed(desk, semicolons) == [1]


@pytest.mark.parametrize(
    "content",
    [
        b"1,9123400001,098123 00001,2019-04-12,MH\n",
        b"Serial;Number;Circle\n1;9812300001;MH\n",
        b"9812300001\tMH\n9812300002\tGJ\n",
        b"Id|Entry\n9812300008|9812300001 x\n",
    ],
)
def test_h2_several_columns_without_a_phones_name_stop(desk: Desk, content: bytes) -> None:
    assert stopped(desk, content)


SCRUB = {
    "DND": True, "NDNC": True, "Registered": True, "BLOCKED": True, "yes": True, "Y": True, "1": True,
    "1.0": True, "Non DND": False, "NON-DND": False, "Not Registered": False, "not_registered": False,
    "Clean": False, "No": False, "n": False, "0": False, " Non  DND ": False, "0.0": False,
}  # fmt: skip


@pytest.mark.parametrize("column", ["Status", "DND", "NDNC Status", "dnd-status", "NDNC"])
def test_h3_a_scrubs_verdict_lists_a_number_or_does_not(desk: Desk, column: str) -> None:
    rows = [f"{at},{9812300000 + at},{word}\n" for at, word in enumerate(SCRUB)]
    listed = desk.path("scrub.csv", f"S.No,Mobile,{column}\n{''.join(rows)}".encode())
    leads = "Phone\n" + "".join(f"{9812300000 + at}\n" for at in range(len(SCRUB)))
    result = desk.read(leads, f"--dnd={listed}")
    assert [reason == "dnd" for reason, _ in result.rows()] == list(SCRUB.values())


@pytest.mark.parametrize(
    "word", ["DND Fully", "Active", "", "2", "NA", "Partially blocked", "TRUE?"]
)
def test_h3_any_other_verdict_stops_and_is_named(desk: Desk, word: str) -> None:
    said = stopped(desk, f"Mobile,Status\n9812300001,DND\n9812300002,{word}\n".encode())
    assert "row 2" in said
    assert (repr(word) if word else "is empty") in said


def test_h3_header_and_footer_of_a_scrub_need_no_verdict(desk: Desk) -> None:
    content = b"Mobile,Status\n9812300001,DND\n9812300002,Clean\nTotal,2 numbers\nEnd of report,\n"
    assert suppressed(desk, content) == [1]


def zipped(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "<xml/>")
    return packed.getvalue()


NO_LISTS: list[tuple[bytes, str]] = [
    (b"<!DOCTYPE html><html><title>Sign in</title>9812300001</html>", "a web page"),
    (b"  <HTML><body>9812300001</body></HTML>", "a web page"),
    (zipped("xl/workbook.xml"), "an Excel workbook"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "an Excel workbook"),
    (b"%PDF-1.5\n", "a PDF document"),
    (b"SQLite format 3\0" + bytes(64), "an SQLite database"),
    (b"", "holds no phone number"),
    (b"\n \n", "holds no phone number"),
    (b"PhoneNumber\n", "holds no phone number"),
    (b"S.No,Mobile,Status\n", "holds no phone number"),
    (b"# nobody yet\n", "holds no phone number"),
    (b"Session expired. Please log in again.\n", "holds text and no phone number"),
    (json.dumps({"version": 3, "buckets": [1, 2]}).encode(), "holds text and no phone number"),
    (bytes(range(1, 200)) * 3, "holds text and no phone number"),
    (b"9812300001\n9.81230E+09\n", "cut off"),
    (b"Phone,Name\n9812300001,A\n9.81230E+09,B\n", "cut off"),
    (b"Mobile;Status\n9,8123E+09;DND\n", "cut off"),
    (b'="9.81E+09"\n9812300002\n', "cut off"),
    (b"9812300001\n9812300002 (office)\n", "among other text"),
    (gzip.compress(b"9812300001\n" * 500)[:-12], "damaged"),
]


@pytest.mark.parametrize("place", range(len(NO_LISTS)))
def test_h5_what_is_no_list_or_a_damaged_one_stops(desk: Desk, place: int) -> None:
    content, words = NO_LISTS[place]
    assert words in stopped(desk, content)


def test_h5_one_bad_list_among_good_ones_stops_all(desk: Desk) -> None:
    good, bad = desk.path("good.txt", b"9812300001\n"), desk.path("bad.txt", b"<html></html>")
    said = desk.refused(LEADS, f"--dnd={good}", f"--dnd={bad}")
    assert "bad.txt" in said


def test_h6_packed_lists_and_several_lists_are_one_screen(desk: Desk) -> None:
    packed = gzip.compress(b"9812300001\n") + gzip.compress(b"9812300002\n")
    table = gzip.compress(
        "\ufeffMobile\tStatus\n9812300003\tDND\n9812300004\tClean\n".encode("utf-16-be")
    )
    assert suppressed(desk, packed, table, b"9812300002\n9812300009") == [1, 2, 3, 9]


def test_h6_xml_stops_and_names_the_flat_form(desk: Desk) -> None:
    content = b'<?xml version="1.0"?>\n<list><ac val="415"><ph val="5550199"/></ac></list>'
    assert "flat form, one number a line" in stopped(desk, content)
    assert "flat form" in stopped(desk, b'<list type="full"><ac val="415"/></list>')


def american(content: str, region: str = "US") -> IndexFile:
    return built(content, name="us.txt", region=region)


def listed(found: IndexFile, numbers: Sequence[int]) -> list[bool]:
    return list(found.listed(np.array(numbers, dtype=np.int64)))


@pytest.mark.parametrize(
    "content",
    [
        "415,5550199\n212,5550123\n",
        '"415","5550199"\r\n"212","5550123"\r\n',
        "415\t555-0199\n212\t555 0123\n",
        "FTC list 2026\n2026-01-05\n415,5550199\n212,5550123\n\nTotal: 2\n",
        "# July\nArea code,number\n415,5550199\n\n212,5550123 \n",
        "Area Code,Phone Number\n415,5550199\n212,555-0123\n",
        "NPA;Phone;Added\n415;5550199;2026-07-01\n212;2125550123;2026-07-01\n",
    ],
)
def test_h6_area_and_number_in_two_columns_are_joined_in_the_united_states(content: str) -> None:
    found = american(content)
    assert numbers_of(found) == [12125550123, 14155550199]
    assert listed(found, [14155550199, 5550199, 14155550198]) == [True, False, False]


@pytest.mark.parametrize(
    "content",
    ["415,5550199\n2125550123\n", "2125550123\n415,5550199\n", "415,5550199\n212,55501\n"],
)
def test_h6_where_some_lines_are_in_two_columns_and_others_not_the_list_stops(content: str) -> None:
    with pytest.raises(Exception, match=r"us\.txt, line 2: some lines are in two columns"):
        american(content)


def test_h6_no_other_region_joins_two_columns() -> None:
    with pytest.raises(Exception, match="digits of a number"):
        american("415,5550199\n", region="IN")


def test_h6_leads_of_the_united_states_are_screened_by_the_joined_form(
    desk: Desk,
) -> None:
    schema = {
        "type": "record",
        "name": "Lead",
        "fields": [
            {
                "name": "PhoneNumber",
                "type": {
                    "type": "string",
                    "logicalType": "phone-number",
                    "region": "US",
                    "types": ["mobile"],
                },
                "aliases": ["Phone"],
            }
        ],
    }
    path = desk.path("us.avsc", json.dumps(schema).encode())
    listed_path = desk.path("us.txt", b"415,5550199\n650,2530000\n")
    result = desk.read(
        "Phone\n(415) 555-0199\n+1-650-253-0000x12\n1 718 555 0123\n650.253.0001x77\n",
        f"--lead_schema={path}",
        f"--dnd={listed_path}",
    )
    assert [reason for reason, _ in result.rows()] == ["dnd", "dnd", "ok", "ok"]
    assert [phone for _, phone in result.rows()] == [
        *("4155550199", "6502530000", "7185550123", "6502530001")
    ]
