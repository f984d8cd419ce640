import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.message_content import ContentReader
from records.record_paths import NoRecord, parse_record_path, records_at

LEAD = {"Phone": "9876512345"}
OTHER = {"Phone": "9876512346"}
BASE64 = base64.b64encode(json.dumps(LEAD).encode()).decode()


def at(path: str, value: object) -> list[object]:
    return list(records_at(value, parse_record_path(path), ContentReader()))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("RESPONSE", {"CODE": 200, "RESPONSE": LEAD}),
        ("RESPONSE", {"RESPONSE": [LEAD]}),
        ("a.b.c", {"a": {"b": {"c": LEAD}}}),
        (" a . b ", {"a": {"b": LEAD}}),
        ("message.data", {"message": {"data": BASE64}}),
        ("message.data", {"message": {"data": json.dumps(LEAD)}}),
        ("message.data", {"message": {"data": json.dumps(LEAD).encode()}}),
        ("message.data", {"message": {"data": gzip.compress(json.dumps(LEAD).encode(), mtime=0)}}),
        ("detail.lead", {"detail": json.dumps({"lead": LEAD})}),
        ("a.b", {"a": json.dumps({"b": BASE64})}),
    ],
)
def test_f3_the_record_is_found_in_its_wrapper(path: str, value: object) -> None:
    assert at(path, value) == [LEAD]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("RESPONSE", {"RESPONSE": [LEAD, OTHER]}),
        ("entry.changes.value", {"entry": [{"changes": [{"value": LEAD}, {"value": OTHER}]}]}),
        ("records.data", {"records": [{"data": BASE64}, {"data": [OTHER]}]}),
        ("records", {"records": [BASE64, OTHER]}),
        ("data", [{"data": LEAD}, {"data": OTHER}]),
        ("data", {"data": json.dumps([LEAD, OTHER])}),
    ],
)
def test_lists_on_the_way_are_passed_through_in_their_order(path: str, value: object) -> None:
    assert at(path, value) == [LEAD, OTHER]


MISSING = [
    (
        "message.data",
        {"CODE": 200, "RESPONSE": LEAD},
        "no 'message' (--record_path message.data); "
        "the message holds 'CODE', 'RESPONSE' (an object of 1)",
    ),
    (
        "message.data",
        {"message": {"id": 5}},
        "no 'data' in message (--record_path message.data); it holds 'id'",
    ),
    ("a", {}, "no 'a' (--record_path a); the message holds nothing"),
    ("a", {"a": None}, "a is null, not an object"),
    ("a", {"a": 5}, "a is a JSON number or truth value, not an object"),
    ("a", {"a": []}, "a is an empty list: there is no lead in it"),
    ("a", {"a": [5]}, "an item of a is a JSON number or truth value, not an object"),
    ("a", {"a": [[LEAD]]}, "an item of a is a JSON array, not an object"),
    ("a.b", {"a": 5}, "a is a JSON number or truth value, not an object"),
    ("a", {"a": (LEAD, OTHER)}, "a is a name that stands twice, over different values"),
    ("a", {"a": "junk"}, "a is not JSON: Expecting value (character 1)"),
    ("a.b", {"a": {"b": "%%"}}, "a.b is not JSON: Expecting value (character 1)"),
    ("a", {"a": '["{}"]'}, "an item of a is a JSON text, not an object"),
]


@pytest.mark.parametrize(("path", "value", "detail"), MISSING, ids=range(len(MISSING)))
def test_f3_where_there_is_no_record_it_says_what_is_there(
    path: str, value: object, detail: str
) -> None:
    (answer,) = at(path, value)
    assert isinstance(answer, NoRecord)
    assert answer.detail == detail


def test_each_item_without_the_path_has_an_answer_with_its_own_text() -> None:
    answers = at("a.b", {"a": [{"b": LEAD}, {"c": 1}, {"b": OTHER}, 5]})
    assert [type(answer) for answer in answers] == [dict, NoRecord, dict, NoRecord]
    raws = [answer.raw for answer in answers if isinstance(answer, NoRecord)]
    assert raws == [b'{"c":1}', b"5"]


def test_without_a_path_the_objects_themselves_are_the_records() -> None:
    assert list(records_at([LEAD, OTHER], (), ContentReader())) == [LEAD, OTHER]
    (answer,) = records_at([], (), ContentReader())
    assert isinstance(answer, NoRecord)
    assert answer.detail == "the message is an empty list: there is no lead in it"


def test_texts_in_texts_are_opened_once_a_step() -> None:
    text = BASE64
    for _ in range(30):
        text = base64.b64encode(json.dumps([text]).encode()).decode()
    (answer,) = at("a", {"a": text})
    assert isinstance(answer, NoRecord)


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a..b", " "])
def test_a_path_without_keys_is_refused_with_what_is_right(text: str) -> None:
    with pytest.raises(ValueError, match=r"right are keys with dots between, as message\.data"):
        parse_record_path(text)


VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from([BASE64, "[]"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
    ),
)


@given(VALUES, st.lists(st.sampled_from(["a", "b"]), max_size=3))
def test_whatever_stands_there_has_an_answer(value: object, path: list[str]) -> None:
    answers = list(records_at(value, tuple(path), ContentReader()))
    assert answers
    assert all(isinstance(answer, dict | NoRecord) for answer in answers)
