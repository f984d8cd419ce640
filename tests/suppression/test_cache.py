import gzip
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from suppression.building import BuildTerms, build_index
from suppression.cache import ListCache
from suppression.categories import Categories
from suppression.faults import CacheUnusable, ListError
from suppression.index_file import IndexFile
from suppression.kept_lists import Stamp
from tests.suppression.built_lists import source_of
from tests.suppression.kept_files import FilePlace, replaced, touched

TERMS = BuildTerms("IN")
ASKED = np.array([919_876_500_001, 919_876_500_002, 919_876_500_003], np.int64)
ONE, TWO = b"9876500001\n", b"9876500001\n9876500002\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "kept"
    path.mkdir()
    return path


@pytest.fixture
def cache(folder: Path) -> ListCache:
    return ListCache(folder)


def place_of(folder: Path, content: bytes = TWO, *, name: str = "dnd.txt") -> FilePlace:
    path = folder.parent / name
    path.write_bytes(content)
    return FilePlace(path)


def index_place(folder: Path, content: bytes = TWO, *, name: str = "list.dnd") -> FilePlace:
    path = folder.parent / name
    build_index([source_of(content, "dnd.txt")], path, TERMS)
    return FilePlace(path)


def listed(index: IndexFile) -> list[bool]:
    return [bool(found) for found in index.listed(ASKED)]


def entries(folder: Path) -> dict[str, int]:
    """The entries, by name, and which file each of them is."""
    return {path.name: path.stat().st_ino for path in folder.glob("*.dnd")}


def test_a_list_of_text_is_built_once_and_then_opened_without_being_read(
    cache: ListCache, folder: Path
) -> None:
    place = place_of(folder)

    first, second = cache.open(place, TERMS), ListCache(folder).open(place, TERMS)

    assert place.readings == 1
    assert listed(first.index) == listed(second.index) == [True, True, False]
    assert first.index.version == second.index.version
    assert second.index.name == place.name
    assert len(entries(folder)) == 1


def test_a_list_that_was_fetched_again_and_holds_the_same_is_not_built_again(
    cache: ListCache, folder: Path
) -> None:
    place = place_of(folder)
    touched(place.path, 1e9)
    first = cache.open(place, TERMS)
    built = entries(folder)
    touched(place.path, 2e9)
    second = cache.open(place, TERMS)
    elsewhere = cache.open(place_of(folder, name="copy.txt"), TERMS)

    assert place.readings == 2
    assert entries(folder) == built
    assert (first.dated_secs, second.dated_secs) == (1e9, 2e9)
    assert elsewhere.index.version == first.index.version


def test_a_list_that_dates_itself_is_of_that_date(cache: ListCache, folder: Path) -> None:
    kept = cache.open(place_of(folder, b"# as of 2001-09-09\n" + ONE), TERMS)

    assert kept.dated_secs == 999_993_600.0


@pytest.mark.parametrize("is_index", [False, True])
def test_what_is_done_to_the_file_afterwards_does_not_touch_what_is_open(
    cache: ListCache, folder: Path, is_index: bool
) -> None:
    place = index_place(folder) if is_index else place_of(folder)
    kept = cache.open(place, TERMS)

    with place.path.open("r+b") as file:
        file.write(b"\0" * 20)
        file.truncate(20)

    assert listed(kept.index) == [True, True, False]


def test_an_index_is_copied_once_and_known_by_what_it_holds(cache: ListCache, folder: Path) -> None:
    place = index_place(folder)
    first, second = cache.open(place, TERMS), cache.open(place, TERMS)
    moved = cache.open(FilePlace(place.path.rename(folder.parent / "moved.dnd")), TERMS)

    assert place.readings == 1
    assert listed(first.index) == listed(second.index) == listed(moved.index)
    (entry,) = folder.glob("*.dnd")
    assert entry.read_bytes() == (folder.parent / "moved.dnd").read_bytes()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda data: data[:-1], "cut short"),
        (lambda data: data[: len(data) // 2], "cut short"),
        (lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:], "checksum"),
        (lambda data: data[:1] + b"X" + data[2:], "list.dnd"),
        (lambda _: b"SQLite format 3\0" + bytes(100), "list.dnd"),
    ],
)
def test_a_damaged_or_foreign_index_is_refused_though_a_good_copy_is_kept(
    cache: ListCache, folder: Path, harm: Callable[[bytes], bytes], words: str
) -> None:
    place = index_place(folder)
    good = cache.open(place, TERMS)
    replaced(place.path, harm(place.path.read_bytes()))

    with pytest.raises(ListError, match=words) as caught:
        cache.open(place, TERMS)

    assert place.name in str(caught.value)
    assert str(folder) not in str(caught.value)
    assert listed(good.index) == [True, True, False]
    assert len(entries(folder)) == 1


