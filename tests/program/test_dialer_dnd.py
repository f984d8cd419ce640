"""Numbers that the dialer itself refuses: a list of them, which the next run is screened by."""

from collections import Counter

from tests.program.conftest import Pair
from tests.program.program import Program, check_truth, leads, phone, statuses
from tests.program.strict_dialer import StrictDialer
from tests.program.test_events import listen, messages, told
from tests.standins.topics import Topic

BATCH = ("--batch_size", "4")
REFUSED = [1, 6]


def listed(program: Program) -> list[str]:
    """The numbers of the list, as they stand there."""
    lines = (program.output / "suppressed-by-dialer.txt").read_text().splitlines()
    assert lines[0].startswith("# ")
    return sorted(lines[1:])


def international(numbers: list[int]) -> list[str]:
    return sorted(f"+91{phone(number)}" for number in numbers)


def refusing(dialer: StrictDialer) -> None:
    dialer.refused = {phone(number): "dnd" for number in REFUSED}


def test_what_the_dialer_refuses_is_a_list_by_which_the_next_run_is_screened(
    program: Program, dialer: StrictDialer
) -> None:
    refusing(dialer)
    program.write_leads("leads.jsonl", leads(8))
    outcomes = program.finish(*BATCH)
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 6, "suppressed.dialer_dnd": 2}
    assert listed(program) == international(REFUSED)
    asked = len(dialer.arrivals)

    dnd = program.output / "suppressed-by-dialer.txt"
    outcomes = program.finish("--dnd", str(dnd), "--campaign", "Another")

    assert statuses(outcomes) == {"delivered.ok": 6, "suppressed.dnd": 2}
    assert {outcome["phone"] for outcome in outcomes if outcome["reason"] == "dnd"} == {
        phone(number) for number in REFUSED
    }
    assert len(dialer.arrivals) == asked + 1
    assert listed(program) == international(REFUSED)


def test_killed_cut_off_resumed_and_started_anew_the_list_has_each_number_once(pair: Pair) -> None:
    program, dialer = pair
    refusing(dialer)
    program.write_leads("leads.jsonl", leads(12))
    path = program.output / "suppressed-by-dialer.txt"

    running = program.start(*BATCH)
    running.wait_until(lambda: path.exists() and len(path.read_bytes().splitlines()) == 2)
    running.kill()
    path.write_bytes(path.read_bytes()[:-4])
    outcomes = program.finish(*BATCH)

    assert statuses(outcomes)["suppressed.dialer_dnd"] == 2
    assert listed(program) == international(REFUSED)
    path.unlink()
    outcomes = program.finish(*BATCH)
    # What an earlier run found out is told again.
    assert statuses(outcomes)["suppressed.dialer_dnd"] == 2
    assert listed(program) == international(REFUSED)


def test_a_list_that_cannot_be_written_stops_the_run_and_costs_no_lead(
    program: Program, dialer: StrictDialer
) -> None:
    refusing(dialer)
    program.write_leads("leads.jsonl", leads(8))
    program.output.mkdir(mode=0o700)
    in_the_way = program.output / "suppressed-by-dialer.txt"
    in_the_way.mkdir(mode=0o700)

    done = program.run(*BATCH)

    assert done.status == 1, done.said
    assert f"the list {in_the_way} cannot be written" in done.err
    in_the_way.rmdir()
    outcomes = program.finish(*BATCH)
    check_truth(dialer, outcomes)
    assert listed(program) == international(REFUSED)


def test_what_the_dialer_refuses_of_events_is_listed_too(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    refusing(dialer)
    topic.publish(*messages(8))

    done = listen(program, topic, "--flush_secs", "0.2", "--idle_secs", "2", *BATCH)

    assert done.status == 0, done.said
    assert Counter(told(program).values())["suppressed/dialer_dnd"] == 2
    assert listed(program) == international(REFUSED)
