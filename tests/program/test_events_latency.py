"""From publish to post: how long a lead is on its way, in quiet and in busy hours."""

import json
import time

import pytest

from tests.program.program import Program, Running, leads
from tests.program.strict_dialer import StrictDialer
from tests.program.test_events import messages, words
from tests.standins.topics import Topic

FULL = 200
A_FEW_SECS = 5.0
"""What may pass beside the flush time, or at once: the emulator's own pauses among it."""


def listening(program: Program, topic: Topic, *more: str) -> Running:
    running = program.start_with(words(program, topic, *more))
    running.wait_until_said("listening to")
    return running


def posted_after(dialer: StrictDialer, published: float, *, requests: int = 1) -> float:
    """Seconds from publishing to the last of so many requests."""
    dialer.wait_for_arrivals(requests)
    return dialer.arrivals[requests - 1].begun - published


def test_a_lead_published_into_a_quiet_system_is_posted_a_few_seconds_after_the_flush_time(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    flush_secs = 3.0
    listening(program, topic, "--flush_secs", f"{flush_secs}")
    for lead in range(3):
        published = time.monotonic()
        topic.publish(*messages(1, first=lead))
        took = posted_after(dialer, published, requests=lead + 1)
        assert flush_secs <= took <= flush_secs + A_FEW_SECS


@pytest.mark.parametrize("an_array", [1, 50])
def test_two_hundred_leads_published_into_an_open_gate_are_posted_at_once(
    topic: Topic, program: Program, dialer: StrictDialer, an_array: int
) -> None:
    many = [json.dumps(leads(an_array, first=first)).encode() for first in range(0, FULL, an_array)]
    listening(program, topic, "--flush_secs", "60")
    published = time.monotonic()
    topic.publish(*many)

    assert posted_after(dialer, published) <= A_FEW_SECS
    assert len(dialer.arrivals[0].rows) == FULL


def test_what_waited_before_the_start_is_posted_a_few_seconds_after_it(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    topic.publish(*messages(FULL))
    listening(program, topic, "--flush_secs", "60")
    started = time.monotonic()

    assert posted_after(dialer, started) <= A_FEW_SECS
    assert len(dialer.arrivals[0].rows) == FULL


def test_what_was_published_while_the_gate_was_closed_is_posted_as_it_opens(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    """The first fills a request; the second waits for the gate only, since its flush time is over."""
    gap_secs = 6.0
    dialer.gap_secs = gap_secs
    listening(program, topic, "--flush_secs", "0.5", "--pace_secs", f"{gap_secs:g}")
    topic.publish(*messages(1))
    dialer.wait_for_arrivals(1)
    topic.publish(*messages(FULL + 50, first=1))
    dialer.wait_for_arrivals(3)

    first, second, third = dialer.arrivals
    assert (len(second.rows), len(third.rows)) == (FULL, 50)
    for before, after in ((first, second), (second, third)):
        assert after.begun - before.whole <= gap_secs + 5.0
