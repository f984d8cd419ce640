import socket
from pathlib import Path

import pytest

from pipeline.faults import Faults
from pipeline.simulate import run_simulator
from transforms.in_process import request_stop

Said = pytest.CaptureFixture[str]


def faults_of(*words: str) -> tuple[str, ...]:
    with pytest.raises(Faults) as caught:
        run_simulator(words)
    return caught.value.faults


def test_it_says_where_it_listens_and_what_came(
    tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIAL_KEY", "k3y")
    (tmp_path / "dnd.txt").write_text("9876500001\n")
    (tmp_path / "plan.json").write_text('{"sequence": ["too_soon"]}')
    request_stop()

    status = run_simulator(
        [
            *("--port", "0", "--gap_secs", "0.5", "--max_rows", "10", "--key", "env:DIAL_KEY"),
            *(
                "--user",
                "desk",
                "--campaign",
                "Summer",
                "--dnd",
                str(tmp_path / "dnd.txt"),
                "--echo",
                "whole",
            ),
            *("--faults", str(tmp_path / "plan.json"), "--log", str(tmp_path / "log.jsonl")),
        ]
    )

    assert status == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("simulator listening on http://127.0.0.1:")
    assert second == "0 requests, 0 leads taken, 0 limits broken"
    assert (tmp_path / "log.jsonl").stat().st_mode & 0o077 == 0


def test_every_fault_of_its_options_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"sequence": ["tosoon"]}')

    faults = faults_of(
        *("--key=S3CRETKEY", "--gap_secs=-1", f"--dnd={tmp_path}/none"),
        f"--faults={tmp_path}/plan.json",
    )

    assert len(faults) == 4
    assert "S3CRETKEY" not in "".join(faults)
    assert faults[1] == "--gap_secs must be 0 or more, and --max_rows 1 or more"
    assert faults[2] == f"--dnd {tmp_path}/none cannot be read"
    assert "too_soon" in faults[3]


@pytest.mark.parametrize("gap", ["nan", "inf"])
def test_a_gap_that_is_no_time_is_refused(gap: str) -> None:
    assert faults_of("--port=0", f"--gap_secs={gap}") == (
        "--gap_secs must be 0 or more, and --max_rows 1 or more",
    )


def test_a_port_that_is_taken_or_none_is_a_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert faults_of(f"--port={port}") == (
            "the simulator cannot start: Address already in use (see --port and --log)",
        )
    assert faults_of("--port=70000") == (
        "the simulator cannot start: no such port (see --port and --log)",
    )
    (fault,) = faults_of("--port=x")
    assert "--port" in fault


def test_a_log_that_cannot_be_written_is_a_fault(tmp_path: Path) -> None:
    assert faults_of("--port=0", f"--log={tmp_path}") == (
        "the simulator cannot start: Is a directory (see --port and --log)",
    )


def test_the_options_may_not_be_shortened() -> None:
    (fault,) = faults_of("--camp=Summer")

    assert "--camp" in fault


def test_its_help_is_its_own(capsys: Said) -> None:
    with pytest.raises(SystemExit) as ended:
        run_simulator(["--help"])

    assert ended.value.code == 0
    assert "--max_rows" in capsys.readouterr().out


def test_a_misspelt_option_is_named_with_the_right_one() -> None:
    with pytest.raises(Faults) as caught:
        run_simulator(["--prot", "5", "--gap_sec=1"])

    assert caught.value.faults == (
        "there is no option --prot (did you mean --port?)",
        "there is no option --gap_sec (did you mean --gap_secs?)",
    )
