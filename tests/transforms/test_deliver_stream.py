"""The unbounded driver on the bundle-based runner, under a clock that the stream's elements move."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.testing import test_stream
from apache_beam.utils.timestamp import Timestamp

from dialer.clock import ManualClock
from dialer.simulator import Fault, FaultPlan, Rules, Simulator
from records.lead_avro import encode_lead
from schemas.outcome import Outcome
from tests.transforms.delivering import NO_LISTS, settings_for
from tests.transforms.memory_cells import MemoryQueue, MemoryValue
from tests.transforms.queue_rig import DELIVERED, GAP_SECS, message, rows
from tests.transforms.test_batch import streaming
from transforms import deliver_stream
from transforms.deliver_stream import DeliverStream
from transforms.in_process import BOARD
from transforms.queue_leads import StampedLead

OPEN_RULES = Rules(gap_secs=0.0)

SEEN: list[tuple[float, Outcome]] = []
"""When each outcome came: module state, as Beam hands copies of anything else to its steps."""

Element = int | tuple[int, int]
"""Seconds that pass, or the first and last number of the messages of a batch."""


@dataclass(frozen=True)
class Played:
    """What a script came to."""

    outcomes: list[tuple[float, Outcome]]

    def told(self) -> dict[str, str]:
        told = {each.source.message_id or "": f"{each.status}/{each.reason}" for each in self.all()}
        assert len(told) == len(self.outcomes), "two outcomes of one message"
        return told

    def all(self) -> list[Outcome]:
        return [outcome for _, outcome in self.outcomes]

    def times(self) -> list[float]:
        """At which seconds outcomes came."""
        return sorted({secs for secs, _ in self.outcomes})


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(OPEN_RULES) as running:
        yield running


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """A clock from 0 on, as the processing time of a TestStream is."""
    clock = ManualClock(wall_secs=0.0)
    monkeypatch.setattr(deliver_stream, "CLOCK", clock)
    return clock


def play(simulator: Simulator, folder: Path, *script: Element, **changes: object) -> Played:
    """Let messages come and time pass, then end the stream."""
    SEEN.clear()
    stream = test_stream.TestStream(coder=beam.coders.FastPrimitivesCoder())
    for step, element in enumerate(script, start=1):
        stream = stream.add_elements([element]).advance_watermark_to(step)
        if isinstance(element, int):
            stream = stream.advance_processing_time(element)
    pipeline = streaming()
    settings = settings_for(
        simulator, folder, gap_secs=GAP_SECS, dedupe_window_secs=86_400.0, **changes
    )
    delivered = (
        pipeline
        | stream.advance_watermark_to_infinity()
        | "Play" >> beam.FlatMap(_play)
        | DeliverStream(settings=settings, lists=NO_LISTS)
    )
    for output in ("delivered", "failed", "unknown", "suppressed"):
        getattr(delivered, output) | f"See {output}" >> beam.Map(_see)
    pipeline.run().wait_until_finish()
    return Played(list(SEEN))


def _play(element: Element) -> Iterator[tuple[str, list[StampedLead]]]:
    if isinstance(element, int):
        deliver_stream.CLOCK.sleep(element)
        return
    first, last = element
    yield "account", batch(first, last)


def batch(first: int, last: int) -> list[StampedLead]:
    now_secs = int(deliver_stream.CLOCK.now().wall_secs)
    return [(now_secs, encode_lead(message(number))) for number in range(first, last + 1)]


def _see(outcomes: list[Outcome]) -> None:
    now_secs = deliver_stream.CLOCK.now().wall_secs
    SEEN.extend((now_secs, outcome) for outcome in outcomes)


def test_a_batch_in_a_quiet_stream_is_posted_at_once(simulator: Simulator, tmp_path: Path) -> None:
    played = play(simulator, tmp_path, (1, 200), 1, 29)
    assert played.told() == dict.fromkeys((f"m{n}" for n in range(1, 201)), DELIVERED)
    assert played.times() == [0.0]


def test_batches_wait_for_the_gate_and_are_merged(simulator: Simulator, tmp_path: Path) -> None:
    script: list[Element] = [(1, 200), 1]
    for first in range(201, 401, 20):
        script += [(first, first + 19), 1]
    played = play(simulator, tmp_path, *script, 18, 1, 60)
    assert len(played.told()) == 400
    assert rows(simulator) == [200, 200]
    assert played.times() == [0.0, 30.0]


def test_the_end_of_the_stream_delivers_all_that_waits(
    simulator: Simulator, tmp_path: Path, clock: ManualClock
) -> None:
    played = play(simulator, tmp_path, (1, 200), (201, 400), (401, 450))
    assert len(played.told()) == 450
    assert rows(simulator) == [200, 200, 50]
    assert clock.now().wall_secs >= 2 * GAP_SECS
    assert max(clock.slept_secs) <= 10, "it slept longer than a runner takes for alive"


def test_no_answer_and_too_soon_end_as_they_do_for_files(tmp_path: Path) -> None:
    faults = FaultPlan.of(Fault.TOO_SOON, Fault.DROP_AFTER)
    with Simulator(OPEN_RULES, faults=faults) as simulator:
        played = play(simulator, tmp_path, (1, 3), 1, 30, (4, 5), 30, 30, 30)
    assert set(played.told().values()) == {"unknown/no_answer", DELIVERED}
    assert [played.told()[f"m{number}"] for number in range(1, 4)] == ["unknown/no_answer"] * 3


def test_messages_that_come_again_are_not_posted_again(
    simulator: Simulator, tmp_path: Path
) -> None:
    played = play(simulator, tmp_path, (1, 5), 1, 30, (1, 5), 30, (6, 6), 30)
    assert [outcome.reason for outcome in played.all()] == ["ok"] * 11
    assert rows(simulator) == [5, 1]


def test_a_dialer_that_refuses_the_key_leaves_all_waiting_until_it_takes_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Simulator(OPEN_RULES, faults=FaultPlan.of(Fault.NO_USER)) as simulator:
        played = play(simulator, tmp_path, (1, 3), 1, 31, 60)
    assert set(played.told().values()) == {DELIVERED}
    assert played.times() == [92.0]
    assert not BOARD.stopped
    assert "--api_key" in caplog.text
    assert message(1).phone not in caplog.text


class Timer:
    """Remembers what it was set to."""

    def __init__(self) -> None:
        self.set_to: list[float] = []

    def set(self, timestamp: Timestamp) -> None:
        self.set_to.append(float(timestamp))


class ByHand:
    """The DoFn and its state, fired by the test."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        settings = settings_for(simulator, folder, gap_secs=GAP_SECS, dedupe_window_secs=86_400.0)
        self.fn = deliver_stream._DeliverQueueFn(settings, NO_LISTS)
        self.fn.setup()
        self.cells, self.tally = MemoryQueue(), MemoryValue()
        self.wake_up, self.drain = Timer(), Timer()

    def come(self, first: int, last: int) -> None:
        self.fn.process(
            ("account", batch(first, last)), self.cells.back, self.tally, self.wake_up, self.drain
        )

    def fire(self, *, drains: bool = False) -> int:
        """Fire a timer; how many outcomes that gave."""
        callback = self.fn.on_drain if drains else self.fn.on_wake_up
        timer = self.drain if drains else self.wake_up
        state = (self.cells.front, self.cells.back, *self.cells.levels, self.tally)
        return sum(len(tagged.value) for tagged in callback(*state, timer))


