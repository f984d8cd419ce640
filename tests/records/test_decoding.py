import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.blocks import RawBlock, Unreadable, as_json
from records.decoding import decode
from records.json_lines import MAX_DEPTH, read_json, read_object
from records.layout import Layout
from records.repeats import MAX_DIFFERENT
from records.rows import read_rows
from schemas.outcome import Outcome, Source, Status
from tests.records.reading import read
from tests.records.test_cutting import CONTENT, reference_csv

HEADER = b"Phone,Name,City,Note\n"
GOOD = b'{"Phone": "9876512345"}'


def lead(phone: str, name: str = "", city: str = "", note: str = "") -> dict[str, str]:
    return {"Phone": phone, "Name": name, "City": city, "Note": note}


# --- CSV


def test_c1_quotes_hold_delimiters_line_ends_and_quotes() -> None:
    content = read(HEADER + b'9876512345,"Asha ""RK"" Rao","12, Main Rd\r\n\nPune",\n2,B,,\n')
    assert content.fields == [
        lead("9876512345", 'Asha "RK" Rao', "12, Main Rd\r\n\nPune"),
        lead("2", "B"),
    ]


def test_b4_a_quote_in_a_bare_cell_is_a_character() -> None:
    content = read(HEADER + b'1,5" nails,say "a,b"\n2, "B,"C"D,\n')
    assert content.fields == [lead("1", '5" nails', 'say "a', 'b"'), lead("2", ' "B', "CD")]


def test_c2_missing_cells_are_empty_and_empty_surplus_is_nothing() -> None:
    content = read(HEADER + b"1\n2,B\n3,C,x,y,, ,\n")
    assert content.fields == [lead("1"), lead("2", "B"), lead("3", "C", "x", "y")]


def test_c2_a_row_with_more_cells_than_columns_is_invalid_and_keeps_its_text() -> None:
    content = read(HEADER + b"1,A\n2,Rao, Asha,x,y,z\n3,C\n")
    assert [fields["Phone"] for fields in content.fields] == ["1", "3"]
    assert content.unreadable == [
        Unreadable(2, "2,Rao, Asha,x,y,z", "columns", "6 cells under 4 columns")
    ]


def test_c3_a_repeated_header_has_one_value_or_all_of_them() -> None:
    content = read(b"Phone,Name,Phone\n1,A,1\n2,B,\n,C,3\n4,D,5\n6\n")
    assert [fields["Phone"] for fields in content.fields] == ["1", "2", "3", ("4", "5"), "6"]
    assert json.loads(content.decoded[3].lead_json) == {"Phone": ["4", "5"], "Name": "D"}


def test_c4_nameless_columns_are_ignored() -> None:
    content = read(b",Phone,,Name,,\nx,1,y,A,z,\n")
    assert content.fields == [{"Phone": "1", "Name": "A"}]


@pytest.mark.parametrize(
    "again",
    [b"Phone,Name,City,Note", b'\xef\xbb\xbf"Phone","Name",City,Note', b" Phone,Name,City,Note,,"],
)
def test_c6_a_header_glued_in_again_is_no_lead(again: bytes) -> None:
    content = read(HEADER + b"1,A\n" + again + b"\r\n2,B\n")
    assert content.fields == [lead("1", "A"), lead("2", "B")]
    assert [(bad.number, bad.reason, bad.detail) for bad in content.unreadable] == [
        (2, "columns", "the header is repeated here")
    ]


def test_c6_a_row_with_one_cell_of_the_header_is_a_row() -> None:
    assert read(b"Phone,Name\nPhone,Asha\n").fields == [{"Phone": "Phone", "Name": "Asha"}]


def test_b2_a_row_that_is_not_utf8_is_windows_1252_and_no_other_row_is() -> None:
    content = read(HEADER + "1,René\n".encode() + b"2,Ren\xe9 \x80\x81\n3,C\n")
    assert content.fields == [lead("1", "René"), lead("2", "René €\ufffd"), lead("3", "C")]
    assert [record.windows_1252 for record in content.decoded] == [False, True, False]


def test_b6_nul_bytes_are_dropped_wherever_they_stand() -> None:
    content = read(HEADER + b'98\x0076512345,\0"A,\0B",\0\n\0\0\0\n2,C\n' + b"\0" * 5000)
    assert content.fields == [lead("9876512345", "A,B"), lead("2", "C")]


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\u0085", "\x0c", "\x1e", "\ufeff", "😀"])
def test_b5_e3_a_cell_is_text_as_written(char: str) -> None:
    text = f" {char}=1+2 Null"
    assert read(HEADER + f"1,{text},\n".encode()).fields == [lead("1", text)]


