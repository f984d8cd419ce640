"""Every file and folder that the program makes is for its owner alone, whatever the umask it came with."""

import stat
from pathlib import Path

from tests.program.program import Program, leads, phone
from tests.program.strict_dialer import StrictDialer

OPEN_TO_ALL = ("sh", "-c", 'umask 000; exec "$@"', "sh")


def made_in(folder: Path) -> dict[str, int]:
    """The permissions of all that stands in a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in folder.rglob("*")
    }


def test_all_that_a_run_writes_is_for_its_owner_alone_under_the_most_open_umask(
    program: Program, dialer: StrictDialer
) -> None:
    dialer.refused = {phone(1): "dnd"}
    program.write_leads("leads.jsonl", [*leads(3), {"PhoneNumber": "022 1234"}])
    output = program.folder / "out" / "deep" / "down"
    ledger = program.folder / "accounts" / "one"

    running = program.start_with(
        program.arguments("--ledger", str(ledger), output=output), prefix=OPEN_TO_ALL
    )

    assert running.wait().status == 0
    made = made_in(program.folder / "out") | made_in(program.folder / "accounts")
    names = " ".join(made)
    for expected in (
        "deep/down/lock",
        "deep/down/suppressed-by-dialer.txt",
        "deep/down/runs/",
        "deep/down/outcomes/",
        ".jsonl",
        "one/ledger.json",
        "one/000000001.1-claim",
        "one/000000001.2-answer",
    ):
        assert expected in names
    assert not {name: f"{mode:o}" for name, mode in made.items() if mode & 0o077}


def test_the_log_of_the_built_in_dialer_is_for_its_owner_alone(program: Program) -> None:
    log = program.folder / "log.jsonl"
    running = program.start_with(
        ["simulate", "--port", "0", "--gap_secs", "0", "--log", str(log)], prefix=OPEN_TO_ALL
    )
    running.wait_until_said("simulator listening on")
    url = running.said.split("listening on ")[1].split()[0]
    program.write_leads("leads.jsonl", leads(2))

    program.finish("--api_url", url, "--pace_secs", "0")
    running.stop_politely(status=0)

    assert log.stat().st_size
    assert not stat.S_IMODE(log.stat().st_mode) & 0o077
