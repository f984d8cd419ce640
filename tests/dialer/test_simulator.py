import http.client
import re
import stat
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.address import request_url
from dialer.answers import AnswerKind, Reading, read_answer
from dialer.client import Client
from dialer.clock import SystemClock
from dialer.dialects import V1
from dialer.exchange import HttpAnswer, NoAnswer
from dialer.simulator import (
    Fault,
    FaultPlan,
    FaultPlanError,
    PlannedFault,
    Rules,
    Simulator,
)

NAMES = ("PhoneNumber", "Name", "Priority", "ExpiryDate")
PHONES = ("9876512341", "9876512342", "9876512343", "9876512344")
TIME_SECS = 5.0


def lead(phone: object = PHONES[0], **fields: object) -> tuple[object, ...]:
    known = {"PhoneNumber": phone, "Name": "Asha", "Priority": 5, **fields}
    return tuple(known.get(name) for name in NAMES)


LEADS = [lead(phone) for phone in PHONES]


def rules(**given: object) -> Rules:
    return Rules(**{"gap_secs": 0.0, **given})  # type: ignore[arg-type]


def send(simulator: Simulator, body: bytes, *, secs: float = TIME_SECS) -> HttpAnswer:
    client = Client(request_url(simulator.url, V1), clock=SystemClock())
    deadline = SystemClock().now().boot_secs + secs
    return client.connect().post(body, content_type=V1.content_type, deadline_boot_secs=deadline)


def ask(
    simulator: Simulator,
    leads: list[tuple[object, ...]],
    *,
    key: str = "k",
    campaign: str = "c",
    secs: float = TIME_SECS,
) -> Reading:
    """Send leads as the program does, and read the answer as it does."""
    http = send(simulator, V1.encode(key, campaign, NAMES, leads), secs=secs)
    return read_answer(http, [str(row[0]) for row in leads], V1)


def outcomes(reading: Reading) -> list[str]:
    return [verdict.status.value for verdict in reading.verdicts]


def body_of(http: HttpAnswer) -> dict[str, object]:
    body: dict[str, object] = orjson.loads(http.body)
    return body


# A dialer that is well


def test_leads_are_taken_and_answered_row_by_row() -> None:
    with Simulator(rules()) as simulator:
        assert outcomes(ask(simulator, LEADS)) == ["delivered"] * 4
        assert simulator.taken == {("c", phone): 1 for phone in PHONES}
        (arrival,) = simulator.arrivals
    assert (arrival.campaign, arrival.rows, arrival.answered) == ("c", 4, "rows")
    assert arrival.phones == arrival.taken == PHONES
    assert simulator.violations == []


def test_a_lead_that_is_sent_twice_is_counted_twice() -> None:
    with Simulator(rules()) as simulator:
        ask(simulator, [LEADS[0], LEADS[0]])
        ask(simulator, [LEADS[0]], campaign="d")
        assert simulator.taken == {("c", PHONES[0]): 2, ("d", PHONES[0]): 1}


def test_rows_are_echoed_short_or_whole() -> None:
    body = V1.encode("k", "c", NAMES, LEADS[:1])
    with Simulator(rules()) as simulator:
        short = body_of(send(simulator, body))
    with Simulator(rules(echo="whole")) as simulator:
        whole = body_of(send(simulator, body))
    assert short == {"message": [{"PhoneNumber": PHONES[0], "Status": "SuccessFully Updated"}]}
    assert whole == {
        "message": [
            {
                "PhoneNumber": PHONES[0],
                "Name": "Asha",
                "Priority": 5,
                "status": "SuccessFully Updated",
            }
        ]
    }


def test_a_row_without_a_number_fails_alone() -> None:
    with Simulator(rules()) as simulator:
        reading = ask(simulator, [LEADS[0], lead(""), LEADS[2]])
        assert outcomes(reading) == ["delivered", "failed", "delivered"]
        assert reading.verdicts[1].detail == "Phone Number is Empty!"


