"""Lead schemas: the one in the package, a user's own, and every fault that one may have."""

from __future__ import annotations

import contextlib
import json
import pickle
from importlib import resources
from zoneinfo import ZoneInfo

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cells import Misread
from schemas.checker import LeadChecker
from schemas.field_readers import reader_of
from schemas.lead_field import FieldType, Logical, Role
from schemas.lead_schema import LeadSchema, SchemaError, default_lead_schema, load_lead_schema

PHONE: dict[str, object] = {
    "name": "Number",
    "type": {"type": "string", "logicalType": "phone-number", "region": "IN"},
}


def text_of(*fields: object) -> str:
    return json.dumps({"type": "record", "name": "Lead", "fields": list(fields)})


def load(*fields: object) -> LeadSchema:
    return load_lead_schema(text_of(*fields), name="own.avsc")


def faults(*fields: object) -> tuple[str, ...]:
    with pytest.raises(SchemaError) as caught:
        load(*fields)
    assert caught.value.faults
    assert all(fault in str(caught.value) for fault in caught.value.faults)
    return caught.value.faults


def phone(**attributes: object) -> dict[str, object]:
    return {
        "name": "Number",
        "type": {"type": "string", "logicalType": "phone-number", "region": "IN", **attributes},
    }


def clock(**attributes: object) -> dict[str, object]:
    return {
        "name": "Until",
        "type": ["null", {"type": "string", "logicalType": "wall-clock", **attributes}],
        "default": None,
    }


def test_the_packaged_schema_requires_the_number_only() -> None:
    schema = default_lead_schema()
    assert schema.sent_names == ("PhoneNumber", "Name", "Priority", "ExpiryDate")
    assert [field.name for field in schema.fields if field.required] == ["PhoneNumber"]
    assert (schema.region, schema.country_code) == ("IN", 91)
    assert schema.phone.types == ("mobile",)
    assert schema.phone.pattern == r"[6-9]\d{9}"
    assert schema.expiry is not None
    assert schema.expiry.name == "ExpiryDate"
    priority = schema.fields[2]
    assert (priority.minimum, priority.maximum, priority.default) == (1, 99, None)
    assert schema.fields[-1].role is Role.DO_NOT_CALL


def test_the_packaged_schema_is_avro_that_reads_a_lead() -> None:
    text = resources.files("schemas").joinpath("lead.avsc").read_text("utf-8")
    schema = fastavro.parse_schema(json.loads(text))
    lead = {"PhoneNumber": "9812345670", "Name": None, "Priority": 5, "ExpiryDate": None}
    assert fastavro.validate(lead | {"DoNotCall": False}, schema)


def test_a_schema_can_be_sent_between_processes() -> None:
    schema = default_lead_schema()
    assert pickle.loads(pickle.dumps(schema)) == schema
    error = SchemaError("own.avsc", ["one", "two"])
    assert pickle.loads(pickle.dumps(error)).faults == ("one", "two")


def test_attributes_may_stand_on_the_field_or_in_its_type() -> None:
    inside = load(
        PHONE,
        {"name": "Rank", "type": ["null", {"type": "int", "minimum": 1, "maximum": 9}]},
        clock(format="%d/%m/%Y"),
    )
    outside = load(
        {
            "name": "Number",
            "type": "string",
            "logicalType": "phone-number",
            "region": "IN",
            "types": ["mobile"],
            "role": "phone",
        },
        {"name": "Rank", "type": ["null", "int"], "minimum": 1, "maximum": 9},
        {
            "name": "Until",
            "type": ["null", "string"],
            "default": None,
            "logicalType": "wall-clock",
            "format": "%d/%m/%Y",
        },
    )
    assert inside.fields == outside.fields


