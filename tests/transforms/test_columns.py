"""By column and by row: the same leads and the same outcomes, for any bytes."""

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.dialects import V4
from records.blocks import RawBlock, source_of
from records.decoding import decode, decode_by_column
from records.layout import Layout, detect_layout
from records.lead_block import Lead
from records.opening import open_leads
from records.splitting import split_records
from schemas.checker import LeadChecker
from schemas.column_checker import ColumnChecker
from schemas.outcome import Outcome
from schemas.row_form import RowForm
from tests.transforms.running import SCHEMA
from transforms.decode import DecodedBlock, unreadable_outcome
from transforms.validate import LeadRules, check_block, check_records

SCHEMA_TEXT = Path("schemas/lead.avsc").read_text("utf-8")
AT = "2026-11-25T00:00:00.000Z"
HEADERS = (
    "PhoneNumber,Name,Priority,ExpiryDate,DoNotCall,City",
    "Name,Mobile No.,Phone,Full Name",
    "Phone",
    "phone|City|priority",
    "Phone;Name;DNC;dnc status",
    "Phone\tName\tPhone",
    ",Phone,,Name,,",
)
CELLS = st.sampled_from(
    [
        *(
            "9876512345",
            "+919876512346",
            "919876512347",
            "98765 12348",
            "09876512349",
            "9999999999",
        ),
        *("022-23456789", "+14155552671", "", " ", "-", "N/A", "9876512345.0", "9198765432"),
        *(
            "Asha",
            "Rao, Asha",
            'R"K',
            "\u0906\u0936\u093e",
            "null",
            "\\",
            "a\\tb",
            "\u00a0",
            "\x7f",
        ),
        *("5", " 7 ", "05", "0", "100", "5.5", "2037-06-30 18:00:00", "30/06/2037"),
        *("2037-06-30T18:00:00Z", "2020-01-01 00:00:00", "yes", "TRUE", "no", "maybe"),
    ]
)
STRANGE = st.sampled_from(
    ["\t", "\x1f", "\u2028", "\u0085", "\x0b", "\x00", "\ufeff", "\u200b", "\n", "\r\n", '"', '""']
)
CELL = CELLS | st.builds("".join, st.lists(CELLS | STRANGE, max_size=3))


def checkers(**changes: str | RowForm | None) -> tuple[LeadChecker, ColumnChecker]:
    terms: dict[str, Any] = {"campaign": "Summer", "campaign_field": None, **changes}
    checker = LeadRules(SCHEMA_TEXT, "lead.avsc", "Asia/Kolkata", **terms).checker()
    return checker, ColumnChecker(checker)


CHECKERS = checkers()
BY_CITY = checkers(campaign=None, campaign_field="City")
# A dialer that takes less: rows of this length are some of those that the tests make.
FITTED = checkers(form=replace(V4.row_form, most_characters=90))


def answers(leads: Sequence[Lead], outcomes: Sequence[Outcome]) -> list[Lead | Outcome]:
    timeless = [replace(outcome, at=AT) for outcome in outcomes]
    every: list[Lead | Outcome] = [*leads, *timeless]
    return sorted(every, key=lambda each: each.source.record or 0)


def by_row(block: RawBlock, checker: LeadChecker) -> list[Lead | Outcome]:
    records, unreadable = decode(block)
    leads, refused = check_records(DecodedBlock(block.file, records), checker)
    return answers(
        leads, refused + [unreadable_outcome(r, source_of(r, "f"), AT) for r in unreadable]
    )


def by_column(block: RawBlock, pair: tuple[LeadChecker, ColumnChecker]) -> list[Lead | Outcome]:
    found = decode_by_column(block)
    accepted, refused = check_block(DecodedBlock("f", found.records, found.table), *pair)
    leads = [] if accepted is None else accepted.rows(range(len(accepted)))
    assert [lead.source.record for lead in leads] == sorted(
        lead.source.record or 0 for lead in leads
    )
    unread = [unreadable_outcome(r, source_of(r, "f"), AT) for r in found.unreadable]
    return answers(leads, refused + unread)


def altered_by_row(block: RawBlock) -> int:
    counts: list[int] = []
    records, _ = decode(block)
    check_records(
        DecodedBlock("f", records), FITTED[0], on_altered=lambda _, count: counts.append(count)
    )
    return sum(counts)


def altered_by_column(block: RawBlock) -> int:
    counts: list[int] = []
    found = decode_by_column(block)
    decoded = DecodedBlock("f", found.records, found.table)
    check_block(decoded, *FITTED, on_altered=lambda _, count: counts.append(count))
    return sum(counts)


