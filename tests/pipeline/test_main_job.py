"""The main job as a whole: in this process where it runs once, in real processes where it runs again."""

import json
import os
import pty
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialer.simulator import Rules, Simulator
from pipeline.faults import Faults
from pipeline.main_job import run_main_job
from pipeline.options import read_options
from transforms.in_process import request_stop

ROOT = Path(__file__).parents[2]
PATIENCE_SECS = 60


@dataclass
class Desk:
    """A folder with leads, and the command that sends them to a simulator."""

    folder: Path
    simulator: Simulator

    @property
    def leads(self) -> Path:
        return self.folder / "leads.csv"

    @property
    def output(self) -> Path:
        return self.folder / "out"

    def words(self, *more: str, **changes: str) -> list[str]:
        options = {
            "input": str(self.leads),
            "campaign": "Summer",
            "api_key": "env:DIAL_KEY",
            "api_url": self.simulator.url,
            "pace_secs": "0",
            "output": str(self.output),
            **changes,
        }
        return [*(f"--{name}={value}" for name, value in options.items()), *more]

    def run_here(self, *more: str, **changes: str) -> int:
        return run_main_job(read_options(self.words(*more, **changes)))

    def faults_here(self, *more: str, **changes: str) -> tuple[str, ...]:
        with pytest.raises(Faults) as caught:
            self.run_here(*more, **changes)
        assert self.simulator.arrivals == []
        return caught.value.faults

    def run(self, *more: str, key: str = "k3y", **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pipeline", *self.words(*more, **changes)],
            cwd=ROOT,
            env={**os.environ, "DIAL_KEY": key},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECS,
            check=False,
        )

    def reasons(self) -> list[Counter[str]]:
        """The reasons in each run's folder of outcomes, in the order of the runs' starts."""
        folders = sorted(
            (self.output / "outcomes").iterdir(), key=lambda path: path.stat().st_mtime
        )
        return [
            Counter(
                json.loads(line)["reason"]
                for path in folder.iterdir()
                for line in path.read_bytes().splitlines()
            )
            for folder in folders
        ]

    def states(self) -> Counter[str]:
        return Counter(
            json.loads(path.read_bytes())["state"] for path in (self.output / "runs").iterdir()
        )


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("DIAL_KEY", "k3y")
    (tmp_path / "leads.csv").write_bytes(b"Phone,Name\n9876500001,A\nbad,B\n9876500002,C\n")
    with Simulator(Rules(gap_secs=0.0, keys=frozenset({"k3y"}))) as simulator:
        yield Desk(tmp_path, simulator)