def test_a_users_schema_may_have_fields_of_every_type() -> None:
    kinds = {"type": "enum", "name": "Kind", "symbols": ["a", "b"]}
    schema = load(
        {"name": "City", "type": "string", "default": "Pune", "pattern": "[A-Z].*"},
        {"name": "Orders", "type": "long", "default": 0, "minimum": 0},
        {"name": "Score", "type": ["double", "null"], "default": 1.5},
        {"name": "Ratio", "type": "float"},
        {"name": "Kind", "type": ["null", kinds], "default": None},
        {"name": "Vip", "type": "boolean", "default": False},
        {"name": "Age", "type": ["null", "int"]},
        PHONE,
        clock(),
    )
    assert schema.phone.name == "Number"
    assert schema.sent_names[0] == "City"
    by_name = {field.name: field for field in schema.fields}
    assert by_name["Kind"].symbols == ("a", "b")
    assert by_name["Ratio"].required
    assert not by_name["Age"].required
    assert by_name["Score"].type is FieldType.DOUBLE
    assert by_name["Until"].logical is Logical.WALL_CLOCK


def test_the_expiry_is_the_marked_clock_or_the_first() -> None:
    first = clock()
    second = {
        "name": "Ends",
        "type": {"type": "string", "logicalType": "wall-clock"},
        "default": "2037-01-01 00:00:00",
    }
    plain = load(PHONE, first, second)
    assert plain.expiry is not None
    assert plain.expiry.name == "Until"
    marked = load(PHONE, first, second | {"role": "expiry"})
    assert marked.expiry is not None
    assert marked.expiry.name == "Ends"
    assert load(PHONE).expiry is None


