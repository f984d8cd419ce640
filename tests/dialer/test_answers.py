import json
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialer.answers import AnswerKind, Reading, Verdict, VerdictStatus, read_answer
from dialer.dialects import V1
from dialer.exchange import HttpAnswer
from dialer.wording import quoted

PHONES = ("9876512345", "9198765432", "8650000001")
OK = Verdict(VerdictStatus.DELIVERED, "ok", "")
NO_ROW = Verdict(VerdictStatus.UNKNOWN, "no_answer_row", "the answer has no row for this lead")
DONE = "SuccessFully Updated"


def read(
    body: object,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    phones: tuple[str, ...] = PHONES,
    secret: str = "",
) -> Reading:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return read_answer(HttpAnswer(status, headers or {}, data), phones, V1, secret=secret)


def row(phone: object, status: object = DONE) -> dict[str, Any]:
    return {"PhoneNumber": phone, "Status": status}


def statuses(reading: Reading) -> list[str]:
    assert reading.kind is AnswerKind.ROWS
    return [verdict.status.value for verdict in reading.verdicts]


def one_row(status: object) -> Verdict:
    reading = read({"message": [row("9876512345", status)]}, phones=("9876512345",))
    (verdict,) = reading.verdicts
    return verdict


# Rows and the leads that they are about


def test_every_lead_with_an_accepting_row_is_delivered() -> None:
    reading = read({"message": [row(phone) for phone in PHONES]})
    assert reading == Reading(AnswerKind.ROWS, (OK, OK, OK), 0.0, "", None)


@pytest.mark.parametrize(
    "body",
    [
        {"message": [row("9876512345")]},
        {"message": row("9876512345")},
        {"MESSAGE": [{"phonenumber": "9876512345", "STATUS": "SUCCESS"}]},
        [row("9876512345")],
        row("9876512345"),
        {"status": "success", "message": [row("9876512345")]},
        {"status": "error", "message": [row("9876512345")]},
        {"message": [{"PhoneNumber": "9876512345", "Name": "\ud83d", "status": DONE}]},
    ],
)
def test_rows_are_found_in_whatever_wrapping(body: object) -> None:
    try:
        data = orjson.dumps(body)
    except orjson.JSONEncodeError:
        data = b'{"message":[{"PhoneNumber":"9876512345","Name":"\\ud83d","status":"success"}]}'
    assert read(data, phones=("9876512345",)).verdicts == (OK,)


def test_reordered_rows_find_their_leads_by_number() -> None:
    failed = row(PHONES[0], "Invalid number")
    reading = read({"message": [row(PHONES[2]), failed, row(PHONES[1])]})
    assert statuses(reading) == ["failed", "delivered", "delivered"]


def test_a_lead_without_a_row_is_unknown() -> None:
    reading = read({"message": [row(PHONES[2]), row(PHONES[0])]})
    assert reading.verdicts == (OK, NO_ROW, OK)


def test_rows_of_numbers_that_were_not_sent_are_ignored() -> None:
    reading = read({"message": [row("7000000000"), row(PHONES[1]), row("oops"), row([1])]})
    assert reading.verdicts == (NO_ROW, OK, NO_ROW)


@pytest.mark.parametrize(
    "echo",
    [
        9876512345,
        9876512345.0,
        "+919876512345",
        "919876512345",
        "09876512345",
        "00919876512345",
        " 98765 12345 ",
        "+91-98765-12345",
        "(+91) 98765.12345",
    ],
)
def test_an_echoed_number_may_be_spelled_in_other_ways(echo: object) -> None:
    assert statuses(read({"message": [row(echo)]})) == ["delivered", "unknown", "unknown"]


@pytest.mark.parametrize("echo", ["98765x12345", "9876512345/10", "5512345", True, "98765123450"])
def test_another_number_is_no_spelling_of_ours(echo: object) -> None:
    assert statuses(read({"message": [row(echo)]})) == ["unknown"] * 3


