from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transforms.memory_cells import MemoryValue
from transforms.window_files import WindowFile, write_whole

SECS = st.integers(min_value=0, max_value=4_000_000_000)


@given(st.lists(SECS, min_size=2, max_size=20))
def test_names_are_in_the_order_of_writing_however_times_jump(starts: list[int]) -> None:
    file, names = WindowFile(), []
    for start in starts:
        file = file.next_from(start).grown(10)
        names.append(file.name("3fa9c1"))
        file = file.written()
    assert names == sorted(set(names))


@given(SECS, st.integers(min_value=0, max_value=10**9))
def test_a_file_is_read_from_state_as_it_was_saved(start: int, size: int) -> None:
    cell = MemoryValue()
    assert WindowFile.read(cell) == WindowFile(number=0, start_secs=0, size_bytes=0)
    file = WindowFile().next_from(start).grown(size).grown(1)
    file.save(cell)
    assert WindowFile.read(cell) == file
    assert file.size_bytes == size + 1


def test_a_file_replaces_one_of_its_name_and_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "not there" / "yet" / "a.jsonl"
    write_whole(str(path), b"first, and longer\n")
    write_whole(str(path), b"second\n")
    assert path.read_bytes() == b"second\n"
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_that_cannot_be_finished_does_not_appear(tmp_path: Path) -> None:
    in_its_place = tmp_path / "a.jsonl"
    in_its_place.mkdir()
    with pytest.raises(IsADirectoryError):
        write_whole(str(in_its_place), b"lines\n")
    assert in_its_place.is_dir()
    assert [path for path in tmp_path.glob("*.jsonl") if path.is_file()] == []
