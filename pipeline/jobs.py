"""What the jobs have in common: the account's ledger, the parts of the graph, the runner."""

import secrets

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from dialer.clock import SystemClock
from dialer.ledger import Account, Ledger, LedgerError
from dialer.store import StoreError
from dialer.stores import open_store
from pipeline import terminal
from pipeline.faults import Faults
from pipeline.graph import Job
from pipeline.inputs import find_inputs
from pipeline.lists import check_lists, say_lists
from pipeline.options import RunOptions
from pipeline.runs import OutputLock, RunRecord, Runs, RunTerms
from pipeline.summary import Summary, summarise
from transforms.delivery_settings import DeliverySettings, LedgerSettings
from transforms.in_process import BOARD, halt
from transforms.live_lists import LiveScreen
from transforms.read import InputFile
from transforms.record_outcomes import OutcomeSettings
from transforms.validate import LeadRules


def open_account(options: RunOptions) -> Account:
    """Bind the ledger to the account, or see that it is bound to it.

    Returns:
        The account as the ledger has it.

    Raises:
        Faults: it belongs to another account, or cannot be used.
    """
    _, _, rest = options.url.partition("://")
    host, _, path = rest.partition("/")
    asked = Account(options.dialect.name, host, f"/{path}", options.pace_secs)
    try:
        ledger = Ledger(open_store(options.ledger), run="", clock=SystemClock())
        return ledger.open_account(asked)
    except (LedgerError, StoreError) as error:
        raise Faults([f"--ledger {options.ledger}: {error}"]) from error


def find_files_and_lists(options: RunOptions, *, are_relied_on: bool = True) -> list[InputFile]:
    """The inputs; the lists are opened and found fit.

    Raises:
        Faults: all that is wrong with both.
    """
    faults: list[str] = []
    files: list[InputFile] = []
    try:
        files = find_inputs(
            options.inputs,
            options.schema,
            options.campaign_field,
            options.wrapping,
            delimiter=options.csv_delimiter,
        )
    except Faults as error:
        faults.extend(error.faults)
    faults.extend(check_lists(options.lists, are_relied_on=are_relied_on))
    if faults:
        raise Faults(faults)
    return files


def lead_rules(options: RunOptions) -> LeadRules:
    """What a lead of the job is."""
    return LeadRules(
        schema_text=options.schema_text,
        schema_name=options.schema.name,
        time_zone=options.time_zone,
        campaign=options.campaign,
        campaign_field=options.campaign_field,
        form=options.dialect.row_form,
    )


def make_job(
    options: RunOptions,
    *,
    record: RunRecord,
    account: Account,
    outcomes: OutcomeSettings,
    sent_before: bool,
) -> Job:
    """All that the graph is made of, for one start of a run.

    Args:
        options: the options.
        record: the run.
        account: the account as the ledger has it.
        outcomes: where outcomes go.
        sent_before: whether the ledger may know leads of this run from before.
    """
    ledger = LedgerSettings(options.ledger, record.run)
    return Job(
        rules=lead_rules(options),
        lists=options.lists,
        sent_before=ledger if sent_before else None,
        delivery=DeliverySettings(
            ledger=ledger,
            dialect=options.dialect.name,
            url=options.url,
            authorities=options.authorities,
            key_reference=options.key_reference,
            parameters=options.parameters,
            bulk_parameter=options.bulk_parameter,
            names=options.schema.sent_names,
            gap_secs=max(account.gap_secs, options.pace_secs),
            limit=options.batch_size,
            timeout_secs=options.timeout_secs,
            resends=options.resends,
            lock=record.lock,
            dedupe_window_secs=options.events.dedupe_window_secs if options.events else None,
        ),
        outcomes=outcomes,
    )


def start_name(record: RunRecord) -> str:
    """A name for this start of a run, with which the files that it writes begin."""
    return f"{record.starts:04d}-{secrets.token_hex(3)}"


def run_terms(options: RunOptions, screen: LiveScreen, lock: OutputLock | None) -> RunTerms:
    """What is recorded of a run, beside its inputs."""
    return RunTerms(
        campaign=options.campaign,
        campaign_field=options.campaign_field,
        schema=options.schema.fingerprint,
        time_zone=options.time_zone,
        dialect=options.dialect.name,
        lists=tuple(each.version for each in screen.lists),
        lock=lock.identity if lock else None,
        wrapping=str(options.wrapping or ""),
        csv_delimiter=options.csv_delimiter,
        lists_version=screen.version,
    )


def noting_lists(runs: Runs, record: RunRecord) -> RunRecord:
    """Record which versions of the lists this start has used; the run as it is recorded now."""
    try:
        return runs.note_lists(record, BOARD.list_versions)
    except OSError as error:
        halt(f"the record of run {record.run} cannot be written: {error.strerror}")
        return record


def empty_pipeline(options: RunOptions) -> beam.Pipeline:
    """A pipeline on the runner that is pinned: DirectRunner would choose by what the machine has.

    See docs/decisions/0004.

    Raises:
        Faults: there is no room for it.
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


def run_to_end(pipeline: beam.Pipeline) -> Summary | None:
    """Run a graph in this process.

    Returns:
        What came of it; None: a step failed, and the board says so.
    """
    try:
        result = pipeline.run()
        result.wait_until_finish()
        return summarise(result.metrics())
    except Exception as error:  # noqa: BLE001 - Beam raises a step's failure in many types
        halt(terminal.internal_failure(error))
        return None


def say_terms(options: RunOptions, account: Account, screen: LiveScreen) -> None:
    """Say which ledger, lists and gap hold."""
    terminal.say(
        f"ledger of this account: {options.ledger} (name it with --ledger in every other job of the"
        " same account)"
    )
    if options.dialect.notice:
        terminal.say(options.dialect.notice)
    say_lists(options.lists, screen, SystemClock())
    if account.gap_secs > options.pace_secs:
        terminal.say(f"the ledger's gap of {account.gap_secs:g} s is kept: --pace_secs is shorter")
