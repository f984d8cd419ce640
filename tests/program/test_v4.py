"""Version 4 as its user runs it, against a dialer that reads the vendor's page by itself."""

import json
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.program.conftest import GAP_SECS, Pair
from tests.program.pages import TRANSACTION, confirmation
from tests.program.program import (
    Program,
    check_truth,
    finished_outcomes,
    leads,
    phone,
    statuses,
)
from tests.program.replies import NOTHING_TAKEN, SILENT, TIMEOUT_SECS
from tests.program.strict_dialer import Exchange, StrictDialer, by_the_rules, confirm
from tests.program.test_events import listen, told
from tests.standins.topics import Topic

BATCH = 5
ABREAST = 3
KILLS = 3
LEADS = 45
ANSWER_SECS = 0.1
SMALL_BATCHES = ("--batch_size", f"{BATCH}", "--timeout_secs", f"{TIMEOUT_SECS}")


@pytest.fixture
def pair(make_v4_pair: Callable[[], Pair]) -> Pair:
    return make_v4_pair()


def sent_rows(dialer: StrictDialer) -> dict[str, dict[str, Any]]:
    """What the dialer was told of each number."""
    return {
        row[arrival.names.index("PhoneNumber")]: dict(zip(arrival.names, row, strict=True))
        for arrival in dialer.arrivals
        for row in arrival.rows
    }


def test_leads_are_queued_500_a_request_and_each_outcome_names_its_transaction(
    program: Program, dialer: StrictDialer
) -> None:
    program.write_leads("leads.jsonl", leads(1001, Priority=7, ExpiryDate="2037-01-01 10:00:00"))

    outcomes = program.finish()

    check_truth(dialer, outcomes)
    assert [len(arrival.rows) for arrival in dialer.arrivals] == [500, 500, 1]
    assert statuses(outcomes) == {"delivered.queued": 1001}
    assert {outcome["detail"] for outcome in outcomes} == {f"transaction {TRANSACTION}"}
    assert {row["ExpiryDate"] for row in sent_rows(dialer).values()} == {"2037-01-01"}
    assert {frozenset(arrival.form) for arrival in dialer.arrivals} == {
        frozenset({"apiKey", "campaignName", "userName", "bulkData"})
    }


def test_what_the_dialer_does_not_take_of_a_lead_is_altered_counted_or_refused(
    program: Program, dialer: StrictDialer
) -> None:
    program.write(
        "leads.csv",
        "Mobile No.,Name,ExpiryDate\n"
        f'{phone(1)},"Rao, Asha & Sons",2037-06-30 18:00:00\n'
        f"{phone(2)},आशा,2037-06-30T20:00:00Z\n"
        f"{phone(3)},Meena (2),\n"
        f"{phone(4)},{'x' * 2000},\n"
        f"{phone(5)},late,2020-06-30 18:00:00\n",
    )

    done = program.run("--v4_action", "start", "--v4_check_duplicate")

    assert done.status == 0, done.said
    assert "a space for each character that the API does not take: 2" in done.out
    (arrival,) = dialer.arrivals
    assert (arrival.form["action"], arrival.form["checkDuplicate"]) == ("start", "true")
    assert sent_rows(dialer) == {
        phone(1): {"PhoneNumber": phone(1), "Name": "Rao  Asha   Sons", "ExpiryDate": "2037-06-30"},
        phone(2): {"PhoneNumber": phone(2), "Name": "   ", "ExpiryDate": "2037-07-01"},
        phone(3): {"PhoneNumber": phone(3), "Name": "Meena (2)", "ExpiryDate": ""},
    }
    outcomes = {each["source"]["record"]: each for each in finished_outcomes(program.output)}
    assert [outcomes[record]["reason"] for record in (1, 2, 3, 4, 5)] == [
        *("queued", "queued", "queued", "field_invalid", "expired")
    ]
    assert "characters with its headers; right is at most 2,000" in outcomes[4]["detail"]
    assert outcomes[1]["lead"]["Name"] == "Rao, Asha & Sons"


def test_what_was_sent_and_not_answered_is_unknown_and_all_else_is_queued(
    make_v4_pair: Callable[[], Pair],
) -> None:
    """Several dialers at a time, since most of it is waiting."""
    started = []
    for part in range(ABREAST):
        program, dialer = make_v4_pair()
        replies = (*SILENT, queued_without_a_transaction, answered_by_row)[part::ABREAST]
        # After each silence the dialer is tried with one lead; its answer brings full batches back.
        for reply in replies:
            dialer.replies += [reply, by_the_rules]
        program.write_leads("leads.jsonl", leads(len(replies) * (BATCH + 1) + BATCH))
        started.append((program, dialer, len(replies), program.start(*SMALL_BATCHES)))

    for program, dialer, silences, running in started:
        done = running.wait()
        assert done.status == 0, done.said
        outcomes = finished_outcomes(program.output)
        check_truth(dialer, outcomes)
        sizes = [len(arrival.rows) for arrival in dialer.arrivals]
        assert sizes == [BATCH, 1] * silences + [BATCH]
        assert statuses(outcomes) == {
            "delivered.queued": silences + BATCH,
            "unknown.no_answer": silences * BATCH,
        }


