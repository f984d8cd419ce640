"""The main job: files of leads, delivered."""

import time
from collections.abc import Sequence
from pathlib import Path

from pipeline import outcome_files, terminal
from pipeline.exit_status import EXIT_DONE, EXIT_PENDING
from pipeline.file_report import report_files
from pipeline.graph import Job, build
from pipeline.jobs import (
    empty_pipeline,
    find_files_and_lists,
    make_job,
    noting_lists,
    open_account,
    run_terms,
    run_to_end,
    say_terms,
    start_name,
)
from pipeline.options import RunOptions
from pipeline.progress import Progress
from pipeline.runs import FINISHED, OutputLock, RunRecord, Runs
from transforms.in_process import BOARD, halt, stop_requested
from transforms.lists import open_screen
from transforms.read import InputFile
from transforms.record_outcomes import OutcomeSettings


def run_main_job(options: RunOptions) -> int:
    """Run the main job.

    Args:
        options: what to do.

    Returns:
        The exit status: 0 every record has an outcome, 1 stopped with leads pending.

    Raises:
        Faults: it cannot start; nothing was posted.
    """
    files = find_files_and_lists(options)
    if stop_requested():
        terminal.say("stopped before anything was posted by this start; the same command goes on")
        return EXIT_PENDING
    screen = open_screen(options.lists)
    BOARD.note_lists(screen.version)
    output = Path(options.output or "")
    lock = OutputLock(output)
    account = open_account(options)
    runs = Runs(output)
    record = runs.begin(run_terms(options, screen, lock), files=files, new_run=options.new_run)
    verb = "resuming" if record.starts > 1 else "starting"
    terminal.say(f"{verb} run {record.run}: {len(files)} file{'s' * (len(files) != 1)}")
    terminal.say_all(report_files(files, options.schema, options.campaign_field))
    say_terms(options, account, screen)
    job = make_job(
        options,
        record=record,
        account=account,
        outcomes=OutcomeSettings(
            folder=str(outcome_files.prepare(output, record.run)),
            start=start_name(record),
            dialer_list=outcome_files.dialer_list(output, options.schema.region),
        ),
        sent_before=record.starts > 1,
    )
    return _run(job, options, runs, record, files)


def _run(
    job: Job,
    options: RunOptions,
    runs: Runs,
    record: RunRecord,
    files: Sequence[InputFile],
) -> int:
    """Run the graph in this process, and close the run if every record has its outcome."""
    started = time.monotonic()
    folder = outcome_files.prepare(Path(options.output or ""), record.run)
    BOARD.gap_secs, BOARD.limit = job.delivery.gap_secs, job.delivery.limit
    with Progress():
        pipeline = empty_pipeline(options)
        build(pipeline, job, files)
        summary = run_to_end(pipeline)
    record = noting_lists(runs, record)
    was_cut_short = bool(BOARD.stopped)
    is_complete = not was_cut_short and summary is not None and summary.is_conserved
    if is_complete:
        try:
            outcome_files.complete(folder, job.outcomes.start)
            runs.end(record, FINISHED)
        except OSError as error:
            halt(f"the outcomes in {folder} cannot be completed: {error.strerror}")
            is_complete = False
    terminal.show_summary(
        summary,
        run=record.run,
        outcomes_folder=str(folder),
        secs=time.monotonic() - started,
        list_count=len(job.lists.names),
        was_cut_short=was_cut_short,
        files=report_files(
            files,
            options.schema,
            options.campaign_field,
            summary.rejected if summary else None,
            summary.windows_1252 if summary else None,
        ),
    )
    if is_complete:
        return EXIT_DONE
    terminal.show_pending(why=BOARD.stopped or "not every record has an outcome")
    return EXIT_PENDING