def test_a_fingerprint_changes_with_the_content_and_not_with_the_layout() -> None:
    text = text_of(PHONE, clock())
    first = load_lead_schema(text, name="a").fingerprint
    laid_out = json.dumps(json.loads(text), indent=4, sort_keys=True)
    assert load_lead_schema("\ufeff" + laid_out, name="b").fingerprint == first
    assert load(PHONE).fingerprint != first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "hello",
        "[]",
        '"string"',
        "{}",
        '{"type": "array"}',
        "null",
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"type": "record", "fields": [{"minimum": ' + "1" * 5000, id="huge"),
        '{"type": "record", "name": "L", "fields": []} // a lead',
        '{"type": "record", "name": "L"}',
        '{"type": "record", "name": "L", "fields": {}}',
    ],
)
def test_what_is_no_record_schema_is_refused(text: str) -> None:
    with pytest.raises(SchemaError) as caught:
        load_lead_schema(text, name="own.avsc")
    assert len(caught.value.faults) == 1
    assert "own.avsc" in str(caught.value)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("Name", "must be an object"),
        ({"type": "string"}, "missing"),
        ({"name": "Mobile No", "type": "string"}, "digits and _"),
        ({"name": "1st", "type": "string"}, "no digit first"),
        ({"name": "_", "type": "string"}, "no letter or digit"),
        ({"name": "A"}, "A: type missing"),
        ({"name": "A", "type": None}, "A: type"),
        ({"name": "A", "type": "text"}, "'text' is not supported"),
        ({"name": "A", "type": "bytes"}, "not supported"),
        ({"name": "A", "type": {"type": "array", "items": "string"}}, "'array'"),
        ({"name": "A", "type": {"type": "map", "values": "string"}}, "'map'"),
        ({"name": "A", "type": {"type": "record", "name": "R", "fields": []}}, "'record'"),
        ({"name": "A", "type": {"type": {"type": "string"}}}, "not supported"),
        ({"name": "A", "type": ["string", "int"]}, "null and one type"),
        ({"name": "A", "type": ["null", "string", "int"]}, "null and one type"),
        ({"name": "A", "type": ["null", "null", "string"]}, "null and one type"),
        ({"name": "A", "type": ["string", ["null", "int"]]}, "null and one type"),
        ({"name": "A", "type": "null"}, "null and one type"),
        ({"name": "A", "type": []}, "null and one type"),
        ({"name": "A", "type": 5}, "not supported"),
        ({"name": "A", "type": "string", "aliases": "B"}, "list of names"),
        ({"name": "A", "type": "string", "aliases": ["B."]}, "MobileNo"),
        ({"name": "A", "type": "string", "aliases": [7]}, "Avro name"),
        ({"name": "A", "type": "string", "pattern": "["}, "no regular expression"),
        ({"name": "A", "type": "string", "pattern": 5}, "pattern is 5"),
        ({"name": "A", "type": "string", "pattern": "(?=a)b"}, "look-ahead"),
        ({"name": "A", "type": "string", "pattern": r"(a)\1"}, "back-references"),
        ({"name": "A", "type": "string", "pattern": "a{2000}"}, "repetition size"),
        ({"name": "A", "type": "string", "pattern": "a)|(b"}, "unexpected )"),
        ({"name": "A", "type": "string", "pattern": "\ud800"}, "half a character"),
        ({"name": "A", "type": "int", "minimun": 1}, "did you mean minimum?"),
        ({"name": "A", "type": "int", "min": 1}, "did you mean minimum?"),
        ({"name": "A", "type": {"type": "int", "Maximum": 1}}, "did you mean maximum?"),
        ({"name": "A", "type": "string", "Pattern": "a"}, "did you mean pattern?"),
        ({"name": "A", "type": "string", "regex": "a"}, "right is pattern"),
        ({"name": "A", "type": "string", "required": True}, "neither a default nor null"),
        ({"name": "A", "type": "string", "alias": ["B"]}, "did you mean aliases?"),
        ({"name": "A", "type": {"type": "int", "default": 1}}, "default belongs onto the field"),
        ({"name": "A", "type": "enum", "symbols": ["a"]}, "belong into its type"),
        ({"name": "A", "type": "string", "symbols": ["a"]}, "symbols is for enums only"),
        ({"name": "A", "type": {"type": "string", "symbols": ["a"]}}, "symbols is for enums"),
        ({"name": "A", "type": "string", "region": "IN"}, "region is for fields of the logical"),
        ({"name": "A", "type": "string", "types": ["mobile"]}, "types is for fields of the logi"),
        ({"name": "A", "type": "string", "logicalType": "wallclock"}, "did you mean wall-clock?"),
        ({"name": "A", "type": "string", "logicalType": "datetime"}, "wall-clock on a string"),
        ({"name": "A", "type": "int", "minimum": 1.2, "maximum": 1.8}, "no int lies between"),
        ({"name": "A", "type": "int", "minimum": 10**12}, "no int lies between"),
        ({"name": "A", "type": "int", "minimum": 10**400}, "right is a number"),
        ({"name": "A", "type": "double", "maximum": float("nan")}, "maximum is nan"),
        ({"name": "A", "type": "int", "pattern": "5"}, "pattern is for"),
        ({"name": "A", "type": "string", "minimum": 1}, "minimum is for numbers"),
        ({"name": "A", "type": "boolean", "maximum": 1}, "maximum is for numbers"),
        ({"name": "A", "type": "int", "minimum": "1"}, "minimum is '1'"),
        ({"name": "A", "type": "int", "minimum": True}, "minimum is True"),
        ({"name": "A", "type": "int", "minimum": 5, "maximum": 4}, "greater than"),
        ({"name": "A", "type": {"type": "int", "minimum": 5}, "minimum": 4}, "differ"),
        ({"name": "A", "type": "string", "format": "%Y"}, "format is for"),
        ({"name": "A", "type": "string", "role": "name"}, "role 'name' is unknown"),
        ({"name": "A", "type": "string", "role": ["phone"]}, "role is"),
        ({"name": "A", "type": "string", "role": "expiry"}, "needs logicalType wall-clock"),
        ({"name": "A", "type": "int", "role": "do-not-call"}, "needs a boolean"),
        ({"name": "A", "type": "string", "logicalType": 5}, "logicalType is 5"),
        ({"name": "A", "type": "int", "logicalType": "wall-clock"}, "wall-clock is a string"),
        ({"name": "A", "type": "long", "logicalType": "timestamp-millis"}, "not supported"),
        ({"name": "A", "type": "int", "logicalType": "date"}, "not supported"),
        ({"name": "A", "type": {"type": "enum", "name": "E"}}, "symbols"),
        ({"name": "A", "type": {"type": "enum", "name": "E", "symbols": []}}, "symbols"),
        (
            {"name": "A", "type": {"type": "enum", "name": "E", "symbols": ["a b"]}},
            "'a b' is no Avro name",
        ),
        (
            {"name": "A", "type": {"type": "enum", "name": "E", "symbols": ["a", "a"]}},
            "'a' stands twice",
        ),
        ({"name": "A", "type": {"type": "enum", "symbols": ["a"]}}, "own name is missing"),
        ({"name": "A", "type": "int", "default": "5"}, "default '5' is no int"),
        ({"name": "A", "type": "int", "default": 5.0}, "default 5.0 is no int"),
        ({"name": "A", "type": "int", "default": True}, "is no int"),
        ({"name": "A", "type": "int", "default": 2**31}, "is no int"),
        ({"name": "A", "type": "long", "default": -(2**63) - 1}, "is no long"),
        ({"name": "A", "type": "int", "default": None}, "null is not among"),
        ({"name": "A", "type": "string", "default": 5}, "is no string"),
        ({"name": "A", "type": "boolean", "default": 0}, "is no boolean"),
        ({"name": "A", "type": "double", "default": "1"}, "is no double"),
        ({"name": "A", "type": "int", "minimum": 1, "default": 0}, "outside"),
        ({"name": "A", "type": "string", "pattern": "[a-z]", "default": "7"}, "outside"),
        (
            {"name": "A", "type": {"type": "enum", "name": "E", "symbols": ["a"]}, "default": "b"},
            "is no enum",
        ),
        (clock() | {"default": "2037-06-30"}, "outside"),
        (clock() | {"default": 5}, "is no wall-clock"),
        (clock(format="%H:%M"), "does not tell year, month and day"),
        (clock(format="%d/%m %H:%M"), "does not tell year, month and day"),
        (clock(format="%Y-%m-%d %H:%M:%S%z"), "has '%z', and known are"),
        (clock(format="%Y-%m-%d %k:%Q"), "has '%k', '%Q', and known are"),
        (clock(format="%-d/%-m/%Y"), "has '%-', and known are"),
        (clock(format="%d/%m/%Y %"), "has '%', and known are"),
        (clock(format="%d/%m/%Y %I:%M"), "in two ways"),
        (clock(format="%d/%m/%Y %M"), "in two ways"),
        (clock(format="%d/%m/%Y\ud800"), "cannot be seen"),
        (clock(format="soon"), "does not tell year, month and day"),
        (clock(format=""), "does not tell year, month and day"),
        (clock(format=5), "format is 5"),
        (clock(pattern="x"), "pattern is for"),
        (clock(minimum=1), "minimum is for numbers only, not for wall-clock"),
    ],
)
def test_a_fault_of_a_field_is_named(field: object, words: str) -> None:
    found = faults(PHONE, field)
    assert len(found) == 1, found
    assert words in found[0]


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (phone(region="XX"), "region 'XX' is unknown"),
        (phone(region="in"), "unknown"),
        (phone(region=None), "two capital letters"),
        (phone(region="UK"), "GB"),
        (phone(types=["mobil"]), "'mobil' is unknown (did you mean mobile?)"),
        (phone(types=["mobile", 7, None]), "type of number 7 is unknown"),
        (phone(types=[["mobile"]]), "is unknown"),
        (phone(types=[]), "types is empty"),
        (phone(types="mobile"), "list such as"),
        (phone(pattern="(["), "no regular expression"),
        (phone(pattern=r"(\d+)+"), "a group that is repeated"),
        (phone(pattern=r"(\d|1)*"), "a group that is repeated"),
        (phone(pattern=r"(?:6\d{1,4}){2}"), "a group that is repeated"),
        (phone(pattern=r"\pN{10}"), "no regular expression"),
        (phone(logicalType="phone_number"), "did you mean phone-number?"),
        (phone(regoin="IN"), "'regoin'; did you mean region?"),
        (phone(country="IN"), "'country'; right is region"),
        (phone(aliases=["Mobile"]), "aliases belongs onto the field"),
        (phone() | {"region": "US"}, "region stands on the field and in its type"),
        (phone() | {"logicalType": "wall-clock"}, "logicalType stands on the field and in its"),
        (phone(minimum=5), "minimum is for numbers only, not for phone-number"),
        (phone(role="expiry"), "has the role phone"),
        (phone() | {"default": "9812345670"}, "no default"),
        (
            {"name": "Number", "type": {"type": "int", "logicalType": "phone-number"}},
            "string or long",
        ),
        (
            {"name": "Number", "type": {"type": "string", "logicalType": "phone-number"}},
            "needs a region",
        ),
    ],
)
def test_a_fault_of_the_phone_field_is_named(field: object, words: str) -> None:
    assert any(words in fault for fault in faults(field))