def test_a_number_of_other_than_ten_digits_fails_alone() -> None:
    with Simulator(rules()) as simulator:
        reading = ask(simulator, [lead("+919876512341"), LEADS[1]])
        assert outcomes(reading) == ["failed", "delivered"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (lead(PHONES[1], Priority="High"), "priority"),
        (lead(PHONES[1], Priority=0), "priority"),
        (lead(PHONES[1], Priority=5.5), "priority"),
        (lead(PHONES[1], ExpiryDate="2037-06-30"), "date"),
        (lead(PHONES[1], ExpiryDate="2037-02-30 10:00:00"), "date"),
        (lead("8650000001"), "dnd"),
    ],
)
def test_a_fault_of_one_row_refuses_the_request_or_that_row(
    row: tuple[object, ...], fault: str
) -> None:
    dnd = frozenset({"8650000001"})
    with Simulator(rules(dnd=dnd)) as simulator:
        reading = ask(simulator, [LEADS[0], row])
        assert (reading.kind, reading.fault) == (AnswerKind.ROW_REFUSED, fault)
        assert not simulator.taken
    with Simulator(rules(dnd=dnd, refuses_whole=False)) as simulator:
        expected = "suppressed" if fault == "dnd" else "failed"
        assert outcomes(ask(simulator, [LEADS[0], row])) == ["delivered", expected]
        assert simulator.taken == {("c", PHONES[0]): 1}


@pytest.mark.parametrize(
    ("key", "campaign", "words"),
    [
        ("other", "c", "no user found"),
        ("", "c", "no user found"),
        ("k", "other", "no user found"),
        ("k", "", "please provide campaign details"),
    ],
)
def test_a_key_or_campaign_that_it_does_not_know_is_refused(
    key: str, campaign: str, words: str
) -> None:
    known = rules(keys=frozenset({"k"}), campaigns=frozenset({"c"}))
    with Simulator(known) as simulator:
        reading = ask(simulator, LEADS, key=key, campaign=campaign)
        assert reading.kind is AnswerKind.ACCOUNT_REFUSED
        assert words in reading.words
        assert not simulator.taken


@pytest.mark.parametrize(
    "bulk",
    [
        "",
        "no json",
        "[]",
        '{"map":["PhoneNumber"]}',
        '{"map":["PhoneNumber"],"data":[]}',
        '{"map":["PhoneNumber"],"data":[["9876512341"]],"more":1}',
        '{"map":["Name"],"data":[["9876512341"]]}',
        '{"map":["PhoneNumber","PhoneNumber"],"data":[["9876512341","9876512341"]]}',
        '{"map":["PhoneNumber",""],"data":[["9876512341","x"]]}',
        '{"map":["PhoneNumber","Name"],"data":[["9876512341","x"],["9876512342"]]}',
        '{"map":["PhoneNumber"],"data":[{"PhoneNumber":"9876512341"}]}',
        '{"map":["PhoneNumber"],"data":[[["9876512341"]]]}',
    ],
)
def test_rows_that_are_not_as_documented_are_refused(bulk: str) -> None:
    with Simulator(rules()) as simulator:
        http = send(simulator, f"api_key=k&campaign_name=c&bulkData={bulk}".encode())
        assert read_answer(http, PHONES, V1).kind is AnswerKind.DATA_REFUSED
        assert not simulator.taken


def test_what_is_no_form_for_its_address_is_refused() -> None:
    with Simulator(rules()) as simulator:
        host = simulator.url.removeprefix("http://")
        body = V1.encode("k", "c", NAMES, LEADS)
        statuses = []
        for method, path, headers in (
            ("POST", "/elsewhere", {"Content-Type": V1.content_type}),
            ("GET", V1.path, {}),
            ("POST", V1.path, {"Content-Type": "application/json"}),
        ):
            connection = http.client.HTTPConnection(host, timeout=TIME_SECS)
            connection.request(method, path, body, headers)
            with connection.getresponse() as response:
                statuses.append((response.status, b"no user found" in response.read()))
            connection.close()
        assert statuses == [(404, False), (405, False), (200, True)]
        assert [arrival.rows for arrival in simulator.arrivals] == [0]


# Limits


def test_a_request_of_too_many_rows_is_refused_and_noted() -> None:
    with Simulator(rules(max_rows=3)) as simulator:
        assert ask(simulator, LEADS).kind is AnswerKind.DATA_REFUSED
        assert simulator.violations == ["request 1: 4 rows (the limit is 3)"]
        assert not simulator.taken


def test_a_request_within_the_gap_is_too_soon_and_noted() -> None:
    with Simulator(rules(gap_secs=3600.0)) as simulator:
        ask(simulator, LEADS[:1])
        assert ask(simulator, LEADS[1:]).kind is AnswerKind.TOO_SOON
        (violation,) = simulator.violations
        assert re.fullmatch(r"request 2: \d+\.\d+ s after .* \(the gap is 3600 s\)", violation)
        assert [arrival.answered for arrival in simulator.arrivals] == ["rows", "too_soon"]
        assert simulator.taken == {("c", PHONES[0]): 1}


# Faults

