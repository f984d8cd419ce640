"""Nobody listens any more: the delivery goes on, and its exit status is its own."""

from tests.program.program import Program, check_truth, finished_outcomes, leads, statuses
from tests.program.strict_dialer import StrictDialer

GOES_AWAY = '{ "$@"; echo $? > "$0"; } | head -n 1'


def test_a_reader_of_its_words_that_goes_away_ends_nothing(
    program: Program, dialer: StrictDialer
) -> None:
    program.write_leads("leads.jsonl", leads(7))
    status = program.folder / "status"

    running = program.start_with(
        program.arguments("--batch_size", "5"), prefix=["sh", "-c", GOES_AWAY, str(status)]
    )

    assert running.wait().out.startswith("starting run")
    outcomes = finished_outcomes(program.output)
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 7}
    assert status.read_text() == "0\n"
