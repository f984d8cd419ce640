"""`python -m pipeline check`: what would become of files of leads, with nothing posted."""

import time
from collections.abc import Sequence

from dialer.clock import SystemClock
from pipeline import terminal
from pipeline.check_report import CheckTerms, report_check
from pipeline.exit_status import EXIT_DONE, EXIT_PENDING, EXIT_WITHHELD
from pipeline.figures import counted
from pipeline.file_report import report_files
from pipeline.graph import Check, build_check
from pipeline.jobs import (
    empty_pipeline,
    find_files_and_lists,
    lead_rules,
    run_to_end,
)
from pipeline.lists import say_lists
from pipeline.options import RunOptions, read_options
from pipeline.progress import CheckProgress
from pipeline.summary import Summary
from transforms.check_batches import CheckSettings
from transforms.in_process import BOARD, stop_requested
from transforms.lists import open_screen
from transforms.note_findings import FINDINGS, forget_findings
from transforms.read import InputFile


def run_check(words: Sequence[str]) -> int:
    """Check files of leads.

    Args:
        words: the words of the command line behind the verb.

    Returns:
        The exit status: 0 every record would be sent, 3 some would not, 1 the check broke off.

    Raises:
        Faults: it cannot begin.
    """
    options = read_options(words, is_check=True)
    files = find_files_and_lists(options, are_relied_on=False)
    if stop_requested():
        return _broken_off("stopped on request")
    terminal.say(f"checking {counted(len(files), 'file')}: nothing is posted")
    terminal.say_all(report_files(files, options.schema, options.campaign_field))
    say_lists(options.lists, open_screen(options.lists), SystemClock())
    check = Check(
        rules=lead_rules(options),
        lists=options.lists,
        settings=CheckSettings(
            account=options.url,
            gap_secs=options.pace_secs,
            limit=options.batch_size,
            resends=options.resends,
        ),
    )
    summary = _run(check, options, files)
    if BOARD.stopped or summary is None:
        return _broken_off(BOARD.stopped)
    return _show(summary, options, files)


def _run(check: Check, options: RunOptions, files: Sequence[InputFile]) -> Summary | None:
    """Run the graph in this process; None: it broke off."""
    forget_findings()
    with CheckProgress():
        pipeline = empty_pipeline(options)
        build_check(pipeline, check, files)
        return run_to_end(pipeline)


def _show(summary: Summary, options: RunOptions, files: Sequence[InputFile]) -> int:
    """Show what was found, and give the exit status."""
    terminal.say_all(
        report_files(
            files, options.schema, options.campaign_field, summary.rejected, summary.windows_1252
        )
    )
    terminal.show_outcomes("would not be sent", summary)
    terms = CheckTerms(
        gap_secs=options.pace_secs,
        time_zone=options.time_zone,
        one_campaign=options.campaign is not None,
        was_screened=bool(options.dnd),
    )
    terminal.say_all(report_check(summary, FINDINGS, terms, time.time()))
    if summary.records != summary.settled + FINDINGS.sent.leads.total():
        return _broken_off("not every record is accounted for")
    return EXIT_WITHHELD if summary.settled else EXIT_DONE


def _broken_off(why: str) -> int:
    terminal.complain([f"{why}: the check did not come to its end, and nothing was posted"])
    return EXIT_PENDING
