"""What a check has come to, in sentences: what would not be sent, what would, and how long it takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pipeline.figures import altered_values, counted, duration
from pipeline.masking import masked
from pipeline.summary import Summary
from transforms.note_findings import Findings

_MOST_CAMPAIGNS = 20


@dataclass(frozen=True, slots=True)
class CheckTerms:
    """What the sentences need to know beside the findings.

    Attributes:
        gap_secs: the gap between two requests.
        time_zone: the zone of the dialer's wall clock.
        one_campaign: whether the operator named the campaign; else the leads did, and what stands in
            that column may be a number.
        was_screened: whether there was any do-not-disturb list.
    """

    gap_secs: float
    time_zone: str
    one_campaign: bool
    was_screened: bool


def report_check(
    summary: Summary, findings: Findings, terms: CheckTerms, now_secs: float
) -> list[str]:
    """Say what would become of the leads.

    Args:
        summary: the records, and those that would not be sent, by status and reason.
        findings: examples of those, and what would be sent.
        terms: how leads would be delivered.
        now_secs: the present moment, seconds since 1970.

    Returns:
        Lines for the terminal, without any number that could be a phone's.
    """
    lines = list(_examples(summary, findings))
    if summary.records:
        sent = findings.sent.leads.total()
        lines.append(f"would be sent: {sent:,} of {counted(summary.records, 'record')}")
        lines.extend(_campaigns(findings, terms))
    else:
        lines.append("the input holds no leads: nothing would be sent")
    lines.extend(_requests(findings.sent.requests, terms, now_secs))
    if summary.rows_as_windows_1252:
        lines.append(
            f"rows that were no UTF-8, read as Windows-1252: {summary.rows_as_windows_1252:,}"
        )
    lines.extend(altered_values(summary.altered))
    if not terms.was_screened:
        lines.append("nothing was screened: no do-not-disturb list was given")
    if findings.sent.requests:
        lines.append(
            "the ledger was not looked at: leads that an earlier run delivered would be duplicates"
        )
    return lines


def _examples(summary: Summary, findings: Findings) -> Iterator[str]:
    """A few records of each reason, in the order of the counts."""
    for kind, count in summary.outcomes.items():
        kept = findings.examples.get(kind, [])
        status, reason = kind
        which = f", the first {len(kept)} of {count:,}" if count > len(kept) else ""
        yield f"{status}, {reason}{which}:"
        for example in kept:
            yield f"  {example.file}, record {example.record:,}: {masked(example.detail)}"


def _campaigns(findings: Findings, terms: CheckTerms) -> Iterator[str]:
    leads = sorted(findings.sent.leads.items(), key=lambda item: (-item[1], item[0]))
    for campaign, count in leads[:_MOST_CAMPAIGNS]:
        yield f"  {campaign if terms.one_campaign else masked(campaign)}: {count:,}"
    rest = leads[_MOST_CAMPAIGNS:]
    if rest:
        count = sum(count for _, count in rest)
        yield f"  {counted(len(rest), 'more campaign')}: {count:,}"


def _requests(requests: int, terms: CheckTerms, now_secs: float) -> Iterator[str]:
    """How many requests, how long they take, and when the last one would go."""
    if not requests:
        return
    if requests == 1:
        yield "1 request, at once"
    else:
        secs = (requests - 1) * terms.gap_secs
        yield (
            f"{requests:,} requests in {duration(secs)}: the first at once, then one each"
            f" {terms.gap_secs:g} s, if every one is answered at once"
        )
    end_secs = now_secs + (requests - 1) * terms.gap_secs
    end = datetime.fromtimestamp(end_secs, ZoneInfo(terms.time_zone))
    yield (
        f"started now it would end at {end:%Y-%m-%d %H:%M:%S} {_offset(end)} ({terms.time_zone})"
    )


def _offset(moment: datetime) -> str:
    """A moment's distance from UTC, as in UTC+05:30."""
    offset = moment.strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"