def test_a_schema_needs_one_phone_field() -> None:
    (none,) = faults({"name": "Name", "type": "string"})
    assert "no field is a phone number" in none
    (two,) = faults(PHONE, phone() | {"name": "Other"})
    assert "Number, Other" in two


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Number", "type": "string"},
        {"name": "number", "type": "string"},
        {"name": "NUM_BER", "type": "string"},
        {"name": "Name", "type": "string", "aliases": ["n_u_m_b_e_r"]},
    ],
)
def test_two_fields_may_not_share_letters_and_digits(other: object) -> None:
    (fault,) = faults(PHONE, other)
    assert "Number" in fault


def test_the_role_of_a_phone_needs_a_phone_number() -> None:
    found = faults({"name": "A", "type": "string", "role": "phone"})
    assert any("needs logicalType phone-number" in fault for fault in found)


def test_two_expiry_fields_are_refused() -> None:
    (fault,) = faults(PHONE, clock(role="expiry"), clock(role="expiry") | {"name": "Ends"})
    assert "Until, Ends" in fault


def test_all_faults_are_named_at_once() -> None:
    found = faults(
        phone(region="XX", types=["pigeon"]),
        {"name": "A", "type": "text"},
        {"name": "B", "type": "string", "minimum": 1},
        {"name": "b", "type": "int", "default": "x"},
        "C",
    )
    assert len(found) == 7, found


