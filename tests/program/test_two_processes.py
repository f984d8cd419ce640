"""Two processes: on one output the second is refused, on one ledger they share the gap and the leads."""

from collections import Counter

from tests.program.program import Program, check_truth, finished_outcomes, leads
from tests.program.strict_dialer import Exchange, StrictDialer, confirm


def unhurried(exchange: Exchange) -> None:
    exchange.wait(0.8)
    confirm(exchange)


def test_a_second_process_on_one_output_is_refused_and_the_first_one_goes_on(
    program: Program, dialer: StrictDialer
) -> None:
    dialer.replies += [unhurried] * 3
    program.write_leads("leads.jsonl", leads(15))
    first = program.start("--batch_size", "5")
    first.wait_until_said("ledger of this account")

    second = program.run("--batch_size", "5")

    assert second.status == 2
    assert f"--output {program.output} is in use by another process" in second.err
    assert first.wait().status == 0
    check_truth(dialer, finished_outcomes(program.output))
    assert len(dialer.arrivals) == 3


def test_two_runs_on_one_ledger_share_the_gap_and_no_lead_goes_twice(
    program: Program, dialer: StrictDialer
) -> None:
    ledger = str(program.folder / "out-ledger")
    shared = leads(20)
    program.write_leads("leads-a.jsonl", [*leads(10, first=100), *shared])
    program.write_leads("leads-b.jsonl", [*shared, *leads(10, first=200)])
    outputs = [program.folder / "out-a", program.folder / "out-b"]
    started = [
        program.start(
            *("--input", str(program.folder / f"leads-{name}.jsonl")),
            *("--ledger", ledger, "--batch_size", "5"),
            output=output,
        )
        for name, output in zip("ab", outputs, strict=True)
    ]

    for running in started:
        done = running.wait()
        assert done.status == 0, done.said

    both = [outcome for output in outputs for outcome in finished_outcomes(output)]
    check_truth(dialer, both)
    assert len(both) == 60
    # What the one delivered is a duplicate in the other.
    assert Counter(outcome["reason"] for outcome in both) == {"ok": 40, "duplicate": 20}
    runs = {outcome["request_id"].rpartition("-")[0] for outcome in both}
    assert len(runs) == 2
