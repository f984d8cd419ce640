"""Outcomes to files by windows, under a clock that the stream's elements move."""

import copy
import errno
import gc
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam as beam
import orjson
import pytest
from apache_beam.coders import VarIntCoder
from apache_beam.internal.gcp import auth
from apache_beam.testing import test_stream
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagStateSpec, RuntimeTimer, TimerSpec, on_timer
from apache_beam.transforms.window import GlobalWindow, TimestampedValue
from apache_beam.utils.timestamp import Timestamp
from google.cloud.storage.exceptions import InvalidResponse

from dialer.clock import ManualClock
from schemas.outcome import Outcome, Source, Status
from tests.dialer.fake_gcs import FakeGcs
from tests.dialer.fake_gcs.messages import Reply, Request
from tests.transforms.memory_cells import MemoryBag, MemoryValue
from tests.transforms.running import AT, pinned
from tests.transforms.test_batch import streaming
from transforms import write_windows
from transforms.in_process import BOARD
from transforms.window_files import write_whole
from transforms.write_outcomes import OutcomesUnwritable
from transforms.write_windows import WriteOutcomeWindows

END = GlobalWindow().max_timestamp()
NAME = re.compile(r"1970-01-01T(\d{6})Z-[0-9a-f]{6}-(\d{6})\.jsonl")


@dataclass(frozen=True)
class Come:
    """A list of outcomes, by the first and last number, with the timestamp that it has."""

    first: int
    last: int
    at: Timestamp | None = None


Step = int | Come
"""Seconds that pass, or a list of outcomes that comes."""


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """A clock from 0 on, as the processing time of a TestStream is."""
    clock = ManualClock(wall_secs=0.0)
    monkeypatch.setattr(write_windows, "CLOCK", clock)
    return clock


def outcome(number: int) -> Outcome:
    return Outcome(
        status=Status.DELIVERED,
        reason="ok",
        detail="",
        campaign="Summer",
        phone=str(9_876_500_000 + number),
        lead_json=b'{"Name":"Zo\xc3\xab"}',
        source=Source.of_message(f"m{number}", 0),
        request_id="000001-ab",
        at=AT,
    )


def lists(come: Come) -> list[Outcome]:
    return [outcome(number) for number in range(come.first, come.last + 1)]


def play(folder: Path | str, *script: Step) -> None:
    """Let outcomes come and time pass, then end the stream.

    The watermark follows the outcomes' own times, but never the time that passes.
    """
    stream = test_stream.TestStream(coder=beam.coders.FastPrimitivesCoder())
    for number, step in enumerate(script, start=1):
        if isinstance(step, Come):
            element = TimestampedValue(step, step.at) if step.at is not None else step
            stream = stream.add_elements([element]).advance_watermark_to(number)
        else:
            stream = stream.add_elements([step]).advance_processing_time(step)
    pipeline = streaming()
    outcomes = pipeline | stream.advance_watermark_to_infinity() | "Play" >> beam.FlatMap(_play)
    outcomes | WriteOutcomeWindows(folder=str(folder))
    pipeline.run().wait_until_finish()


def _play(step: Step) -> Iterator[list[Outcome]]:
    if isinstance(step, Come):
        yield lists(step)
    else:
        write_windows.CLOCK.sleep(step)


def told(data: bytes) -> list[int]:
    """The numbers of the outcomes in a file."""
    return [int(orjson.loads(line)["source"]["message_id"][1:]) for line in data.splitlines()]


def files(folder: Path) -> dict[tuple[str, int], list[int]]:
    """What is in each file, by the time of day and the number in its name; in the names' order."""
    found = {}
    for path in sorted(folder.iterdir()):
        match = NAME.fullmatch(path.name)
        assert match, path.name
        found[match[1], int(match[2])] = told(path.read_bytes())
    return found


