"""Leads as events: the program on Google's emulator, against the strict dialer."""

import json
import signal
from collections import Counter
from typing import Any

from tests.program.program import CAMPAIGN, Done, Program, leads, outcomes_in
from tests.program.strict_dialer import StrictDialer
from tests.standins.topics import Topic


def messages(count: int, *, first: int = 0) -> list[bytes]:
    return [json.dumps(lead).encode() for lead in leads(count, first=first)]


def words(program: Program, topic: Topic, *more: str) -> list[str]:
    """The command line of an events job, in place of that of files."""
    given = program.arguments("--input_subscription", topic.subscription, *more)
    at = given.index("--input")
    return given[:at] + given[at + 2 :]


def listen(program: Program, topic: Topic, *more: str) -> Done:
    return program.start_with(words(program, topic, *more)).wait()


def told(program: Program) -> dict[tuple[str, int], str]:
    """Status and reason by message and index; an outcome written again must say the same."""
    found: dict[tuple[str, int], str] = {}
    for outcome in events(program):
        source = (outcome["source"]["message_id"], outcome["source"]["index"])
        what = f"{outcome['status']}/{outcome['reason']}"
        assert found.setdefault(source, what) == what
    return found


def events(program: Program) -> list[dict[str, Any]]:
    return outcomes_in(program.output / "outcomes" / "events")


def test_messages_become_outcomes_and_are_acknowledged(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    good = topic.publish(*messages(205))
    array = json.dumps(leads(2, first=300)).encode()
    many, junk, again = topic.publish(array, b"junk", messages(1)[0])

    done = listen(program, topic, "--flush_secs", "1", "--idle_secs", "3")

    assert done.status == 0, done.said
    said = told(program)
    assert {said[each, 0] for each in good} == {"delivered/ok"}
    assert said[many, 0] == said[many, 1] == "delivered/ok"
    assert said[junk, 0] == "invalid/unreadable"
    assert said[again, 0] == "suppressed/duplicate"
    assert sorted(map(len, (arrival.phones for arrival in dialer.arrivals))) == [7, 200]
    assert topic.waiting() == []


def test_a_lead_that_asks_not_to_be_called_speaks_for_those_that_are_held_with_it(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    many = [*leads(250), *leads(1, first=249, DoNotCall="yes"), *leads(1, first=249)]
    (message,) = topic.publish(json.dumps(many).encode())

    done = listen(program, topic, "--flush_secs", "1", "--idle_secs", "3")

    assert done.status == 0, done.said
    said = told(program)
    assert [said[message, index] for index in (249, 250, 251)] == [
        *["suppressed/do_not_call"] * 2,
        "suppressed/duplicate",
    ]
    assert sorted(map(len, (arrival.phones for arrival in dialer.arrivals))) == [49, 200]


def test_a_wrapped_lead_and_one_of_names_and_values_are_read_and_an_attribute_names_the_campaign(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    lead = leads(1)[0]
    pairs = [{"name": "phone", "values": [lead["PhoneNumber"]]}]
    topic.publish(json.dumps({"entry": {"field_data": pairs}}).encode(), campaign="Forms")
    given = words(program, topic, "--record_path", "entry", "--idle_secs", "2")
    given += ["--record_pairs", "field_data:name:values", "--flush_secs", "0.5"]
    at = given.index("--campaign")
    given[at : at + 2] = ["--campaign_attribute", "campaign"]

    done = program.start_with(given).wait()

    assert done.status == 0, done.said
    assert [outcome["campaign"] for outcome in events(program)] == ["Forms"]
    assert [arrival.campaign for arrival in dialer.arrivals] == ["Forms"]


def test_killed_at_any_moment_no_message_is_lost_and_none_posted_twice(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    published = topic.publish(*messages(120))
    given = words(program, topic, "--flush_secs", "0.5", "--batch_size", "10")
    for arrivals in (2, 5):
        running = program.start_with(given)
        dialer.wait_for_arrivals(arrivals)
        running.kill()

    # A killed process's leases run out within 20 seconds.
    running = program.start_with(given)
    running.wait_until(lambda: len(told(program)) == len(published))
    running.stop(signal.SIGTERM)
    done = running.wait()

    assert done.status == 0, done.said
    said = told(program)
    assert {source for source, _ in said} == set(published)
    assert sum(Counter(dialer.taken).values()) == len(dialer.taken)
    delivered = [what for what in said.values() if what == "delivered/ok"]
    unknown = [what for what in said.values() if what == "unknown/no_answer"]
    assert len(delivered) + len(unknown) == 120
    assert len(unknown) <= 20


def test_a_signal_ends_it_cleanly_and_gives_back_at_once_what_is_not_settled(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    published = topic.publish(*messages(25))
    running = program.start_with(
        words(program, topic, "--flush_secs", "0.5", "--batch_size", "10", "--pace_secs", "60")
    )
    dialer.wait_for_arrivals(1)
    running.wait_until(lambda: len(events(program)) == 10)
    running.stop(signal.SIGTERM)

    done = running.wait()

    assert done.status == 0, done.said
    assert "given back to the subscription: 15" in done.out
    settled = {source for source, _ in told(program)}
    assert sorted(topic.waiting()) == sorted(set(published) - settled)


def test_a_message_of_a_lead_that_was_delivered_lately_is_a_duplicate_in_another_output_too(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    ledger = str(program.folder / "ledger")
    lately = ("--ledger", ledger, "--flush_secs", "0.2", "--idle_secs", "2")
    topic.publish(*messages(1))
    assert listen(program, topic, *lately).status == 0
    second, *_ = topic.publish(*messages(1))

    other = program.folder / "out-2"
    given = words(program, topic, *lately, "--output", str(other))
    assert program.start_with(given).wait().status == 0

    (outcome,) = outcomes_in(other / "outcomes" / "events")
    assert outcome["source"]["message_id"] == second
    assert (outcome["status"], outcome["reason"]) == ("suppressed", "duplicate")
    assert len(dialer.arrivals) == 1
    assert outcome["campaign"] == CAMPAIGN


def test_a_subscription_that_is_not_there_is_refused_before_anything_is_written(
    topic: Topic, program: Program
) -> None:
    given = words(program, topic, "--idle_secs", "1")
    given[given.index("--input_subscription") + 1] = "projects/demo/subscriptions/none"

    done = program.start_with(given).wait()

    assert done.status == 2
    assert "--input_subscription projects/demo/subscriptions/none does not exist" in done.err