@pytest.mark.parametrize("is_index", [False, True])
def test_an_entry_that_is_damaged_is_made_again(
    cache: ListCache, folder: Path, is_index: bool
) -> None:
    place = index_place(folder) if is_index else place_of(folder)
    cache.open(place, TERMS)
    (entry,) = folder.glob("*.dnd")
    entry.write_bytes(entry.read_bytes()[:-3])

    kept = cache.open(place, TERMS)

    assert listed(kept.index) == [True, True, False]
    assert place.readings == 2


def test_a_memo_without_its_entry_or_sense_is_as_none(cache: ListCache, folder: Path) -> None:
    place = place_of(folder)
    for spoil in (_remove_entries, _empty_memos, _blank_memos):
        cache.open(place, TERMS)
        spoil(folder)
        assert listed(cache.open(place, TERMS).index) == [True, True, False]


def _remove_entries(folder: Path) -> None:
    for entry in folder.glob("*.dnd"):
        entry.unlink()


def _blank_memos(folder: Path) -> None:
    """As a power cut may leave them."""
    for memo in folder.glob("*.memo"):
        memo.write_bytes(bytes(64))


def _empty_memos(folder: Path) -> None:
    for memo in folder.glob("*.memo"):
        memo.write_bytes(b"")


def test_how_a_list_is_read_tells_it_from_the_same_list_read_otherwise(
    cache: ListCache, folder: Path
) -> None:
    place = place_of(folder, b"Phone,Category\n9876500001,2\n9876500002,0\n")
    plain = cache.open(place, TERMS)
    blocked = cache.open(place, BuildTerms("IN", categories=Categories.BLOCKED))
    allowed = cache.open(place, BuildTerms("IN", categories=Categories.ALLOWED))

    asked = [kept.index.listed(ASKED, 2).tolist() for kept in (plain, blocked, allowed)]
    assert asked == [[True, True, False], [True, True, False], [False, True, False]]
    assert blocked.index.listed(ASKED, 3).tolist() == [False, True, False]
    place, asked_for = place_of(folder, b"2125550123\n"), np.array([12_125_550_123], np.int64)
    found = [cache.open(place, BuildTerms(region)).index for region in ("US", "IN")]
    assert [index.listed(asked_for).tolist() for index in found] == [[True], [False]]


def test_an_empty_list_is_refused_unless_it_may_be_empty_whoever_opened_it_before(
    cache: ListCache, folder: Path
) -> None:
    place = place_of(folder, b"# nobody\n")

    assert cache.open(place, BuildTerms("IN", allow_empty=True)).index.count == 0
    with pytest.raises(ListError, match="--dnd_allow_empty"):
        cache.open(place, TERMS)


def test_a_file_that_changes_while_it_is_read_is_read_again(cache: ListCache, folder: Path) -> None:
    place = place_of(folder, ONE)

    def change_once() -> None:
        if place.readings == 1:
            replaced(place.path, TWO)

    place.on_reading = change_once
    assert listed(cache.open(place, TERMS).index) == [True, True, False]
    assert place.readings == 2
    assert len(entries(folder)) == 1


def test_a_file_that_changes_all_the_time_is_refused(cache: ListCache, folder: Path) -> None:
    place = place_of(folder)
    place.on_reading = lambda: replaced(place.path, TWO + b"# %d\n" % place.readings)

    with pytest.raises(ListError, match="changed again and again"):
        cache.open(place, TERMS)
    assert entries(folder) == {}


def test_a_file_that_was_just_written_is_read_again_as_it_may_change_under_its_stamp(
    folder: Path,
) -> None:
    now = time.time()
    place = place_of(folder, TWO)
    place.is_whole = False
    soon = ListCache(folder, clock_secs=lambda: now + 1.0)
    later = ListCache(folder, clock_secs=lambda: now + 60.0)

    assert not soon.open(place, TERMS).is_settled
    stamp = place.path.stat()
    place.path.write_bytes(b"9876500003\n9876500002\n")
    touched(place.path, stamp.st_mtime)
    assert place.path.stat().st_size == stamp.st_size
    assert listed(soon.open(place, TERMS).index) == [False, True, True]

    assert later.open(place, TERMS).is_settled
    assert later.open(place, TERMS).is_settled
    assert place.readings == 3


def test_who_opens_the_same_list_at_the_same_time_waits_for_who_came_first(folder: Path) -> None:
    place = place_of(folder)
    both = threading.Barrier(2)

    def open_it() -> list[bool]:
        both.wait()
        return listed(ListCache(folder).open(place, TERMS).index)

    with ThreadPoolExecutor(2) as pool:
        found = [future.result() for future in [pool.submit(open_it) for _ in range(2)]]

    assert found == [[True, True, False]] * 2
    assert place.readings == 1
    assert {path.suffix for path in folder.iterdir()} == {".dnd", ".memo"}


class Stopped(Exception):
    pass


