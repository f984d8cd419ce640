import pytest

from schemas.outcome import REASONS, Status
from tests.transforms.test_write_outcomes import outcome
from transforms import metrics


def test_every_reason_of_every_status_has_its_counter() -> None:
    names = {counter.metric_name.name for counter in metrics.OUTCOMES.values()}

    assert names == {
        f"outcomes.{status}.{reason}" for status, reasons in REASONS.items() for reason in reasons
    }


def test_all_metrics_are_in_one_namespace_and_no_two_have_a_name() -> None:
    catalogue = [
        metrics.RECORDS_READ,
        metrics.ROWS_AS_WINDOWS_1252,
        metrics.LEADS_TO_DELIVER,
        metrics.LEADS_PENDING,
        metrics.REQUESTS,
        metrics.OUTCOMES_AT_ONCE,
        *metrics.OUTCOMES.values(),
    ]

    assert {each.metric_name.namespace for each in catalogue} == {metrics.NAMESPACE}
    assert len({each.metric_name.name for each in catalogue}) == len(catalogue)


def test_outcomes_may_be_counted_outside_of_a_pipeline() -> None:
    metrics.count_outcomes([outcome(1), outcome(2, Status.SUPPRESSED, "dnd")])


def test_an_outcome_with_a_reason_of_no_list_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="no reason"):
        outcome(1, Status.DELIVERED, "dnd")
