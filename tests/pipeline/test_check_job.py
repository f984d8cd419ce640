"""`check` as a whole: in this process on files, and once as its user starts it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from dialer.simulator import Rules, Simulator
from pipeline.check_job import run_check
from pipeline.faults import Faults
from pipeline.main_job import run_main_job
from pipeline.options import read_options
from pipeline.verbs import run_verb
from transforms.in_process import request_stop

Said = pytest.CaptureFixture[str]
ROOT = Path(__file__).parents[2]
PATIENCE_SECS = 60


@dataclass
class Desk:
    """A folder with leads, and the words that check them beside a dialer that must not be asked."""

    folder: Path
    simulator: Simulator

    def write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def words(self, *more: str, **changes: str | None) -> list[str]:
        options: Mapping[str, str | None] = {
            "input": f"{self.folder}/*.csv",
            "campaign": "Summer",
            "api_url": self.simulator.url,
            **changes,
        }
        given = [f"--{name}={value}" for name, value in options.items() if value is not None]
        return [*given, *more]

    def check(self, *more: str, **changes: str | None) -> int:
        return run_check(self.words(*more, **changes))

    def contents(self) -> dict[str, bytes]:
        """All that is in the folder."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Simulator() as simulator:
        made = Desk(tmp_path, simulator)
        yield made
        assert simulator.arrivals == []


MIXED_A = (
    b"Mobile No.;Ad Id;Name;Campaign;ExpiryDate;DNC\n"
    b"9876500001;7;A;North;;\n"
    b"+91 98765-00001;8;again;North;;\n"
    b"9876500001;9;elsewhere;South;;\n"
    b"02223456789;1;landline;North;;\n"
    b"9876500002;1;expired;North;2001-01-01 00:00:00;\n"
    b"9876500003;1;asks not to;North;;yes\n"
    b"9876500004;1;listed;North;;\n"
    b"9876500005;1;date;North;30/06/2037;\n"
    b"1;2;3;4;5;6;7\n"
)
MIXED_B = b"Phone,Campaign\n98765 00001,North\n9876500009,South\n"


def test_every_kind_of_record_is_counted_with_examples_and_nothing_is_posted_or_written(
    desk: Desk, capsys: Said
) -> None:
    desk.write("a.csv", MIXED_A)
    desk.write("b.csv", MIXED_B)
    listed = desk.write("dnd.txt", b"98765 00004\n")
    before = desk.contents()

    status = desk.check(f"--dnd={listed}", "--output=out", campaign=None, campaign_field="Campaign")

    out, err = capsys.readouterr()
    lines = out.splitlines()
    a, b = desk.folder / "a.csv", desk.folder / "b.csv"
    assert (status, err) == (3, "")
    assert lines[0] == "checking 2 files: nothing is posted"
    assert lines[1] == f"{a}: CSV (semicolon), UTF-8, 9 records"
    assert "column `Mobile No.` read as PhoneNumber" in lines[2]
    assert "`Campaign` read as the campaign" in lines[2]
    assert f"{a}: CSV (semicolon), UTF-8, 9 records, 3 rejected" in lines
    assert f"{b}: CSV (comma), UTF-8, 2 records, 0 rejected" in lines
    assert _counts(lines) == {
        "columns": 1,
        "phone_type": 1,
        "field_invalid": 1,
        "expired": 1,
        "do_not_call": 1,
        "dnd": 1,
        "duplicate": 2,
    }
    examples = lines[lines.index("suppressed, duplicate:") + 1 :]
    assert examples[0].startswith(f"  {a}, record 2: the same campaign and number as record 1 of ")
    assert examples[1].startswith(f"  {b}, record 1: the same campaign and number as record 1 of ")
    assert "would be sent: 3 of 11 records" in lines
    assert {"  South: 2", "  North: 1"} <= set(lines)
    assert any(line.startswith("2 requests in 30.0 s: the first at once") for line in lines)
    assert "98765" not in out
    assert "22345678" not in out
    assert desk.contents() == before
    assert not (ROOT / "out").exists()


def test_a_clean_check_ends_with_0(desk: Desk, capsys: Said) -> None:
    desk.write("a.csv", b"Phone\n" + b"".join(b"98765%05d\n" % at for at in range(401)))

    assert desk.check(pace_secs="45") == 0

    out = capsys.readouterr().out
    assert "would be sent: 401 of 401 records\n  Summer: 401\n3 requests in 1 min" in out
    assert "then one each 45 s" in out
    assert "would not be sent" not in out


def test_no_leads_at_all_are_said_and_end_with_0(desk: Desk, capsys: Said) -> None:
    desk.write("a.csv", b"Phone,Name\n")
    desk.write("b.csv", b"")

    assert desk.check() == 0
    assert "the input holds no leads: nothing would be sent" in capsys.readouterr().out


