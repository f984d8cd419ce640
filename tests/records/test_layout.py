import codecs
import gzip
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.layout import HEAD_BYTES, Layout, NotALeadFile, detect_layout
from tests.records.reading import SCHEMA, read

GOOD = b'{"PhoneNumber": "9876512345"}\n'


def layout_of(content: bytes, name: str = "leads.csv") -> Layout:
    return detect_layout(content[:HEAD_BYTES], name=name, schema=SCHEMA)


def refusal(content: bytes, name: str = "leads.csv") -> str:
    with pytest.raises(NotALeadFile) as caught:
        layout_of(content, name)
    return str(caught.value)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_b3_the_delimiter_is_the_one_under_which_the_header_has_a_phone_column(
    delimiter: str,
) -> None:
    header = delimiter.join(["Name", " mobile no. ", "City"])
    layout = layout_of(f"{header}\nAsha{delimiter}9876512345,|;\t".encode())
    assert (layout.delimiter, layout.header) == (delimiter, ("Name", "mobile no.", "City"))
    assert layout.body_offset == len(header) + 1


@pytest.mark.parametrize(
    "line",
    [b"sep=;\r\n", b'"sep=;"\n', b"SEP=;\r", b"sep=;;;;\n", b"\xef\xbb\xbfsep=;\n", b"\nsep=;\n"],
)
def test_b3_a_sep_line_is_honoured_and_is_no_record(line: bytes) -> None:
    content = read(line + b"Name;Phone\nRao, Asha;9876512345\n")
    assert content.fields == [{"Name": "Rao, Asha", "Phone": "9876512345"}]
    assert content.numbers == [1]


def test_b3_a_sep_line_may_name_any_sign() -> None:
    assert read(b"sep=^\nName^Phone\nA^9876512345").fields == [{"Name": "A", "Phone": "9876512345"}]
    assert read(b"sep=\t\nName\tPhone\nA\t1").fields == [{"Name": "A", "Phone": "1"}]


def test_b3_a_sep_line_that_names_another_delimiter_is_believed() -> None:
    assert "'Name,Phone'" in refusal(b"sep=;\nName,Phone\n")


@pytest.mark.parametrize("delimiter", [*",\t;|~^:\\\x01", "."])
@pytest.mark.parametrize("start", ["", "\n", "sep=;\n", "sep=,\r\n", "\ufeff"])
def test_b3_a_delimiter_that_is_given_decides_alone_and_a_sep_line_is_still_no_record(
    delimiter: str, start: str
) -> None:
    text = f"{start}Name{delimiter}Phone\nRao{delimiter}9876512345\n"
    layout = detect_layout(text.encode(), name="f", schema=SCHEMA, delimiter=delimiter)
    assert (layout.delimiter, layout.header) == (delimiter, ("Name", "Phone"))
    assert text.encode()[layout.body_offset :] == f"Rao{delimiter}9876512345\n".encode()


def test_b3_a_delimiter_that_is_given_is_tried_alone() -> None:
    with pytest.raises(NotALeadFile, match=r"read: 'Name,Phone'\. Do its .*--csv_delimiter ','"):
        detect_layout(b"Name,Phone\n", name="f", schema=SCHEMA, delimiter=";")
    json_lines = detect_layout(GOOD, name="f", schema=SCHEMA, delimiter=";")
    assert json_lines.format == "json_lines"


def test_b3_a_delimiter_that_is_not_looked_for_is_suggested() -> None:
    assert refusal(b"Name~Phone~City\n").endswith("stand apart by --csv_delimiter '~'?")
    assert "--csv_delimiter" not in refusal(b"Name~Place\n")
    assert "--csv_delimiter" not in refusal(b"Phone_of_a_friend\n")


def test_b3_delimiters_at_the_end_of_a_lone_name_belong_to_no_name() -> None:
    layout = layout_of(b"Phone;;\n9876512345;;\n")
    assert (layout.delimiter, layout.header) == (";", ("Phone", "", ""))


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("quote", [b"", b'"'])
def test_b1_the_mark_belongs_to_no_header(mark: bytes, quote: bytes) -> None:
    content = read(mark + quote + b"Phone" + quote + b',Name\n9876512345,"Asha"\n')
    assert content.fields == [{"Phone": "9876512345", "Name": "Asha"}]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_a1_b1_utf16_is_read_by_its_mark(codec: str) -> None:
    text = "\ufefffull_name\tphone_number\r\nआशा 😀\tp:+919876512345\r\n"
    content = read(text.encode(codec))
    assert content.fields == [{"full_name": "आशा 😀", "phone_number": "p:+919876512345"}]


