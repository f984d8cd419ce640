from pathlib import Path

import pytest

from pipeline.faults import Faults
from pipeline.outcome_files import complete, prepare


def test_a_runs_folder_is_made_for_its_owner_alone_and_may_be_there(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "out", "run-1")

    assert folder == tmp_path / "out" / "outcomes" / "run-1"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert prepare(tmp_path / "out", "run-1") == folder


def test_of_the_runs_own_files_a_finished_run_keeps_those_of_its_last_start(
    tmp_path: Path,
) -> None:
    for name in ("0001-aaaaaa-delivered", "0002-bbbbbb-invalid", "0002-bbbbbb-delivered"):
        (tmp_path / f"{name}.jsonl").write_text(name)
    (tmp_path / "0002-cccccc-delivered.jsonl").write_text("of another start")
    (tmp_path / "notes.txt").write_text("of the user's own")

    complete(tmp_path, "0002-bbbbbb")
    complete(tmp_path, "0002-bbbbbb")

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "0002-bbbbbb-invalid.jsonl": "0002-bbbbbb-invalid",
        "0002-bbbbbb-delivered.jsonl": "0002-bbbbbb-delivered",
        "notes.txt": "of the user's own",
    }


def test_a_run_without_records_has_an_empty_folder(tmp_path: Path) -> None:
    complete(prepare(tmp_path, "run-1"), "0001-aaaaaa")

    assert list((tmp_path / "outcomes" / "run-1").iterdir()) == []


def test_a_folder_that_cannot_be_made_or_completed_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "outcomes").write_bytes(b"")

    with pytest.raises(Faults, match="cannot be written"):
        prepare(tmp_path, "run-1")
    with pytest.raises(FileNotFoundError):
        complete(tmp_path / "none", "0001-aaaaaa")
