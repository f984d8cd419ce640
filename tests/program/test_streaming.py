"""Leads as a stream: the program on Prism and Google's emulator, against the strict dialer."""

import signal
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from tests.program.program import Program, Running
from tests.program.strict_dialer import StrictDialer
from tests.program.test_events import messages, told, words
from tests.standins.topics import Topic

FLUSH_SECS = 0.5


def stream(
    program: Program, topic: Topic, prism: Path, *more: str, pace_secs: str = "1"
) -> Running:
    """Start the program as a stream, by default with a gap of a second."""
    return program.start_with(
        words(
            program,
            topic,
            *("--streaming", "--runner", "PrismRunner", "--prism_location", str(prism)),
            *("--pace_secs", pace_secs, "--flush_secs", f"{FLUSH_SECS:g}", *more),
        )
    )


def test_leads_leave_as_they_come_and_a_signal_drains(
    topic: Topic,
    program: Program,
    dialer: StrictDialer,
    prism: Path,
    record_property: Callable[[str, object], None],
) -> None:
    junk, first = topic.publish(b"junk", messages(1)[0])
    running = stream(program, topic, prism, "--batch_size", "50")
    dialer.wait_for_arrivals(1)
    time.sleep(2.0)
    published_at = time.monotonic()
    quick, *_ = topic.publish(messages(1, first=1)[0])
    dialer.wait_for_arrivals(2)
    record_property("publish to post, seconds", time.monotonic() - published_at)
    assert time.monotonic() - published_at < FLUSH_SECS + 4
    many = topic.publish(*messages(140, first=2))
    dialer.wait_for_arrivals(3)
    running.stop(signal.SIGTERM)

    done = running.wait()

    assert done.status == 0, done.said
    assert "all that was pulled is delivered first" in done.err
    said = told(program)
    assert said[junk, 0] == "invalid/unreadable"
    assert {said[each, 0] for each in (first, quick)} == {"delivered/ok"}
    # What was pulled when the signal came is delivered; the rest is where it was.
    assert {what for (each, _), what in said.items() if each in many} == {"delivered/ok"}
    assert len(dialer.taken) == len(said) - 1
    waiting = set(topic.waiting())
    assert waiting == set(many) - {each for each, _ in said}
    gaps = [later.begun - earlier.whole for earlier, later in pairwise(dialer.arrivals)]
    record_property("gaps, seconds", gaps)
    assert min(gaps) >= 1.0


def test_a_second_signal_gives_back_what_waits(
    topic: Topic, program: Program, dialer: StrictDialer, prism: Path
) -> None:
    published = topic.publish(*messages(25))
    running = stream(program, topic, prism, "--batch_size", "10", pace_secs="600")
    dialer.wait_for_arrivals(1)
    running.wait_until(lambda: len(told(program)) == 10)
    running.stop(signal.SIGTERM)
    running.wait_until_said("stop again to give it back")
    running.stop(signal.SIGTERM)

    done = running.wait()

    assert done.status == 0, done.said
    settled = {each for each, _ in told(program)}
    assert sorted(topic.waiting()) == sorted(set(published) - settled)


def test_killed_at_any_moment_it_loses_and_doubles_nothing(
    topic: Topic, program: Program, dialer: StrictDialer, prism: Path
) -> None:
    published: list[str] = []
    for start in range(3):
        published += topic.publish(*messages(60, first=60 * start))
        running = stream(program, topic, prism, "--batch_size", "20")
        dialer.wait_for_arrivals(len(dialer.arrivals) + 1)
        time.sleep(0.4 * start)
        running.kill()

    # A killed process's messages come back within 20 seconds.
    running = stream(program, topic, prism, "--batch_size", "50")
    running.wait_until(lambda: len(told(program)) == len(published))
    running.stop(signal.SIGTERM)
    done = running.wait()

    assert done.status == 0, done.said
    said = told(program)
    assert {source for source, _ in said} == set(published)
    assert len(dialer.taken) >= len([what for what in said.values() if what == "delivered/ok"])
    counts = Counter(said.values())
    assert counts["delivered/ok"] + counts["unknown/no_answer"] == len(published)
    assert counts["unknown/no_answer"] <= 3 * 20
