from collections.abc import Sequence

import apache_beam as beam

from dialer.delivery import STOPPED_ON_REQUEST
from dialer.rehearsal import Rehearsed
from records.lead_block import Lead, LeadBlock
from tests.transforms.running import Brief, expect, expect_outcomes, lead, pinned
from transforms.check_batches import CheckBatches, CheckSettings
from transforms.in_process import BOARD, request_stop

SETTINGS = CheckSettings(account="dialer", gap_secs=30.0, limit=2, resends=False)


def check(
    blocks: Sequence[Sequence[Lead]], *, withheld: Sequence[Brief], sent: Sequence[Rehearsed]
) -> None:
    """Check some blocks of leads as one account's, and see what comes out."""
    with pinned() as pipeline:
        account = ("dialer", [LeadBlock.of(leads) for leads in blocks])
        checked = pipeline | beam.Create([account]) | CheckBatches(settings=SETTINGS)
        expect_outcomes(checked.withheld, withheld, "withheld")
        expect(
            checked.sent | beam.Map(lambda each: (sorted(each.leads.items()), each.requests)),
            [(sorted(each.leads.items()), each.requests) for each in sent],
            "sent",
        )


def test_what_would_be_sent_is_counted_and_duplicates_are_found_over_files_and_blocks() -> None:
    check(
        [
            [lead(1, file="b.csv", phone=9_876_500_001)],
            [lead(1, file="a.csv"), lead(2, file="a.csv"), lead(3, file="a.csv", campaign="W")],
        ],
        withheld=[("suppressed", "duplicate", 1)],
        sent=[_rehearsed(2, Summer=2, W=1)],
    )


def test_a_check_that_is_stopped_says_so() -> None:
    request_stop()

    check([[lead(1)]], withheld=[], sent=[_rehearsed(0)])

    assert BOARD.stopped == STOPPED_ON_REQUEST


def _rehearsed(requests: int, **leads: int) -> Rehearsed:
    rehearsed = Rehearsed(requests=requests)
    rehearsed.leads.update(leads)
    return rehearsed