def queued_without_a_transaction(exchange: Exchange) -> None:
    exchange.take()
    exchange.expect("unknown")
    exchange.answer({"status": "success", "message": "queued successfully"})


def answered_by_row(exchange: Exchange) -> None:
    exchange.take()
    exchange.expect("unknown")
    exchange.answer(confirmation(exchange.arrival.phones))


def test_leads_that_were_not_taken_come_again(program: Program, dialer: StrictDialer) -> None:
    dialer.replies += [*NOTHING_TAKEN, by_the_rules]
    program.write_leads("leads.jsonl", leads(2 * BATCH))

    outcomes = program.finish(*SMALL_BATCHES)

    check_truth(dialer, outcomes)
    assert len(dialer.arrivals) == len(NOTHING_TAKEN) + 2
    assert statuses(outcomes) == {"delivered.queued": 2 * BATCH}


def test_a_wrong_key_stops_the_run_and_with_the_right_one_it_goes_on(
    program: Program, dialer: StrictDialer
) -> None:
    program.write_leads("leads.jsonl", leads(3))
    right, program.key = program.key, "another key"

    done = program.run()

    assert done.status == 1
    assert "Invalid userName or apiKey" in done.err
    assert "--api_user" in done.err
    assert "--api_key" in done.err
    assert len(dialer.arrivals) == 1
    program.key = right
    assert statuses(program.finish()) == {"delivered.queued": 3}


def test_a_ledger_of_v1_is_refused_with_what_is_then_not_known(
    make_pair: Callable[[], Pair], program: Program
) -> None:
    first, _ = make_pair()
    first.write_leads("leads.jsonl", leads(1))
    first.finish()
    program.write_leads("leads.jsonl", leads(1))

    done = program.run("--ledger", str(first.output / "ledger"))

    assert done.status == 2
    assert "moves to v4 starts a new ledger" in done.err
    assert "what v1 delivered under this one is then not known" in done.err


def test_killed_at_random_moments_it_loses_nothing_and_posts_nothing_twice(
    program: Program, dialer: StrictDialer
) -> None:
    chance = random.Random(4)
    dialer.replies += [unhurried] * LEADS
    program.write_leads("leads.jsonl", leads(LEADS))
    for _ in range(KILLS):
        before = len(dialer.arrivals)
        running = program.start("--batch_size", f"{BATCH}")
        dialer.wait_for_arrivals(before + chance.randint(1, 2))
        time.sleep(chance.uniform(0, ANSWER_SECS + GAP_SECS))
        running.kill()

    outcomes = program.finish("--batch_size", f"{BATCH}")

    unknown = [outcome for outcome in outcomes if outcome["status"] == "unknown"]
    assert len({outcome["request_id"] for outcome in unknown}) <= KILLS
    # What a kill has made unknown was taken, or on its way; the dialer itself cannot know that.
    for outcome in unknown:
        dialer.expected[outcome["campaign"], outcome["phone"]] = ("unknown", "killed")
    check_truth(dialer, outcomes)
    assert len(outcomes) == LEADS
    assert set(statuses(outcomes)) <= {"delivered.queued", "unknown.no_answer"}


def unhurried(exchange: Exchange) -> None:
    exchange.wait(ANSWER_SECS)
    confirm(exchange)


def test_events_are_queued_and_what_was_altered_is_counted_once(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    dialer.gap_secs = program.pace_secs = 1.0
    names = [{**lead, "Name": f"Ravi & {at}"} for at, lead in enumerate(leads(3))]
    published = topic.publish(*(json.dumps(lead).encode() for lead in names))

    # They wait for the flush, and for the gap, in many rounds.
    done = listen(program, topic, "--flush_secs", "1", "--idle_secs", "2", "--batch_size", "2")

    assert done.status == 0, done.said
    assert told(program) == {(each, 0): "delivered/queued" for each in published}
    assert "a space for each character that the API does not take: 3" in done.out
    assert sorted(row["Name"] for row in sent_rows(dialer).values()) == [
        *("Ravi   0", "Ravi   1", "Ravi   2")
    ]
    assert topic.waiting() == []
