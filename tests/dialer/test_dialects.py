"""How each version spells a request, and that all its parts fit together."""

from urllib.parse import parse_qs

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.answers import AnswerKind, VerdictStatus, read_answer
from dialer.dialects import DIALECTS, V1, V4, Dialect, dialect_at
from dialer.exchange import HttpAnswer

NAMES = ("PhoneNumber", "Name", "Priority", "ExpiryDate")
ROW = ("9876512345", "Asha", 5, "2037-06-30 18:00:00")
PHONES = ("9876512345", "9876512346")
EVERY = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
REFUSALS = (
    *("too_soon", "no_user", "no_campaign", "bad_data"),
    *("refuse_dnd", "refuse_priority", "refuse_date"),
)
"""The names that the simulator's faults have for what is documented."""


def form_of(body: bytes) -> dict[str, list[str]]:
    return parse_qs(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)


def bulk_of(body: bytes) -> dict[str, list[object]]:
    bulk: dict[str, list[object]] = orjson.loads(form_of(body)["bulkData"][0])
    return bulk


def test_a_request_of_v1_is_a_form_of_key_campaign_and_rows() -> None:
    form = form_of(V1.encode("k+1&x", "Über uns", NAMES, [ROW]))
    assert form == {
        "api_key": ["k+1&x"],
        "campaign_name": ["Über uns"],
        "bulkData": [
            '{"map":["PhoneNumber","Name","Priority","ExpiryDate"],'
            '"data":[["9876512345","Asha",5,"2037-06-30 18:00:00"]]}'
        ],
    }


def test_a_request_of_v4_names_the_user_and_what_the_operator_has_set() -> None:
    parameters = (("userName", "desk & sons"), ("action", "start"), ("checkDuplicate", "true"))
    body = V4.encode("k+1&x", "Über uns", NAMES, [ROW], parameters=parameters)
    assert list(form_of(body)) == [
        *("apiKey", "campaignName", "userName", "action", "checkDuplicate", "bulkData")
    ]
    form = form_of(body)
    assert form["apiKey"] == ["k+1&x"]
    assert form["campaignName"] == ["Über uns"]
    assert form["userName"] == ["desk & sons"]
    assert (form["action"], form["checkDuplicate"]) == (["start"], ["true"])
    assert bulk_of(body) == {"map": list(NAMES), "data": [list(ROW)]}


@EVERY
def test_the_parameter_of_the_rows_is_a_setting(dialect: Dialect) -> None:
    assert "BulkData" in form_of(dialect.encode("k", "c", NAMES, [ROW], "BulkData"))


@EVERY
def test_a_field_that_no_row_has_is_left_out(dialect: Dialect) -> None:
    rows = [("9876512345", None, None, ""), ("9876512346", "Ravi", None, "")]
    assert bulk_of(dialect.encode("k", "c", NAMES, rows)) == {
        "map": ["PhoneNumber", "Name", "ExpiryDate"],
        "data": [["9876512345", "", ""], ["9876512346", "Ravi", ""]],
    }


def test_half_a_surrogate_pair_is_sent_as_the_replacement_character() -> None:
    body = V1.encode("k", "c\udc00", NAMES, [("9876512345", "A\ud83d", 5, None)])
    assert bulk_of(body)["data"] == [["9876512345", "A\ufffd", 5]]
    assert form_of(body)["campaign_name"] == ["c\ufffd"]


def test_rows_of_another_width_than_the_first_are_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="zip"):
        V1.encode("k", "c", NAMES, [ROW, ROW[:2]])


WHOLE_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.sampled_from(list(DIALECTS.values())),
    WHOLE_TEXT,
    WHOLE_TEXT,
    st.lists(
        st.tuples(
            st.from_regex(r"[6-9][0-9]{9}", fullmatch=True),
            st.none() | WHOLE_TEXT,
            st.none() | st.integers(1, 99),
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_what_was_encoded_can_be_read_back(
    dialect: Dialect, campaign: str, user: str, rows: list[tuple[str, str | None, int | None]]
) -> None:
    parameters = ((dialect.user_parameter, user),) if dialect.user_parameter else ()
    body = dialect.encode("k", campaign, NAMES[:3], rows, parameters=parameters)
    bulk = bulk_of(body)
    form = form_of(body)
    assert form[dialect.campaign_parameter] == [campaign]
    assert [form[name] for name, _ in parameters] == [[value] for _, value in parameters]
    read = [dict(zip(bulk["map"], row, strict=True)) for row in bulk["data"]]  # type: ignore[call-overload]
    for lead, (phone, name, priority) in zip(read, rows, strict=True):
        assert lead["PhoneNumber"] == phone
        assert lead.get("Name", "") == (name or "")
        assert lead.get("Priority", "") == ("" if priority is None else priority)


def test_both_versions_keep_to_the_vendors_limits() -> None:
    assert (V1.max_rows, V1.gap_secs, V1.row_form.most_characters) == (200, 30.0, None)
    assert (V4.max_rows, V4.gap_secs, V4.row_form.most_characters) == (500, 12.0, 2000)


# What holds for every version, one that is added too


def test_no_two_versions_share_a_name_or_an_address() -> None:
    assert list(DIALECTS) == [dialect.name for dialect in DIALECTS.values()]
    assert len({dialect.path for dialect in DIALECTS.values()}) == len(DIALECTS)
    assert all(dialect_at(dialect.path) is dialect for dialect in DIALECTS.values())
    assert dialect_at("/elsewhere") is None


@EVERY
def test_the_form_fields_of_a_version_have_names_of_their_own(dialect: Dialect) -> None:
    names = [name.lower() for name in (*dialect.parameters, "bulkData")]
    assert len(set(names)) == len(names)
    assert dialect.duplicates_parameter in ("", *dialect.parameters)
    assert all(setting.bare in ("", *setting.values) for setting in dialect.settings)


@EVERY
@pytest.mark.parametrize("name", REFUSALS)
@pytest.mark.parametrize("http_status", [200, 400, 500])
def test_each_documented_refusal_is_read_as_what_it_means(
    dialect: Dialect, name: str, http_status: int
) -> None:
    known = dialect.refusal(name)
    http = HttpAnswer(http_status, {}, orjson.dumps(known.body))
    reading = read_answer(http, PHONES, dialect)
    assert (reading.kind, reading.fault) == (known.kind, known.fault)
    assert known.message in reading.words


@EVERY
def test_the_documented_confirmation_delivers_every_lead(dialect: Dialect) -> None:
    rows = [({"PhoneNumber": phone, "Name": "Asha"}, "") for phone in PHONES]
    for is_echoed_whole in (False, True):
        body = dialect.confirm(rows, is_echoed_whole, "1717000000123-abc")
        reading = read_answer(HttpAnswer(200, {}, orjson.dumps(body)), PHONES, dialect)
        assert reading.kind is AnswerKind.ROWS
        assert [v.status for v in reading.verdicts] == [VerdictStatus.DELIVERED] * len(PHONES)
