import csv
import json
import re

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.formulas import without_formulas
from schemas.outcome import Outcome, Source, Status

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")

hostile_text = st.text(st.sampled_from([*SIGNS, *",;|\t \"'\\{}[]:1xé\n\r"]), max_size=12)
hostile_json = st.recursive(
    hostile_text | st.integers(-9, 9) | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(hostile_text, inner, max_size=4),
    max_leaves=12,
)


def line_of(lead: object, **texts: str) -> bytes:
    """An outcome's line."""
    return Outcome(
        status=Status.INVALID,
        reason="unreadable",
        detail=texts.get("detail", ""),
        campaign=texts.get("campaign"),
        phone=None,
        lead_json=orjson.dumps(lead),
        source=Source.of_record(texts.get("file", "f"), 1),
        request_id=None,
        at="2026-11-25T06:12:09Z",
    ).to_json_line()


def cells(line: bytes) -> list[str]:
    """What any spreadsheet might make cells of, with quotes heeded and without."""
    text = line.decode()
    found = []
    for delimiter in ",;|\t":
        found += [cell for row in csv.reader([text], delimiter=delimiter) for cell in row]
        found += text.split(delimiter)
        found += [cell.strip().removeprefix('"') for cell in text.split(delimiter)]
    return [cell.strip() for cell in found]


def formulas(line: bytes) -> list[str]:
    """The cells that a spreadsheet would take for a formula; a plain number is none."""
    number = re.compile(r"-[0-9]+[\]}]*")
    return [cell for cell in cells(line) if cell.startswith(SIGNS) and not number.fullmatch(cell)]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("separator", [",", ";", "|", ", ", "; ", ",\t"])
def test_a_name_is_no_formula_where_the_line_is_opened_as_a_table(
    sign: str, separator: str
) -> None:
    lead = {"Name": f"x{separator}{sign}cmd|' /C calc'!A0{separator}y"}

    line = line_of(lead)

    assert not formulas(line)
    assert json.loads(line)["lead"] == lead


@pytest.mark.parametrize(
    "lead",
    [
        "98765,=HYPERLINK(A1),x",
        ["a", "=1+2", "b"],
        {"a": 1, "=1+2": 2},
        {"a": "x,", "b": ["=1", " =2", "@SUM(A1)"]},
        {"a": '",=1+2,"'},
        {"a": "\\,=1+2,y"},
        [1, -2, "-2+3", {"-x": -4}],
    ],
)
def test_no_part_of_a_lead_is_a_formula(lead: object) -> None:
    line = line_of(lead)

    assert not formulas(line)
    assert json.loads(line)["lead"] == lead


def test_what_else_a_stranger_wrote_is_no_formula_either() -> None:
    text = "a,=1+2,b"
    line = line_of({}, detail=text, campaign=text, file=text)

    assert not formulas(line)
    outcome = json.loads(line)
    assert outcome["detail"] == outcome["campaign"] == outcome["source"]["file"] == text


def test_what_begins_no_cell_stays_as_it_is() -> None:
    lead = {"Mobile": "+91 98765 43210", "Mail": "a@b.example", "Note": "1+1=2; 3-2", "n": [-1, -2]}

    assert orjson.dumps(lead) in line_of(lead)


@given(hostile_json)
@example({"": ["", "=", ",="]})
def test_whatever_a_lead_holds_it_is_read_back_and_holds_no_formula(lead: object) -> None:
    for written in (orjson.dumps(lead), json.dumps(lead, ensure_ascii=False).encode()):
        line = without_formulas(written + b"\n")
        assert json.loads(line) == lead
        if isinstance(lead, dict):
            assert not formulas(line)
    assert json.loads(line_of(lead))["lead"] == lead
    assert not formulas(line_of(lead))
