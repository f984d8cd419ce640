from pathlib import Path

import pytest

from pipeline.outcome_files import complete, prepare


def test_a_runs_folder_is_made_for_its_owner_alone_and_may_be_there(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "out", "run-1")

    assert folder == tmp_path / "out" / "outcomes" / "run-1"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert prepare(tmp_path / "out", "run-1") == folder


def test_a_finished_run_keeps_the_files_of_its_last_start_and_nothing_else(
    tmp_path: Path,
) -> None:
    for name in ("0001-aaaaaa-delivered-1", "0002-bbbbbb-invalid-2", "0002-bbbbbb-delivered-3"):
        (tmp_path / f"{name}.jsonl").write_text(name)
    (tmp_path / "0002-bbbbbbb-delivered-4.jsonl").write_text("of another start")

    complete(tmp_path, "0002-bbbbbb")
    complete(tmp_path, "0002-bbbbbb")

    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "0002-bbbbbb-invalid-2.jsonl": "0002-bbbbbb-invalid-2",
        "0002-bbbbbb-delivered-3.jsonl": "0002-bbbbbb-delivered-3",
    }


def test_a_run_without_records_has_an_empty_folder(tmp_path: Path) -> None:
    complete(prepare(tmp_path, "run-1"), "0001-aaaaaa")

    assert list((tmp_path / "outcomes" / "run-1").iterdir()) == []


def test_a_folder_that_cannot_be_made_or_completed_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "outcomes").write_bytes(b"")

    with pytest.raises(OSError, match=r"exists|directory"):
        prepare(tmp_path, "run-1")
    with pytest.raises(FileNotFoundError):
        complete(tmp_path / "none", "0001-aaaaaa")
