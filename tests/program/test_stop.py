"""Ctrl-C and SIGTERM: the request in flight is finished and recorded, and the same command goes on."""

import signal
import time

import pytest

from tests.program.program import Program, check_truth, leads, outcomes_in, statuses
from tests.program.strict_dialer import Exchange, StrictDialer, confirm

ANSWER_SECS = 1.0
LONG_WAIT_SECS = 8
PROMPTLY_SECS = 4.0
LOADING_SECS = 0.6
BATCH = ("--batch_size", "5")


def late(exchange: Exchange) -> None:
    exchange.wait(ANSWER_SECS)
    confirm(exchange)


def test_ctrl_c_while_a_request_is_in_flight_waits_for_its_answer(
    program: Program, dialer: StrictDialer
) -> None:
    dialer.replies += [late]
    program.write_leads("leads.jsonl", leads(12))
    running = program.start(*BATCH)
    dialer.wait_for_arrivals(1)

    running.stop(signal.SIGINT)
    done = running.wait()

    assert done.status == 1, done.said
    assert "stopping: the request in flight is finished first" in done.err
    assert "the same command" in done.err
    assert len(dialer.arrivals) == 1
    (folder,) = (program.output / "outcomes").iterdir()
    assert statuses(outcomes_in(folder)) == {"delivered.ok": 5}
    outcomes = program.finish(*BATCH)
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 12}
    assert len(dialer.arrivals) == 3


def test_a_stop_during_the_last_request_is_a_finished_run(
    program: Program, dialer: StrictDialer
) -> None:
    dialer.replies += [late]
    program.write_leads("leads.jsonl", leads(5))
    running = program.start()
    dialer.wait_for_arrivals(1)

    running.stop(signal.SIGTERM)
    done = running.wait()

    assert done.status == 0, done.said
    assert "read 5 = outcomes 5: every record has its outcome" in done.out
    assert "pending" not in done.said
    (record,) = (program.output / "runs").glob("*.json")
    assert '"finished"' in record.read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("secs", [0.02, 0.1, 0.2])
def test_a_signal_after_the_end_changes_nothing(
    program: Program, number: signal.Signals, secs: float
) -> None:
    program.write_leads("leads.jsonl", leads(1))
    running = program.start()
    running.wait_until_said("every record has its outcome")
    time.sleep(secs)

    running.stop(number)

    assert running.wait().status == 0


def test_a_program_that_a_shell_started_in_the_background_heeds_an_interrupt_too(
    program: Program, dialer: StrictDialer
) -> None:
    """A shell without job control starts what stands before an & with SIGINT ignored."""
    dialer.replies += [late]
    program.write_leads("leads.jsonl", leads(12))
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        running = program.start(*BATCH)
    finally:
        signal.signal(signal.SIGINT, before)
    dialer.wait_for_arrivals(1)

    running.stop(signal.SIGINT)

    assert running.wait().status == 1
    assert len(dialer.arrivals) == 1


def test_a_stop_while_it_waits_is_heeded_at_once_and_the_gap_is_kept_by_the_next_start(
    program: Program, dialer: StrictDialer
) -> None:
    dialer.gap_secs = program.pace_secs = LONG_WAIT_SECS
    program.write_leads("leads.jsonl", leads(9))
    running = program.start(*BATCH)
    running.wait_until_said("ledger of this account")
    dialer.wait_for_arrivals(1)
    # Its answer, its record and the outcomes take no longer than this.
    time.sleep(0.5)

    stopped_at = time.monotonic()
    running.stop(signal.SIGTERM)
    done = running.wait()

    assert time.monotonic() - stopped_at < PROMPTLY_SECS
    assert done.status == 1, done.said
    assert "the same command" in done.err
    # A shorter pace does not shorten the gap that the ledger knows.
    outcomes = program.finish(*BATCH, "--pace_secs", "0.2")
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 9}


def test_a_stop_while_it_reads_posts_nothing_and_claims_nothing(
    program: Program, dialer: StrictDialer
) -> None:
    program.write_leads("leads.jsonl", leads(60_000))
    running = program.start()
    running.wait_until_said("starting run")

    running.stop(signal.SIGHUP)
    done = running.wait()

    assert done.status == 1, done.said
    assert "stopped on request" in done.err
    assert "the same command" in done.err
    assert "every record has its outcome" not in done.out
    assert "holds no leads" not in done.out
    assert not dialer.arrivals


def test_ctrl_c_before_the_run_has_begun_is_met_with_a_word(
    program: Program, dialer: StrictDialer
) -> None:
    """While Beam loads, and while it waits for what may never come."""
    program.write_leads("leads.jsonl", leads(5))
    loading = program.start()
    time.sleep(LOADING_SECS)

    loading.stop(signal.SIGINT)
    done = loading.wait()

    assert done.status == 1
    assert "Traceback" not in done.said
    assert "stopped before anything was posted" in done.out
    assert not dialer.arrivals
