"""Part B of the catalogue: marks, encodings, delimiters, quotes, line ends, packing."""

import bz2
import gzip
import io
import json
import zipfile

import pytest

from tests.catalogue.desk import Desk, Row, ok

INVALID: Row = ("phone_invalid", None)


def test_b1_a_mark_of_either_unicode_belongs_to_no_header(desk: Desk) -> None:
    text = '"Phone No.","Name"\r\n"{0}","Zoë — 雅"\r\n'
    marked = '\ufeff"Phone No.","Name"\r\n"{0}","Zoë — 雅"\r\n'
    files = {
        "utf8.csv": marked.format(9812300001).encode(),
        "utf8-bare.csv": marked.replace('"', "").format(9812300002).encode(),
        "utf16le.csv": marked.format(9812300003).encode("utf-16-le"),
        "utf16be.csv": marked.format(9812300004).encode("utf-16-be"),
        "unmarked.csv": text.format(9812300005).encode(),
        "twice.csv": ("\ufeff" + marked).format(9812300006).encode(),
        "mark-in-quotes.csv": text.replace('"Phone', '"\ufeffPhone').format(9812300007).encode(),
        "blank-first.csv": ("\ufeff\r\n" + text).format(9812300008).encode(),
        "semicolons.csv": marked.replace(",", ";").format(9812300009).encode("utf-16-le"),
    }
    result = desk.run(files)
    assert [result.rows(name) for name in files] == [
        ok(number) for number in range(9812300001, 9812300010)
    ]
    assert {values["Name"] for values in result.sent.values()} == {"Zoë — 雅"}


def test_b1_utf16_that_ends_in_half_a_character_costs_no_row(desk: Desk) -> None:
    content = "\ufeffPhone,Name\n9812300001,A\n9812300002,B\n".encode("utf-16-le") + b"\x41"
    rows = desk.read(content).rows()
    assert rows[:2] == ok(9812300001, 9812300002)
    assert all(reason == "phone_invalid" for reason, _ in rows[2:])


def test_b2_a_row_that_is_no_utf8_is_read_as_windows_1252_and_no_other_row(desk: Desk) -> None:
    content = (
        b"Mobile,Name,City\n9812300001,Ren\xe9e,Pune\n9812300002,\xe0\xae\x85,Chennai\n"
        b"9812300003,\x93Smart\x94 \x96 \x80 5,Goa\n98123\xa000004,A,\n98123\x9600005,B,M\xfcnchen\n"
        b"9812300006,\x81\x8d,X\n"
    )
    result = desk.read(content)
    assert result.rows() == ok(*range(9812300001, 9812300007))
    assert [result.sent[str(9812300000 + at)]["Name"] for at in (1, 2, 3, 4, 5)] == [
        *("Renée", "\u0b85", "“Smart” – € 5", "A", "B"),
    ]
    assert "Windows-1252" in result.said
    assert "5" in next(line for line in result.said.splitlines() if "Windows-1252" in line)


def test_b2_a_header_in_windows_1252_names_its_columns(desk: Desk) -> None:
    content = "Téléphone;Mobile;Prénom;Name\n;9812300001;Zoé;Zoé\n".encode("windows-1252")
    result = desk.read(content)
    assert result.rows() == ok(9812300001)
    assert result.sent["9812300001"]["Name"] == "Zoé"


def test_b2_a_line_of_json_that_is_no_utf8_is_invalid_alone(desk: Desk) -> None:
    content = (
        b'{"Phone": "9812300001", "Name": "A"}\n{"Phone": "9812300002", "Name": "Ren\xe9"}\n'
        b'{"Phone": "9812300003", "Name": "Ren\xc3\xa9"}\n'
    )
    result = desk.read(content, name="leads.jsonl")
    assert result.rows("leads.jsonl") == [*ok(9812300001), ("unreadable", None), *ok(9812300003)]
    assert "UTF-8" in result.detail(2, "leads.jsonl")