def test_a_number_that_begins_with_the_country_code_is_itself() -> None:
    reading = read({"message": [row("9198765432")]}, phones=("9198765432", "6198765432"))
    assert statuses(reading) == ["delivered", "unknown"]


def test_rows_for_one_lead_that_disagree_leave_it_unknown_and_are_both_quoted() -> None:
    rows = [row(PHONES[0]), row("+91" + PHONES[0], "Failed"), row(PHONES[1]), row(PHONES[1])]
    reading = read({"message": rows})
    assert statuses(reading) == ["unknown", "delivered", "unknown"]
    detail = reading.verdicts[0].detail
    assert '"SuccessFully Updated" and "Failed"' in detail


def test_a_row_without_a_number_counts_by_position_where_all_others_stand_in_theirs() -> None:
    empty = {"PhoneNumber": None, "Name": "Legend", "Status": "Phone Number is Empty!"}
    reading = read({"message": [row(PHONES[0]), empty, row(PHONES[2])]})
    assert statuses(reading) == ["delivered", "failed", "delivered"]
    assert reading.verdicts[1].detail == "Phone Number is Empty!"
    assert statuses(read({"message": [{"Status": DONE}] * 3})) == ["delivered"] * 3


@pytest.mark.parametrize(
    "rows",
    [
        [row(PHONES[2]), row(None), row(PHONES[0])],  # others out of place
        [row(PHONES[0]), row(None)],  # too short
        [row(PHONES[0]), row(None), row(PHONES[2]), row(None)],  # too long
        [row(PHONES[0]), row(None), row("7000000000")],  # a stranger among them
    ],
)
def test_a_row_without_a_number_counts_for_nobody_elsewhere(rows: list[object]) -> None:
    reading = read({"message": rows})
    assert reading.verdicts[1] == NO_ROW


def test_an_element_that_is_no_row_counts_for_nobody() -> None:
    reading = read({"message": [row(PHONES[0]), None, "x"]})
    assert reading.verdicts == (OK, NO_ROW, NO_ROW)


@pytest.mark.parametrize(
    "status", ["SuccessFully Updated", "success", "SUCCESS", "successfully_added"]
)
def test_a_success_word_delivers(status: str) -> None:
    assert one_row(status) == OK


@pytest.mark.parametrize(
    "status",
    [
        "unsuccessful",
        "FAIL",
        "failure",
        "Error",
        "false",
        False,
        "Phone Number is Empty!",
        "Number not added",
        "duplicate",
        "already exists",
        "Request denied",
        "Priority, supports only numeric value",
        "ExpiryDate, supports the following format only 'YYYY-MM-DD HH:MM:SS",
    ],
)
def test_a_negative_word_fails(status: object) -> None:
    verdict = one_row(status)
    assert (verdict.status, verdict.reason) == (VerdictStatus.FAILED, "dialer_refused")
    assert verdict.detail


@pytest.mark.parametrize("status", ["PhoneNumber Added is a DND Number", "dnd", "Failed: NDNC"])
def test_a_row_that_says_dnd_is_suppressed(status: str) -> None:
    verdict = one_row(status)
    assert (verdict.status, verdict.reason) == (VerdictStatus.SUPPRESSED, "dialer_dnd")


def test_a_failed_row_whose_message_says_dnd_is_suppressed() -> None:
    said = {"PhoneNumber": "9876512345", "status": "FAIL", "message": "is a DND Number"}
    reading = read({"message": [said]}, phones=("9876512345",))
    assert reading.verdicts[0].reason == "dialer_dnd"
    assert reading.verdicts[0].detail == "FAIL: is a DND Number"


@pytest.mark.parametrize(
    "status",
    [
        None,
        "",
        "queued",
        1,
        ["success"],
        "not successful",
        "Non DND",
        "Successfully Updated (non DND)",
    ],
)
def test_a_status_that_says_neither_yes_nor_no_leaves_the_lead_unknown(status: object) -> None:
    verdict = one_row(status)
    assert (verdict.status, verdict.reason) == (VerdictStatus.UNKNOWN, "no_answer_row")
    if isinstance(status, str):
        assert f'"{status}"' in verdict.detail


