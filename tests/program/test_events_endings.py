"""How a listening program ends, and what it says: by a signal, by itself, and while the line is cut."""

import signal
import time

import pytest

from tests.program.broken_line import BrokenLine, start_through
from tests.program.program import Program
from tests.program.strict_dialer import Exchange, StrictDialer, confirm
from tests.program.test_events import listen, messages, told, words
from tests.standins.topics import Topic

BATCH = 10
FEW = ("--flush_secs", "0.5", "--batch_size", f"{BATCH}")
ENDS_WITHIN_SECS = 8.0


def slow(exchange: Exchange) -> None:
    exchange.wait(3.0)
    confirm(exchange)


def test_a_signal_during_a_request_waits_for_its_answer_and_gives_the_rest_back(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    dialer.replies.append(slow)
    topic.publish(*messages(BATCH + 5))
    running = program.start_with(words(program, topic, *FEW))
    dialer.wait_for_arrivals(1)
    running.stop(signal.SIGTERM)
    running.wait_until_said("the request in flight is finished first")

    done = running.wait()

    assert done.status == 0, done.said
    assert list(told(program).values()) == ["delivered/ok"] * BATCH
    assert f"messages acknowledged {BATCH}" in done.out
    assert "given back to the subscription: 5" in done.out
    assert len(topic.waiting()) == 5
    assert len(dialer.arrivals) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_while_nothing_is_held_ends_it_soon_and_well(
    topic: Topic, program: Program, dialer: StrictDialer, number: signal.Signals
) -> None:
    running = program.start_with(words(program, topic))
    running.wait_until_said("listening to")
    sent = time.monotonic()
    running.stop(number)

    done = running.wait()

    assert done.status == 0, done.said
    assert time.monotonic() - sent < ENDS_WITHIN_SECS
    assert "outcomes 0; messages acknowledged 0" in done.out
    assert "given back" not in done.out
    assert not dialer.arrivals


def test_a_quiet_time_counts_only_once_nothing_is_held(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    """The gate is closed for longer than the quiet time."""
    dialer.gap_secs = 4.0
    topic.publish(*messages(BATCH + 5))

    done = listen(program, topic, *FEW, "--pace_secs", "4", "--idle_secs", "2")

    assert done.status == 0, done.said
    assert len(told(program)) == BATCH + 5
    assert [len(arrival.rows) for arrival in dialer.arrivals] == [BATCH, 5]
    assert topic.waiting() == []


def test_a_line_to_the_subscription_that_is_cut_and_mended_loses_nothing(
    topic: Topic,
    emulator_address: str,
    program: Program,
    dialer: StrictDialer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    published = topic.publish(*messages(8 * BATCH))
    with BrokenLine(emulator_address) as line:
        running = start_through(line, program, words(program, topic, *FEW), monkeypatch)
        dialer.wait_for_arrivals(2)
        line.cut()
        time.sleep(5)
        line.mend()
        published += topic.publish(*messages(BATCH, first=8 * BATCH))
        running.wait_until(lambda: len(told(program)) == len(published))
        running.stop(signal.SIGTERM)
        done = running.wait()

    assert done.status == 0, done.said
    assert told(program) == {(message, 0): "delivered/ok" for message in published}
    assert topic.waiting() == []