@given(CONTENT)
def test_cells_are_those_of_the_csv_module_for_every_record_that_is_cut(content: bytes) -> None:
    records, rest, open_quote = reference_csv(content)
    texts = [r.decode("latin-1") for r in [*records, *([] if open_quote else [rest])] if r]
    assert [read_rows([text], ",")[0] for text in texts] == read_rows(texts, ",")


@given(CONTENT | st.binary(max_size=150))
def test_every_csv_record_has_exactly_one_answer(content: bytes) -> None:
    whole = read(HEADER + content)
    assert whole.numbers == list(range(1, sum(b.records for b in whole.blocks) + 1))
    for record in whole.answers:
        assert b"\n" not in record.lead_json
        assert b"\r" not in record.lead_json
        json.loads(record.lead_json)


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(st.lists(st.lists(CELL, min_size=4, max_size=4)))
def test_what_is_quoted_comes_back(rows: list[list[str]]) -> None:
    rows = [["9876512345", *row[1:]] for row in rows]
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    content = read(HEADER + "\r\n".join(lines).encode())
    assert content.fields == [lead(*row) for row in rows]
    assert [orjson.loads(record.lead_json) for record in content.decoded] == content.fields


# --- JSON lines


def test_f1_values_keep_their_kinds_and_their_names() -> None:
    line = b'{"phonenumber": 9876512345.0, "Name": null, "x": {"y": [1]}, "ok": true}'
    content = read(b"\xef\xbb\xbf\n" + line + b"\r\n\n  \n" + GOOD)
    assert content.fields == [orjson.loads(line), {"Phone": "9876512345"}]
    assert [record.lead_json for record in content.decoded] == [line, GOOD]


JUNK = [
    (b"junk", "the line is not JSON: "),
    (b"[1]", "the line is a JSON array, not a JSON object"),
    (b'"text"', "the line is a JSON text, not"),
    (b"null", "the line is null, not"),
    (b"12", "the line is a JSON number or truth value, not"),
    (b'{"a": NaN}', "the line is not JSON: NaN is no JSON value"),
    (b'{"a": -Infinity}', "the line is not JSON: -Infinity is no JSON value"),
    (b'{"a": 1e999}', "the line is not JSON: a number too great"),
    (b'{"a": ' + b"9" * 5000 + b"}", "the line is not JSON: a number of more than 1000 digits"),
    (b'{"Phone": "\xff"}', "the line is not UTF-8 (byte 12)"),
    (b'{"Name": "Ren\xe9"}', "the line is not UTF-8 (byte 14)"),
    (b'{"Name": "\xed\xa0\xbd"}', "the line is not UTF-8"),
    (b"[" * 100_000, "the JSON is nested too deep"),
    (b'{"a":' * 100_000, "the JSON is nested too deep"),
    (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "the JSON is nested too deep"),
    (b'{"a":' + b"[" * 500 + b"]" * 500 + b"}", "the JSON is nested more than 100 levels deep"),
    (b"{" + b"x" * 100_000, "the line is not JSON: "),
    (b'{"a": 1} {"b": 2}', "the line is not JSON: Extra data"),
    (b'{"a": 1},', "the line is not JSON: Extra data"),
    (b"{'a': 1}", "the line is not JSON: "),
    (b'{"a": "\x01"}', "the line is not JSON: "),
    (b"{", "the line is not JSON: "),
    (b'"', "the line is not JSON: "),
]


@pytest.mark.parametrize(("junk", "detail"), JUNK, ids=range(len(JUNK)))
def test_junk_is_an_outcome_of_its_own_and_costs_no_line_around_it(
    junk: bytes, detail: str
) -> None:
    content = read(GOOD + b"\n" + junk + b"\n" + GOOD + b"\n")
    assert [record.number for record in content.decoded] == [1, 3]
    (bad,) = content.unreadable
    assert (bad.number, bad.reason) == (2, "unreadable")
    assert bad.raw == junk.decode(errors="backslashreplace")
    assert bad.detail.startswith(detail)
    assert json.loads(bad.lead_json) == bad.raw


def test_f4_half_a_surrogate_pair_is_a_text() -> None:
    line = b'{"Phone": "9876512345", "Name": "\\ud83d"}'
    (record,) = read(line).decoded
    assert record.fields == {"Phone": "9876512345", "Name": "\ud83d"}
    assert record.lead_json == line


def test_whole_numbers_beyond_64_bits_are_read() -> None:
    assert read(b'{"Phone": 9876512345, "id": 123456789012345678901234567890}').numbers == [1]