def test_outcomes_of_a_minute_are_in_a_file_and_those_of_the_next_in_another(
    tmp_path: Path,
) -> None:
    play(tmp_path, Come(1, 2), 10, Come(3, 3), 51, Come(4, 5), 60, Come(6, 6), 3600, Come(7, 7), 60)
    assert files(tmp_path) == {
        ("000000", 1): [1, 2, 3],
        ("000100", 2): [4, 5],
        ("000200", 3): [6],
        ("010200", 4): [7],
    }


def test_the_end_of_the_stream_writes_all_that_is_left_at_once(tmp_path: Path) -> None:
    play(tmp_path, Come(1, 200), Come(201, 250))
    assert files(tmp_path) == {("000000", 1): list(range(1, 251))}


def test_without_outcomes_there_is_no_file(tmp_path: Path) -> None:
    play(tmp_path / "outcomes", 60, Come(1, 0), 60)
    assert not (tmp_path / "outcomes").exists()


def test_whatever_time_outcomes_carry_none_is_late(tmp_path: Path) -> None:
    script: list[Step] = [
        *(Come(1, 1, END), 61, Come(2, 2, Timestamp(0)), Come(3, 3, END), 61),
        *(Come(4, 4, Timestamp(-1e9)), Come(5, 5, Timestamp(4e9)), 61, Come(6, 6, END)),
    ]
    play(tmp_path, *script)
    assert list(files(tmp_path).values()) == [[1], [2, 3], [4, 5], [6]]


KEPT = BagStateSpec("kept", VarIntCoder())
LEAVE = TimerSpec("leave", TimeDomain.WATERMARK)


class _LeaveAtTheEndFn(beam.DoFn):
    """Keeps lists until the stream has ended, and then lets one go a firing, as a delivery does."""

    def process(
        self,
        come: tuple[str, Come],
        kept: Any = beam.DoFn.StateParam(KEPT),
        leave: RuntimeTimer = beam.DoFn.TimerParam(LEAVE),
    ) -> None:
        kept.add(come[1].first)
        leave.set(END)

    @on_timer(LEAVE)
    def on_leave(
        self,
        kept: Any = beam.DoFn.StateParam(KEPT),
        leave: RuntimeTimer = beam.DoFn.TimerParam(LEAVE),
    ) -> Iterator[list[Outcome]]:
        first, *rest = sorted(kept.read())
        kept.clear()
        for number in rest:
            kept.add(number)
        if rest:
            leave.set(END)
        write_windows.CLOCK.sleep(40)
        yield [outcome(first)]


def test_what_a_delivery_gives_after_the_end_of_the_stream_is_written_too(tmp_path: Path) -> None:
    stream = test_stream.TestStream(coder=beam.coders.FastPrimitivesCoder())
    stream = stream.add_elements([("a", Come(number, number)) for number in range(1, 8)])
    pipeline = streaming()
    kept = pipeline | stream.advance_watermark_to_infinity().with_output_types(tuple[str, Come])
    kept | beam.ParDo(_LeaveAtTheEndFn()) | WriteOutcomeWindows(folder=str(tmp_path))
    pipeline.run().wait_until_finish()
    assert sorted(number for each in files(tmp_path).values() for number in each) == list(
        range(1, 8)
    )


def test_a_file_that_has_grown_large_is_written_before_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_windows, "MOST_BYTES", 5 * len(outcome(1).to_json_line()))
    play(tmp_path, Come(1, 3), Come(4, 6), Come(7, 8), 20, Come(9, 9), 40, Come(10, 10))
    assert files(tmp_path) == {
        ("000000", 1): [1, 2, 3, 4, 5, 6],
        ("000000", 2): [7, 8, 9],
        ("000100", 3): [10],
    }


