"""What stands on the terminal: a few sentences, the summary, and no number that could be a phone's."""

import sys
import traceback
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from pipeline.summary import Summary
from transforms.in_process import BOARD

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)


def say(sentence: str) -> None:
    """Tell the operator something."""
    OUT.print(sentence, markup=False)


def complain(sentences: Iterable[str]) -> None:
    """Tell the operator what is wrong."""
    for sentence in sentences:
        ERR.print(f"dialfeed: {sentence}", markup=False)


def internal_failure(error: BaseException) -> str:
    """An unexpected failure in words, without its message, which might hold a number or a key."""
    root = error
    while root.__cause__ is not None:
        root = root.__cause__
    frames = traceback.extract_tb(root.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"an internal failure, {type(root).__name__}{place} (its message may hold data and is not shown)"


def show_summary(
    summary: Summary, *, run: str, outcomes_folder: str, secs: float, was_screened: bool
) -> None:
    """Show counts by status and reason, requests, time, and whether all records are accounted for."""
    table = Table(title=f"run {run}", title_justify="left")
    table.add_column("status")
    table.add_column("reason")
    table.add_column("records", justify="right")
    for (status, reason), count in summary.outcomes.items():
        table.add_row(status, reason, f"{count:,}")
    if summary.outcomes:
        OUT.print(table)
    if not summary.records:
        say("the input holds no leads: nothing was sent")
    if summary.is_conserved:
        say(
            f"read {summary.records:,} = outcomes {summary.settled:,}: every record has its outcome"
        )
    else:
        missing = summary.records - summary.settled
        say(
            f"read {summary.records:,}, outcomes {summary.settled:,}: {missing:,} records have no"
            " outcome yet"
        )
    requests = f"{summary.requests:,} request{'s' * (summary.requests != 1)}"
    halvings = f", {BOARD.halvings:,} of this run's to find rows that were refused" * bool(
        BOARD.halvings
    )
    say(f"{requests} in {duration(secs)}{halvings}")
    if summary.rows_as_windows_1252:
        say(f"{summary.rows_as_windows_1252:,} rows were no UTF-8 and were read as Windows-1252")
    if not was_screened:
        say("nothing was screened: no do-not-disturb list was given")
    say(f"outcomes: {outcomes_folder}")


def show_pending(why: str) -> None:
    """Say why the run ended early, and how to go on."""
    sys.stdout.flush()
    complain(
        [
            f"{why}.",
            "Leads are pending. Give the same command again to go on: nothing will be sent twice.",
        ]
    )


def duration(secs: float) -> str:
    """Seconds as a person says them.

    >>> duration(7.25), duration(3725)
    ('7.2 s', '1 h 2 min')
    """
    if secs < 60:
        return f"{secs:.1f} s"
    minutes = int(secs // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
