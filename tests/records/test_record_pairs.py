import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.record_pairs import parse_record_pairs, with_pairs
from schemas.checker import CheckedLead, LeadChecker, Refusal
from schemas.lead_schema import default_lead_schema

ADS = "user_column_data:column_id:string_value"
FORM = "field_data:name:values"
SURVEY = (
    "form_response.answers:field.ref:text,phone_number,number,boolean,choice.label,choices.labels"
)


def fields(record: dict[str, object], *options: str) -> dict[str, object]:
    return dict(with_pairs(record, [parse_record_pairs(option) for option in options]))


def checked(record: dict[str, object], *options: str) -> CheckedLead | Refusal:
    checker = LeadChecker(
        default_lead_schema(), zone=ZoneInfo("Asia/Kolkata"), campaign="c", campaign_field=None
    )
    return checker.check(fields(record, *options))


def form(*values: object, name: str = "phone_number") -> dict[str, object]:
    return {"id": "1", "field_data": [{"name": name, "values": list(values)}]}


def test_f3_columns_with_one_value_each() -> None:
    columns = [
        {"column_id": "FULL_NAME", "column_name": "Full name", "string_value": "Asha"},
        {"column_id": "PHONE_NUMBER", "string_value": "+919876512345"},
    ]
    record: dict[str, object] = {"lead_id": "x", "user_column_data": columns}
    assert fields(record, ADS) == record | {"FULL_NAME": "Asha", "PHONE_NUMBER": "+919876512345"}
    lead = checked(record, ADS)
    assert isinstance(lead, CheckedLead)
    assert (lead.phone, lead.values[1]) == ("9876512345", "Asha")


def test_f3_fields_with_a_list_of_values() -> None:
    record = form("+919876512345")
    assert fields(record, FORM) == record | {"phone_number": "+919876512345"}


def test_f3_answers_whose_value_stands_under_their_kind() -> None:
    answers = [
        {"type": "text", "text": "Asha", "field": {"id": "1", "ref": "name"}},
        {"type": "phone_number", "phone_number": "+919876512345", "field": {"ref": "phone"}},
        {"type": "number", "number": 5, "field": {"ref": "priority"}},
        {"type": "boolean", "boolean": False, "field": {"ref": "dnc"}},
        {"type": "choice", "choice": {"label": "Pune"}, "field": {"ref": "city"}},
        {"type": "choices", "choices": {"labels": ["A", "B"]}, "field": {"ref": "likes"}},
    ]
    record: dict[str, object] = {"event_id": "e", "form_response": {"answers": answers}}
    assert fields(record, SURVEY) == record | {
        "name": "Asha",
        "phone": "+919876512345",
        "priority": 5,
        "dnc": False,
        "city": "Pune",
        "likes": "A, B",
    }
    lead = checked(record, SURVEY)
    assert isinstance(lead, CheckedLead)
    assert lead.values[:3] == ("9876512345", "Asha", 5)


def test_each_option_that_finds_its_list_counts() -> None:
    assert fields(form("1"), ADS, SURVEY, FORM)["phone_number"] == "1"
    assert fields({"Phone": "1"}, ADS, FORM) == {"Phone": "1"}


@pytest.mark.parametrize(
    ("values", "value"),
    [
        ([], None),
        (["", None], None),
        (["1", "1", ""], "1"),
        ([5], 5),
        ([True], True),
        (["1", 2, True], "1, 2, true"),
        ([{"a": 1}], [{"a": 1}]),
        (["1", ["2"]], ["1", ["2"]]),
    ],
)
def test_a_list_of_values_is_its_one_value_or_a_text_of_all(
    values: list[object], value: object
) -> None:
    assert fields(form(*values), FORM)["phone_number"] == value


def test_two_numbers_of_one_field_are_both_seen() -> None:
    lead = checked(form("9876512345", "9123456780"), FORM)
    assert isinstance(lead, CheckedLead)
    assert lead.phone == "9876512345"
    assert "holds 2 numbers" in str(lead.note)
    refused = checked(form("98765", "12345"), FORM)
    assert isinstance(refused, Refusal)


def test_c3_a_name_over_different_values_is_no_last_one_wins() -> None:
    pairs: list[object] = [{"name": "phone", "values": [value]} for value in ("1", "2", "1")]
    assert fields({"phone": "3", "field_data": pairs}, FORM)["phone"] == ("3", "1", "2")
    assert fields({"phone": "1", "field_data": pairs[:1]}, FORM)["phone"] == "1"
    assert fields({"phone": "", "field_data": pairs[:1]}, FORM)["phone"] == "1"


def test_a_pair_without_a_name_or_a_value_costs_no_other() -> None:
    junk: list[object] = [
        5,
        None,
        [],
        {},
        {"values": ["1"]},
        {"name": " ", "values": ["1"]},
        {"name": {}},
    ]
    record: dict[str, object] = {"field_data": [*junk, {"name": "a"}, {"name": " b ", "values": 1}]}
    assert fields(record, FORM) == record | {"a": None, "b": 1}


@pytest.mark.parametrize("value", [None, 5, "text", [], {}, {"name": "x"}, ("a", "b")])
def test_what_is_no_list_of_pairs_leaves_the_record_as_it_is(value: object) -> None:
    option = FORM.replace("name", "n")
    assert fields({"field_data": value, "Phone": "1"}, option) == {
        "field_data": value,
        "Phone": "1",
    }


def test_a_hundred_thousand_pairs_of_one_name_cost_no_time() -> None:
    pairs = [{"name": "phone", "values": [n]} for n in range(100_000)]
    started = time.process_time()
    assert len(str(fields({"field_data": pairs}, FORM)["phone"])) < 100
    assert time.process_time() - started < 3


def test_keys_may_be_several_and_dotted() -> None:
    option = parse_record_pairs(" a.b : field.ref, id : text , choice.label ")
    assert option.path == ("a", "b")
    assert option.names == (("field", "ref"), ("id",))
    assert option.values == (("text",), ("choice", "label"))


@pytest.mark.parametrize(
    "text", ["", "a", "a:b", "a:b:c:d", ":b:c", "a::c", "a:b:", "a:b,:c", "a:b:c."]
)
def test_an_option_that_names_no_pairs_is_refused_with_what_is_right(text: str) -> None:
    with pytest.raises(ValueError, match="right is PATH:NAME_KEY:VALUE_KEY, as answers:"):
        parse_record_pairs(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["field_data", "name", "values"]), inner, max_size=3)
    ),
)


@given(st.dictionaries(st.sampled_from(["field_data", "name"]), VALUES))
def test_any_record_keeps_its_own_fields(record: dict[str, object]) -> None:
    found = fields(record, FORM)
    assert found.keys() >= record.keys()
    assert found["field_data"] == record["field_data"] if "field_data" in record else True
