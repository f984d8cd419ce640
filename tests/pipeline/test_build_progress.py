import pytest

from dialer.clock import Instant
from pipeline.build_progress import BuildProgress
from transforms.in_process import StopRequested, request_stop

Said = pytest.CaptureFixture[str]


class HandClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.secs = 1000.0

    def now(self) -> Instant:
        return Instant("boot", self.secs, self.secs)

    def sleep(self, secs: float) -> None:
        self.secs += secs


def test_before_anything_is_read_it_says_so() -> None:
    assert BuildProgress(1000).line() == "opening the lists ..."


def test_the_line_tells_what_is_read_what_was_found_and_when_it_is_all_read() -> None:
    clock = HandClock()
    progress = BuildProgress(3_400_000_000, clock)

    progress.watch("a.txt", 1_000_000, 90_000)
    assert progress.line() == "a.txt: 1.0 MB of 3.4 GB read, 90,000 numbers found"

    clock.secs += 60
    progress.watch("b.csv", 850_000_000, 76_000_000)
    assert progress.line() == (
        "b.csv: 850.0 MB of 3.4 GB read, 76,000,000 numbers found; all is read in about 3 min"
    )


def test_when_all_is_read_it_is_written() -> None:
    progress = BuildProgress(1000)

    progress.watch("a.txt", 1000, 90)
    assert progress.line() == "1.0 kB read, 90 numbers found; sorting and writing"


def test_a_log_gets_a_line_every_ten_seconds(capsys: Said) -> None:
    clock = HandClock()
    progress = BuildProgress(1000, clock)
    progress.watch("a.txt", 500, 45)
    said = []
    for _ in range(25):
        clock.secs += 1
        progress._say_notices()
        said.append(len(capsys.readouterr().err.splitlines()))

    assert sum(said) == 3


def test_a_stop_ends_what_is_watched() -> None:
    progress = BuildProgress(1000)
    request_stop()

    with pytest.raises(StopRequested):
        progress.watch("a.txt", 1, 0)