def test_three_examples_of_a_reason_are_shown_in_the_order_of_file_and_record(
    desk: Desk, capsys: Said
) -> None:
    desk.write("b.csv", b"Phone\n" + b"n/a\n" * 9_000)
    desk.write("a.csv", b"Phone\n9876500001\n" + b"n/a\n")

    assert desk.check() == 3

    lines = capsys.readouterr().out.splitlines()
    at = lines.index("invalid, phone_missing, the first 3 of 9,001:")
    places = [line.split(": ")[0].strip() for line in lines[at + 1 : at + 5]]
    assert places == [
        f"{desk.folder}/a.csv, record 2",
        f"{desk.folder}/b.csv, record 1",
        f"{desk.folder}/b.csv, record 2",
        "would be sent",
    ]


def test_the_check_says_what_the_run_then_does(
    desk: Desk, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write("a.csv", MIXED_A)
    desk.write("b.csv", MIXED_B)
    words = desk.words("--pace_secs=0", campaign=None, campaign_field="Campaign")
    assert run_check(words) == 3
    checked = capsys.readouterr().out.splitlines()

    monkeypatch.setenv("DIAL_KEY", "k3y")
    with Simulator(Rules(gap_secs=0.0)) as dialer:
        ran = run_main_job(
            read_options(
                [
                    *(word for word in words if not word.startswith("--api_url")),
                    *(f"--api_url={dialer.url}", "--api_key=env:DIAL_KEY"),
                    f"--output={desk.folder}/out",
                ]
            )
        )
        requests = len(dialer.arrivals)

    assert ran == 0
    done = _counts(capsys.readouterr().out.splitlines())
    assert {**_counts(checked), "ok": 4} == done
    assert any(line.startswith(f"{requests} requests in ") for line in checked)


def test_faults_of_options_inputs_and_lists_are_named_as_for_a_run(desk: Desk) -> None:
    with pytest.raises(Faults) as caught:
        desk.check(f"--dnd={desk.folder}/none.txt")
    assert len(caught.value.faults) == 2

    with pytest.raises(Faults, match="check is for files of leads"):
        desk.check("--input_subscription=projects/p/subscriptions/s", input=None)
    assert run_verb(["check", "--pace_secs=x"]) == 2


def test_a_check_that_is_stopped_before_it_began_ends_with_1(desk: Desk, capsys: Said) -> None:
    desk.write("a.csv", b"Phone\n9876500001\n")
    request_stop()

    assert desk.check() == 1
    assert capsys.readouterr() == (
        "",
        "dialfeed: stopped on request: the check did not come to its end, and nothing was posted\n",
    )


def test_the_program_checks_and_leaves_its_folder_and_its_dialer_alone(desk: Desk) -> None:
    desk.write("a.csv", MIXED_A)
    before = desk.contents()

    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "check", *desk.words(f"--output={desk.folder}/out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECS,
        check=False,
    )

    assert (done.returncode, done.stderr) == (3, "")
    assert "would be sent: " in done.stdout
    assert "98765" not in done.stdout
    assert desk.contents() == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_check_cleanly(desk: Desk, number: signal.Signals) -> None:
    rows = b"".join(b"98%08d,A\n" % at for at in range(150_000))
    desk.write("a.csv", b"Phone,Name\n" + rows)
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "pipeline", "check", *desk.words()],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"checking 1 file")
        process.send_signal(number)
        said = process.stderr.read().decode()
        status = process.wait(PATIENCE_SECS)

    assert status == 1
    assert said.splitlines()[-1] == (
        "dialfeed: stopped on request: the check did not come to its end, and nothing was posted"
    )
    assert "Traceback" not in said


def _counts(lines: list[str]) -> dict[str, int]:
    """The counts by reason of the table on the terminal."""
    rows = [line.strip("│ ").split("│") for line in lines if line.startswith("│")]
    return {reason.strip(): int(count.replace(",", "")) for _, reason, count in rows}


def test_v4_is_checked_by_its_own_limits_without_its_user(desk: Desk, capsys: Said) -> None:
    rows = [f"{9_876_500_000 + n},O'Brien\n" for n in range(1_001)]
    desk.write("a.csv", "".join(["Phone,Name\n", *rows, f"9876400000,{'x' * 2000}\n"]).encode())

    status = desk.check(api="v4", api_url=None)

    out, err = capsys.readouterr()
    assert (status, err) == (3, "")
    assert "would be sent: 1,001 of 1,002 records" in out
    assert "3 requests in 24.0 s: the first at once, then one each 12 s" in out
    assert "record 1,002: the row has 2,069 characters with its headers" in out
    assert "a space for each character that the API does not take: 1,001" in out