def test_a_run_says_what_it_does_and_leaves_outcomes_a_record_and_a_ledger(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.run_here() == 0

    out, err = capsys.readouterr()
    assert err == ""
    assert "starting run " in out
    assert f"ledger of this account: {desk.output / 'ledger'}" in out
    assert "read 3 = outcomes 3: every record has its outcome" in out
    assert "nothing was screened" in out
    assert "98765" not in out
    assert desk.reasons() == [Counter(ok=2, phone_invalid=1)]
    assert desk.states() == Counter(finished=1)
    assert sorted(path.name for path in desk.output.iterdir()) == [
        *("ledger", "lock", "outcomes", "runs"),
    ]


def test_what_each_file_was_read_as_is_said_before_anything_is_posted_and_at_the_end(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.leads.write_bytes(
        b"Mobile No.;Ad Id;Name\n9876500001;7;A\nbad;8;B\n1;2;3;4\n9876500002;9;C\n"
    )
    said = f"{desk.leads}: CSV (semicolon), UTF-8, 4 records"
    columns = (
        "  column `Mobile No.` read as PhoneNumber; `Name` read as Name; `Ad Id` ignored;"
        " no column for Priority, ExpiryDate, DoNotCall"
    )

    assert desk.run_here() == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("starting run ")
    assert lines[1:3] == [said, columns]
    assert lines.index("no do-not-disturb list was given: nothing is screened (see --dnd)") < (
        lines.index(f"{said}, 2 rejected")
    )
    assert lines.count(columns) == 2


def test_the_ledgers_longer_gap_is_kept(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = desk.folder / "ledger"
    assert desk.run_here(ledger=str(ledger), pace_secs="0.7") == 0

    second = desk.run_here(
        "--batch_size=1", ledger=str(ledger), output=str(desk.folder / "out2"), pace_secs="0.1"
    )

    assert second == 0
    assert "the ledger's gap of 0.7 s is kept: --pace_secs is shorter" in capsys.readouterr().out
    assert len(desk.simulator.arrivals) == 1  # the rest were delivered by the first run


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("output", "--output {path} cannot be written: File exists"),
        ("ledger", "--ledger {path}: the ledger {path} cannot be used: File exists"),
    ],
)
def test_a_folder_that_is_a_file_is_a_fault(desk: Desk, option: str, expected: str) -> None:
    path = desk.folder / "file"
    path.write_bytes(b"")

    assert desk.faults_here(**{option: str(path)}) == (expected.format(path=path),)
    other = {"output": str(desk.folder / "out2"), option: str(path / "inside")}
    (inside,) = desk.faults_here(**other)
    assert inside.startswith(f"--{option} {path / 'inside'}")
    assert "Not a directory" in inside


def test_outcomes_that_cannot_be_written_are_a_fault_before_anything_is_sent(desk: Desk) -> None:
    desk.output.mkdir()
    (desk.output / "outcomes").write_bytes(b"")

    (fault,) = desk.faults_here()
    assert fault.startswith(f"--output {desk.output} cannot be written: ")


def test_a_ledger_of_another_account_is_refused(desk: Desk) -> None:
    with Simulator() as other:
        ledger = str(desk.folder / "ledger")
        assert desk.run_here(ledger=ledger) == 0
        with pytest.raises(Faults, match="belongs to another account"):
            desk.run_here(ledger=ledger, api_url=other.url, output=str(desk.folder / "out2"))

    assert other.arrivals == []


def test_faults_of_inputs_and_lists_are_named_together_and_leave_nothing_behind(
    desk: Desk,
) -> None:
    empty = desk.folder / "dnd.txt"
    empty.write_bytes(b"")
    old = desk.folder / "old.txt"
    old.write_bytes(b"9876500003\n")
    os.utime(old, (0, 0))

    faults = desk.faults_here(
        *(f"--dnd={empty}", f"--dnd={old}", "--dnd_max_age_hours=24"),
        f"--input={desk.folder}/none",
    )

    assert len(faults) == 3
    assert faults[0] == f"--input {desk.folder}/none matches no file"
    assert [str(path) in fault for path, fault in zip((empty, old), faults[1:], strict=True)] == [
        True,
        True,
    ]
    assert not desk.output.exists()


def test_a_stop_before_the_start_sends_nothing(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    request_stop()

    assert desk.run_here() == 1

    assert capsys.readouterr().out == (
        "stopped before anything was posted by this start; the same command goes on\n"
    )
    assert desk.simulator.arrivals == []
    assert not desk.output.exists()


def test_an_unfinished_run_is_not_mistaken_is_resumed_and_is_followed_by_a_new_one(
    desk: Desk,
) -> None:
    wrong_key = desk.run(key="wr0ng")
    assert (wrong_key.returncode, len(desk.simulator.arrivals)) == (1, 1)
    assert "Give the same command again to go on" in wrong_key.stderr
    assert "wr0ng" not in wrong_key.stdout + wrong_key.stderr
    assert "read 3, outcomes 1: 2 records have no outcome yet" in wrong_key.stdout

    content = desk.leads.read_bytes()
    desk.leads.write_bytes(content + b"9876500003,D\n")
    changed = desk.run()
    assert (changed.returncode, changed.stdout) == (2, "")
    assert f"its input {desk.leads} was changed" in changed.stderr
    assert "--new_run" in changed.stderr

    desk.leads.write_bytes(content)
    (desk.folder / "more.csv").write_bytes(b"Phone\n9876500004\n")
    resumed = desk.run(f"--input={desk.folder}/more.csv")
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout.startswith("resuming run ")
    assert desk.reasons() == [Counter(ok=3, phone_invalid=1)]

    again = desk.run()
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith("starting run ")
    assert desk.reasons()[1] == Counter(duplicate=2, phone_invalid=1)
    assert desk.states() == Counter(finished=2)
    assert set(desk.simulator.taken.values()) == {1}
    assert len(desk.simulator.arrivals) == 2


def test_a_second_program_on_an_output_is_refused_while_the_first_shows_its_progress(
    desk: Desk,
) -> None:
    screen, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline", *desk.words("--batch_size=1", pace_secs="60")],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "200"},
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        stdin=subprocess.DEVNULL,
    ) as first:
        os.close(terminal)
        shown = _read_until(screen, b"next request in")
        second = desk.run()
        first.terminate()
        shown += _read_until(screen, b"Give the same command again")
        status = first.wait(PATIENCE_SECS)
    os.close(screen)

    assert (second.returncode, second.stdout) == (2, "")
    assert second.stderr == (
        f"dialfeed: --output {desk.output} is in use by another process:"
        " wait for it, or choose another\n"
    )
    assert status == 1
    assert b"1 of 2 leads settled, 1 request; next request in" in shown
    assert b"stopping: the request in flight is finished first" in shown
    assert b"98765" not in shown
    assert len(desk.simulator.arrivals) == 1


MISUSES: tuple[tuple[str, ...], ...] = (
    (),
    ("--imput=x", "--streaming", "--api_key", "S3CRETKEY"),
    ("S3CRETKEY",),
    ("--api-key", "S3CRETKEY", "9876500001"),
    ("--input={leads}", "9876500001"),
    ("--input={folder}/none*.csv",),
    ("--input={folder}",),
    ("--input={page}",),
    ("--input=nowhere://leads",),
    ("--dnd={folder}/none.txt",),
    ("--dnd={page}",),
    ("--dnd=nowhere://list", "--dnd_max_age_hours=1"),
    ("--dnd={empty}",),
    ("--output={page}",),
    ("--output={page}/out",),
    ("--ledger={page}/ledger",),
    ("--output=gs://bucket/out",),
    ("--lead_schema={page}",),
    ("--lead_schema={folder}",),
    ("--campaign_field=Campaign", "--campaign=Summer"),
    ("--api_url=http://dialer.example",),
    ("--pace_secs=nan", "--batch_size=" + "9" * 5_000, "--timeout_secs=-1"),
    ("--api_key=secret:projects/p/secrets/s",),
    ("--runner=DataflowRunner", "--direct_running_mode=multi_processing"),
    ("--runner",),
    ("--api=v4", "--api=v4", "--new_run=yes", "--"),
    ("simulate", "--port=70000"),
    ("simulate", "--key=S3CRETKEY", "--faults={page}"),
)

MISUSE = """
import json, sys
from pipeline.__main__ import main
for words in json.load(sys.stdin):
    status = main(words)
    print(status, flush=True)
    print("---", file=sys.stderr, flush=True)
"""


def test_of_all_misuses_nothing_stands_on_the_terminal_but_the_message(desk: Desk) -> None:
    page, empty = desk.folder / "page.csv", desk.folder / "empty.txt"
    page.write_bytes(b"<!DOCTYPE html><html></html>")
    empty.write_bytes(b"")
    places = {"folder": desk.folder, "leads": desk.leads, "page": page, "empty": empty}
    done = subprocess.run(
        [sys.executable, "-c", MISUSE],
        input=json.dumps([_misused(desk, words, places) for words in MISUSES]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECS,
        check=False,
    )

    messages = [part.splitlines() for part in done.stderr.split("---\n")]
    assert done.stdout == "2\n" * len(MISUSES), done.stderr
    assert messages.pop() == []
    for words, lines in zip(MISUSES, messages, strict=True):
        assert lines, words
        assert all(line.startswith("dialfeed: ") and len(line) < 400 for line in lines), lines
        assert "internal failure" not in "".join(lines), words
    assert "S3CRET" not in done.stderr
    assert "98765" not in done.stderr
    assert desk.simulator.arrivals == []


def _misused(desk: Desk, words: Sequence[str], places: dict[str, Path]) -> list[str]:
    """A command line that would do but for these words; each in an output of its own."""
    changed = [word.format(**places) for word in words]
    if not changed or not changed[0].startswith("-"):
        return changed
    names = {word.split("=")[0] for word in changed}
    output = str(desk.folder / f"out{MISUSES.index(tuple(words))}")
    sound = [word for word in desk.words(output=output) if word.split("=")[0] not in names]
    return [*sound, *changed]


def _read_until(screen: int, words: bytes) -> bytes:
    shown = b""
    while words not in shown:
        try:
            part = os.read(screen, 4096)
        except OSError:  # the program has closed its terminal
            break
        if not part:
            break
        shown += part
    return shown
