import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.faults import Faults
from pipeline.runs import FINISHED, REPLACED, UNFINISHED, OutputLock, RunRecord, Runs, RunTerms
from records.layout import Layout
from transforms.read import InputFile

ROOT = Path(__file__).parents[2]


def file(name: str = "a.csv", digest: str = "aa", size_bytes: int = 10) -> InputFile:
    return InputFile(name=name, size_bytes=size_bytes, digest=digest, layout=Layout("csv"))


def begin(output: Path, *files: InputFile, **changes: Any) -> RunRecord:
    asked: dict[str, Any] = {
        "files": files or (file(),),
        "campaign": "Summer",
        "campaign_field": None,
        "schema": "s1",
        "time_zone": "Asia/Kolkata",
        "dialect": "v1",
        "lists": ("l1",),
        "lock": "1:2",
        "lists_version": "l1",
        "new_run": False,
        **changes,
    }
    found, new_run = asked.pop("files"), asked.pop("new_run")
    return Runs(output).begin(RunTerms(**asked), files=found, new_run=new_run)


def faults_of(output: Path, *files: InputFile, **changes: Any) -> tuple[str, ...]:
    with pytest.raises(Faults) as caught:
        begin(output, *files, **changes)
    return caught.value.faults


def stored(output: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_bytes()) for path in (output / "runs").glob("*.json")}


def test_a_run_is_recorded_when_it_starts_with_what_its_inputs_hold(tmp_path: Path) -> None:
    record = begin(tmp_path, file("a.csv", "aa", 10), file("b.csv", "bb", 20))

    found = stored(tmp_path)[record.run]
    assert record.starts == 1
    assert found["state"] == UNFINISHED
    assert found["inputs"] == [["a.csv", 10, "aa"], ["b.csv", 20, "bb"]]
    assert (found["campaign"], found["campaign_field"]) == ("Summer", None)
    assert (found["schema"], found["time_zone"], found["dialect"]) == ("s1", "Asia/Kolkata", "v1")
    assert (found["lists"], found["lists_version"], found["lock"]) == (["l1"], "l1", "1:2")
    assert found["started_at"].endswith("Z")
    assert found["ended_at"] is None
    assert [path.suffix for path in (tmp_path / "runs").iterdir()] == [".json"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "runs").iterdir())


def test_the_same_command_resumes_an_unfinished_run(tmp_path: Path) -> None:
    first = begin(tmp_path)
    second = begin(tmp_path)
    third = begin(tmp_path)

    assert first.run == second.run == third.run
    assert first.started_at == third.started_at
    assert [first.starts, second.starts, third.starts] == [1, 2, 3]
    assert len(stored(tmp_path)) == 1


def test_a_run_of_before_its_lists_had_a_version_together_is_resumed(tmp_path: Path) -> None:
    first = begin(tmp_path)
    path = tmp_path / "runs" / f"{first.run}.json"
    fields = json.loads(path.read_text())
    del fields["lists_version"], fields["lists_used"]
    path.write_text(json.dumps(fields))

    assert (begin(tmp_path).run, begin(tmp_path).lists_version) == (first.run, "l1")


def test_the_record_names_every_version_of_the_lists_that_was_used(tmp_path: Path) -> None:
    first = begin(tmp_path)
    noted = Runs(tmp_path).note_lists(first, ["l1", "l2", "l1"])
    assert noted.lists_used == ("l1", "l2", "l1")
    assert Runs(tmp_path).note_lists(noted, ["l1"]) == noted
    second = begin(tmp_path, lists_version="l3")
    assert second.lists_used == ("l1", "l2", "l1", "l3")
    assert stored(tmp_path)[first.run]["lists_used"] == ["l1", "l2", "l1", "l3"]
    assert begin(tmp_path, lists_version="").lists_used == second.lists_used


def test_key_lists_and_lock_may_change_and_further_files_may_come(tmp_path: Path) -> None:
    first = begin(tmp_path)
    changes: dict[str, Any] = {"lists": ("l2", "l3"), "lists_version": "h23", "lock": "3:4"}
    second = begin(tmp_path, file("0.csv", "00"), file(), **changes)
    faults = faults_of(tmp_path)

    assert second.run == first.run
    assert [name for name, _, _ in second.inputs] == ["0.csv", "a.csv"]
    assert {name: getattr(second, name) for name in changes} == changes
    assert stored(tmp_path)[first.run]["lists"] == ["l2", "l3"]
    # What came later is now part of the run.
    assert faults == (
        f"run {first.run} is unfinished, and its input 0.csv is not among the inputs any more:"
        " restore it, or start another run with --new_run",
    )


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"campaign": "Winter"}, "its campaign was another"),
        ({"campaign": None, "campaign_field": "C"}, "its campaign was another"),
        ({"schema": "s2"}, "its lead schema was another"),
        ({"time_zone": "UTC"}, "its time zone was another"),
        ({"dialect": "v4"}, "its API version was another"),
        ({"wrapping": "--record_path a"}, "its --record_path or --record_pairs was another"),
        ({"csv_delimiter": "~"}, "its --csv_delimiter was another"),
        ({"files": (file(digest="ab"),)}, "its input a.csv was changed"),
        ({"files": (file(size_bytes=11),)}, "its input a.csv was changed"),
        ({"files": (file("b.csv"),)}, "its input a.csv is not among the inputs any more"),
    ],
)
def test_another_command_never_resumes_a_run_by_mistake(
    tmp_path: Path, changed: dict[str, Any], what: str
) -> None:
    first = begin(tmp_path)
    before = stored(tmp_path)

    fault = faults_of(tmp_path, **changed)[0]

    assert fault == (
        f"run {first.run} is unfinished, and {what}:"
        " restore it, or start another run with --new_run"
    )
    assert stored(tmp_path) == before


