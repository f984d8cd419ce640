"""The unbounded graph: with time that the test lets pass, and as Dataflow would get it."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner
from apache_beam.testing import test_stream

from dialer.clock import ManualClock
from dialer.simulator import Rules, Simulator
from pipeline.graph import Job, build_stream
from records.messages import Message
from tests.transforms.delivering import settings_for
from tests.transforms.running import RULES
from transforms import deliver_stream
from transforms.lists import ListSettings
from transforms.messages import MessageSettings
from transforms.read_messages import ReadSubscription
from transforms.record_outcomes import OutcomeSettings

GAP_SECS = 30.0
FLUSH_SECS = 30.0
PLAIN = MessageSettings(
    record_path=None, record_pairs=(), schemas=None, campaign_attribute="campaign"
)
Step = list[Message] | int
"""Messages that come, or seconds that pass."""


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """A clock from 0 on, as the processing time of a TestStream is."""
    monkeypatch.setenv("DIAL_KEY", "k3y")
    clock = ManualClock(wall_secs=0.0)
    monkeypatch.setattr(deliver_stream, "CLOCK", clock)
    return clock


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(Rules(gap_secs=0.0)) as running:
        yield running


class _Play(beam.PTransform):
    """Messages come and time passes, as a script says; then the stream ends."""

    def __init__(self, script: Sequence[Step]) -> None:
        super().__init__()
        self._script = script

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection:
        stream = test_stream.TestStream(coder=beam.coders.FastPrimitivesCoder())
        for number, step in enumerate(self._script, start=1):
            stream = stream.add_elements([step]).advance_watermark_to(number)
            if isinstance(step, int):
                stream = stream.advance_processing_time(step)
        return begin | stream.advance_watermark_to_infinity() | beam.FlatMap(_pass_time)


def _pass_time(step: Step) -> Iterator[list[Message]]:
    if isinstance(step, int):
        deliver_stream.CLOCK.sleep(step)
    else:
        yield from ([message] for message in step)


def message(number: int, data: bytes | None = None, campaign: str = "Summer") -> Message:
    lead = json.dumps({"Phone": 9_876_500_000 + number, "Name": "Asha"}).encode()
    attributes = {"campaign": campaign}
    return Message(lead if data is None else data, attributes, f"m{number}", 0.0)


def job(simulator: Simulator, folder: Path) -> Job:
    (folder / "outcomes").mkdir(exist_ok=True)
    dnd = folder / "dnd.txt"
    dnd.write_text("9876500003\n")
    delivery = settings_for(
        simulator, folder, gap_secs=GAP_SECS, dedupe_window_secs=86_400.0, limit=200
    )
    return Job(
        rules=replace(RULES, campaign=None, campaign_field="attribute:campaign"),
        lists=ListSettings((str(dnd),), "IN", allow_empty=False),
        sent_before=delivery.ledger,
        delivery=delivery,
        outcomes=OutcomeSettings(str(folder / "outcomes"), "0001-abcdef"),
    )


def play(simulator: Simulator, folder: Path, *script: Step) -> dict[tuple[str, int], str]:
    """Let it all happen; the reason told of each lead, of which there is exactly one."""
    options = PipelineOptions(["--streaming"])
    pipeline = beam.Pipeline(runner=BundleBasedDirectRunner(), options=options)
    build_stream(
        pipeline, job(simulator, folder), _Play(script), settings=PLAIN, flush_secs=FLUSH_SECS
    )
    pipeline.run().wait_until_finish()
    told = [
        json.loads(line)
        for path in (folder / "outcomes").iterdir()
        for line in path.read_bytes().splitlines()
    ]
    reasons = {
        (each["source"]["message_id"], each["source"]["index"]): each["reason"] for each in told
    }
    assert len(reasons) == len(told), "two outcomes of one lead"
    return reasons


def test_every_message_ends_as_the_outcomes_of_its_leads(
    simulator: Simulator, tmp_path: Path
) -> None:
    both = json.dumps([{"Phone": 9876500008}, {"Phone": 12}]).encode()
    told = play(
        simulator,
        tmp_path,
        [message(1), message(2, b"junk"), message(3), message(4, both)],
        [message(5, campaign="Winter"), message(6, json.dumps({"Phone": 9876500001}).encode())],
        31,
        60,
    )
    assert told == {
        ("m1", 0): "ok",
        ("m2", 0): "unreadable",
        ("m3", 0): "dnd",
        ("m4", 0): "ok",
        ("m4", 1): "phone_invalid",
        ("m5", 0): "ok",
        ("m6", 0): "duplicate",
    }
    assert simulator.violations == []


def test_in_a_stream_a_lead_that_asks_not_to_be_called_has_its_one_outcome(
    simulator: Simulator, tmp_path: Path
) -> None:
    both = json.dumps([{"Phone": 9876500001}, {"Phone": 9876500002, "DNC": "yes"}]).encode()
    told = play(simulator, tmp_path, [message(1, both)], 31)
    assert told == {("m1", 0): "ok", ("m1", 1): "do_not_call"}
    assert list(simulator.taken) == [("Summer", "9876500001")]


def test_a_full_batch_leaves_at_once_and_a_part_full_one_after_the_flush_time(
    simulator: Simulator, tmp_path: Path, clock: ManualClock
) -> None:
    many = [message(number) for number in range(10, 211)]
    play(simulator, tmp_path, many, 1, 28, 2, 60)
    assert [len(arrival.phones) for arrival in simulator.arrivals] == [200, 1]
    assert clock.now().wall_secs >= 30


def test_the_end_of_the_stream_delivers_all_that_waits(
    simulator: Simulator, tmp_path: Path
) -> None:
    many = [message(number, campaign=f"c{number % 3}") for number in range(10, 310)]
    told = play(simulator, tmp_path, many)
    assert Counter(told.values()) == {"ok": 300}
    assert simulator.violations == []
    assert len(simulator.arrivals) == 3


def test_dataflow_gets_a_graph_that_reads_the_subscription_by_itself(
    simulator: Simulator, tmp_path: Path
) -> None:
    subscription = "projects/demo-project/subscriptions/leads"
    # Not on Dataflow's own runner, which would look for credentials all over the network.
    options = PipelineOptions(["--streaming"])
    pipeline = beam.Pipeline(runner=BundleBasedDirectRunner(), options=options)
    build_stream(
        pipeline,
        job(simulator, tmp_path),
        ReadSubscription(subscription=subscription, timestamp_attribute="at"),
        settings=PLAIN,
        flush_secs=FLUSH_SECS,
    )
    steps = pipeline.to_runner_api().components.transforms
    (read,) = [each for each in steps.values() if each.spec.urn == "beam:transform:pubsub_read:v1"]
    assert subscription.encode() in read.spec.payload
    # The labels are what an update of a running job finds its state by.
    names = {each.unique_name for each in steps.values()}
    assert "Deliver stream/Deliver queue" in {name.removesuffix("/ParDo") for name in names}