def plain_share(block: RawBlock) -> float:
    """How many of a block's records are judged by column."""
    found = decode_by_column(block)
    if found.table is None:
        return 0.0
    checked = CHECKERS[1].check(found.table.names, found.table.cells, len(found.table.numbers))
    return 0.0 if checked is None else len(checked.rows) / block.records


def blocks_of(content: bytes, *, name: str = "f", piece_bytes: int = 1 << 18) -> list[RawBlock]:
    opened = open_leads(io.BytesIO(content), name=name, schema=SCHEMA)
    blocks = split_records(opened.content, opened.layout, file="f", piece_bytes=piece_bytes)
    return list(blocks)


def assert_same(content: bytes, *, name: str = "f", piece_bytes: int = 1 << 18) -> None:
    for block in blocks_of(content, name=name, piece_bytes=piece_bytes):
        for pair in (CHECKERS, BY_CITY, FITTED):
            assert by_column(block, pair) == by_row(block, pair[0])
        assert altered_by_column(block) == altered_by_row(block)


@given(
    header=st.sampled_from(HEADERS),
    rows=st.lists(st.lists(CELL, min_size=1, max_size=7), max_size=6),
    quoted=st.booleans(),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    again=st.booleans(),
)
def test_rows_of_any_cells_are_the_same_by_column_and_by_row(
    header: str, rows: list[list[str]], quoted: bool, end: str, again: bool
) -> None:
    delimiter = next(sign for sign in ",|;\t" if sign in header + ",")
    lines = [delimiter.join(f'"{cell}"' if quoted else cell for cell in row) for row in rows]
    if again:
        lines.insert(len(lines) // 2, header)
    assert_same((end.join([header, *lines]) + end).encode())


@given(header=st.sampled_from(HEADERS), body=st.binary(max_size=120))
def test_any_bytes_below_a_header_are_the_same_by_column_and_by_row(
    header: str, body: bytes
) -> None:
    assert_same(header.encode() + b"\n" + body)


FRAGMENTS = st.sampled_from(
    [
        b"9876512345",
        b"+919876512346",
        b"Asha",
        b"\xe9",
        b'"',
        b'""',
        b",",
        b"\n",
        b"\r",
        b"\r\n",
        b"\0",
        b"\t",
        b"\\",
        b" ",
        b"PhoneNumber",
        b"\xef\xbb\xbf",
        b"5",
        b"\x1a",
        b"\xe0\xa4",
    ]
)


@given(
    header=st.sampled_from(HEADERS[:2]),
    parts=st.lists(FRAGMENTS, max_size=40),
    piece_bytes=st.integers(1, 50),
)
def test_fragments_of_rows_are_the_same_by_column_and_by_row_in_pieces_of_any_size(
    header: str, parts: list[bytes], piece_bytes: int
) -> None:
    assert_same(header.encode() + b"\n" + b"".join(parts), piece_bytes=piece_bytes)


SCALARS = (
    CELL
    | st.integers(-(10**6), 10**6)
    | st.sampled_from([9876512345, 919876512345, 9876512345.0, 10**20, True, False, None, 1e300])
    | st.just("\ud83d")
)
VALUES = (
    SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.just("x"), SCALARS, max_size=1)
)
KEYS = st.sampled_from(
    [
        "Phone",
        "PhoneNumber",
        "phone",
        "Mobile No.",
        "Name",
        "FullName",
        "Priority",
        "ExpiryDate",
        "DNC",
        "City",
        "status",
        "lead",
    ]
)
OBJECTS = st.lists(st.dictionaries(KEYS, VALUES, max_size=5), max_size=6)
JUNK = st.sampled_from(
    [
        "",
        " ",
        "[]",
        "null",
        "{",
        '{"Phone": 1, "Phone": 2}',
        '{"Phone":"9876512345","Phone":""}',
        "\ufeff{}",
        '{"Name":NaN}',
        "{}",
        '{"a":{"a":1,"a":2}}',
        '{"Phone" : "9876512345"}\r',
        "\x1a",
    ]
)


@given(objects=OBJECTS, junk=st.lists(JUNK, max_size=2), spaced=st.booleans())
def test_json_lines_are_the_same_by_column_and_by_row(
    objects: list[dict[str, object]], junk: list[str], spaced: bool
) -> None:
    separators = None if spaced else (",", ":")
    lines = [json.dumps(each, separators=separators) for each in objects]
    assert_same("\n".join(["{}", *lines, *junk]).encode(errors="surrogatepass"), name="f.jsonl")


