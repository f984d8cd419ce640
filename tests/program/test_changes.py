"""What changes between a start and the next: inputs never unnoticed, lists at once, results never."""

import gzip
import json
from typing import Any

from dialer.slot_format import decode_claim
from tests.program.program import (
    Program,
    check_truth,
    finished_outcomes,
    leads,
    phone,
    statuses,
)
from tests.program.strict_dialer import Exchange, StrictDialer, by_the_rules, confirm

BATCH = ("--batch_size", "5")


def late(exchange: Exchange) -> None:
    exchange.wait(0.5)
    confirm(exchange)


def recorded(program: Program) -> dict[str, Any]:
    """The record of the one run."""
    (path,) = (program.output / "runs").glob("*.json")
    record: dict[str, Any] = json.loads(path.read_text())
    return record


def claimed_lists(program: Program) -> list[str]:
    """The lists that each request's claim names."""
    claims = sorted((program.output / "ledger").glob("*.1-claim"))
    return [decode_claim(path.read_bytes()).lists for path in claims]


def stopped_after_two_answers(program: Program, dialer: StrictDialer, *more: str) -> None:
    dialer.replies += [by_the_rules, late]
    running = program.start(*BATCH, *more)
    dialer.wait_for_arrivals(2)
    running.stop_politely()


def test_an_unfinished_run_refuses_changed_or_missing_inputs_and_takes_further_ones(
    program: Program, dialer: StrictDialer
) -> None:
    path = program.write_leads("leads-1.jsonl", leads(8))
    other = program.write_leads("leads-2.jsonl", leads(4, first=100))
    content = path.read_bytes()
    stopped_after_two_answers(program, dialer)
    asked = len(dialer.arrivals)

    path.write_bytes(content.replace(b"Person 3", b"Person x"))
    other.rename(program.folder / "moved")
    done = program.run(*BATCH, "--campaign", "Another")

    assert done.status == 2
    assert "is unfinished" in done.err
    assert "leads-1.jsonl was changed" in done.err
    assert "leads-2.jsonl is not among the inputs" in done.err
    assert "its campaign was another" in done.err
    assert "--new_run" in done.err
    assert len(dialer.arrivals) == asked
    path.write_bytes(content)
    (program.folder / "moved").rename(other)
    program.write_leads("leads-3.jsonl", leads(3, first=500))
    outcomes = program.finish(*BATCH)
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 15}


def test_a_new_run_on_a_changed_input_knows_what_the_old_one_delivered(
    program: Program, dialer: StrictDialer
) -> None:
    program.write_leads("leads.jsonl", leads(12))
    stopped_after_two_answers(program, dialer)
    program.write_leads("leads.jsonl", leads(14))

    outcomes = program.finish(*BATCH, "--new_run")

    assert statuses(outcomes) == {"suppressed.duplicate": 10, "delivered.ok": 4}


def test_a_number_listed_since_is_not_called_and_one_delivered_before_stays_delivered(
    program: Program, dialer: StrictDialer
) -> None:
    program.write_leads("leads.jsonl", leads(15))
    dnd = program.write("dnd.txt", f"{phone(700)}\n")
    stopped_after_two_answers(program, dialer, "--dnd", str(dnd))
    # Of each of the three batches the first one: delivered, delivered, still to come.
    dnd.write_text("".join(f"0{phone(at)}\n" for at in (0, 5, 10)))

    before = recorded(program)
    done = program.run(*BATCH, "--dnd", str(dnd))

    assert done.status == 0, done.said
    outcomes = finished_outcomes(program.output)
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 14, "suppressed.dnd": 1}
    after = recorded(program)
    assert before["lists"] != after["lists"] == [after["lists_version"]]
    assert f"do-not-disturb lists: version {after['lists_version']} (1 list)" in done.out
    versions = [record["lists_version"] for record in (before, before, after)]
    assert claimed_lists(program) == versions
    (listed,) = [outcome for outcome in outcomes if outcome["reason"] == "dnd"]
    assert listed["phone"] == phone(10)
    assert listed["source"]["record"] == 11


def test_a_file_that_changes_while_it_is_read_ends_the_run_before_anything_is_posted(
    program: Program, dialer: StrictDialer
) -> None:
    lines = "".join(f"{json.dumps(lead)}\n" for lead in leads(15_000))
    path = program.write("leads.jsonl", lines)
    running = program.start()
    running.wait_until_said("ledger of this account")
    with path.open("a") as file:
        file.write(json.dumps({"PhoneNumber": phone(50_000)}) + "\n")

    done = running.wait()

    assert done.status == 1, done.said
    assert "was changed while it was read" in done.err
    assert "Traceback" not in done.said
    assert not dialer.arrivals
    # With the right content back the same command goes on.
    path.write_text(lines)
    running = program.start()
    dialer.wait_for_arrivals(1)
    running.stop_politely()


def test_outcomes_fed_back_are_read_through_their_lead_and_packed_files_by_content(
    program: Program, dialer: StrictDialer
) -> None:
    dialer.refused = {phone(2): "priority"}
    packed = "".join(f"{json.dumps(lead)}\n" for lead in leads(4)).encode()
    program.write("leads.csv", gzip.compress(packed[:100]) + gzip.compress(packed[100:]))
    first = program.finish()
    assert statuses(first) == {"delivered.ok": 3, "failed.dialer_refused": 1}
    (failures,) = [path for path in program.output.rglob("*failed*") if path.stat().st_size]
    dialer.refused = {}

    again = program.finish("--input", str(failures))

    assert statuses(again) == {"delivered.ok": 1}
    assert again[0]["lead"] == {"PhoneNumber": phone(2), "Name": "Person 2"}
    assert dialer.arrivals[-1].rows == [[phone(2), "Person 2"]]
