from collections import Counter
from dataclasses import replace

import pytest

from dialer.rehearsal import Rehearsed
from pipeline.check_report import CheckTerms, report_check
from pipeline.summary import Summary
from schemas.outcome import Status
from transforms.note_findings import Example, Findings

NOW_SECS = 1_795_602_600.0  # 2026-11-25 16:00:00 in India
TERMS = CheckTerms(gap_secs=30.0, time_zone="Asia/Kolkata", one_campaign=True, was_screened=True)
INVALID = (Status.INVALID, "phone_type")
DUPLICATE = (Status.SUPPRESSED, "duplicate")


def sent(requests: int, **leads: int) -> Rehearsed:
    return Rehearsed(Counter(leads), requests)


def report(
    summary: Summary, findings: Findings, terms: CheckTerms = TERMS, now_secs: float = NOW_SECS
) -> list[str]:
    return report_check(summary, findings, terms, now_secs)


def test_a_check_that_found_faults_shows_examples_of_each_and_what_would_be_sent() -> None:
    summary = Summary(records=1_300, outcomes={INVALID: 98, DUPLICATE: 2}, rows_as_windows_1252=4)
    findings = Findings(
        {
            DUPLICATE: [Example("a.csv", 7, "as record 1 of a.csv"), Example("b.csv", 1, "same")],
            INVALID: [Example("a.csv", 1_203, "'022-23456789' is a landline")] * 3,
        },
        sent(7, Summer=1_200),
    )

    assert report(summary, findings) == [
        "invalid, phone_type, the first 3 of 98:",
        *["  a.csv, record 1,203: '***-*****789' is a landline"] * 3,
        "suppressed, duplicate:",
        "  a.csv, record 7: as record 1 of a.csv",
        "  b.csv, record 1: same",
        "would be sent: 1,200 of 1,300 records",
        "  Summer: 1,200",
        "7 requests in 3 min: the first at once, then one each 30 s, if every one is answered at once",
        "started now it would end at 2026-11-25 16:03:00 UTC+05:30 (Asia/Kolkata)",
        "rows that were no UTF-8, read as Windows-1252: 4",
        "the ledger was not looked at: leads that an earlier run delivered would be duplicates",
    ]


def test_a_clean_check_of_one_request_says_so_in_the_zone_of_the_dialer() -> None:
    terms = replace(TERMS, time_zone="America/New_York", was_screened=False)

    assert report(Summary(records=1), Findings(sent=sent(1, Summer=1)), terms) == [
        "would be sent: 1 of 1 record",
        "  Summer: 1",
        "1 request, at once",
        "started now it would end at 2026-11-25 05:30:00 UTC-05:00 (America/New_York)",
        "nothing was screened: no do-not-disturb list was given",
        "the ledger was not looked at: leads that an earlier run delivered would be duplicates",
    ]


def test_without_leads_or_with_none_that_would_be_sent_there_is_no_request() -> None:
    assert report(Summary(), Findings()) == ["the input holds no leads: nothing would be sent"]
    none_left = report(Summary(records=2, outcomes={DUPLICATE: 2}), Findings())
    assert none_left == [
        "suppressed, duplicate, the first 0 of 2:",
        "would be sent: 0 of 2 records",
    ]


def test_campaigns_are_named_the_largest_first_and_of_many_the_rest_together() -> None:
    leads = {f"C{at:02}": 100 - at for at in range(30)}

    lines = report(Summary(records=3_000), Findings(sent=sent(30, **leads)))

    assert lines[1:3] == ["  C00: 100", "  C01: 99"]
    assert lines[20:22] == ["  C19: 81", "  10 more campaigns: 755"]


@pytest.mark.parametrize(
    ("is_one", "said"), [(False, "  *******345: 1"), (True, "  9876512345: 1")]
)
def test_a_campaign_that_a_column_gives_is_masked_where_it_may_be_a_number(
    is_one: bool, said: str
) -> None:
    findings = Findings(sent=Rehearsed(Counter({"9876512345": 1}), 1))

    assert report(Summary(records=1), findings, replace(TERMS, one_campaign=is_one))[1] == said