NOTHING_TAKEN = {
    Fault.TOO_SOON: AnswerKind.TOO_SOON,
    Fault.NO_USER: AnswerKind.ACCOUNT_REFUSED,
    Fault.NO_CAMPAIGN: AnswerKind.ACCOUNT_REFUSED,
    Fault.OTHER_FAILURE: AnswerKind.ACCOUNT_REFUSED,
    Fault.BAD_DATA: AnswerKind.DATA_REFUSED,
    Fault.REFUSE_DND: AnswerKind.ROW_REFUSED,
    Fault.REFUSE_PRIORITY: AnswerKind.ROW_REFUSED,
    Fault.REFUSE_DATE: AnswerKind.ROW_REFUSED,
    Fault.OTHER_ERROR: AnswerKind.NO_ANSWER,
    Fault.STATUS_401: AnswerKind.SETUP_REFUSED,
    Fault.STATUS_404: AnswerKind.SETUP_REFUSED,
    Fault.STATUS_429: AnswerKind.TOO_SOON,
    Fault.STATUS_503_RETRY_AFTER: AnswerKind.TOO_SOON,
    Fault.STATUS_500: AnswerKind.NO_ANSWER,
    Fault.STATUS_503: AnswerKind.NO_ANSWER,
    Fault.REDIRECT: AnswerKind.NO_ANSWER,
}
ALL_TAKEN = {
    Fault.STATUS_500_TAKEN: AnswerKind.NO_ANSWER,
    Fault.UNREADABLE: AnswerKind.NO_ANSWER,
    Fault.CUT: AnswerKind.NO_ANSWER,
    Fault.EMPTY: AnswerKind.NO_ANSWER,
    Fault.NO_ROWS: AnswerKind.ROWS,
}
ROWS = {
    Fault.NONE: ["delivered"] * 4,
    Fault.SHORT: ["delivered", "unknown", "delivered", "unknown"],
    Fault.REORDERED: ["delivered"] * 4,
    Fault.NO_PHONES: ["delivered"] * 4,
    Fault.REFUSE_ROW: ["failed", "delivered", "delivered", "delivered"],
    Fault.NO_ROWS: ["unknown"] * 4,
}
NO_ANSWERS = {
    Fault.DROP_BEFORE: 0,
    Fault.TIMEOUT: 0,
    Fault.DROP_AFTER: 4,
    Fault.TIMEOUT_TAKEN: 4,
    Fault.HUGE: 4,
    Fault.DRIP: 4,
    Fault.SLOW: 4,
}


def test_every_fault_is_shown() -> None:
    assert set(NOTHING_TAKEN) | set(ALL_TAKEN) | set(ROWS) | set(NO_ANSWERS) == set(Fault)


@pytest.mark.parametrize("fault", NOTHING_TAKEN)
def test_a_fault_that_refuses_takes_nothing(fault: Fault) -> None:
    with Simulator(rules(), faults=FaultPlan.of(fault)) as simulator:
        assert ask(simulator, LEADS).kind is NOTHING_TAKEN[fault]
        assert not simulator.taken
        assert outcomes(ask(simulator, LEADS)) == ["delivered"] * 4
        assert [arrival.answered for arrival in simulator.arrivals] == [fault, "rows"]


@pytest.mark.parametrize("fault", ALL_TAKEN)
def test_a_fault_may_take_the_leads_all_the_same(fault: Fault) -> None:
    with Simulator(rules(), faults=FaultPlan.of(fault)) as simulator:
        assert ask(simulator, LEADS).kind is ALL_TAKEN[fault]
        assert simulator.taken.total() == 4


@pytest.mark.parametrize("echo", ["short", "whole"])
@pytest.mark.parametrize("fault", ROWS)
def test_a_fault_may_change_the_rows_of_the_answer(fault: Fault, echo: str) -> None:
    with Simulator(rules(echo=echo), faults=FaultPlan.of(fault)) as simulator:
        assert outcomes(ask(simulator, LEADS)) == ROWS[fault]
        assert simulator.taken.total() == (3 if fault is Fault.REFUSE_ROW else 4)


@pytest.mark.parametrize("fault", NO_ANSWERS)
def test_a_fault_may_leave_a_request_without_an_answer(fault: Fault) -> None:
    with Simulator(rules(), faults=FaultPlan.of(fault)) as simulator:
        with pytest.raises(NoAnswer) as caught:
            ask(simulator, LEADS, secs=TIME_SECS if fault is Fault.HUGE else 0.3)
        assert caught.value.phase == "read"
        assert simulator.taken.total() == NO_ANSWERS[fault]


@pytest.mark.parametrize(("fault", "secs"), [(Fault.SLOW, 0.1), (Fault.DRIP, 0.0001)])
def test_a_slow_answer_is_a_good_one(fault: Fault, secs: float) -> None:
    plan = FaultPlan((PlannedFault.of(fault, secs),))
    with Simulator(rules(), faults=plan) as simulator:
        assert outcomes(ask(simulator, LEADS)) == ["delivered"] * 4


