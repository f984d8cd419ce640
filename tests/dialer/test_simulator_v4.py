"""The simulator by V4's page, over HTTP, asked and read as the program does it."""

import http.client
from pathlib import Path

import orjson
import pytest

from dialer.address import request_url
from dialer.answers import AnswerKind, Reading, read_answer
from dialer.client import Client
from dialer.clock import SystemClock
from dialer.dialects import V1, V4
from dialer.exchange import HttpAnswer, NoAnswer
from dialer.simulator import Fault, FaultPlan, Rules, Simulator

NAMES = ("PhoneNumber", "Name", "Priority", "ExpiryDate")
PHONES = ("9876512341", "9876512342", "9876512343", "9876512344")
USER = ("userName", "desk")
DUPLICATES = ("checkDuplicate", "true")
TIME_SECS = 5.0

Lead = tuple[object, ...]


def lead(phone: object = PHONES[0], **fields: object) -> Lead:
    known = {"PhoneNumber": phone, "Name": "Asha (2)", "ExpiryDate": "2037-06-30", **fields}
    return tuple(known.get(name) for name in NAMES)


LEADS = [lead(phone) for phone in PHONES]


def rules(**given: object) -> Rules:
    return Rules(**{"gap_secs": 0.0, **given})  # type: ignore[arg-type]


def ask(
    simulator: Simulator,
    leads: list[Lead],
    *parameters: tuple[str, str],
    key: str = "k",
    campaign: str = "c",
    secs: float = TIME_SECS,
) -> Reading:
    body = V4.encode(key, campaign, NAMES, leads, parameters=parameters or (USER,))
    return read_answer(post(simulator, body, secs), [str(row[0]) for row in leads], V4)


def post(simulator: Simulator, body: bytes, secs: float = TIME_SECS) -> HttpAnswer:
    client = Client(request_url(simulator.url, V4), clock=SystemClock())
    deadline = SystemClock().now().boot_secs + secs
    return client.connect().post(body, content_type=V4.content_type, deadline_boot_secs=deadline)


def test_a_request_is_queued_as_a_whole_under_a_transaction_of_its_own() -> None:
    with Simulator(rules()) as simulator:
        first, second = ask(simulator, LEADS[:2]), ask(simulator, LEADS[2:])
        arrivals = simulator.arrivals
        assert simulator.taken == {("c", phone): 1 for phone in PHONES}
    assert [verdict.reason for verdict in first.verdicts] == ["queued", "queued"]
    assert [arrival.answered for arrival in arrivals] == ["queued", "queued"]
    assert [arrival.api for arrival in arrivals] == ["v4", "v4"]
    for reading, arrival in zip((first, second), arrivals, strict=True):
        assert reading.verdicts[0].detail == f"transaction {arrival.transaction_id}"
    assert arrivals[0].transaction_id != arrivals[1].transaction_id
    assert simulator.violations == []


def test_both_versions_are_spoken_at_once_each_on_its_path() -> None:
    with Simulator(rules()) as simulator:
        ask(simulator, LEADS[:2])
        body = V1.encode("k", "c", NAMES[:2], [row[:2] for row in LEADS[2:]])
        client = Client(request_url(simulator.url, V1), clock=SystemClock())
        deadline = SystemClock().now().boot_secs + TIME_SECS
        answer = client.connect().post(
            body, content_type=V1.content_type, deadline_boot_secs=deadline
        )
        assert read_answer(answer, PHONES[2:], V1).kind is AnswerKind.ROWS
        assert [arrival.api for arrival in simulator.arrivals] == ["v4", "v1"]
        assert simulator.taken == {("c", phone): 1 for phone in PHONES}


def test_a_path_below_or_above_its_own_is_nobodys() -> None:
    with Simulator(rules()) as simulator:
        connection = http.client.HTTPConnection(
            simulator.url.removeprefix("http://"), timeout=TIME_SECS
        )
        connection.request("POST", f"/proxy{V4.path}", b"x")
        with connection.getresponse() as response:
            assert response.status == 404
        connection.close()


# Whose account it is


@pytest.mark.parametrize(
    ("key", "user"), [("other", "desk"), ("k", "other"), ("", "desk"), ("k", "")]
)
def test_a_wrong_user_or_key_is_refused(key: str, user: str) -> None:
    known = rules(keys=frozenset({"k"}), users=frozenset({"desk"}))
    with Simulator(known) as simulator:
        reading = ask(simulator, LEADS, ("userName", user), key=key)
        assert reading.kind is AnswerKind.KEY_REFUSED
        assert "Invalid userName or apiKey" in reading.words
        assert ask(simulator, LEADS).kind is AnswerKind.ROWS