def test_json_may_nest_as_deep_as_the_limit() -> None:
    line = b'{"a":' + b"[" * (MAX_DEPTH - 2) + b"1" + b"]" * (MAX_DEPTH - 2) + b"}"
    assert read(line).unreadable == []
    assert read(b'{"Phone": "' + b"[" * 2000 + b'"}').unreadable == []


@pytest.mark.parametrize("colon", [b":", b" :", b"\t: ", b"\r:", b" \t :"])
@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        (b'"1"', b'"1"', "1"),
        (b'"1"', b"null", "1"),
        (b'" "', b'"2"', "2"),
        (b'"1"', b'"2"', ("1", "2")),
        (b"null", b"null", None),
        (b"[1]", b"[2]", ([1], [2])),
    ],
)
def test_c3_a_name_that_stands_twice_in_json_is_no_last_one_wins(
    colon: bytes, one: bytes, other: bytes, value: object
) -> None:
    line = b'{"Phone"' + colon + one + b', "Name"' + colon + b' "A", "Phone": ' + other + b"}"
    (record,) = read(line).decoded
    assert record.fields == {"Phone": value, "Name": "A"}


@pytest.mark.parametrize(
    "text",
    [
        b'[{"Phone": "1", "Phone": "2"}, {}]',
        b'[{"Phone": "1",\n"Phone"\n: "2"}, {}]',
        b'[{"Phone": "1", "Phone": "2", "Phone": ""}, {}]',
    ],
)
def test_c3_a_name_that_stands_twice_is_found_at_any_depth(text: bytes) -> None:
    assert read_json(text) == [{"Phone": ("1", "2")}, {}]
    assert read_object(b'{"data": ' + text + b"}") == {"data": [{"Phone": ("1", "2")}, {}]}


def test_a_name_that_stands_a_hundred_thousand_times_costs_no_time() -> None:
    line = b"{" + b",".join(b'"a":%d' % i for i in range(100_000)) + b"}"
    assert read_object(line) == {"a": tuple(range(MAX_DIFFERENT))}


@given(
    st.dictionaries(
        st.text(),
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63)
        | st.text()
        | st.floats(allow_nan=False, allow_infinity=False),
    ),
    st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : ")]),
    st.booleans(),
)
def test_any_object_is_read_as_json_says(
    fields: dict[str, object], signs: tuple[str, str], ascii_only: bool
) -> None:
    line = json.dumps(fields, separators=signs, ensure_ascii=ascii_only)
    if not ascii_only:
        line = line.encode(errors="replace").decode()
    (record,) = decode(RawBlock("f", 7, Layout("json_lines"), line.encode(), 1, len(line)))[0]
    assert record.fields == json.loads(line)
    assert record.number == 7
    assert json.loads(record.lead_json) == json.loads(line)


@given(st.lists(st.binary(max_size=40)))
def test_every_json_line_has_exactly_one_answer(lines: list[bytes]) -> None:
    whole = read(GOOD + b"\n" + b"\n".join(lines))
    assert whole.numbers == list(range(1, sum(b.records for b in whole.blocks) + 1))
    for record in whole.answers:
        assert b"\n" not in record.lead_json
        json.loads(record.lead_json)


# --- outcome files


def outcome_of(lead_json: bytes) -> bytes:
    source = Source.of_record("leads.csv", 5)
    return Outcome(
        Status.INVALID,
        "columns",
        "6 cells",
        "c",
        None,
        lead_json,
        source,
        None,
        "2026-08-01T00:00:00.000Z",
    ).to_json_line()


def test_an_outcome_file_is_read_through_its_leads() -> None:
    content = read(
        outcome_of(GOOD) + outcome_of(b'{"Phone":1,"Name":"\\ud83d","id":' + b"9" * 30 + b"}")
    )
    assert content.fields[0] == {"Phone": "9876512345"}
    assert json.loads(content.decoded[1].lead_json) == content.fields[1]


def test_the_outcome_of_a_text_keeps_that_text() -> None:
    content = read(outcome_of(as_json('2,"Rao\n')) + outcome_of(GOOD))
    assert [(bad.number, bad.reason, bad.raw) for bad in content.unreadable] == [
        (1, "unreadable", '2,"Rao\n')
    ]
    assert content.fields == [{"Phone": "9876512345"}]


def test_a_text_with_half_a_surrogate_pair_can_be_written_again() -> None:
    content = read(outcome_of(b'"\\ud83d"'))
    assert json.loads(content.unreadable[0].lead_json) == "\ud83d"
