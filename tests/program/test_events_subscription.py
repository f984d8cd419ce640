"""What a subscription may do to a listening program: a line that is cut, leases lost, large messages."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from google.cloud import pubsub_v1
from google.pubsub_v1.types import ReceivedMessage

from tests.program.broken_line import BrokenLine, start_through
from tests.program.program import Program, Running, leads
from tests.program.strict_dialer import StrictDialer
from tests.program.test_events import events, listen, messages, told, words
from tests.standins.topics import Topic
from transforms.subscription import Subscription

FEW = ("--flush_secs", "0.2", "--batch_size", "10")


def come(subscription: Subscription, count: int) -> list[ReceivedMessage]:
    """So many messages, unless they do not come."""
    seen: list[ReceivedMessage] = []
    ends = time.monotonic() + 20
    while len(seen) < count and time.monotonic() < ends:
        seen += subscription.take()
        time.sleep(0.05)
    return seen


def test_a_message_whose_lease_was_lost_and_that_came_again_takes_up_room_once(
    topic: Topic,
) -> None:
    """Else the room would shrink with each lost lease."""
    most = 10
    topic.publish(*[b"{}"] * 5)
    with Subscription(topic.subscription, most_messages=most) as subscription:
        first = come(subscription, 5)
        with pubsub_v1.SubscriberClient() as client:
            client.modify_ack_deadline(
                subscription=topic.subscription,
                ack_ids=[each.ack_id for each in first],
                ack_deadline_seconds=0,
            )
        again = come(subscription, 5)
        assert {each.message.message_id for each in again} == {
            each.message.message_id for each in first
        }
        assert subscription.ack([each.message.message_id for each in again])
        topic.publish(*[b"{}"] * most)
        more = come(subscription, most)
        assert len(more) == most


@contextmanager
def cut_off(
    topic: Topic,
    emulator_address: str,
    program: Program,
    dialer: StrictDialer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Running]:
    """A program that holds 30 messages, whose line to the subscription is cut after two requests."""
    topic.publish(*messages(100))
    with BrokenLine(emulator_address) as line:
        running = start_through(line, program, words(program, topic, *FEW), monkeypatch)
        dialer.wait_for_arrivals(2)
        line.cut()
        yield running


def test_a_signal_while_the_line_to_the_subscription_is_cut_ends_it_within_fifteen_seconds(
    topic: Topic,
    emulator_address: str,
    program: Program,
    dialer: StrictDialer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with cut_off(topic, emulator_address, program, dialer, monkeypatch) as running:
        time.sleep(1)
        sent = time.monotonic()
        running.stop(signal.SIGTERM)
        running.process.wait(timeout=200)
        assert time.monotonic() - sent < 15


def test_what_is_held_is_posted_while_the_line_to_the_subscription_is_cut(
    topic: Topic,
    emulator_address: str,
    program: Program,
    dialer: StrictDialer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with cut_off(topic, emulator_address, program, dialer, monkeypatch) as running:
        before = len(dialer.arrivals)
        dialer.wait_for_arrivals(before)
        time.sleep(8)
        assert len(dialer.arrivals) >= before + 2, len(dialer.arrivals)
        running.kill()


def test_a_short_quiet_time_does_not_end_it_before_the_subscription_was_asked(
    topic: Topic, program: Program
) -> None:
    topic.publish(*messages(5))
    done = listen(program, topic, "--flush_secs", "0", "--idle_secs", "0")
    assert done.status == 0
    assert len(told(program)) == 5


def test_messages_of_many_leads_are_held_no_more_than_the_next_slots_can_carry(
    topic: Topic, program: Program
) -> None:
    topic.publish(*messages(1))
    running = program.start_with(words(program, topic, *FEW, "--pace_secs", "60"))
    running.wait_until_said("listening to")
    running.wait_until(lambda: len(events(program)) == 1)
    arrays = [json.dumps(leads(100, first=100 * at)).encode() for at in range(1, 41)]
    topic.publish(*arrays)
    time.sleep(5)
    running.stop(signal.SIGTERM)
    done = running.wait()
    given_back = int(done.out.partition("given back to the subscription: ")[2].split()[0])
    assert given_back <= 3, done.out


def test_a_signal_ends_a_start_that_waits_for_the_subscription(
    topic: Topic, emulator_address: str, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    with BrokenLine(emulator_address) as line:
        line.cut()
        running = start_through(line, program, words(program, topic, *FEW), monkeypatch)
        time.sleep(4)
        sent = time.monotonic()
        running.stop(signal.SIGTERM)
        running.process.wait(timeout=200)
        assert time.monotonic() - sent < 10


def test_a_message_as_large_as_pubsub_allows_holds_up_no_other(
    topic: Topic, program: Program
) -> None:
    large = json.dumps({**leads(1)[0], "note": "x" * 9_000_000}).encode()
    published = topic.publish(large, *messages(9, first=1))

    done = listen(program, topic, "--flush_secs", "0.5", "--idle_secs", "3")

    assert done.status == 0, done.said
    assert {source for source, _ in told(program)} == set(published)
    assert topic.waiting() == []
