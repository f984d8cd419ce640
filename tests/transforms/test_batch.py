import time
from collections.abc import Iterator

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import StandardOptions
from apache_beam.runners.direct.direct_runner import BundleBasedDirectRunner
from apache_beam.testing import test_stream
from apache_beam.transforms.trigger import AccumulationMode, AfterCount, Repeatedly
from apache_beam.transforms.window import GlobalWindows

from records.lead_block import LeadBlock
from tests.transforms.running import expect, lead, leads_of, pinned
from transforms.batch import BATCH_SIZE, FLUSH_SECS, BatchFileLeads, BatchStreamLeads

PATIENCE_SECS = 20
Pair = tuple[str, bytes]

SEEN: list[tuple[str, int]] = []
"""What left: module state, as `assert_that` on that runner misses what leaves at the very end."""


def pairs(count: int, campaign: str = "Summer") -> list[Pair]:
    return [(campaign, b"lead %d" % number) for number in range(count)]


def streaming() -> beam.Pipeline:
    """A pipeline for TestStream, whose processing time begins near 0."""
    options = StandardOptions(streaming=True)
    return beam.Pipeline(runner=BundleBasedDirectRunner(), options=options)


def stream() -> test_stream.TestStream:
    """A stream that is brought to the present: its own time begins near 0, while GroupIntoBatches
    sets its timers by the wall clock. Up to `PATIENCE_SECS` may really pass while a test runs.
    """
    coder = beam.coders.FastPrimitivesCoder()
    empty = test_stream.TestStream(coder=coder).with_output_types(tuple[str, bytes])
    return empty.advance_processing_time(int(time.time()))


def sizes(leads: test_stream.TestStream, **settings: float) -> list[tuple[str, int]]:
    """The campaign and size of each batch that leaves, in the order of leaving."""
    SEEN.clear()
    with streaming() as pipeline:
        batches = pipeline | leads | BatchStreamLeads(**settings)  # type: ignore[arg-type]
        batches | "Look" >> beam.MapTuple(_see)
    return list(SEEN)


def _see(campaign: str, batch: list[bytes]) -> None:
    SEEN.append((campaign, len(batch)))


def test_the_sizes_and_times_are_the_vendors() -> None:
    assert BATCH_SIZE == 200
    assert FLUSH_SECS == 30.0


def test_all_blocks_of_an_account_come_together_in_one_group() -> None:
    leads = [lead(number) for number in range(1, 8)]
    blocks = [LeadBlock.of(leads[:3]), LeadBlock.of(leads[3:4]), LeadBlock.of(leads[4:])]
    with pinned() as pipeline:
        batched = pipeline | beam.Create(blocks) | BatchFileLeads(account="https://dialer.example")
        expect(
            batched
            | beam.MapTuple(
                lambda account, group: (
                    account,
                    sorted(each.source.record or 0 for block in group for each in leads_of(block)),
                )
            ),
            [("https://dialer.example", [1, 2, 3, 4, 5, 6, 7])],
            "groups",
        )


def test_without_leads_there_is_no_group() -> None:
    with pinned() as pipeline:
        none = pipeline | beam.Create([], reshuffle=False)
        expect(none | BatchFileLeads(account="a"), [], "groups")


def test_a_streams_batches_are_exact_in_size() -> None:
    leads = stream().add_elements(pairs(450)).advance_watermark_to_infinity()
    assert sizes(leads) == [("Summer", 200), ("Summer", 200), ("Summer", 50)]


def test_a_streams_batch_holds_leads_of_one_campaign() -> None:
    leads = (
        stream()
        .add_elements([*pairs(3, "a"), *pairs(4, "b")])
        .add_elements([*pairs(2, "a"), *pairs(1, "b")])
        .advance_watermark_to_infinity()
    )
    assert sorted(sizes(leads, batch_size=4)) == [("a", 1), ("a", 4), ("b", 1), ("b", 4)]


def test_a_part_full_batch_leaves_thirty_seconds_after_its_first_lead() -> None:
    leads = (
        stream()
        .add_elements(pairs(50))
        .advance_processing_time(29)
        .add_elements(pairs(10))
        .advance_processing_time(1 + PATIENCE_SECS)
        .add_elements(pairs(5))
        .advance_processing_time(30 + PATIENCE_SECS)
        .add_elements(pairs(1))
        .advance_watermark_to_infinity()
    )
    assert sizes(leads) == [("Summer", 60), ("Summer", 5), ("Summer", 1)]


def test_before_thirty_seconds_have_passed_a_part_full_batch_waits() -> None:
    leads = (
        stream()
        .add_elements(pairs(50))
        .advance_processing_time(29)
        .add_elements(pairs(150))
        .advance_processing_time(29)
        .add_elements(pairs(7))
        .advance_watermark_to_infinity()
    )
    assert sizes(leads) == [("Summer", 200), ("Summer", 7)]


def test_a_batch_larger_than_the_input_may_be_grouped_again() -> None:
    """The shape of apache/beam issue 28716, on which an older runner failed."""
    leads = (
        stream()
        .add_elements(pairs(3))
        .advance_processing_time(30 + PATIENCE_SECS)
        .advance_watermark_to_infinity()
    )
    SEEN.clear()
    with streaming() as pipeline:
        batches = pipeline | leads | BatchStreamLeads(batch_size=1_000)
        again = (
            batches
            | "As they come"
            >> beam.WindowInto(
                GlobalWindows(),
                trigger=Repeatedly(AfterCount(1)),
                accumulation_mode=AccumulationMode.DISCARDING,
            )
            | "Group again" >> beam.GroupByKey()
        )
        again | "Sizes" >> beam.FlatMapTuple(_sizes_of) | "Look" >> beam.Map(_see_size)
    assert SEEN == [("Summer", 3)]


@pytest.mark.parametrize("count", [0, 1, 199, 200, 201])
def test_on_the_pinned_runner_no_batch_is_too_large_and_no_lead_is_lost(count: int) -> None:
    full, rest = divmod(count, BATCH_SIZE)
    with pinned() as pipeline:
        leads = pipeline | beam.Create(pairs(count), reshuffle=False)
        again = leads | BatchStreamLeads() | "Group again" >> beam.GroupByKey()
        found = again | beam.FlatMapTuple(_sizes_of)
        expect(found, [("Summer", 200)] * full + [("Summer", rest)] * bool(rest), "sizes")


def _sizes_of(campaign: str, batches: list[list[bytes]]) -> Iterator[tuple[str, int]]:
    for batch in batches:
        yield campaign, len(batch)


def _see_size(size: tuple[str, int]) -> None:
    SEEN.append(size)
