"""Whatever the dialer answers: what it took is what the outcomes call delivered, and nothing goes twice."""

from collections.abc import Callable

from tests.program.conftest import Pair
from tests.program.program import Program, check_truth, finished_outcomes, leads, phone, statuses
from tests.program.replies import (
    BY_ROW,
    NOTHING_TAKEN,
    SILENT,
    TIMEOUT_SECS,
    TOLD,
    refuse_twice_for_data,
)
from tests.program.strict_dialer import StrictDialer, by_the_rules

BATCH = 5
ABREAST = 3
SMALL_BATCHES = ("--batch_size", f"{BATCH}", "--timeout_secs", f"{TIMEOUT_SECS}")


def test_what_was_sent_and_not_answered_is_unknown_and_all_else_is_delivered(
    make_pair: Callable[[], Pair],
) -> None:
    """Several dialers at a time, since most of it is waiting."""
    started = []
    for part in range(ABREAST):
        program, dialer = make_pair()
        replies = SILENT[part::ABREAST]
        # After each silence the dialer is tried with one lead; its answer brings full batches back.
        for reply in replies:
            dialer.replies += [reply, by_the_rules]
        program.write_leads("leads.jsonl", leads(len(replies) * (BATCH + 1) + BATCH))
        started.append((program, dialer, len(replies), program.start(*SMALL_BATCHES)))

    for program, dialer, silences, running in started:
        done = running.wait()
        assert done.status == 0, done.said
        outcomes = finished_outcomes(program.output)
        check_truth(dialer, outcomes)
        sizes = [len(arrival.rows) for arrival in dialer.arrivals]
        assert sizes == [BATCH, 1] * silences + [BATCH]
        assert statuses(outcomes)["delivered.ok"] == silences + BATCH


def test_leads_that_were_not_taken_come_again_and_odd_confirmations_are_understood(
    program: Program, dialer: StrictDialer
) -> None:
    dialer.replies += [*NOTHING_TAKEN, *TOLD, *BY_ROW]
    taken_up = len(TOLD) + len(BY_ROW) + 1
    program.write_leads("leads.jsonl", leads(taken_up * BATCH, Priority=7))

    outcomes = program.finish(*SMALL_BATCHES)

    check_truth(dialer, outcomes)
    assert len(dialer.arrivals) == len(NOTHING_TAKEN) + taken_up
    assert statuses(outcomes) == {
        "delivered.ok": (len(TOLD) + 1) * BATCH + 3 + 3,
        "unknown.no_answer_row": 2,
        "failed.dialer_refused": 1 + BATCH,
        "suppressed.dialer_dnd": 1,
    }


def test_halving_finds_the_rows_that_a_request_is_refused_for_and_sends_the_others(
    program: Program, dialer: StrictDialer
) -> None:
    dialer.gap_secs = program.pace_secs = 0.1
    dialer.refused = {phone(37): "dnd", phone(99): "priority", phone(220): "date"}
    program.write_leads("leads.jsonl", leads(232))

    outcomes = program.finish()

    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {
        "delivered.ok": 229,
        "suppressed.dialer_dnd": 1,
        "failed.dialer_refused": 2,
    }
    # To find one row of n takes at most two requests for every halving of n.
    assert len(dialer.arrivals) <= 2 + 2 * 8 + 2 * 8 + 2 * 5


def test_two_refusals_of_the_data_in_a_row_stop_the_run_and_cost_no_more_leads(
    program: Program, dialer: StrictDialer
) -> None:
    dialer.replies += refuse_twice_for_data()
    program.write_leads("leads.jsonl", leads(4 * BATCH))

    done = program.run(*SMALL_BATCHES)

    assert done.status == 1
    assert "--bulk_parameter" in done.err
    assert len(dialer.arrivals) == 2
    outcomes = program.finish(*SMALL_BATCHES)
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"failed.dialer_refused": 2 * BATCH, "delivered.ok": 2 * BATCH}