@given(st.lists(st.fixed_dictionaries({"Phone": CELLS, "Name": CELLS}), min_size=1, max_size=5))
def test_objects_of_texts_are_the_same_by_column_and_by_row(objects: list[dict[str, str]]) -> None:
    lines = [orjson.dumps(each) for each in objects]
    assert_same(b"\n".join(lines), name="f.jsonl")


GOOD = b"%d,Asha \xe0\xa4\x86,5,2037-06-30 18:00:00,no,Pune\n"
BAD = (
    b"98765\n",
    b"9876512345,Asha,5,,,,,x\n",
    b"9876512345,Ren\xe9,5,,,\n",
    b'9876512345,"Rao, ""Asha""",5,,,\n',
    b'9876512345,"Asha\nRao",5,,,\n',
    b"9876512345,Asha,500,,,\n",
    b"9876512345,A\x01sha,5,,,\n",
    b"PhoneNumber,Name,Priority,ExpiryDate,DoNotCall,City\n",
    b",,,,,\n",
    b"\n",
)


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_row_in_every_position_of_a_block_costs_no_other(bad: bytes) -> None:
    rows = [GOOD % (9_876_500_001 + place) for place in range(12)]
    for place in range(len(rows) + 1):
        content = HEADERS[0].encode() + b"\n" + b"".join([*rows[:place], bad, *rows[place:]])
        assert_same(content)
        (block,) = blocks_of(content)
        leads = [each for each in by_column(block, CHECKERS) if isinstance(each, Lead)]
        good = {str(9_876_500_001 + place) for place in range(12)}
        assert good <= {lead.phone for lead in leads}


@pytest.mark.parametrize("bad", BAD)
def test_bad_rows_at_the_edges_of_blocks_and_far_down_cost_no_other(bad: bytes) -> None:
    rows = [GOOD % (9_876_500_001 + place) for place in range(9000)]
    for place in (5001, 8999, 9000):
        content = HEADERS[0].encode() + b"\n" + b"".join([*rows[:place], bad, *rows[place:]])
        for block in blocks_of(content, piece_bytes=100_000):
            assert by_column(block, CHECKERS) == by_row(block, CHECKERS[0])
            assert plain_share(block) > 0.99


def test_plain_rows_are_judged_by_column_whatever_stands_beside_them() -> None:
    header = HEADERS[0].encode() + b"\n"
    for row in (
        GOOD,
        b"+91%d,Asha,,,,\n",
        b'"%d","Rao, Asha","7","2037-06-30T18:00:00Z","",""\n',
        b"%d,R\\K,,,,\r\n",
    ):
        content = header + b"".join(row % (9_876_500_001 + n) for n in range(100))
        (block,) = blocks_of(content)
        assert plain_share(block) == 1.0
        assert_same(content)


def test_rows_for_a_dialer_that_takes_less_are_judged_by_column_too() -> None:
    checker, columns = checkers(form=V4.row_form)
    content = HEADERS[0].encode() + b"\n" + b"".join(GOOD % (9_876_500_001 + n) for n in range(9))
    (block,) = blocks_of(content)
    table = decode_by_column(block).table
    assert table is not None
    checked = columns.check(table.names, table.cells, 9, is_tidy=table.is_tidy)
    assert checked is not None
    assert (len(checked.rows), checked.altered) == (9, 9)
    assert orjson.loads(checked.values[0].as_py()) == ["9876500001", "Asha  ", 5, "2037-06-30"]
    assert by_column(block, (checker, columns)) == by_row(block, checker)


def test_plain_objects_are_judged_by_column() -> None:
    for row in (
        b'{"Phone":"%d","Name":"Asha","Priority":5}\n',
        b'{"phone": %d, "Name": "R\\"K", "tags": ["a"], "Priority": "5"}\n',
    ):
        (block,) = blocks_of(b"".join(row % (9_876_500_001 + n) for n in range(100)))
        assert plain_share(block) == 1.0


@pytest.mark.parametrize("empty", ["", "\n\n", ",,,,,\n"])
def test_a_file_without_records_has_none_by_column_either(empty: str) -> None:
    assert_same((HEADERS[0] + "\n" + empty).encode())


def test_the_layout_of_a_header_alone_is_that_of_its_file() -> None:
    assert detect_layout(b"Phone\n", name="f", schema=SCHEMA) == Layout(
        "csv", ",", ("Phone",), 6, ("Phone",)
    )