def test_a_request_without_a_user_is_refused() -> None:
    with Simulator(rules()) as simulator:
        reading = ask(simulator, LEADS, DUPLICATES)
        assert reading.kind is AnswerKind.KEY_REFUSED
        assert not simulator.taken


@pytest.mark.parametrize("campaign", ["", "other"])
def test_a_campaign_that_it_does_not_know_is_refused(campaign: str) -> None:
    with Simulator(rules(campaigns=frozenset({"c"}))) as simulator:
        assert ask(simulator, LEADS, campaign=campaign).kind is AnswerKind.ACCOUNT_REFUSED


@pytest.mark.parametrize(
    "parameter", [("action", "stop"), ("action", ""), ("checkDuplicate", "yes")]
)
def test_a_setting_that_the_page_does_not_list_is_refused(parameter: tuple[str, str]) -> None:
    with Simulator(rules()) as simulator:
        assert ask(simulator, LEADS, USER, parameter).kind is AnswerKind.DATA_REFUSED
        assert not simulator.taken


# Limits


def test_a_request_of_501_rows_is_refused_and_noted_and_one_of_500_is_not() -> None:
    many = [lead(f"98{number:08d}") for number in range(501)]
    with Simulator(rules()) as simulator:
        assert ask(simulator, many[:500]).kind is AnswerKind.ROWS
        assert ask(simulator, many).kind is AnswerKind.DATA_REFUSED
        assert simulator.violations == ["request 2: 501 rows (the limit is 500)"]
        assert simulator.taken.total() == 500


def test_the_gap_is_12_seconds_unless_another_is_given() -> None:
    with Simulator(Rules()) as simulator:
        ask(simulator, LEADS[:1])
        assert ask(simulator, LEADS[1:]).kind is AnswerKind.TOO_SOON
        (violation,) = simulator.violations
        assert violation.endswith("(the gap is 12 s)")


def test_a_row_of_more_than_2000_characters_with_its_headers_is_refused_and_noted() -> None:
    taken_up = len(orjson.dumps([*NAMES[:2], NAMES[3]])) + len(
        orjson.dumps([PHONES[0], "", "2037-06-30"])
    )
    fits = lead(Name="x" * (2000 - taken_up))
    with Simulator(rules()) as simulator:
        assert ask(simulator, [fits]).kind is AnswerKind.ROWS
        longer = lead(PHONES[1], Name="x" * (2001 - taken_up))
        assert ask(simulator, [LEADS[2], longer]).kind is AnswerKind.DATA_REFUSED
        assert simulator.violations == [
            "request 2: a row of 2001 characters with its headers (the limit is 2000)"
        ]


@pytest.mark.parametrize(
    ("date", "kind"),
    [
        ("2037-06-30", AnswerKind.ROWS),
        ("", AnswerKind.ROWS),
        ("2037-06-30 18:00:00", AnswerKind.ROW_REFUSED),
        ("2037-02-30", AnswerKind.ROW_REFUSED),
        ("2037-6-1", AnswerKind.ROW_REFUSED),
        ("30-06-2037", AnswerKind.ROW_REFUSED),
    ],
)
def test_a_date_in_another_form_is_refused(date: str, kind: AnswerKind) -> None:
    with Simulator(rules(refuses_whole=False)) as simulator:
        assert ask(simulator, [LEADS[1], lead(ExpiryDate=date)]).kind is kind
        assert simulator.taken.total() == (2 if kind is AnswerKind.ROWS else 0)


@pytest.mark.parametrize("name", ["O'Brien", "José", "a,b", "a/b", "a\tb"])
def test_a_name_with_a_character_that_is_not_allowed_is_refused(name: str) -> None:
    with Simulator(rules()) as simulator:
        assert ask(simulator, [LEADS[1], lead(Name=name)]).kind is AnswerKind.DATA_REFUSED
        assert not simulator.taken


def test_what_is_wrong_with_a_number_is_found_out_later_and_told_nobody() -> None:
    with Simulator(rules(dnd=frozenset({PHONES[0]}))) as simulator:
        reading = ask(simulator, [LEADS[0], lead("12345"), LEADS[1]])
        assert [verdict.reason for verdict in reading.verdicts] == ["queued"] * 3
        assert simulator.taken == {("c", PHONES[1]): 1}


