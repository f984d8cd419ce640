"""What V4's answers mean: queued as a whole, refused, or nobody knows."""

import json

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.answers import AnswerKind, Reading, Verdict, VerdictStatus, read_answer
from dialer.dialects import V4
from dialer.exchange import HttpAnswer
from tests.dialer.test_answers import headers, json_values

PHONES = ("9876512345", "9198765432")
ID = "1717000000123-abc"
QUEUED = {"transactionId": ID, "status": "success", "message": "queued successfully"}


def read(
    body: object,
    *,
    status: int = 200,
    sent_headers: dict[str, str] | None = None,
    secret: str = "",
) -> Reading:
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    return read_answer(HttpAnswer(status, sent_headers or {}, data), PHONES, V4, secret=secret)


def test_a_queued_request_delivers_all_its_leads_under_its_transaction() -> None:
    reading = read(QUEUED)
    verdict = Verdict(VerdictStatus.DELIVERED, "queued", f"transaction {ID}")
    assert (reading.kind, reading.verdicts) == (AnswerKind.ROWS, (verdict, verdict))


@pytest.mark.parametrize(
    "body",
    [
        {"TransactionID": ID, "Status": "SUCCESS", "Message": "Queued Successfully."},
        {"transaction_id": ID, "status": "success"},
        {"transactionId": ID, "status": "success", "message": "queued"},
        {"transactionId": ID, "message": "queued successfully", "data": None},
        [QUEUED],
        {"transactionId": ID, "message": {"status": "success", "message": "queued successfully"}},
    ],
)
def test_it_is_queued_in_whatever_spelling(body: object) -> None:
    assert {verdict.detail for verdict in read(body).verdicts} == {f"transaction {ID}"}


@pytest.mark.parametrize("http_status", [201, 202, 400, 429, 500, 502])
def test_a_transaction_is_the_dialers_own_word_whatever_the_http_status(http_status: int) -> None:
    assert read(QUEUED, status=http_status).kind is AnswerKind.ROWS


@pytest.mark.parametrize("number", [1717000000123, 1717000000123.0, "1717000000123"])
def test_a_transaction_that_looks_like_a_number_is_not_masked(number: object) -> None:
    (verdict, _) = read({**QUEUED, "transactionId": number}).verdicts
    assert verdict.detail == "transaction 1717000000123"


def test_a_transaction_is_one_short_line_without_the_key() -> None:
    (verdict, _) = read(
        {**QUEUED, "transactionId": "k-9\x1b[2J\n" + "x" * 999}, secret="k-9"
    ).verdicts
    assert verdict.detail.startswith("transaction ****** [2J xxx")
    assert len(verdict.detail) < 180


@pytest.mark.parametrize(
    "body",
    [
        {"status": "success", "message": "queued successfully"},
        {**QUEUED, "transactionId": ""},
        {**QUEUED, "transactionId": None},
        {**QUEUED, "transactionId": [ID]},
        {**QUEUED, "status": "error"},
        {**QUEUED, "status": "done"},
        {**QUEUED, "message": "3 rows queued successfully, 1 failed"},
        {**QUEUED, "message": "Invalid data"},
        {**QUEUED, "Status": "error"},
        {**QUEUED, "message": "Already one process is running please try after some time"},
        {"status": "success"},
        {"transactionId": ID},
        {"data": QUEUED},
        {"message": [{"PhoneNumber": phone, "Status": "SuccessFully Updated"} for phone in PHONES]},
        {"status": "error", "message": "Campaign not found"},
        {"status": "error", "message": "Request limit exhausted"},
        {},
        [],
        None,
        b"",
        b"<html>queued successfully</html>",
        b'{"transactionId":"1717000000123-abc","status":"succ',
    ],
)
def test_whatever_else_it_says_leaves_the_leads_unknown(body: object) -> None:
    assert read(body).kind is AnswerKind.NO_ANSWER


@pytest.mark.parametrize("http_status", [200, 401, 403])
@pytest.mark.parametrize(
    "message",
    ["Invalid userName or apiKey...", "invalid username or APIKEY", "Invalid userName or apiKey"],
)
def test_a_wrong_user_or_key_is_told_from_a_wrong_campaign(message: str, http_status: int) -> None:
    reading = read({"status": "error", "message": message}, status=http_status)
    assert (reading.kind, reading.verdicts) == (AnswerKind.KEY_REFUSED, ())


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Already one process is running please try after some time", AnswerKind.TOO_SOON),
        ("no user found", AnswerKind.ACCOUNT_REFUSED),
        ("please provide campaign details", AnswerKind.ACCOUNT_REFUSED),
        ("Please provide valid data", AnswerKind.DATA_REFUSED),
        ("PhoneNumber Added is a DND Number", AnswerKind.ROW_REFUSED),
        ("ExpiryDate, supports the following format only 'YYYY-MM-DD'", AnswerKind.ROW_REFUSED),
    ],
)
def test_the_words_of_v1_say_here_too_that_nothing_was_taken(
    message: str, kind: AnswerKind
) -> None:
    assert read({"status": "error", "message": message}).kind is kind


@pytest.mark.parametrize(
    ("http_status", "kind"),
    [
        *((status, AnswerKind.SETUP_REFUSED) for status in (401, 403, 404, 405, 413)),
        *((status, AnswerKind.NO_ANSWER) for status in (200, 302, 400, 408, 500, 502, 503)),
        (429, AnswerKind.TOO_SOON),
    ],
)
def test_without_a_body_of_the_dialers_own_the_http_status_decides(
    http_status: int, kind: AnswerKind
) -> None:
    assert read(b"<html></html>", status=http_status).kind is kind


def test_an_answer_that_asks_to_wait_took_nothing() -> None:
    reading = read(b"", status=503, sent_headers={"retry-after": "7"})
    assert (reading.kind, reading.retry_after_secs) == (AnswerKind.TOO_SOON, 7.0)


@settings(max_examples=300)
@given(
    st.binary(max_size=200)
    | json_values.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries(
        {},
        optional={
            "transactionId": json_values,
            "status": json_values | st.just("success"),
            "message": json_values | st.just("queued successfully"),
        },
    ).map(lambda value: json.dumps(value).encode()),
    st.integers(100, 999),
    headers,
)
def test_any_answer_can_be_read_and_queued_is_what_says_so(
    body: bytes, http_status: int, sent_headers: dict[str, str]
) -> None:
    reading = read(body, status=http_status, sent_headers=sent_headers)
    assert len(reading.verdicts) == (len(PHONES) if reading.kind is AnswerKind.ROWS else 0)
    assert {verdict.reason for verdict in reading.verdicts} <= {"queued"}
    if reading.kind is AnswerKind.ROWS:
        assert b"transactionId" in body
        assert b"success" in body.lower()
    orjson.dumps([reading.words, [verdict.detail for verdict in reading.verdicts]])