def test_a_status_that_stands_twice_and_differs_leaves_the_lead_unknown() -> None:
    both = {"PhoneNumber": "9876512345", "Status": DONE, "status": "FAIL"}
    assert statuses(read([both], phones=("9876512345",))) == ["unknown"]


@pytest.mark.parametrize(
    "body",
    [
        {"status": "success", "message": "queued"},
        {"message": DONE},
        {"message": []},
        {"status": "success"},
        [],
    ],
)
def test_a_readable_success_without_rows_leaves_every_lead_unknown(body: object) -> None:
    assert read(body).verdicts == (NO_ROW,) * 3


# Refusals of the whole request


@pytest.mark.parametrize("http_status", [200, 400, 401, 404, 429, 500, 503])
@pytest.mark.parametrize(
    ("body", "kind", "fault"),
    [
        (
            {
                "status": "error",
                "message": "Already one process is running please try after some time",
            },
            AnswerKind.TOO_SOON,
            None,
        ),
        ({"status": "failure", "message": "no user found"}, AnswerKind.ACCOUNT_REFUSED, None),
        (
            {"status": "error", "message": "please provide campaign details"},
            AnswerKind.ACCOUNT_REFUSED,
            None,
        ),
        (
            {"status": "failure", "message": "Please provide valid data"},
            AnswerKind.DATA_REFUSED,
            None,
        ),
        (
            {"status": "FAIL", "message": "PhoneNumber Added is a DND Number"},
            AnswerKind.ROW_REFUSED,
            "dnd",
        ),
        (
            {
                "status": "error",
                "message": "Priority, supports only numeric value"
                " or the value is not passed properly",
            },
            AnswerKind.ROW_REFUSED,
            "priority",
        ),
        (
            {
                "status": "error",
                "message": "ExpiryDate, supports the following format only 'YYYY-MM-DD HH:MM:SS",
            },
            AnswerKind.ROW_REFUSED,
            "date",
        ),
    ],
)
def test_a_documented_message_decides_whatever_the_http_status(
    body: dict[str, str], kind: AnswerKind, fault: str | None, http_status: int
) -> None:
    reading = read(body, status=http_status)
    assert (reading.kind, reading.fault, reading.verdicts) == (kind, fault, ())
    assert body["message"] in reading.words


@pytest.mark.parametrize(
    "body",
    [
        {"Status": "Failure", "Message": "NO  USER FOUND!"},
        [{"status": "failure", "message": "no user found"}],
        {"message": {"status": "failure", "message": "no user found"}},
        {"message": ["no user found"]},
        "no user found",
    ],
)
def test_a_documented_message_is_known_by_its_words(body: object) -> None:
    assert read(body).kind is AnswerKind.ACCOUNT_REFUSED


@pytest.mark.parametrize("http_status", [200, 400])
def test_a_failure_in_other_words_is_the_accounts_and_quoted(http_status: int) -> None:
    reading = read({"status": "failure", "message": "inbound campaign"}, status=http_status)
    assert reading.kind is AnswerKind.ACCOUNT_REFUSED
    assert "inbound campaign" in reading.words


@pytest.mark.parametrize(
    ("body", "http_status"),
    [
        ({"status": "error", "message": "database gone"}, 200),
        ({"status": "FAIL", "message": "something"}, 200),
        ({"message": "please try after some time"}, 200),
        ({"status": "failure", "message": "upstream timed out"}, 502),
        ({"status": "failure", "message": "timed out"}, 408),
        ({"status": "success"}, 500),
        ({}, 200),
        (None, 200),
        (7, 200),
        ([[]], 500),
    ],
)
def test_a_readable_body_of_another_kind_is_no_answer(body: object, http_status: int) -> None:
    assert read(body, status=http_status).kind is AnswerKind.NO_ANSWER


