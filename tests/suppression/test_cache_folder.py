from pathlib import Path

import pytest

from suppression.cache_folder import CacheFolder


def test_a_lock_leaves_nothing_behind_whatever_happens_under_it(tmp_path: Path) -> None:
    folder = CacheFolder(tmp_path)
    with folder.locked("a"), folder.locked("b"):
        assert len(list(tmp_path.iterdir())) == 2
    with pytest.raises(KeyError), folder.locked("a"):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_workplace_is_empty_and_goes_though_a_killed_process_has_left_one(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.work").mkdir()
    (tmp_path / "a.work" / "left").write_bytes(b"1")

    with CacheFolder(tmp_path).workplace("a") as work:
        assert list(work.iterdir()) == []
        (work / "made").write_bytes(b"2")
    assert list(tmp_path.iterdir()) == []