# Duplicates


def test_asked_to_it_drops_numbers_of_the_payload_and_of_the_campaign() -> None:
    with Simulator(rules()) as simulator:
        ask(simulator, LEADS[:1])
        ask(simulator, [LEADS[0], LEADS[1], LEADS[1]], USER, DUPLICATES)
        ask(simulator, LEADS[:1], USER, DUPLICATES, campaign="d")
        assert simulator.taken == {("c", PHONES[0]): 1, ("c", PHONES[1]): 1, ("d", PHONES[0]): 1}
        assert simulator.arrivals[1].answered == "queued"


@pytest.mark.parametrize("parameters", [(USER,), (USER, ("checkDuplicate", "false"))])
def test_not_asked_to_it_takes_them_all(parameters: tuple[tuple[str, str], ...]) -> None:
    with Simulator(rules()) as simulator:
        for _ in range(2):
            ask(simulator, [LEADS[0], LEADS[0]], *parameters)
        assert simulator.taken == {("c", PHONES[0]): 4}


# Faults

KINDS = {
    Fault.NONE: AnswerKind.ROWS,
    Fault.TOO_SOON: AnswerKind.TOO_SOON,
    Fault.NO_USER: AnswerKind.KEY_REFUSED,
    Fault.NO_CAMPAIGN: AnswerKind.ACCOUNT_REFUSED,
    Fault.BAD_DATA: AnswerKind.DATA_REFUSED,
    Fault.REFUSE_DND: AnswerKind.ROW_REFUSED,
    Fault.REFUSE_PRIORITY: AnswerKind.ROW_REFUSED,
    Fault.REFUSE_DATE: AnswerKind.ROW_REFUSED,
    Fault.OTHER_FAILURE: AnswerKind.ACCOUNT_REFUSED,
    Fault.OTHER_ERROR: AnswerKind.NO_ANSWER,
    Fault.STATUS_429: AnswerKind.TOO_SOON,
    Fault.STATUS_500_TAKEN: AnswerKind.NO_ANSWER,
    Fault.NO_ROWS: AnswerKind.NO_ANSWER,
    Fault.UNREADABLE: AnswerKind.NO_ANSWER,
    Fault.CUT: AnswerKind.NO_ANSWER,
    Fault.EMPTY: AnswerKind.NO_ANSWER,
    # What changes rows changes nothing where there are none.
    Fault.SHORT: AnswerKind.ROWS,
    Fault.REFUSE_ROW: AnswerKind.ROWS,
}
TAKEN = (AnswerKind.ROWS, AnswerKind.NO_ANSWER)


@pytest.mark.parametrize("fault", KINDS)
def test_a_fault_is_answered_in_the_words_of_the_version(fault: Fault) -> None:
    with Simulator(rules(), faults=FaultPlan.of(fault)) as simulator:
        assert ask(simulator, LEADS).kind is KINDS[fault]
        is_taken = KINDS[fault] in TAKEN and fault is not Fault.OTHER_ERROR
        assert simulator.taken.total() == (4 if is_taken else 0)


def test_a_request_may_be_taken_and_never_answered() -> None:
    with Simulator(rules(), faults=FaultPlan.of(Fault.DROP_AFTER)) as simulator:
        with pytest.raises(NoAnswer):
            ask(simulator, LEADS, secs=0.5)
        assert simulator.taken.total() == 4
        assert simulator.arrivals[0].transaction_id


# The log


def test_the_log_shows_what_arrived_but_for_the_key(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    with Simulator(rules(users=frozenset({"desk"})), log=log) as simulator:
        ask(simulator, LEADS[:2], USER, DUPLICATES, key="k3y-secret")
        ask(simulator, LEADS[2:], ("userName", "other"), key="k3y-secret")
    assert b"k3y-secret" not in log.read_bytes()
    first, second = (orjson.loads(line) for line in log.read_bytes().splitlines())
    assert (first["api"], first["rows"], first["answered"]) == ("v4", 2, "queued")
    assert first["parameters"] == {"userName": "desk", "checkDuplicate": "true"}
    assert first["taken"] == list(PHONES[:2])
    assert first["transaction_id"] == "simulated-000001"
    assert (second["answered"], second["taken"], second["transaction_id"]) == ("no_user", [], None)