@pytest.mark.parametrize(
    ("http_status", "kind"),
    [
        *((status, AnswerKind.SETUP_REFUSED) for status in (401, 403, 404, 405, 413)),
        *((status, AnswerKind.NO_ANSWER) for status in (101, 200, 204, 301, 302, 307, 400, 408)),
        *((status, AnswerKind.NO_ANSWER) for status in (500, 502, 503, 504, 599)),
        (429, AnswerKind.TOO_SOON),
    ],
)
def test_without_a_body_of_the_dialers_own_the_http_status_decides(
    http_status: int, kind: AnswerKind
) -> None:
    reading = read(b"<html>no user found</html>", status=http_status)
    assert (reading.kind, reading.verdicts) == (kind, ())
    assert str(http_status) in reading.words


@pytest.mark.parametrize("http_status", [429, 500, 503])
def test_rows_decide_whatever_the_http_status(http_status: int) -> None:
    reading = read({"message": [row(PHONES[0])]}, status=http_status, headers={"retry-after": "9"})
    assert statuses(reading) == ["delivered", "unknown", "unknown"]


def test_what_only_resembles_a_row_does_not_outweigh_a_server_error() -> None:
    assert read([{"status": "error"}], status=500).kind is AnswerKind.NO_ANSWER


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b'{"message":[{"PhoneNumber":"9876512345","Status":"SuccessF',
        b'{"message":NaN}',
        b'{"message":[Infinity]}',
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"message":"\xff\xfe"}',
        '{"message":[]}'.encode("utf-16"),
        b"Notice: x {}",
        b"9" * 10_000,
    ],
)
def test_an_unreadable_body_is_no_answer(body: bytes) -> None:
    assert read(body).kind is AnswerKind.NO_ANSWER


def test_a_byte_order_mark_and_blanks_around_the_body_do_not_count() -> None:
    body = b"\xef\xbb\xbf\r\n" + orjson.dumps({"message": [row(PHONES[0])]}) + b"\n \n"
    assert statuses(read(body))[0] == "delivered"


# How long to wait

SENT = "Wed, 01 Jul 2037 10:00:00 GMT"