def test_every_difference_is_named_at_once(tmp_path: Path) -> None:
    begin(tmp_path, file("a.csv"), file("b.csv"))

    faults = faults_of(tmp_path, file("b.csv", "xx"), campaign="Winter", schema="s2")

    assert [fault.split(", and ")[1].split(":")[0] for fault in faults] == [
        "its input a.csv is not among the inputs any more",
        "its input b.csv was changed",
        "its campaign was another",
        "its lead schema was another",
    ]


def test_new_run_replaces_the_unfinished_one(tmp_path: Path) -> None:
    first = begin(tmp_path)
    second = begin(tmp_path, file("b.csv"), campaign="Winter", new_run=True)
    third = begin(tmp_path, file("b.csv"), campaign="Winter")

    found = stored(tmp_path)
    assert second.run != first.run
    assert second.starts == 1
    assert third.run == second.run
    assert found[first.run]["state"] == REPLACED
    assert found[first.run]["ended_at"]
    assert found[second.run]["state"] == UNFINISHED


def test_after_a_finished_run_the_same_command_is_a_new_one(tmp_path: Path) -> None:
    first = begin(tmp_path)
    Runs(tmp_path).end(first, FINISHED)
    second = begin(tmp_path)
    Runs(tmp_path).end(second, FINISHED)

    assert second.run != first.run
    assert second.starts == 1
    assert {record["state"] for record in stored(tmp_path).values()} == {FINISHED}


def cut(text: str) -> str:
    return text[: len(text) // 2]


def with_field(name: str, value: object) -> Callable[[str], str]:
    return lambda text: json.dumps({**json.loads(text), name: value})


@pytest.mark.parametrize(
    "harm",
    [
        cut,
        lambda _: "",
        lambda _: "[]",
        lambda _: "null",
        lambda _: "[" * 100_000,
        with_field("inputs", [["a.csv", 10]]),
        with_field("inputs", [["a.csv", "ten", "aa"]]),
        with_field("inputs", 5),
        with_field("lists", None),
        with_field("starts", "often"),
        with_field("state", "finnished"),
        with_field("run", "another"),
        with_field("surplus", 1),
    ],
)
@pytest.mark.parametrize("new_run", [False, True])
def test_a_damaged_record_stops_before_anything_happens(
    tmp_path: Path, harm: Callable[[str], str], new_run: bool
) -> None:
    record = begin(tmp_path)
    path = tmp_path / "runs" / f"{record.run}.json"
    path.write_text(harm(path.read_text()))

    assert faults_of(tmp_path, new_run=new_run) == (
        f"{path} is damaged: restore it, or move it away to start another run",
    )


def test_a_record_that_was_cut_while_it_was_written_does_not_count(tmp_path: Path) -> None:
    record = begin(tmp_path)
    (tmp_path / "runs" / f"{record.run}.new").write_bytes(b"{")

    assert begin(tmp_path).run == record.run


def test_runs_that_cannot_be_kept_are_a_fault(tmp_path: Path) -> None:
    (tmp_path / "runs").write_bytes(b"")

    (fault,) = faults_of(tmp_path)
    assert fault.startswith(f"{tmp_path / 'runs'} cannot be used: ")


def test_an_output_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    output = tmp_path / "deep" / "out"

    lock = OutputLock(output)

    status = (output / "lock").stat()
    assert lock.identity == f"{status.st_dev}:{status.st_ino}"
    assert output.stat().st_mode & 0o777 == 0o700
    assert status.st_mode & 0o777 == 0o600


@pytest.mark.parametrize("inside", [False, True])
def test_an_output_that_is_a_file_is_a_fault(tmp_path: Path, inside: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    output = path / "out" if inside else path

    with pytest.raises(Faults) as caught:
        OutputLock(output)

    (fault,) = caught.value.faults
    assert fault.startswith(f"--output {output} cannot be written: ")


HOLD = """
import sys
from pathlib import Path
from pipeline.runs import OutputLock
lock = OutputLock(Path(sys.argv[1]))
print(lock.identity, flush=True)
sys.stdin.read()
"""


def test_a_second_process_on_an_output_is_refused_until_the_first_has_ended(
    tmp_path: Path,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        identity = holder.stdout.readline().strip()
        with pytest.raises(Faults) as caught:
            OutputLock(tmp_path)
        holder.kill()
        holder.wait()

    assert caught.value.faults == (
        f"--output {tmp_path} is in use by another process: wait for it, or choose another",
    )
    assert OutputLock(tmp_path).identity == identity


def test_the_lock_is_held_as_long_as_the_process_lives(tmp_path: Path) -> None:
    OutputLock(tmp_path)  # nothing refers to it any more

    with pytest.raises(Faults, match="in use"):
        OutputLock(tmp_path)