def test_a_part_that_is_wrong_hides_none_of_the_others() -> None:
    found = faults(
        {
            "name": "Mobile No",
            "type": ["string", {"type": "long", "logicalType": "phone-nummer", "regoin": "IN"}],
            "types": [],
            "pattern": "(",
            "aliases": ["Mobile.", 7],
            "default": "9812345670",
        },
        {
            "name": "Amount",
            "type": "money",
            "minimum": "1",
            "maximum": True,
            "role": "amount",
            "logicalType": "decimal",
        },
        {
            "name": "Kind",
            "type": {"type": "enum", "name": "1st", "symbols": ["a b", "c", "c"]},
            "default": "d",
            "aliases": ["amount"],
        },
    )
    words = [
        *("field 1: its name is 'Mobile No'", "null and one type", "'regoin'", "types is empty"),
        *("did you mean phone-number?", "needs a region", "pattern '('", "'Mobile.'", "alias 7"),
        *("'money'", "minimum is '1'", "maximum is True", "role 'amount'", "logicalType decimal"),
        *("own name is '1st'", "'a b'", "'c' stands twice", "default 'd' is no enum"),
        "'amount' is also a name of Amount",
    ]
    assert [word for word in words if not any(word in fault for fault in found)] == []
    assert len(found) == len(words), found


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": None}, "the record's own name is missing"),
        ({"name": "A Lead"}, "the record's own name is 'A Lead'"),
        ({"name": 5}, "the record's own name is 5"),
        ({"name": ["Lead"]}, "the record's own name is ['Lead']"),
        ({"name": {}}, "the record's own name is {}"),
        ({"namespace": "a..b"}, "namespace is 'a..b'"),
        ({"namespace": 5}, "namespace is 5"),
    ],
)
def test_a_fault_of_the_records_own_names_is_named(changes: dict[str, object], words: str) -> None:
    record = {"type": "record", "name": "Lead", "fields": [PHONE]} | changes
    with pytest.raises(SchemaError) as caught:
        load_lead_schema(json.dumps(record), name="own.avsc")
    (fault,) = caught.value.faults
    assert words in fault


