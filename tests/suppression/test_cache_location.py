import os
import tempfile
from pathlib import Path

import pytest

from suppression.cache_location import find_folder
from suppression.faults import CacheUnusable


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, and a folder for what is temporary, of this test alone."""
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("HOME", str(path))
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return path


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_folder_is_where_the_variables_say(home: Path, tmp_path: Path) -> None:
    named, caches = str(tmp_path / "named"), str(tmp_path / "caches")

    found = find_folder({"DIALFEED_CACHE": named, "XDG_CACHE_HOME": caches})
    assert (found, mode(found)) == (tmp_path / "named" / "lists", 0o700)
    assert find_folder({"XDG_CACHE_HOME": caches}) == tmp_path / "caches" / "dialfeed" / "lists"
    for nothing in ({}, {"DIALFEED_CACHE": ""}, {"XDG_CACHE_HOME": "relative"}):
        assert find_folder(nothing) == home / ".cache" / "dialfeed" / "lists"


def test_without_a_home_to_write_to_it_is_among_what_is_temporary(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".cache").write_bytes(b"")
    found = find_folder({})

    assert (found.parent, mode(found)) == (tmp_path / "tmp", 0o700)
    assert str(os.geteuid()) in found.name
    monkeypatch.setenv("HOME", "/proc/none")
    assert find_folder({}) == found


@pytest.mark.usefixtures("home")
def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path) -> None:
    (tmp_path / "named").mkdir()
    (tmp_path / "named" / "lists").mkdir()
    (tmp_path / "named" / "lists").chmod(0o777)

    with pytest.raises(CacheUnusable, match="others may write there"):
        find_folder({"DIALFEED_CACHE": str(tmp_path / "named")})


@pytest.mark.usefixtures("home")
def test_a_link_to_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "lists").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(CacheUnusable):
        find_folder({"DIALFEED_CACHE": str(tmp_path)})


@pytest.mark.usefixtures("home")
def test_a_folder_that_was_named_and_cannot_be_made_is_not_replaced_by_another(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(CacheUnusable) as caught:
        find_folder({"DIALFEED_CACHE": str(tmp_path / "file")})

    assert str(tmp_path / "file") in str(caught.value)
    assert "DIALFEED_CACHE" in str(caught.value)