def test_two_uses_of_the_transform_share_a_folder(tmp_path: Path) -> None:
    stream = test_stream.TestStream(coder=beam.coders.FastPrimitivesCoder())
    stream = stream.add_elements([Come(1, 2)]).advance_watermark_to_infinity()
    pipeline = streaming()
    outcomes = pipeline | stream | "Play" >> beam.FlatMap(_play)
    outcomes | "Write one" >> WriteOutcomeWindows(folder=str(tmp_path))
    outcomes | "Write another" >> WriteOutcomeWindows(folder=str(tmp_path))
    pipeline.run().wait_until_finish()
    assert [told(path.read_bytes()) for path in tmp_path.iterdir()] == [[1, 2], [1, 2]]


@pytest.mark.parametrize("count", [0, 1, 25])
def test_on_the_pinned_runner_bounded_outcomes_are_written_when_they_end(
    tmp_path: Path, count: int
) -> None:
    folder = tmp_path / "outcomes"
    folder.mkdir()
    with pinned() as pipeline:
        comes = pipeline | beam.Create([Come(n, n) for n in range(count)], reshuffle=False)
        comes | beam.Map(lists) | WriteOutcomeWindows(folder=str(folder))
    found = [number for path in folder.iterdir() for number in told(path.read_bytes())]
    assert sorted(found) == list(range(count))


class Gcs(FakeGcs):
    """A bucket that can refuse what is written to it."""

    refusals = 0

    def answer(self, request: Request) -> Reply | None:
        if self.refusals and request.path.startswith("/upload/"):
            self.refusals -= 1
            return Reply(403)
        return super().answer(request)

    def found(self) -> dict[str, list[int]]:
        blobs, _ = self.objects.page("outcomes", "", "", 1000)
        return {blob.name: told(blob.data) for blob in blobs}


@pytest.fixture
def gcs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gcs]:
    # Beam looks for credentials though the emulator takes none, for some twenty seconds.
    monkeypatch.setattr(auth._Credentials, "_credentials_init", True)
    fake = Gcs("outcomes")
    with fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake


@pytest.mark.parametrize("folder", ["gs://outcomes/a run", "gs://outcomes/a run/"])
def test_in_a_bucket_each_window_is_an_object_and_nothing_else_is_written(
    gcs: Gcs, folder: str
) -> None:
    play(folder, Come(1, 3), 61, Come(4, 4), 61, Come(5, 5))
    found = gcs.found()
    assert list(found.values()) == [[1, 2, 3], [4], [5]]
    names = [NAME.fullmatch(name.removeprefix("a run/")) for name in found]
    assert [(name[1], name[2]) for name in names if name] == [
        ("000000", "000001"),
        ("000100", "000002"),
        ("000200", "000003"),
    ]


def test_a_bucket_that_refuses_is_said_and_the_runner_tries_again(gcs: Gcs) -> None:
    gcs.refusals = 1
    play("gs://outcomes/run", Come(1, 3), 61, Come(4, 4), 61)
    assert list(gcs.found().values()) == [[1, 2, 3], [4]]
    assert BOARD.stopped == "outcomes cannot be written to gs://outcomes/run: InvalidResponse"


def test_an_upload_that_failed_is_not_finished_later_over_what_was_written_since(gcs: Gcs) -> None:
    gcs.refusals = 1
    with pytest.raises(InvalidResponse):
        write_whole("gs://outcomes/a.jsonl", outcome(1).to_json_line())
    gc.collect()
    assert gcs.requests == [], "something came after the request that was refused"
    assert gcs.found() == {}


def test_a_bucket_that_is_not_there_ends_the_run_and_says_so(gcs: Gcs) -> None:
    with pytest.raises(OutcomesUnwritable):
        play("gs://nowhere/run", Come(1, 3), 61)
    assert str(BOARD.stopped).startswith("outcomes cannot be written to gs://nowhere/run: ")
    assert gcs.found() == {}


def test_a_folder_that_cannot_be_written_ends_the_run_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "a file"
    folder.write_bytes(b"")
    with pytest.raises(OutcomesUnwritable):
        play(folder, Come(1, 3), 61)
    assert BOARD.stopped == f"outcomes cannot be written to {folder}: {os.strerror(errno.EEXIST)}"


