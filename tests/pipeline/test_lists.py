import os
from pathlib import Path

from pipeline.lists import check_lists
from transforms.lists import ListSettings

NOW = 1_800_000_000.0
HOUR = 3_600.0


def list_of(path: Path, content: bytes = b"9876500001\n", *, hours: float = 0.0) -> str:
    path.write_bytes(content)
    os.utime(path, (NOW - hours * HOUR, NOW - hours * HOUR))
    return str(path)


def faults_of(*names: str, hours: float | None = None, allow_empty: bool = False) -> list[str]:
    return check_lists(ListSettings(names, "IN", allow_empty), hours, NOW)


def test_lists_that_can_be_relied_on_have_no_fault(tmp_path: Path) -> None:
    assert faults_of() == []
    assert faults_of(list_of(tmp_path / "a", hours=500)) == []
    assert faults_of(list_of(tmp_path / "a", hours=24), hours=24) == []


def test_a_list_that_is_too_old_says_how_old_it_is(tmp_path: Path) -> None:
    name = list_of(tmp_path / "a", hours=30.5)

    assert faults_of(name, hours=24) == [
        f"the list {name} is 30.5 hours old, more than the 24 of --dnd_max_age_hours: fetch it anew"
    ]


def test_every_fault_of_every_list_is_named(tmp_path: Path) -> None:
    old_and_empty = list_of(tmp_path / "a", b"", hours=25)
    missing = str(tmp_path / "none")
    strange = "nowhere://lists/dnd"

    faults = faults_of(old_and_empty, missing, strange, hours=24)

    assert len(faults) == 4
    assert [old_and_empty in faults[0], missing in faults[1], strange in faults[2]] == [True] * 3
    assert "25.0 hours old" in faults[3]


def test_an_empty_list_may_be_allowed_and_its_age_still_counts(tmp_path: Path) -> None:
    name = list_of(tmp_path / "a", b"# nobody\n", hours=2)

    assert faults_of(name, allow_empty=True) == []
    assert len(faults_of(name, allow_empty=True, hours=1)) == 1
