"""F2: one JSON array as a file, and what people have instead of one."""

import gzip
import json
from pathlib import Path

import pytest

from pipeline.faults import Faults
from tests.catalogue.whole_files import outcomes_of, phones_of

LEADS = [
    {"PhoneNumber": "+91 98765 12345", "Name": "Asha", "Tags": [{"a": "]"}, "}"]},
    {"PhoneNumber": 9876500002, "Name": 'Ravi "R, {', "Extra": {"Phone": "9999912345"}},
    {"phone_number": "9876500003"},
]
PHONES = ["9876512345", "9876500002", "9876500003"]


@pytest.mark.parametrize("indent", [None, 0, 1, "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_f2_an_array_over_the_file_has_its_elements_as_leads(
    tmp_path: Path, indent: int | str | None, mark: bytes
) -> None:
    content = mark + json.dumps(LEADS, indent=indent).encode()

    assert phones_of(tmp_path, content) == PHONES
    assert phones_of(tmp_path, content.replace(b"\n", b"\r\n")) == PHONES
    assert phones_of(tmp_path, gzip.compress(content), "leads.json") == PHONES
    assert phones_of(tmp_path, content.decode("utf-8-sig").encode("utf-16")) == PHONES


def test_f2_objects_over_many_lines_one_behind_the_other_are_leads(tmp_path: Path) -> None:
    objects = "\n".join(json.dumps(lead, indent=2) for lead in LEADS).encode()

    assert phones_of(tmp_path, objects) == PHONES
    assert phones_of(tmp_path, objects + b"\n" + json.dumps(LEADS, indent=1).encode()) == 2 * PHONES


def test_f2_one_object_over_the_file_is_a_lead(tmp_path: Path) -> None:
    assert phones_of(tmp_path, json.dumps(LEADS[0], indent=4).encode()) == PHONES[:1]


def test_f2_arrays_of_lines_and_of_several_files_are_read(tmp_path: Path) -> None:
    one = json.dumps(LEADS, indent=1).encode()
    by_lines = b"[\n" + b",\n".join(json.dumps(lead).encode() for lead in LEADS) + b"\n]\n"

    assert phones_of(tmp_path, by_lines) == PHONES
    assert phones_of(tmp_path, one + b"\n" + one) == 2 * PHONES


def test_f2_an_empty_array_holds_no_lead(tmp_path: Path) -> None:
    assert phones_of(tmp_path, b"[{}]") == [None]
    for content in (b"[\n]\n", b"[]", b" [ ]\n"):
        assert phones_of(tmp_path, content, "leads.json") == []


def test_f2_elements_that_are_no_leads_are_refused_one_by_one(tmp_path: Path) -> None:
    content = (
        b'[{"PhoneNumber": "9876512345"}, null, "9876512345", [{"PhoneNumber": "9876512345"}],'
        b' {"PhoneNumber" "9876512345"}, {"PhoneNumber": "9876500002"}]'
    )
    found = outcomes_of(tmp_path, {"leads.json": content})

    assert [each.fate.status for each in found] == ["lead", *["invalid"] * 4, "lead"]
    assert {each.fate.reason for each in found[1:5]} == {"unreadable"}
    assert found[1].detail == "the record is null, not a JSON object"


def test_f2_of_an_array_that_is_cut_off_no_whole_element_is_lost(tmp_path: Path) -> None:
    content = json.dumps(LEADS, indent=2).encode()
    found = outcomes_of(tmp_path, {"leads.json": content[:-20]})

    assert [each.fate.phone for each in found] == [*PHONES[:2], None]
    assert "the file is cut off here" in found[2].detail


def test_f2_something_behind_the_array_is_said(tmp_path: Path) -> None:
    content = json.dumps(LEADS, indent=2).encode() + b"\nTotal: 3\n"
    found = outcomes_of(tmp_path, {"leads.json": content})

    assert [each.fate.phone for each in found] == [*PHONES, None]
    assert found[3].lead_json == b'"Total: 3"'


def test_f2_a_wrapped_list_is_one_record_that_says_what_it_holds(tmp_path: Path) -> None:
    content = json.dumps({"CODE": 200, "RESPONSE": LEADS}, indent=2).encode()
    (found,) = outcomes_of(tmp_path, {"leads.json": content})

    assert found.fate.reason == "phone_missing"
    assert "'RESPONSE' (a list of 3)" in found.detail
    assert "--record_path" in found.detail


def test_f2_an_array_of_no_objects_is_no_lead_file(tmp_path: Path) -> None:
    with pytest.raises(Faults, match="has no column PhoneNumber"):
        phones_of(tmp_path, b'["9876512345", "9876500002"]', "leads.txt")
