"""The main job: files of leads, delivered."""

import secrets
import time
from collections.abc import Sequence

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from dialer.clock import SystemClock
from dialer.ledger import Account, Ledger, LedgerError
from dialer.store import StoreError
from dialer.stores import open_store
from pipeline import outcome_files, terminal
from pipeline.faults import Faults
from pipeline.graph import Job, build
from pipeline.inputs import find_inputs
from pipeline.lists import check_lists
from pipeline.options import RunOptions, read_options
from pipeline.progress import Progress
from pipeline.runs import FINISHED, OutputLock, RunRecord, Runs
from pipeline.summary import Summary, summarise
from suppression.lists import Screen
from transforms.delivery_settings import DeliverySettings, LedgerSettings
from transforms.in_process import BOARD, halt, stop_requested
from transforms.lists import ListSettings, open_screen
from transforms.read import InputFile
from transforms.validate import LeadRules

EXIT_DONE, EXIT_PENDING, EXIT_NOT_STARTED = 0, 1, 2


def run_main_job(arguments: Sequence[str]) -> int:
    """Run the main job.

    Args:
        arguments: the words of the command line, without the program and the verb.

    Returns:
        The exit status: 0 every record has an outcome, 1 stopped with leads pending.

    Raises:
        Faults: it cannot start; nothing was posted.
    """
    options = read_options(arguments)
    lists = ListSettings(options.dnd, options.schema.region, options.dnd_allow_empty)
    files = _find_files_and_lists(options, lists)
    if stop_requested():
        terminal.say("stopped before anything was posted")
        return EXIT_PENDING
    screen = open_screen(lists)
    lock = OutputLock(options.output)
    account = _open_account(options)
    runs = Runs(options.output)
    record = runs.begin(
        files=files,
        campaign=options.campaign,
        campaign_field=options.campaign_field,
        schema=options.schema.fingerprint,
        time_zone=options.time_zone,
        dialect=options.dialect.name,
        lists=[each.version for each in screen.lists],
        lock=lock.identity,
        new_run=options.new_run,
    )
    _say_what_starts(options, files, record, account, screen)
    job = _job(options, files, lists, record, account)
    return _run(job, options, runs, record)


def _find_files_and_lists(options: RunOptions, lists: ListSettings) -> list[InputFile]:
    """The inputs; the lists are opened and found fit. All faults of both are named."""
    faults: list[str] = []
    files: list[InputFile] = []
    try:
        files = find_inputs(options.inputs, options.schema, options.campaign_field)
    except Faults as error:
        faults.extend(error.faults)
    faults.extend(check_lists(lists, options.dnd_max_age_hours, time.time()))
    if faults:
        raise Faults(faults)
    return files


def _open_account(options: RunOptions) -> Account:
    """Bind the ledger to the account, or see that it is bound to it."""
    _, _, rest = options.url.partition("://")
    host, _, path = rest.partition("/")
    asked = Account(options.dialect.name, host, f"/{path}", options.pace_secs)
    try:
        ledger = Ledger(open_store(str(options.ledger)), run="", clock=SystemClock())
        return ledger.open_account(asked)
    except (LedgerError, StoreError) as error:
        raise Faults([f"--ledger {options.ledger}: {error}"]) from error


def _job(
    options: RunOptions,
    files: Sequence[InputFile],
    lists: ListSettings,
    record: RunRecord,
    account: Account,
) -> Job:
    ledger = LedgerSettings(str(options.ledger), record.run)
    try:
        folder = outcome_files.prepare(options.output, record.run)
    except OSError as error:
        raise Faults([f"--output {options.output} cannot be written: {error.strerror}"]) from error
    return Job(
        files=files,
        rules=LeadRules(
            schema_text=options.schema_text,
            schema_name=options.schema.name,
            time_zone=options.time_zone,
            campaign=options.campaign,
            campaign_field=options.campaign_field,
        ),
        lists=lists,
        sent_before=ledger if record.starts > 1 else None,
        delivery=DeliverySettings(
            ledger=ledger,
            dialect=options.dialect.name,
            url=options.url,
            key_reference=options.key_reference,
            bulk_parameter=options.bulk_parameter,
            names=options.schema.sent_names,
            gap_secs=max(account.gap_secs, options.pace_secs),
            limit=options.batch_size,
            timeout_secs=options.timeout_secs,
            resends=options.resends,
            lock=record.lock,
        ),
        outcomes_folder=str(folder),
        start=f"{record.starts:04d}-{secrets.token_hex(3)}",
    )


def _run(job: Job, options: RunOptions, runs: Runs, record: RunRecord) -> int:
    """Run the graph in this process, and close the run if every record has its outcome."""
    started = time.monotonic()
    BOARD.gap_secs, BOARD.limit = job.delivery.gap_secs, job.delivery.limit
    summary: Summary | None = None
    with Progress():
        pipeline = _empty_pipeline(options)
        build(pipeline, job)
        try:
            result = pipeline.run()
            result.wait_until_finish()
            summary = summarise(result.metrics())
        except Exception as error:  # noqa: BLE001 - Beam raises a step's failure in many types
            halt(terminal.internal_failure(error))
    was_cut_short = bool(BOARD.stopped) or stop_requested()
    is_complete = not was_cut_short and summary is not None and summary.is_conserved
    if is_complete:
        try:
            outcome_files.complete(outcome_files.prepare(options.output, record.run), job.start)
            runs.end(record, FINISHED)
        except OSError as error:
            halt(f"the outcomes in {job.outcomes_folder} cannot be completed: {error.strerror}")
            is_complete = False
    terminal.show_summary(
        summary,
        run=record.run,
        outcomes_folder=job.outcomes_folder,
        secs=time.monotonic() - started,
        was_screened=bool(job.lists.names),
        was_cut_short=was_cut_short,
    )
    if is_complete:
        return EXIT_DONE
    why = "stopped on request" if was_cut_short else "not every record has an outcome"
    terminal.show_pending(why=BOARD.stopped or why)
    return EXIT_PENDING


def _empty_pipeline(options: RunOptions) -> beam.Pipeline:
    """A pipeline on the runner that is pinned: DirectRunner would choose by what the machine has.

    See docs/decisions/0004.
    """
    try:
        return beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions(list(options.beam)))
    except OSError as error:
        # Beam makes a folder there for each pipeline.
        raise Faults(
            [
                f"no folder for temporary files can be made ({error.strerror}): make room in it, or"
                " name another with the variable TMPDIR"
            ]
        ) from error


def _say_what_starts(
    options: RunOptions,
    files: Sequence[InputFile],
    record: RunRecord,
    account: Account,
    screen: Screen,
) -> None:
    verb = "resuming" if record.starts > 1 else "starting"
    terminal.say(f"{verb} run {record.run}: {len(files)} file{'s' * (len(files) != 1)}")
    terminal.say(
        f"ledger of this account: {options.ledger} (name it with --ledger in every other job of the"
        " same account)"
    )
    for each in screen.lists:
        terminal.say(f"do-not-disturb list: {each}")
    if not options.dnd:
        terminal.say("no do-not-disturb list was given: nothing is screened (see --dnd)")
    if account.gap_secs > options.pace_secs:
        terminal.say(f"the ledger's gap of {account.gap_secs:g} s is kept: --pace_secs is shorter")