def test_what_cannot_be_a_place_or_a_window_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="nowhere://"):
        WriteOutcomeWindows(folder="nowhere://run")
    with pytest.raises(ValueError, match="0 seconds"):
        WriteOutcomeWindows(folder="gs://outcomes/run", window_secs=0)


class Timer:
    """Remembers what it was set to."""

    def __init__(self) -> None:
        self.set_to: list[float] = []

    def set(self, timestamp: Timestamp) -> None:
        self.set_to.append(float(timestamp))


class ByHand:
    """The DoFn and its state, fired by the test."""

    def __init__(self, folder: Path, *, window_secs: float = 60.0) -> None:
        self.folder = folder
        self.fn = write_windows._WriteFilesFn(str(folder), window_secs, "3fa9c1")
        self.lines, self.file = MemoryBag(), MemoryValue()
        self.close, self.drain = Timer(), Timer()

    def come(self, number: int, *, came_at_secs: int | None = None) -> None:
        ((key, (now_secs, data)),) = write_windows._make_lines([outcome(number)])
        at_secs = now_secs if came_at_secs is None else came_at_secs
        self.fn.process((key, (at_secs, data)), self.lines, self.file, self.close, self.drain)

    def fire(self) -> None:
        self.fn.on_close(self.lines, self.file)

    def copy(self) -> "ByHand":
        """The state as it is now, for a bundle that is done twice."""
        return copy.deepcopy(self)


def test_a_bundle_that_is_done_again_replaces_its_own_file(tmp_path: Path) -> None:
    hand = ByHand(tmp_path)
    hand.come(1)
    again = hand.copy()
    hand.fire()
    assert files(tmp_path) == {("000000", 1): [1]}
    again.come(2)
    again.fire()
    assert files(tmp_path) == {("000000", 1): [1, 2]}


def test_a_window_ends_at_a_full_minute_and_its_timers_are_set_once(
    tmp_path: Path, clock: ManualClock
) -> None:
    hand = ByHand(tmp_path)
    clock.advance(130)
    hand.come(1)
    clock.advance(20)
    hand.come(2)
    assert hand.close.set_to == [180.0]
    assert hand.drain.set_to == [float(END)]


def test_lines_that_were_long_on_their_way_are_not_written_one_by_one(
    tmp_path: Path, clock: ManualClock
) -> None:
    hand = ByHand(tmp_path)
    clock.advance(3600)
    hand.come(1, came_at_secs=30)
    assert hand.close.set_to == [3660.0]
    hand.come(2, came_at_secs=90)
    hand.fire()
    assert files(tmp_path) == {("000000", 1): [1, 2]}


def test_a_timer_too_early_makes_a_smaller_file_and_one_too_many_none(tmp_path: Path) -> None:
    hand = ByHand(tmp_path)
    hand.fire()
    assert files(tmp_path) == {}
    hand.come(1)
    hand.fire()
    hand.fire()
    hand.come(2)
    hand.fire()
    assert files(tmp_path) == {("000000", 1): [1], ("000000", 2): [2]}


def test_windows_may_be_shorter_than_a_minute(tmp_path: Path, clock: ManualClock) -> None:
    hand = ByHand(tmp_path, window_secs=2.5)
    clock.advance(6)
    hand.come(1)
    hand.fire()
    assert hand.close.set_to == [7.5]
    assert files(tmp_path) == {("000005", 1): [1]}


def test_what_could_not_be_written_is_written_under_the_same_name_later(tmp_path: Path) -> None:
    folder = tmp_path / "outcomes"
    folder.write_bytes(b"")
    hand = ByHand(folder)
    hand.come(1)
    with pytest.raises(OutcomesUnwritable):
        hand.fire()
    folder.unlink()
    hand.fire()
    assert files(folder) == {("000000", 1): [1]}