def test_two_enums_may_not_share_a_name() -> None:
    kind = {"type": "enum", "name": "Kind", "symbols": ["a"]}
    (fault,) = faults(PHONE, {"name": "A", "type": kind}, {"name": "B", "type": ["null", kind]})
    assert "the type Kind stands twice" in fault


def test_a_key_that_stands_twice_is_a_fault() -> None:
    text = text_of(PHONE, {"name": "A", "type": "int", "minimum": 1})
    with pytest.raises(SchemaError, match="the key 'minimum' stands twice"):
        load_lead_schema(
            text.replace('"minimum": 1', '"minimum": 1, "minimum": 2'), name="own.avsc"
        )


def test_notes_that_resemble_no_attribute_are_left_alone() -> None:
    notes = {"comment": "from the portal", "sensitivity": "personal", "x-owner": "sales"}
    uuid = {"type": "string", "logicalType": "uuid", "avro.java.string": "String"}
    schema = load(PHONE, {"name": "A", "type": uuid, "doc": "...", "order": "ignore", **notes})
    assert schema.fields[1].logical is None


def test_a_pattern_takes_no_longer_for_a_hostile_cell() -> None:
    schema = load(PHONE, {"name": "Code", "type": "string", "pattern": "(a|aa|[a-z]+)*!"})
    read = reader_of(schema.fields[1], ZoneInfo("UTC"))
    assert read(f"{'a' * 5000}!") == f"{'a' * 5000}!"
    assert isinstance(read("a" * 5000), Misread)
    assert isinstance(read("a" * 5000 + "\ud800\0"), Misread)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "name", "symbols", "logicalType", "region"]) | st.text(), inner
        )
    ),
    max_leaves=6,
)
KEYS = ["name", "type", "default", "aliases", "logicalType", "role", "pattern", "minimum", "region"]


@given(
    st.lists(
        st.dictionaries(st.sampled_from([*KEYS, "format", "types"]), JSON_VALUES) | JSON_VALUES
    )
)
def test_no_json_makes_the_reading_of_a_schema_fail(fields: list[object]) -> None:
    with contextlib.suppress(SchemaError):
        load(PHONE, *fields)


def places_in(value: object, *, within: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The ways to every value inside a JSON value."""
    members: list[tuple[object, object]] = []
    if isinstance(value, dict):
        members = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    ways = [(*within, key) for key, _ in members]
    return ways + [
        way for key, member in members for way in places_in(member, within=(*within, key))
    ]


PACKAGED = resources.files("schemas").joinpath("lead.avsc").read_text("utf-8")
CHANGES = JSON_VALUES | st.sampled_from(
    [*FieldType, *Logical, *Role, "null", "IN", "%d/%m/%Y", "(a+)+", ["null", "string"], ["mobile"]]
)


@given(st.data())
def test_a_schema_with_anything_in_it_changed_is_refused_or_serves(data: st.DataObject) -> None:
    schema = json.loads(PACKAGED)
    way = data.draw(st.sampled_from(places_in(schema)))
    inner = schema
    for key in way[:-1]:
        inner = inner[key]
    if data.draw(st.booleans()):
        inner[way[-1]] = data.draw(CHANGES)
    else:
        del inner[way[-1]]
    with contextlib.suppress(SchemaError):
        loaded = load_lead_schema(json.dumps(schema), name="own.avsc")
        checker = LeadChecker(loaded, zone=ZoneInfo("UTC"), campaign="c", campaign_field=None)
        checker.check({name: "9876512345" for field in loaded.fields for name in field.names})