@pytest.mark.parametrize(
    ("asked", "secs"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("0000000000090", 90.0),
        ("99999", 3600.0),
        ("9" * 5000, 3600.0),
        ("-5", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        ("Wed, 01 Jul 2037 10:01:30 GMT", 90.0),
        ("Wed Jul  1 10:01:30 2037", 90.0),
        ("Wed, 01 Jul 2037 09:00:00 GMT", 0.0),
        ("Wed, 01 Jul 2099 10:00:00 GMT", 3600.0),
        ("Wed, 31 Feb 2037 10:00:00 GMT", 0.0),
    ],
)
def test_a_429_says_how_long_to_wait(asked: str, secs: float) -> None:
    reading = read(b"", status=429, headers={"retry-after": asked, "date": SENT})
    assert (reading.kind, reading.retry_after_secs) == (AnswerKind.TOO_SOON, secs)


@pytest.mark.parametrize("date", ["", "yesterday"])
def test_a_date_to_wait_for_tells_no_seconds_without_the_answers_own(date: str) -> None:
    headers = {"retry-after": "Wed, 01 Jul 2037 10:01:30 GMT", "date": date}
    reading = read(b"", status=503, headers=headers)
    assert (reading.kind, reading.retry_after_secs) == (AnswerKind.TOO_SOON, 0.0)


def test_a_503_that_asks_to_wait_took_nothing_and_one_that_does_not_is_no_answer() -> None:
    asking = read(b"", status=503, headers={"retry-after": "7"})
    assert (asking.kind, asking.retry_after_secs) == (AnswerKind.TOO_SOON, 7.0)
    endless = f"Wed, 25 Nov 2026 {'9' * 60}:00:00 GMT"
    assert read(b"", status=503, headers={"retry-after": endless}).kind is AnswerKind.NO_ANSWER
    garbled = read(b"", status=503, headers={"retry-after": "later"})
    assert garbled.kind is AnswerKind.NO_ANSWER


@pytest.mark.parametrize("http_status", [200, 301, 500, 502])
def test_only_429_and_503_may_ask_to_wait(http_status: int) -> None:
    assert read(b"", status=http_status, headers={"retry-after": "7"}).retry_after_secs == 0.0


def test_a_too_early_request_told_by_a_503_waits_as_long_as_it_asks() -> None:
    body = {"status": "error", "message": "Already one process is running"}
    reading = read(body, status=503, headers={"retry-after": "45"})
    assert (reading.kind, reading.retry_after_secs) == (AnswerKind.TOO_SOON, 45.0)


# What reaches terminals


def test_numbers_keys_and_control_characters_are_masked_in_what_is_quoted() -> None:
    said = "no user found for S3+cret (s3%2Bcret), 98765 12345, +919876512345\x1b[2J\u202e\nnext"
    reading = read({"status": "failure", "message": said}, secret="S3+cret")
    assert reading.words == ("failure: no user found for ****** (******), ******, +****** [2J next")


def test_numbers_and_keys_are_masked_in_the_details_of_rows() -> None:
    verdicts = read(
        {"message": [row(PHONES[0], f"key-9: {PHONES[0]} exists"), row(PHONES[1], "9876512345")]},
        secret="key-9",
    ).verdicts
    assert verdicts[0].detail == "******: ****** exists"
    assert "******" in verdicts[1].detail


def test_what_is_quoted_is_short() -> None:
    assert len(quoted("word " * 1_000_000)) == 160


# Whatever comes

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from([*PHONES, DONE, "FAIL", "DND", "no user found", "error"])
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(["PhoneNumber", "Status", "status", "message", "x"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)
headers = st.dictionaries(
    st.sampled_from(["retry-after", "date"]),
    st.text(max_size=30)
    | st.sampled_from(["5", SENT, "Wed, 01 Jul 2037 10:00:00 -0000", "99999999999999"]),
)


@settings(max_examples=300)
@given(
    st.binary(max_size=200) | json_values.map(lambda v: json.dumps(v).encode()),
    st.integers(100, 999),
    headers,
    st.sets(st.sampled_from(PHONES)).map(tuple),
)
@example(b'"\\ud800"', 200, {}, PHONES)
@example(b'{"message":[{"PhoneNumber":1e400}]}', 200, {}, PHONES)
def test_any_answer_can_be_read(
    body: bytes, http_status: int, sent_headers: dict[str, str], phones: tuple[str, ...]
) -> None:
    reading = read(body, status=http_status, headers=sent_headers, phones=phones)
    assert len(reading.verdicts) == (len(phones) if reading.kind is AnswerKind.ROWS else 0)
    assert (reading.fault is not None) == (reading.kind is AnswerKind.ROW_REFUSED)
    assert 0.0 <= reading.retry_after_secs <= 3600.0
    assert len(reading.words) <= 160
    orjson.dumps([reading.words, [verdict.detail for verdict in reading.verdicts]])
    assert reading.kind is not AnswerKind.NOT_SENT


@given(
    st.lists(st.sampled_from([DONE, "Failed", "DND", "queued"]), min_size=3, max_size=3),
    st.permutations(range(3)),
    st.integers(0, 3),
)
def test_each_lead_gets_the_verdict_of_its_own_row(
    said: list[str], order: list[int], length: int
) -> None:
    rows = [row(PHONES[place], said[place]) for place in order[:length]]
    if not rows:
        return
    expected = {DONE: "delivered", "Failed": "failed", "DND": "suppressed", "queued": "unknown"}
    assert statuses(read({"message": rows})) == [
        expected[said[place]] if place in order[:length] else "unknown" for place in range(3)
    ]
