from urllib.parse import parse_qs

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.dialects import V1

NAMES = ("PhoneNumber", "Name", "Priority", "ExpiryDate")
ROW = ("9876512345", "Asha", 5, "2037-06-30 18:00:00")


def form_of(body: bytes) -> dict[str, list[str]]:
    return parse_qs(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)


def bulk_of(body: bytes) -> dict[str, list[object]]:
    bulk: dict[str, list[object]] = orjson.loads(form_of(body)["bulkData"][0])
    return bulk


def test_a_request_is_a_form_of_key_campaign_and_rows() -> None:
    form = form_of(V1.encode("k+1&x", "Über uns", NAMES, [ROW]))
    assert form == {
        "api_key": ["k+1&x"],
        "campaign_name": ["Über uns"],
        "bulkData": [
            '{"map":["PhoneNumber","Name","Priority","ExpiryDate"],'
            '"data":[["9876512345","Asha",5,"2037-06-30 18:00:00"]]}'
        ],
    }


def test_the_parameter_of_the_rows_is_a_setting() -> None:
    assert "BulkData" in form_of(V1.encode("k", "c", NAMES, [ROW], "BulkData"))


def test_a_field_that_no_row_has_is_left_out() -> None:
    rows = [("9876512345", None, None, ""), ("9876512346", "Ravi", None, "")]
    assert bulk_of(V1.encode("k", "c", NAMES, rows)) == {
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


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.lists(
        st.tuples(
            st.from_regex(r"[6-9][0-9]{9}", fullmatch=True),
            st.none() | st.text(st.characters(exclude_categories=["Cs"])),
            st.none() | st.integers(1, 99),
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_what_was_encoded_can_be_read_back(
    campaign: str, rows: list[tuple[str, str | None, int | None]]
) -> None:
    body = V1.encode("k", campaign, NAMES[:3], rows)
    bulk = bulk_of(body)
    assert form_of(body)["campaign_name"] == [campaign]
    read = [dict(zip(bulk["map"], row, strict=True)) for row in bulk["data"]]  # type: ignore[call-overload]
    for lead, (phone, name, priority) in zip(read, rows, strict=True):
        assert lead["PhoneNumber"] == phone
        assert lead.get("Name", "") == (name or "")
        assert lead.get("Priority", "") == ("" if priority is None else priority)


def test_the_first_version_keeps_to_the_vendors_limits() -> None:
    assert (V1.max_rows, V1.gap_secs) == (200, 30.0)
    assert not V1.parameters[2:]
