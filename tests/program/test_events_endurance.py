"""It runs for days: what it takes of the machine grows neither with the rounds nor with the backlog."""

import signal
import time

from tests.program.backlog import backlog
from tests.program.footprint import Footprint, footprint
from tests.program.mixed_messages import mixed_messages
from tests.program.program import Program, phone
from tests.program.publishing import publishing
from tests.program.strict_dialer import StrictDialer
from tests.program.test_events import events, messages, words
from tests.standins.topics import Topic

EARLY, LATE = 60, 230
PAUSE_SECS = 0.15
MOST_KILOBYTES_MORE = 10_000
BATCH = 10
SLOTS_HELD = 3


def test_some_hundred_rounds_take_no_more_memory_threads_or_open_files_than_sixty(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    """Each request is a round of its own."""
    dialer.gap_secs = 0.0
    program.numbers.update(map(phone, range(5000)))
    running = program.start_with(words(program, topic, "--flush_secs", "0", "--pace_secs", "0"))
    mixed = mixed_messages(seed=1)
    seen: list[Footprint] = []
    published = 0

    with publishing(topic) as publish:
        for requests in (EARLY, LATE):
            while len(dialer.arrivals) < requests:
                message = next(mixed)
                publish(message.data)
                published += message.records
                assert running.process.poll() is None, running.wait().said
                time.sleep(PAUSE_SECS)
            seen.append(footprint(running.process.pid))
    running.wait_until(lambda: len(events(program)) >= published)
    running.stop(signal.SIGTERM)

    done = running.wait()
    assert done.status == 0, done.said
    early, late = seen
    assert late.threads <= early.threads
    assert late.files <= early.files
    assert late.kilobytes <= early.kilobytes + MOST_KILOBYTES_MORE


def test_the_backlog_stays_in_the_subscription_and_takes_no_memory(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    """The gate stays closed, so what is neither settled nor held can be pulled by somebody else."""
    published = 5000
    running = program.start_with(
        words(program, topic, "--flush_secs", "0", "--batch_size", f"{BATCH}", "--pace_secs", "60")
    )
    topic.publish(*messages(1))
    dialer.wait_for_arrivals(1)
    running.wait_until(lambda: len(events(program)) == 1)
    before = footprint(running.process.pid)
    topic.publish(*messages(published, first=1))

    in_backlog = backlog(topic)

    assert published - SLOTS_HELD * BATCH <= in_backlog < published
    after = footprint(running.process.pid)
    assert after.kilobytes <= before.kilobytes + MOST_KILOBYTES_MORE
    running.stop(signal.SIGTERM)
    done = running.wait()
    assert done.status == 0, done.said
    assert f"given back to the subscription: {SLOTS_HELD * BATCH}" in done.out
    assert len(dialer.arrivals) == 1