def test_b3_the_delimiter_is_the_one_under_which_the_header_has_a_phone(desk: Desk) -> None:
    files = {
        "semicolons.csv": b"Phone;Name;Note\n9812300001;Rao, Asha;a,b,c,d\n",
        "tabs.csv": b"Phone\tName\n9812300002\tRao, Asha; Ms | x\n",
        "pipes.csv": b"Name|Phone\nRao, Asha;|9812300003\n",
        "commas.csv": b'Phone,Name;Surname\n9812300004,"Asha; Rao"\n',
        "commas-in-header.csv": b'Phone;"Name, first";Name\n9812300005;x;Asha\n',
        "sep.csv": b"sep=;\nPhone;Name\n9812300006;Rao, Asha\n",
        "sep-caps.csv": b"\xef\xbb\xbfSEP=|\r\nPhone|Name\r\n9812300007|A\r\n",
        "sep-tab.csv": b'"sep=\t"\nPhone\tName\n9812300008\tA\n',
        "sep-filled.csv": b"sep=,,,\nPhone,Name,City\n9812300009,A,\n",
        "sep-colon.csv": b"sep=:\nPhone:Name\n9812300010:A\n",
        "sep-wide.csv": "\ufeffsep=;\r\nPhone;Name\r\n9812300011;A\r\n".encode("utf-16-le"),
        "one-column.csv": b"Mobile No.\n9812300012\n",
        "one-column-marks.csv": b"Mobile No.\n9812300013 / 9812300014\n",
    }
    result = desk.run(files)
    assert [result.rows(name) for name in files] == [
        ok(number) for number in range(9812300001, 9812300014)
    ]
    names = [result.sent[str(9812300000 + at)].get("Name") for at in range(1, 7)]
    assert names == [
        *("Rao, Asha", "Rao, Asha; Ms | x", "Rao, Asha;", ""),
        *("Asha", "Rao, Asha"),
    ]


def test_b3_a_sep_line_decides_alone(desk: Desk) -> None:
    said = desk.refused("sep=;\nPhone,Name\n9812300001,Asha\n")
    assert "no column PhoneNumber" in said


@pytest.mark.parametrize("delimiter", ["~", "^", "\\", "\x01", "|", "\t", "*"])
def test_b3_a_delimiter_of_the_users_own_is_read_like_the_usual_ones(
    desk: Desk, delimiter: str
) -> None:
    rows = [
        ("Name", "Phone", "City"),
        ("Rao, Asha", "98123-00001", "Pune"),
        (f'"a{delimiter}""b""\nc"', "9812300002", "x;y|z" if delimiter != "|" else "x;y"),
        ("caf\xe9", "9812300003", ""),
        ("short", "9812300004"),
        ("long", "9812300005", "", "more"),
        ("Name", "Phone", "City"),
        ("", "", ""),
        ("plain", "9812300006", "Pune"),
    ]
    content = "".join(delimiter.join(row) + "\n" for row in rows).encode("cp1252")
    word = {"|": "pipe", "\t": "tab"}.get(delimiter, delimiter)
    result = desk.read(b"sep=,\n" + content, "--csv_delimiter", word)
    assert result.rows() == [
        *ok(9812300001, 9812300002, 9812300003, 9812300004),
        *(("columns", None), ("columns", None)),
        *ok(9812300006),
    ]
    assert result.sent["9812300002"]["Name"] == f'a{delimiter}"b"\nc'
    assert result.sent["9812300003"]["Name"] == "café"


def test_b3_a_delimiter_under_which_there_is_no_phone_column_stops_the_run(desk: Desk) -> None:
    said = desk.refused("Phone;Name\n9812300001;Asha\n", "--csv_delimiter=comma")
    assert "read: 'Phone;Name'" in said
    assert "--csv_delimiter ';'" in said


def test_b4_a_quote_opens_a_cell_only_as_its_first_character(desk: Desk) -> None:
    result = desk.read(
        "Phone,Name,Size\n"
        '9812300001,Asha "RK" Rao,5\'11"\n'
        "9812300002,O'Brien,'quoted'\n"
        '9812300003,6" pipe,x\n'
        '9812300004,"Rao, ""RK""",x\n'
        '9812300005, "spaced, quote",x\n'
        "9812300006,“curly, quotes”,x\n"
        '9812300007,"",x\n'
        '9812300008,a"b"c,"d"\n'
    )
    assert result.rows() == [
        *ok(9812300001, 9812300002, 9812300003, 9812300004),
        ("columns", None),
        ("columns", None),
        *ok(9812300007, 9812300008),
    ]
    names = [result.sent[str(9812300000 + at)]["Name"] for at in (1, 2, 3, 4, 7, 8)]
    assert names == ['Asha "RK" Rao', "O'Brien", '6" pipe', 'Rao, "RK"', "", 'a"b"c']


def test_b5_a_record_ends_at_cr_lf_or_crlf_and_at_nothing_else(desk: Desk) -> None:
    odd = "a\u2028b\u2029c\u0085d\u000ce\u000bf\u001cg\u001dh\u001ei"
    content = (
        f"Phone,Name\r9812300001,{odd}\n9812300002,B\r\n9812300003,C\r\r\n\n9812300004,D\n\r"
        "9812300005,E"
    )
    result = desk.read(content)
    assert result.rows() == ok(*range(9812300001, 9812300006))
    assert result.sent["9812300001"]["Name"] == odd