def test_what_a_watcher_raises_ends_it_and_leaves_nothing(cache: ListCache, folder: Path) -> None:
    def stop(name: str, read_bytes: int, numbers: int) -> None:
        assert (name, read_bytes > 0, numbers) == (place.name, True, 0)
        raise Stopped

    place = place_of(folder)
    with pytest.raises(Stopped):
        cache.open(place, TERMS, watch=stop)

    assert list(folder.iterdir()) == []


def test_what_is_kept_is_for_its_owner_alone(cache: ListCache, folder: Path) -> None:
    cache.open(place_of(folder), TERMS)
    cache.open(index_place(folder), TERMS)

    assert {path.stat().st_mode & 0o077 for path in folder.glob("*.dnd")} == {0}


def test_what_nobody_has_used_for_a_month_goes_when_something_comes(folder: Path) -> None:
    day = 86_400.0
    now = time.time()
    old, used = place_of(folder, ONE, name="old.txt"), place_of(folder, TWO, name="used.txt")
    cache = ListCache(folder, clock_secs=lambda: now)
    kept = cache.open(old, TERMS)
    cache.open(used, TERMS)
    for path in folder.iterdir():
        touched(path, now - 31 * day)
    (folder / "killed.work").mkdir()
    touched(folder / "killed.work", now - 2 * day)
    cache.open(used, TERMS)

    cache.open(place_of(folder, b"9876500003\n", name="new.txt"), TERMS)

    assert len(entries(folder)) == 2
    assert not (folder / "killed.work").exists()
    assert listed(kept.index) == [True, False, False]
    assert (old.readings, used.readings) == (1, 1)
    cache.open(old, TERMS)
    assert old.readings == 2


def test_of_more_than_there_is_room_for_the_longest_unused_go_but_not_todays(
    folder: Path,
) -> None:
    now = time.time()
    for days in (0, 3, 2, 4):
        path = folder / f"{days}.dnd"
        with path.open("wb") as file:
            file.truncate(3 << 29)  # it takes no room on the disk
        touched(path, now - days * 86_400.0)

    ListCache(folder, clock_secs=lambda: now).open(place_of(folder), TERMS)

    assert {"0.dnd", "2.dnd"} < set(entries(folder))
    assert not {"3.dnd", "4.dnd"} & set(entries(folder))


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size_bytes", [0, 5_000, 12_000])
def test_a_folder_without_room_is_named_with_the_remedy(
    cache: ListCache, folder: Path, size_bytes: int
) -> None:
    """At three moments: at once, while the list is fetched, and while it is built."""
    numbers = [6_000_000_000 + number * 2_654_435_761 % 4_000_000_000 for number in range(2_000)]
    place = place_of(folder, gzip.compress(b"".join(b"%d\n" % number for number in numbers)))
    assert 5_000 < place.path.stat().st_size < 12_000
    with files_of_at_most(size_bytes), pytest.raises(CacheUnusable) as caught:
        cache.open(place, TERMS)

    assert str(folder) in str(caught.value)
    assert "DIALFEED_CACHE" in str(caught.value)
    assert list(folder.iterdir()) == []
    assert cache.open(place, TERMS).index.count > 1_900


class _Vast(FilePlace):
    """The place of a file that no disk has room for."""

    def stamp(self) -> Stamp:
        return replace(super().stamp(), size_bytes=1 << 60)


def test_a_disk_without_room_for_a_list_is_not_filled_up(cache: ListCache, folder: Path) -> None:
    place = _Vast(place_of(folder).path)

    with pytest.raises(CacheUnusable, match="No space left on device"):
        cache.open(place, TERMS)
    assert place.readings == 0


def test_a_file_that_ends_too_early_is_not_taken_for_the_list(
    cache: ListCache, folder: Path
) -> None:
    place = place_of(folder)
    blind = _Blind(place.path, always=place.stamp())
    blind.on_reading = lambda: os.truncate(place.path, len(ONE))

    with pytest.raises(ListError, match="again and again"):
        cache.open(blind, TERMS)


@dataclass
class _Blind(FilePlace):
    """The place of a file whose filesystem does not tell that it has changed."""

    always: Stamp = field(kw_only=True)

    def stamp(self) -> Stamp:
        return self.always


def test_a_list_that_cannot_be_read_says_so_and_not_that_the_folder_is_to_blame(
    cache: ListCache, folder: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        cache.open(FilePlace(folder / "none"), TERMS)
    with pytest.raises(IsADirectoryError):
        cache.open(FilePlace(folder), TERMS)
    assert list(folder.iterdir()) == []


def test_sources_are_named_as_the_operator_names_them(cache: ListCache, folder: Path) -> None:
    place = place_of(folder)

    (source,) = cache.open(place, TERMS).index.info.sources
    assert (source.name, source.size_bytes) == (place.name, len(TWO))
    with pytest.raises(ListError, match=str(place.path)):
        cache.open(place_of(folder, b"<!DOCTYPE html><html></html>"), TERMS)
