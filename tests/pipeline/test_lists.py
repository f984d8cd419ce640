import os
from pathlib import Path

import pytest

from dialer.clock import Instant, ManualClock
from pipeline.lists import check_lists, say_lists
from suppression.categories import Categories
from suppression.kept_lists import KeptList, Stamp
from tests.suppression.built_lists import built
from transforms.list_ages import age_fault
from transforms.lists import ListSettings, open_screen

NOW = 1_800_000_000.0
HOUR = 3_600.0


def list_of(path: Path, content: bytes = b"9876500001\n", *, hours: float = 0.0) -> str:
    path.write_bytes(content)
    os.utime(path, (NOW - hours * HOUR, NOW - hours * HOUR))
    return str(path)


def faults_of(*names: str, hours: float | None = None, allow_empty: bool = False) -> list[str]:
    settings = ListSettings(names, "IN", allow_empty, max_age_hours=hours)
    return check_lists(settings, ManualClock(wall_secs=NOW))


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
    empty = list_of(tmp_path / "a", b"")
    old = list_of(tmp_path / "b", hours=25)
    missing = str(tmp_path / "none")
    strange = "nowhere://lists/dnd"

    faults = faults_of(empty, missing, strange, old, hours=24)

    assert len(faults) == 4
    names = (empty, missing, strange, old)
    assert [name in fault for name, fault in zip(names, faults, strict=True)] == [True] * 4
    assert "25.0 hours old" in faults[3]


def test_an_empty_list_may_be_allowed_and_its_age_still_counts(tmp_path: Path) -> None:
    name = list_of(tmp_path / "a", b"# nobody\n", hours=2)

    assert faults_of(name, allow_empty=True) == []
    assert len(faults_of(name, allow_empty=True, hours=1)) == 1


def test_a_list_that_is_being_written_is_waited_for_before_leads_are_sent_by_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"9876500001\n")

    class Writer(ManualClock):
        """Somebody writes on until five seconds have passed."""

        def sleep(self, secs: float) -> None:
            super().sleep(secs)
            if sum(self.slept_secs) < 5.0:
                with path.open("ab") as file:
                    file.write(b"9876500002\n")
            written_secs = path.stat().st_ctime
            ahead_secs = max(0.0, sum(self.slept_secs) - 5.0)
            self._now = Instant("manual", self._now.boot_secs, written_secs + ahead_secs)

    clock = Writer(wall_secs=path.stat().st_ctime)
    settings = ListSettings((str(path),), "IN", allow_empty=False)
    assert check_lists(settings, clock) == []
    assert 6.5 < sum(clock.slept_secs) < 8.0
    assert open_screen(settings).count == 2
    assert f"the list {path} is being written: waiting until it is whole" in capsys.readouterr().out


def test_a_list_that_is_written_all_the_time_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"9876500001\n")

    class StoodStill(ManualClock):
        """The file is always as young as it was."""

        def sleep(self, secs: float) -> None:
            super().sleep(secs)
            self._now = Instant("manual", self._now.boot_secs, path.stat().st_ctime)

    settings = ListSettings((str(path),), "IN", allow_empty=False)
    faults = check_lists(settings, StoodStill(wall_secs=path.stat().st_ctime))
    assert [f"the list {path} is being written all the time" in fault for fault in faults] == [True]
    assert check_lists(settings, StoodStill(wall_secs=0.0), are_relied_on=False) == []


def test_an_age_that_nobody_knows_is_no_age_that_may_pass() -> None:
    index = built("9876500001\n")
    kept = KeptList(index, Stamp("", 1, None, None), is_settled=True)
    assert "has no date of its own" in age_fault(kept, 24.0, NOW)
    assert age_fault(kept, None, NOW) == ""


def said_of(capsys: pytest.CaptureFixture[str], settings: ListSettings) -> list[str]:
    clock = ManualClock(wall_secs=NOW)
    say_lists(settings, open_screen(settings, clock=clock), clock)
    return capsys.readouterr().out.splitlines()


def test_each_list_is_said_with_its_version_its_numbers_and_its_age(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = list_of(tmp_path / "own", b"# as of 2027-01-15T05:00Z\n9876500001\nno\n", hours=1)
    other = list_of(tmp_path / "other", b"9876500001\n9876500002\n", hours=2)
    settings = ListSettings((own, other), "IN", allow_empty=False)
    versions = [each.version for each in open_screen(settings).lists]

    assert said_of(capsys, settings) == [
        f"do-not-disturb list: {own}: 1 number, version {versions[0]}; 2 lines that hold no number;"
        " 3 h 0 min old by its own date",
        f"do-not-disturb list: {other}: 2 numbers, version {versions[1]}; 2 h 0 min old by its"
        " file's date",
    ]
    assert said_of(capsys, ListSettings((), "IN", allow_empty=False)) == [
        "no do-not-disturb list was given: nothing is screened (see --dnd)"
    ]


def test_with_a_category_it_is_said_how_much_of_a_list_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = b"Phone,Category\n9876500001,3\n9876500002,0\n9876500003,4\n"
    names = (list_of(tmp_path / "a", rows), list_of(tmp_path / "b"))
    settings = ListSettings(names, "IN", False, category=3, means=Categories.BLOCKED)

    first, second, last = said_of(capsys, settings)
    assert first.endswith("; 2 of them blocked for category 3")
    assert second.endswith("; it names no categories: whatever is on it is blocked")
    assert last == "the campaign is of category 3 (education)"


def test_a_list_that_takes_long_says_now_and_then_how_far_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = list_of(tmp_path / "a", b"9876500001\n" * 300_000)
    clock = _Hurried(wall_secs=NOW)

    assert check_lists(ListSettings((name,), "IN", allow_empty=False), clock) == []
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"reading the list {name}: 1.0 MB so far"
    assert f"reading the list {name}: 3.3 MB, 300,000 numbers so far" in lines


class _Hurried(ManualClock):
    """A clock that goes on by four seconds each time that it is looked at."""

    def now(self) -> Instant:
        self.advance(4.0)
        return super().now()