def test_a_plan_says_how_long_to_wait() -> None:
    plan = FaultPlan.from_json(
        b'{"sequence": [{"fault": "status_429", "secs": 7}, "status_503_retry_after"]}'
    )
    with Simulator(rules(), faults=plan) as simulator:
        waits = [ask(simulator, LEADS).retry_after_secs for _ in range(2)]
    assert waits == [7.0, 1.0]


def test_a_request_that_breaks_a_limit_uses_up_no_fault() -> None:
    with Simulator(rules(max_rows=1), faults=FaultPlan.of(Fault.STATUS_500)) as simulator:
        ask(simulator, LEADS)
        ask(simulator, LEADS[:1])
        answered = [arrival.answered for arrival in simulator.arrivals]
    assert answered == ["bad_data", "status_500"]


def test_a_simulator_that_closes_hangs_up_on_whoever_waits() -> None:
    simulator = Simulator(rules(), faults=FaultPlan.of(Fault.TIMEOUT)).start()
    with pytest.raises(NoAnswer):
        ask(simulator, LEADS, secs=0.3)
    simulator.close()


# Plans


def test_a_plan_is_a_sequence_and_then_a_seeded_mix() -> None:
    plan = FaultPlan.from_json(
        b'{"sequence": ["cut"], "mix": {"status_500": 0.5, "drop_after": 0.2}, "seed": 7}'
    )
    first, second = plan.faults(), plan.faults()
    drawn = [next(first).fault for _ in range(1001)]
    assert drawn == [next(second).fault for _ in range(1001)]
    assert drawn[0] is Fault.CUT
    assert 400 < drawn.count(Fault.STATUS_500) < 600
    assert 130 < drawn.count(Fault.DROP_AFTER) < 270
    assert 230 < drawn.count(Fault.NONE) < 370


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"status_500", "no JSON"),
        (b"[]", "no JSON object"),
        (b'{"sequences": []}', "no part 'sequences'"),
        (b'{"sequence": "cut"}', "sequence is no list"),
        (b'{"sequence": ["statuss_500"]}', "did you mean status_500"),
        (b'{"sequence": ["nonsense!"]}', "no fault 'nonsense!'"),
        (b'{"sequence": [{"fault": "slow"}]}', "object of fault and secs"),
        (b'{"sequence": [{"fault": "slow", "secs": -1}]}', "negative seconds"),
        (b'{"mix": []}', "mix is no object"),
        (b'{"mix": {"cut": "often"}}', "likelihood of 'cut' is no number"),
        (b'{"mix": {"cut": -0.5}}', "negative"),
        (b'{"mix": {"cut": 0.6, "slow": 0.6}}', "more than 1"),
        (b'{"seed": "x"}', "seed"),
    ],
)
def test_a_plan_that_cannot_be_used_says_why(text: bytes, fault: str) -> None:
    with pytest.raises(FaultPlanError, match=re.escape(fault)):
        FaultPlan.from_json(text)


def test_all_faults_of_a_plan_are_named_at_once() -> None:
    with pytest.raises(FaultPlanError, match=r"sequence.*mix.*seed"):
        FaultPlan.from_json(b'{"sequence": 1, "mix": 2, "seed": 3.5}')


@given(st.binary(max_size=100))
def test_any_text_is_a_plan_or_says_why_not(text: bytes) -> None:
    try:
        plan = FaultPlan.from_json(text)
    except FaultPlanError:
        return
    assert next(plan.faults())


# The log


def test_the_log_has_a_line_a_request_and_is_its_owners(tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    log.touch(0o644)
    plan = FaultPlan.of(Fault.DROP_BEFORE)
    with Simulator(rules(), faults=plan, log=log) as simulator:
        with pytest.raises(NoAnswer):
            ask(simulator, LEADS)
        ask(simulator, LEADS[:1])
    first, second = (orjson.loads(line) for line in log.read_bytes().splitlines())
    assert (first["answered"], first["rows"], first["taken"]) == ("drop_before", 4, [])
    assert (second["answered"], second["taken"]) == ("rows", [PHONES[0]])
    assert second["monotonic_secs"] >= first["monotonic_secs"]
    assert second["campaign"] == "c"
    assert second["at"].startswith("20")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_stops_it_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Simulator(rules(), log=tmp_path / "missing" / "requests.jsonl")


def test_a_port_that_is_taken_is_an_error() -> None:
    with Simulator(rules()) as simulator:
        port = int(simulator.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            Simulator(rules(), port=port)
