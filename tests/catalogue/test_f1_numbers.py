"""JSON numbers are what is written, not what a float makes of it: as in CSV, so in JSON."""

import json

import pytest

from records.lead_block import Lead
from schemas.outcome import Status
from tests.transforms.test_columns import CHECKERS, blocks_of, by_column, by_row

CUT = ("9.88e9", "9.87651E+09", "9.198E+11", "98111e5", "9811156515.00000001")
WHOLE = {
    "9.876512345E+09": "9876512345",
    "9876512345.0": "9876512345",
    "9876512345.00": "9876512345",
    "9876512345": "9876512345",
    "98765123450e-1": "9876512345",
}


def reasons(content: bytes) -> list[tuple[str, str]]:
    (block,) = [each for each in blocks_of(content, name="leads.jsonl") if each.records]
    assert by_column(block, CHECKERS) == by_row(block, CHECKERS[0])
    return [
        ("lead", each.phone) if isinstance(each, Lead) else (str(each.status), each.reason)
        for each in by_column(block, CHECKERS)
    ]


@pytest.mark.parametrize("number", CUT)
@pytest.mark.parametrize("form", ['{"phone":%s}\n', '[{"phone": %s}]', '{"Phone" : %s, "a": [1]}'])
def test_f1_d1_a_number_whose_digits_are_gone_is_not_called(number: str, form: str) -> None:
    assert reasons((form % number).encode()) == [(str(Status.INVALID), "phone_invalid")]


@pytest.mark.parametrize("number", WHOLE)
def test_f1_d1_a_number_all_of_whose_digits_are_there_is_called(number: str) -> None:
    assert reasons(f'{{"phone":{number}}}\n'.encode()) == [("lead", WHOLE[number])]


@pytest.mark.parametrize(
    "number",
    ["123456789012345678901234", "18446744073709551616", "1234567890.10", "1e5", "5.0", "7"],
)
def test_f1_e3_a_number_under_a_text_field_is_text_as_it_is_written(number: str) -> None:
    line = f'{{"phone":"9876512345","Name":{number}}}\n'.encode()
    (block,) = blocks_of(line, name="leads.jsonl")
    (lead,) = by_column(block, CHECKERS)
    assert lead == by_row(block, CHECKERS[0])[0]
    assert isinstance(lead, Lead)
    assert json.loads(lead.values)[1] == number
