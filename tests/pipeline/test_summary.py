import apache_beam as beam

from pipeline.summary import Summary, summarise
from schemas.outcome import Outcome, Source, Status
from tests.transforms.running import AT, pinned
from transforms import metrics

LEAD = Source.of_record("leads.csv", 1)


def test_a_summary_of_nothing_is_conserved() -> None:
    assert Summary().settled == 0
    assert Summary().is_conserved


def test_records_without_an_outcome_or_outcomes_without_a_record_break_the_law() -> None:
    delivered = {(Status.DELIVERED, "ok"): 2}

    assert Summary(records=2, outcomes=delivered).is_conserved
    assert not Summary(records=3, outcomes=delivered).is_conserved
    assert not Summary(records=1, outcomes=delivered).is_conserved


def test_counts_are_those_of_the_finished_pipeline() -> None:
    pipeline = pinned()
    _ = pipeline | beam.Create([3, 4]) | beam.Map(_count)
    result = pipeline.run()
    result.wait_until_finish()

    summary = summarise(result.metrics())

    assert summary.records == 7
    assert summary.outcomes == {(Status.DELIVERED, "ok"): 7, (Status.SUPPRESSED, "dnd"): 2}
    assert list(summary.outcomes) == [(Status.DELIVERED, "ok"), (Status.SUPPRESSED, "dnd")]
    assert (summary.pending, summary.requests, summary.rows_as_windows_1252) == (2, 4, 6)
    assert summary.settled == 9
    assert summary.rejected == {"leads.csv": 7, "b: [x].csv": 2}


def test_what_two_steps_count_under_one_name_is_added_up() -> None:
    pipeline = pinned()
    numbers = pipeline | beam.Create([3, 4])
    _ = numbers | "Count here" >> beam.Map(_count)
    _ = numbers | "Count there too" >> beam.Map(_count)
    result = pipeline.run()
    result.wait_until_finish()

    summary = summarise(result.metrics())

    assert summary.records == 14
    assert summary.outcomes == {(Status.DELIVERED, "ok"): 14, (Status.SUPPRESSED, "dnd"): 4}


def test_a_pipeline_that_counted_nothing_gives_an_empty_summary() -> None:
    pipeline = pinned()
    _ = pipeline | beam.Create([1])
    result = pipeline.run()
    result.wait_until_finish()

    assert summarise(result.metrics()) == Summary()


def _count(records: int) -> None:
    metrics.RECORDS_READ.inc(records)
    metrics.LEADS_PENDING.inc()
    metrics.REQUESTS.inc(2)
    metrics.ROWS_AS_WINDOWS_1252.inc(3)
    metrics.count_outcomes([_outcome(Status.DELIVERED, "ok")] * records)
    metrics.count_outcomes([_outcome(Status.SUPPRESSED, "dnd")])
    metrics.count_rejected(
        [
            *[_outcome(Status.INVALID, "phone_invalid")] * records,
            _outcome(Status.INVALID, "columns", source=Source.of_record("b: [x].csv", 1)),
            _outcome(Status.INVALID, "columns", source=Source.of_message("m", 0)),
        ]
    )


def _outcome(status: Status, reason: str, *, source: Source = LEAD) -> Outcome:
    return Outcome(
        status=status,
        reason=reason,
        detail="",
        campaign="Summer",
        phone="9876500001",
        lead_json=b"{}",
        source=source,
        request_id=None,
        at=AT,
    )
