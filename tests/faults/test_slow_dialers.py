"""Slow dialers: the gap counts from what ended the request, and nothing goes twice."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.paces import PACES, Pace
from tests.program.pages import confirmation
from tests.program.program import Program, check_truth, finished_outcomes, leads, statuses
from tests.program.strict_dialer import (
    Arrival,
    Exchange,
    Reply,
    StrictDialer,
    confirm,
)

BATCH = 5
HURRY_SECS = 0.25
"""How much earlier than by its time limit a request may seem to end: it began before its first byte came."""

pytestmark = pytest.mark.parametrize("pace", PACES)


@contextmanager
def laboratory(folder: Path, pace: Pace, *replies: Reply) -> Iterator[tuple[Program, StrictDialer]]:
    """A program and a dialer that answers so; nothing may have come too soon, and nothing twice."""
    with StrictDialer(gap_secs=pace.gap_secs, replies=replies) as dialer:
        program = Program(folder, dialer.url, pace.gap_secs)
        yield program, dialer
        program.kill_all()
    program.check_discretion()
    assert not dialer.faults
    assert not dialer.leads_twice


def deliver(program: Program, pace: Pace, count: int) -> list[dict[str, object]]:
    """Deliver so many leads to the end; their outcomes."""
    program.write_leads("leads.jsonl", leads(count))
    running = program.start("--batch_size", f"{BATCH}", "--timeout_secs", f"{pace.timeout_secs:g}")
    done = running.wait(pace.patience_secs)
    assert done.status == 0, done.said
    return finished_outcomes(program.output)


def gaps(ends: list[float], arrivals: list[Arrival]) -> list[float]:
    """How long after the end of each request the next one began."""
    return [after.begun - end for end, after in zip(ends, arrivals[1:], strict=False) if end]


def answered_after(secs: float, ends: list[float]) -> Reply:
    """Take the leads, and say so after a while; notes when."""

    def slow(exchange: Exchange) -> None:
        exchange.take()
        exchange.expect("delivered")
        exchange.wait(secs)
        ends.append(time.monotonic())
        exchange.answer(confirmation(exchange.arrival.phones))

    return slow


def dripped_over(secs: float, ends: list[float], *, is_in_time: bool) -> Reply:
    """Take the leads, and say so byte by byte, over so long; notes when the last one left."""

    def dripping(exchange: Exchange) -> None:
        exchange.take()
        exchange.expect("delivered" if is_in_time else "unknown")
        body = str(confirmation(exchange.arrival.phones)).replace("'", '"').encode()
        answer = exchange.head(len(body)) + body
        exchange.drip(answer[:-1], pause_secs=secs / len(answer))
        ends.append(time.monotonic())
        exchange.send(answer[-1:])

    return dripping


def answered_too_late(pace: Pace, *, is_taken: bool) -> Reply:
    """Say all the same that all went well, when nobody listens any more."""

    def late(exchange: Exchange) -> None:
        if is_taken:
            exchange.take()
        exchange.expect("unknown")
        exchange.wait(pace.late_secs)
        exchange.answer(confirmation(exchange.arrival.phones))

    return late


def test_a_dialer_that_takes_its_time_is_waited_for_and_the_gap_counts_from_its_answer(
    pace: Pace, tmp_path: Path
) -> None:
    ends: list[float] = []
    slow = answered_after(pace.slow_secs, ends)
    with laboratory(tmp_path, pace, slow, slow, slow) as (program, dialer):
        outcomes = deliver(program, pace, 3 * BATCH)

    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 3 * BATCH}
    assert len(dialer.arrivals) == 3
    assert min(gaps(ends, dialer.arrivals)) >= pace.gap_secs


def test_an_answer_that_drips_in_time_is_read_and_the_gap_counts_from_its_last_byte(
    pace: Pace, tmp_path: Path
) -> None:
    ends: list[float] = []
    drip = dripped_over(pace.slow_secs, ends, is_in_time=True)
    with laboratory(tmp_path, pace, drip, drip) as (program, dialer):
        outcomes = deliver(program, pace, 2 * BATCH)

    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 2 * BATCH}
    assert min(gaps(ends, dialer.arrivals)) >= pace.gap_secs


@pytest.mark.parametrize("kind", ["dripped", "late", "late, and taken"])
def test_an_answer_after_our_time_is_up_is_none_and_the_gap_counts_from_the_time_limit(
    pace: Pace, kind: str, tmp_path: Path
) -> None:
    """What the dialer says then, nobody hears: its leads are unknown, and are not sent again."""
    reply = {
        "dripped": dripped_over(pace.late_secs, [], is_in_time=False),
        "late": answered_too_late(pace, is_taken=False),
        "late, and taken": answered_too_late(pace, is_taken=True),
    }[kind]
    with laboratory(tmp_path, pace, reply, confirm, reply) as (program, dialer):
        outcomes = deliver(program, pace, 3 * BATCH + 2)

    check_truth(dialer, outcomes)
    # After each silence one lead is tried; its answer brings full batches back.
    assert [len(arrival.rows) for arrival in dialer.arrivals] == [BATCH, 1, BATCH, 1, BATCH]
    assert statuses(outcomes) == {"unknown.no_answer": 2 * BATCH, "delivered.ok": BATCH + 2}
    limits = [
        arrival.begun + pace.timeout_secs if at in (0, 2) else 0.0
        for at, arrival in enumerate(dialer.arrivals)
    ]
    assert min(gaps(limits, dialer.arrivals)) >= pace.gap_secs - HURRY_SECS


def test_while_a_slow_answer_is_waited_for_nobody_else_on_the_ledger_sends(
    pace: Pace, tmp_path: Path
) -> None:
    """Two processes, one account, and leads that both of them have."""
    ends: list[float] = []
    slow = answered_after(pace.slow_secs, ends)
    with laboratory(tmp_path, pace, slow, slow, slow, slow) as (program, dialer):
        shared = leads(2 * BATCH)
        program.write_leads("leads-a.jsonl", shared)
        program.write_leads("leads-b.jsonl", [*shared, *leads(2 * BATCH, first=100)])
        outputs = [program.folder / "out-a", program.folder / "out-b"]
        started = [
            program.start(
                *("--input", str(program.folder / f"leads-{name}.jsonl")),
                *("--ledger", str(program.folder / "out-ledger")),
                *("--batch_size", f"{BATCH}", "--timeout_secs", f"{pace.timeout_secs:g}"),
                output=output,
            )
            for name, output in zip("ab", outputs, strict=True)
        ]
        for running in started:
            done = running.wait(pace.patience_secs)
            assert done.status == 0, done.said
        both = [outcome for output in outputs for outcome in finished_outcomes(output)]

    check_truth(dialer, both)
    assert statuses(both) == {"delivered.ok": 4 * BATCH, "suppressed.duplicate": 2 * BATCH}
    assert len(dialer.arrivals) == 4
    assert min(gaps(ends, dialer.arrivals)) >= pace.gap_secs
