import gzip
import pickle
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from dialer.clock import ManualClock
from suppression.categories import Categories
from transforms.lists import ListSettings, ListsUnusable, open_screen

ASKED = np.array([919_876_500_001, 919_876_500_002, 442_071_838_750], np.int64)


def settings(*paths: Path | str, allow_empty: bool = False) -> ListSettings:
    return ListSettings(tuple(map(str, paths)), "IN", allow_empty)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def faults_of(lists: ListSettings) -> tuple[str, ...]:
    with pytest.raises(ListsUnusable) as caught:
        open_screen(lists)
    return caught.value.faults


def test_without_lists_nobody_is_listed() -> None:
    screen = open_screen(settings())
    assert screen.listed(ASKED).tolist() == [False, False, False]
    assert screen.version == ""


def test_a_number_on_any_list_is_listed_however_it_is_spelled_or_packed(tmp_path: Path) -> None:
    text = written(tmp_path / "a.txt", b"+91-98765-00002\n")
    packed = written(tmp_path / "b.csv", gzip.compress(b"Phone\n+442071838750\n"))

    assert open_screen(settings(text, packed)).listed(ASKED).tolist() == [False, True, True]


def test_the_same_lists_are_opened_once_in_a_process(tmp_path: Path) -> None:
    lists = settings(written(tmp_path / "a.txt", b"9876500001\n"))

    assert open_screen(lists) is open_screen(pickle.loads(pickle.dumps(lists)))


def test_a_list_without_numbers_passes_only_where_that_is_allowed(tmp_path: Path) -> None:
    empty = written(tmp_path / "a.txt", b"# nobody yet\n")

    (fault,) = faults_of(settings(empty))
    assert str(empty) in fault
    assert not open_screen(settings(empty, allow_empty=True)).listed(ASKED).any()


def test_every_list_that_cannot_be_used_is_named_at_once(tmp_path: Path) -> None:
    good = written(tmp_path / "good.txt", b"9876500001\n")
    page = written(tmp_path / "page.txt", b"<!DOCTYPE html><html><body>log in</body></html>")
    missing, folder = tmp_path / "none.txt", tmp_path
    elsewhere = "nowhere://lists/dnd.txt"

    faults = faults_of(settings(page, good, missing, folder, elsewhere))

    assert len(faults) == 4
    for name, fault in zip((page, missing, folder, elsewhere), faults, strict=True):
        assert str(name) in fault
    assert faults[1] == f"the list {missing} cannot be read: No such file or directory"


def test_a_list_that_is_too_old_or_dated_ahead_cannot_be_used_where_its_age_counts(
    tmp_path: Path,
) -> None:
    old = written(tmp_path / "old.txt", b"# as of 2026-11-24\n9876500001\n")
    ahead = written(tmp_path / "ahead.txt", b"# date: 2026-11-27\n9876500001\n")
    page = written(tmp_path / "page.txt", b"<!DOCTYPE html><html></html>")
    fresh = written(tmp_path / "fresh.txt", b"# as of 2026-11-25T10:00Z\n9876500001\n")
    lists = settings(old, ahead, page, fresh)
    clock = ManualClock(wall_secs=datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp())

    with pytest.raises(ListsUnusable) as caught:
        open_screen(replace(lists, max_age_hours=24.0), clock=clock)

    faults = caught.value.faults
    assert faults[0] == (
        f"the list {old} is 36.0 hours old, more than the 24 of --dnd_max_age_hours: fetch it anew"
    )
    assert faults[1].startswith(f"the list {ahead} is dated 36.0 hours in the future")
    assert faults[2].startswith(str(page))
    assert len(faults) == 3
    assert open_screen(settings(old, ahead)).count == 2


def test_with_a_category_only_what_is_blocked_for_it_is_listed(tmp_path: Path) -> None:
    rows = b'Phone,Category\n9876500001,3\n9876500002,"4,5"\n+442071838750,0\n'
    lists = settings(written(tmp_path / "a.csv", rows))
    found = [
        open_screen(replace(lists, category=category, means=means)).listed(ASKED).tolist()
        for category, means in (
            (None, Categories.IGNORED),
            (3, Categories.UNSAID),
            (3, Categories.ALLOWED),
            (8, Categories.BLOCKED),
        )
    ]

    assert found == [
        [True, True, True],
        [True, False, True],
        [False, True, True],
        [False, False, True],
    ]


def test_a_column_of_preferences_must_be_told_where_a_category_counts(tmp_path: Path) -> None:
    lists = settings(written(tmp_path / "a.csv", b"Phone,Preferences\n9876500001,3\n"))

    with pytest.raises(ListsUnusable, match="--dnd_category_means"):
        open_screen(replace(lists, category=3, means=Categories.UNSAID))
    assert open_screen(lists).count == 1
