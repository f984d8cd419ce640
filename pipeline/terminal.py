"""What stands on the terminal: a few sentences, the summary, and no number that could be a phone's."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.table import Table

from dialer.delivery import STOPPED_ON_REQUEST
from pipeline.figures import altered_values, duration
from transforms.in_process import BOARD

if TYPE_CHECKING:
    # It brings Beam, which takes a second to load.
    from pipeline.summary import Summary


class _Terminal(Console):
    """A console that goes on in silence where nobody listens any more.

    The reader of a pipe may have gone, or the disk of a log be full: no reason to end a delivery.
    """

    def show(self, what: RenderableType) -> None:
        """Show it, as it is, if that is still possible."""
        try:
            self.print(what, markup=False)
        except OSError:
            self._fall_silent()

    def write(self, line: str) -> None:
        """Write a line as it is, tabs too, which rich would turn into blanks."""
        if self.quiet:
            return
        try:
            self.file.write(f"{line}\n")
            self.file.flush()
        except OSError:
            self._fall_silent()

    def on_broken_pipe(self) -> None:
        """Rich would end the process here."""
        self._fall_silent()

    def _fall_silent(self) -> None:
        self.quiet = True
        # What the stream still holds would fail again when the process ends, and be its exit status.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.file.fileno())
        os.close(nowhere)


# No emoji: a campaign may be called ":x:".
OUT = _Terminal(highlight=False, soft_wrap=True, emoji=False)
ERR = _Terminal(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def say(sentence: str) -> None:
    """Tell the operator something."""
    OUT.show(printable(sentence))


def say_all(sentences: Iterable[str]) -> None:
    """Tell the operator several things, a line each."""
    for sentence in sentences:
        say(sentence)


def say_cells(cells: Iterable[str]) -> None:
    """Tell something that programs read too: cells with tabs between them."""
    OUT.write("\t".join(map(printable, cells)))


def complain(sentences: Iterable[str]) -> None:
    """Tell the operator what is wrong."""
    for sentence in sentences:
        ERR.show(f"dialfeed: {printable(sentence)}")


def printable(text: str) -> str:
    r"""A text without what could move the cursor or cannot be encoded, as escapes in its place.

    >>> printable("caf\udce9 \x1b[2J")
    'caf\\udce9 \\x1b[2J'
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii")
        for each in text
    )


def internal_failure(error: BaseException) -> str:
    """An unexpected failure in words, without its message, which might hold a number or a key."""
    root = error
    while root.__cause__ is not None:
        root = root.__cause__
    frames = traceback.extract_tb(root.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"an internal failure, {type(root).__name__}{place} (its message may hold data and is not shown)"


def show_summary(
    summary: Summary | None,
    *,
    run: str,
    outcomes_folder: str,
    secs: float,
    list_count: int,
    was_cut_short: bool,
    files: Iterable[str] = (),
) -> None:
    """Show counts by status and reason, requests, time, and whether all records are accounted for.

    Args:
        summary: the counts; None: the run broke off, and there are none.
        run: the run's id.
        outcomes_folder: where the outcomes are.
        secs: how long it took.
        list_count: how many do-not-disturb lists there were.
        was_cut_short: whether the run was stopped, perhaps before all records were read.
        files: what was read of each file, in lines.
    """
    if summary is None:
        requests = _requests(BOARD.requests, secs)
        say(f"the run broke off after {requests}: what it read and settled is not counted")
        say(f"outcomes so far: {outcomes_folder}")
        return
    say_all(files)
    show_outcomes(f"run {run}", summary)
    if was_cut_short and summary.is_conserved:
        say(f"read {summary.records:,}, outcomes {summary.settled:,} so far")
    elif not summary.records:
        say("the input holds no leads: nothing was sent")
    elif summary.is_conserved:
        say(
            f"read {summary.records:,} = outcomes {summary.settled:,}: every record has its outcome"
        )
    else:
        missing = summary.records - summary.settled
        say(
            f"read {summary.records:,}, outcomes {summary.settled:,}: {missing:,} records have no"
            " outcome yet"
        )
    halvings = f", {BOARD.halvings:,} of this run's to find rows that were refused" * bool(
        BOARD.halvings
    )
    say(f"{_requests(summary.requests, secs)}{halvings}")
    if summary.rows_as_windows_1252:
        say(f"rows that were no UTF-8, read as Windows-1252: {summary.rows_as_windows_1252:,}")
    say_all(altered_values(summary.altered))
    say(_lists(list_count))
    say(f"outcomes: {outcomes_folder}")


def show_events_summary(
    summary: Summary,
    *,
    outcomes_place: str,
    secs: float,
    acknowledged: int,
    given_back: int,
    left: int,
    list_count: int,
) -> None:
    """Show what came of the messages of one start.

    Args:
        summary: the counts.
        outcomes_place: where the outcomes are.
        secs: how long it took.
        acknowledged: messages whose leads have all their outcomes.
        given_back: messages that went back to the subscription.
        left: messages that could not be given back.
        list_count: how many do-not-disturb lists there were.
    """
    show_outcomes("events", summary)
    say(f"outcomes {summary.settled:,}; messages acknowledged {acknowledged:,}")
    if given_back:
        say(f"messages given back to the subscription: {given_back:,}")
    if left:
        say(f"messages that could not be given back, and come again by themselves: {left:,}")
    say(_requests(BOARD.requests, secs))
    say_all(altered_values(summary.altered))
    say(_lists(list_count))
    say(f"outcomes: {outcomes_place}")


def show_outcomes(title: str, summary: Summary) -> None:
    """Show how many records have each status and reason, if any has."""
    table = Table(title=title, title_justify="left")
    table.add_column("status")
    table.add_column("reason")
    table.add_column("records", justify="right")
    for (status, reason), count in summary.outcomes.items():
        table.add_row(status, reason, f"{count:,}")
    if summary.outcomes:
        OUT.show(table)


def show_pending(why: str) -> None:
    """Say why the run ended early, and how to go on."""
    once = "" if why == STOPPED_ON_REQUEST else ", once that is put right"
    complain(
        [
            f"{why}.",
            f"Leads are pending. Give the same command again to go on{once}: nothing will be sent"
            " twice.",
        ]
    )


def _lists(count: int) -> str:
    """Which version of the do-not-disturb lists was used, and whether there were others before it."""
    if not count:
        return "nothing was screened: no do-not-disturb list was given"
    versions = BOARD.list_versions
    before = f", the last of {len(set(versions))} versions that were used" * (
        len(set(versions)) > 1
    )
    lists = f"{count:,} list{'s' * (count != 1)}"
    return f"do-not-disturb lists: version {versions[-1]} ({lists}){before}"


def _requests(count: int, secs: float) -> str:
    return f"{count:,} request{'s' * (count != 1)} in {duration(secs)}"