@given(st.text(), st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_b1_utf16_says_what_utf8_says(text: str, codec: str) -> None:
    text = "\ufeffPhone,Name\n" + text
    assert read(text.encode(codec)).fields == read(text.encode()).fields


def test_b1_what_is_no_character_in_utf16_costs_itself_alone() -> None:
    half = b"\x3d\xd8"
    text = "\ufeffPhone,Name\n1,A".encode("utf-16-le") + half + "\n2,B\n".encode("utf-16-le")
    assert read(text).fields == [{"Phone": "1", "Name": "A\ufffd"}, {"Phone": "2", "Name": "B"}]
    assert read(text + b"3").numbers == [1, 2, 3]


def test_c1_c4_the_header_is_the_first_line_with_text_and_may_be_quoted_over_lines() -> None:
    head = b'\r\n , \n"",\n,"Phone\nNumber","Name, ""all"""," ",\n'
    content = read(head + b'x,9876512345,"Asha ""RK"" Rao","12, Main Rd\n\nPune",,\n')
    assert content.layout.header == ("", "Phone\nNumber", 'Name, "all"', "", "")
    assert content.layout.body_offset == len(head)
    assert content.fields == [{"Phone\nNumber": "9876512345", 'Name, "all"': 'Asha "RK" Rao'}]


def test_b2_a_header_may_be_windows_1252() -> None:
    assert layout_of(b"Pr\xe9nom,T\xe9l,Phone\n").header == ("Prénom", "Tél", "Phone")


@pytest.mark.parametrize("content", [b"", b"\n \r\n\t", codecs.BOM_UTF8, b"\0\0\0"])
def test_c7_an_empty_file_has_no_records(content: bytes) -> None:
    assert read(content).numbers == []


@pytest.mark.parametrize("content", [b"Phone", b"Phone,Name\r\n", b"Phone\n\n,,\n", b'"Phone'])
def test_c7_a_header_alone_has_no_records(content: bytes) -> None:
    assert read(content).numbers == []


def test_c5_a_file_without_a_phone_column_names_what_was_read_and_the_nearest_name() -> None:
    words = refusal(b"Name,Fone Number,City\n")
    assert words == (
        "leads.csv has no column PhoneNumber (or another of its names in the lead schema); "
        "read: 'Name', 'Fone Number', 'City'. Should one of them be PhoneNumber?"
    )


@pytest.mark.parametrize(
    "line",
    [b"9876512345,Asha,5,", b"Asha|+91 98765 12345", "९८७६५१२३४५;Asha".encode(), b"6,98765-12345"],
)
def test_a6_c5_a_file_without_a_header_is_refused_without_quoting_its_numbers(line: bytes) -> None:
    words = refusal(line + b"\n" + line)
    assert "looks like a lead; add a line of column names" in words
    assert not any(digit in words for digit in ("98765", "९८७६५", "12345"))


def test_c8_title_lines_above_the_header_are_refused() -> None:
    assert "read: 'Leads report July'" in refusal(b"Leads report July,,\nPhone,Name,\n")


def test_many_and_long_columns_are_named_in_a_few_words() -> None:
    words = refusal(b",".join(b"column %d" % n + b"x" * 500 for n in range(1, 400)))
    assert len(words) < 1200
    assert "and 387 more" in words


def test_a_header_must_end_within_the_head() -> None:
    words = refusal(b'Phone,"Name\n' + b"9876512345,Asha\n" * HEAD_BYTES)
    assert words.startswith("leads.csv: its header does not end within 262,144 bytes")


def test_blanks_without_end_are_no_leads() -> None:
    assert "262,144 bytes without any text" in refusal(b"\n" * HEAD_BYTES)


def workbook(member: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml" if member.startswith("xl") else "a.txt", "<Types/>")
        archive.writestr(member, "x" * 100)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (workbook("xl/workbook.xml"), "an Excel workbook; save it as CSV (UTF-8)"),
        (workbook("leads.csv"), "a zip archive; unpack it first"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an Excel workbook of the old kind"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"\n<!DOCTYPE html>\n<html><body>Phone,Name", "a web page"),
        (b"<table><tr><td>Phone</td></tr></table>", "a web page"),
        (b'<?xml version="1.0"?>\n<leads/>', "XML"),
        (b"Obj\x01\x04\x14avro.codec", "an Avro file whose header is cut off or damaged"),
        (b"{\\rtf1\\ansi", "a rich text document"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b"BEGIN:VCARD\nTEL:9876512345", "a vCard address book"),
        ("Phone,Name\n1,A\n".encode("utf-32"), "text in UTF-32; save it as UTF-8"),
        ("Phone,Name\n1,A\n".encode("utf-16-le"), "text in UTF-16; save it as UTF-8"),
        ("Phone,Name\n1,A\n".encode("utf-16-be"), "text in UTF-16; save it as UTF-8"),
        (bytes(range(256)) * 9, "binary data"),
        (gzip.compress(b"Phone", mtime=0), "a file that was packed twice; unpack it first"),
    ],
)
def test_b8_what_is_no_lead_file_is_named_with_the_remedy(content: bytes, what: str) -> None:
    assert refusal(content).startswith(f"leads.csv is {what}")


def test_b6_padding_with_nul_bytes_is_not_taken_for_another_encoding() -> None:
    row = b"9876512345\0\0\0\0\0,Asha\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\n"
    content = read(b"Phone\0\0\0\0\0,Name\0\0\0\0\0\n" + row * 9)
    assert content.fields == [{"Phone": "9876512345", "Name": "Asha"}] * 9


@pytest.mark.parametrize("name", ["leads.csv", "leads.txt", "leads", "leads.json"])
@pytest.mark.parametrize(
    "first",
    [
        GOOD,
        codecs.BOM_UTF8 + GOOD,
        b"\r\n \n" + GOOD,
        b"{not json\n",
        b"{\n",
        b'{"a": NaN}\n',
        b"[1, 2]\n",
        b'[{"PhoneNumber": 1}]\n',
        b"[\n",
        b"null\n",
        b"junk\n",
        b"\xfd\xfc\n",
        b"[" * 100_000 + b"\n",
        b'{"a":' * 100_000 + b"\n",
        b'"' + b"x" * 100_000 + b"\n",
    ],
)
def test_json_lines_are_told_by_any_line_that_is_an_object(first: bytes, name: str) -> None:
    content = first + GOOD + GOOD
    assert layout_of(content, name).format == "json_lines"
    assert read(content, name=name).fields[-2:] == [{"PhoneNumber": "9876512345"}] * 2
    assert read(content, name=name).numbers == [1, 2, 3]


@pytest.mark.parametrize("line", [b"{" + b"x" * HEAD_BYTES, b'{"Name": "' + b"x" * HEAD_BYTES])
def test_a_first_line_longer_than_the_head_is_json_by_its_bracket(line: bytes) -> None:
    assert layout_of(line).format == "json_lines"


@pytest.mark.parametrize("name", ["leads.jsonl", "leads.ndjson.gz", "LEADS.JSONL"])
@pytest.mark.parametrize(
    "junk", [b"junk\nmore junk\n", b"[1]\n2\n", b"[" * HEAD_BYTES, b'"', b"1e9"]
)
def test_where_the_content_says_nothing_the_name_decides(junk: bytes, name: str) -> None:
    assert layout_of(junk, name).format == "json_lines"
    assert "has no column PhoneNumber" in refusal(junk, "leads.csv")


@pytest.mark.parametrize("name", ["leads.json", "leads.jsonl"])
@pytest.mark.parametrize(
    "content",
    [
        b'[{"PhoneNumber": 1}, {"PhoneNumber": 2}]',
        b'[\n  {"PhoneNumber": 1},\n  {"PhoneNumber": 2}\n]\n',
        json.dumps([{"PhoneNumber": 1, "Name": "A"}] * 9, indent=1).encode(),
        json.dumps([{"PhoneNumber": 1, "Name": "A"}] * 20_000, indent=1).encode(),
        json.dumps({"leads": [{"PhoneNumber": 1}]}, indent=1).encode(),
        b'{"leads": [\n{"PhoneNumber": 1},\n{"PhoneNumber": 2}\n]}\n',
        b'[{"PhoneNumber": 1},\n{"PhoneNumber": 2},\n{"PhoneNumber": 3}]',
        json.dumps([{"PhoneNumber": 1, "Name": "A"}] * 20_000).encode(),
        b'[{"PhoneNumber": 1}, {"PhoneNum',
        b'[\n{"PhoneNumber": 1},\n{"PhoneNum',
        b'{\n"PhoneNumber": 1\n}\n{\n"PhoneNumber": 2\n}\n',
        b'[{"PhoneNumber": 1, "Note": "' + b"x" * 300_000 + b'"}]',
    ],
)
def test_one_json_value_over_the_whole_file_is_told_from_json_lines(
    content: bytes, name: str
) -> None:
    assert layout_of(content, name).format == "json_array"


def test_a_csv_file_with_json_in_its_cells_is_csv() -> None:
    assert layout_of(b'Phone,Extra\n1,"{""a"": 1}"\n{"a":1}\n').format == "csv"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        whole = read(content)
    except NotALeadFile as e:
        assert str(e).startswith("leads.csv")  # noqa: PT017  # both ends are right
    else:
        assert whole.numbers == list(range(1, len(whole.numbers) + 1))
