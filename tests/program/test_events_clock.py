"""The wall clock under events: the one place where it decides is the window for duplicates."""

import signal

import pytest

from tests.faults.wall_clock import WallClock
from tests.program.program import Program
from tests.program.strict_dialer import StrictDialer
from tests.program.test_events import messages, told, words
from tests.standins.topics import Topic

pytestmark = pytest.mark.long

DAYS_SECS = 3 * 24 * 3600.0


def test_the_window_for_duplicates_goes_by_the_wall_clock(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    """Set back, it only lasts longer; set forward by three days, the 24 hours of the window are over."""
    clock = WallClock(program.folder / "clock")
    given = words(program, topic, "--flush_secs", "0.2")
    running = program.start_with(given, prefix=clock.prefix)
    running.wait_until_said("listening to")

    def publish_again() -> str:
        (message,) = topic.publish(*messages(1))
        running.wait_until(lambda: (message, 0) in told(program))
        return told(program)[message, 0]

    assert publish_again() == "delivered/ok"
    clock.move(-DAYS_SECS)
    assert publish_again() == "suppressed/duplicate"
    clock.move(DAYS_SECS)
    assert publish_again() == "suppressed/duplicate"
    clock.move(DAYS_SECS)
    dialer.taken.clear()
    assert publish_again() == "delivered/ok"
    running.stop(signal.SIGTERM)
    assert running.wait().status == 0
    assert len(dialer.arrivals) == 2
