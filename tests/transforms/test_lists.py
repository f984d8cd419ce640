import gzip
import pickle
from pathlib import Path

import numpy as np
import pytest

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