def test_b5_a_line_of_json_ends_at_lf_alone(desk: Desk) -> None:
    odd = "a\u2028b\u2029c\u0085d"
    lines = [
        json.dumps({"Phone": 9812300000 + at, "Name": odd}, ensure_ascii=False) for at in (1, 2)
    ]
    result = desk.read("\r\n".join(lines) + "\r\n\r\n", name="leads.jsonl")
    assert result.rows("leads.jsonl") == ok(9812300001, 9812300002)
    assert result.sent["9812300001"]["Name"] == odd


def test_b6_nul_bytes_are_dropped_wherever_they_stand(desk: Desk) -> None:
    files = {
        "padded.csv": b"Phone\0\0\0,Name\0\0\0\n9812300001\0\0,Asha\0\0\n\0\0\0\0\n9812300002,B\0ob\n",
        "crashed.csv": b"Phone,Name\n9812300003,A\n"
        + b"\0" * 9000
        + b"9812300004,B\n"
        + b"\0" * 512,
        "front.csv": b"\0\0Phone,Name\n98123\x0000005,A\n",
        "lines.jsonl": b'{"Phone": "9812300006"}\n\0\0\0{"Phone": "98\x0012300007"}\n\0\0\0',
        "quoted.csv": b'Phone,Name\n"9812300008\0","A\0"\n',
    }
    result = desk.run(files)
    assert result.status == 0
    assert {name: result.rows(name) for name in files} == {
        "padded.csv": ok(9812300001, 9812300002),
        "crashed.csv": ok(9812300003, 9812300004),
        "front.csv": ok(9812300005),
        "lines.jsonl": ok(9812300006, 9812300007),
        "quoted.csv": ok(9812300008),
    }
    assert result.sent["9812300002"]["Name"] == "Bob"


def test_b7_packing_is_told_by_content(desk: Desk) -> None:
    plain = "Phone,Name\n{0},A\n"
    wide = "\ufeffPhone\tName\r\n{0}\tA\r\n"
    files = {
        "packed.csv": gzip.compress(plain.format(9812300001).encode()),
        "plain.csv.gz": plain.format(9812300002).encode(),
        "bz2.txt": bz2.compress(plain.format(9812300003).encode()),
        "members.gz": gzip.compress(plain.format(9812300004).encode())
        + gzip.compress(b"9812300005,B\n"),
        "wide.csv": gzip.compress(wide.format(9812300006).encode("utf-16")),
        "lines.csv": gzip.compress(b'{"Phone": 9812300007}'),
    }
    result = desk.run(files)
    assert result.status == 0
    assert [row for name in files for row in result.rows(name)] == ok(
        *range(9812300001, 9812300008)
    )


def workbook() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", "<v>9812300001</v>")
    return packed.getvalue()


PAGE = "<!DOCTYPE html>\n<html><body><table><tr><td>Phone</td></tr><tr><td>9812300001</td>"


NO_LEAD_FILES = {
    "workbook": (workbook(), "an Excel workbook", "save it as CSV (UTF-8)"),
    "old workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "an Excel workbook",
        "save it as CSV",
    ),
    "page": (PAGE.encode(), "a web page", "export the data as CSV"),
    "marked page": (f"\ufeff\r\n {PAGE}".encode(), "a web page", "export the data as CSV"),
    "wide page": (f"\ufeff{PAGE}".encode("utf-16"), "a web page", "export the data as CSV"),
    "xml": (b'<?xml version="1.0"?><leads><phone>9812300001</phone></leads>', "XML", "CSV"),
    "pdf": (b"%PDF-1.7\n\x00\x01", "a PDF document", "CSV"),
    "rtf": (b"{\\rtf1\\ansi 9812300001}", "a rich text document", "CSV"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a picture", "CSV"),
    "sqlite": (b"SQLite format 3\0" + bytes(100), "an SQLite database", "CSV"),
    "binary": (bytes(range(256)) * 8, "binary data", "CSV"),
    "unmarked utf16": ("Phone,Name\n9812300001,A\n".encode("utf-16-le"), "text in UTF-16", "UTF-8"),
    "packed workbook": (gzip.compress(workbook()), "an Excel workbook", "save it as CSV"),
    "packed twice": (
        gzip.compress(gzip.compress(b"Phone\n9812300001\n")),
        "packed twice",
        "unpack",
    ),
}


@pytest.mark.parametrize("kind", NO_LEAD_FILES)
def test_b8_what_is_no_lead_file_stops_before_anything_is_posted(desk: Desk, kind: str) -> None:
    content, what, remedy = NO_LEAD_FILES[kind]
    result = desk.run({"good.csv": b"Phone\n9812300009\n", "leads.csv": content})
    assert result.status == 2
    assert not result.sent
    assert not result.outcomes
    assert "leads.csv is" in result.said
    assert what in result.said
    assert remedy in result.said
    assert "98123" not in result.said