def test_a_lead_that_comes_while_the_gate_is_shut_does_not_wake_anybody_before_it_opens(
    simulator: Simulator, tmp_path: Path, clock: ManualClock
) -> None:
    hand = ByHand(simulator, tmp_path)
    hand.come(1, 3)
    assert hand.wake_up.set_to == [0.0]
    assert hand.fire() == 3
    assert hand.wake_up.set_to == [0.0], "an empty queue needs no wake-up"
    for number in range(4, 7):
        clock.advance(1)
        hand.come(number, number)
    assert hand.wake_up.set_to[1:] == pytest.approx([GAP_SECS] * 3)


def test_a_tick_too_early_sets_the_timer_again_and_one_of_an_empty_queue_does_not(
    simulator: Simulator, tmp_path: Path, clock: ManualClock
) -> None:
    hand = ByHand(simulator, tmp_path)
    assert hand.fire() == 0
    hand.come(1, 3)
    hand.fire()
    hand.come(4, 4)
    clock.advance(10)
    assert hand.fire() == 0
    assert hand.wake_up.set_to[-1] == pytest.approx(GAP_SECS)
    clock.advance(20)
    assert hand.fire() == 1


def test_once_the_stream_has_ended_a_tick_does_nothing_and_is_not_set_again(
    simulator: Simulator, tmp_path: Path, clock: ManualClock
) -> None:
    hand = ByHand(simulator, tmp_path)
    hand.come(1, 200)
    hand.come(201, 201)
    assert hand.fire(drains=True) == 200
    ticks = list(hand.wake_up.set_to)
    clock.advance(GAP_SECS)
    assert hand.fire() == 0
    assert hand.wake_up.set_to == ticks
    drains = len(hand.drain.set_to)
    assert hand.fire(drains=True) == 1
    assert len(hand.drain.set_to) == drains, "all is done"


def test_a_wall_clock_set_back_delays_nothing_for_longer_than_an_hour(
    simulator: Simulator, tmp_path: Path, clock: ManualClock
) -> None:
    clock.set_wall(1.8e9)
    hand = ByHand(simulator, tmp_path)
    hand.come(1, 1)
    hand.fire()
    clock.set_wall(1.8e9 - 86_400)
    hand.come(2, 2)
    assert hand.wake_up.set_to[-1] == 1.8e9 - 86_400
