import errno
import os
import stat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from dialer.store import (
    RESERVE_BYTES,
    LocalStore,
    NotDurable,
    ObjectExists,
    ObjectMissing,
    StoreError,
)

_PROCESSES = 8
_SLOTS = 40


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "ledger")


def _content(process: int) -> bytes:
    return (f"{process}," * 4000).encode()


def _race_for_slots(task: tuple[Path, int]) -> list[tuple[int, bytes]]:
    """Try to create each slot; returns those won, and what stood there of those lost."""
    folder, process = task
    store = LocalStore(folder)
    results = []
    for slot in range(_SLOTS):
        try:
            store.put_new(f"{slot:09d}.1-claim", _content(process))
        except ObjectExists:
            results.append((-1, store.get(f"{slot:09d}.1-claim")))
        else:
            results.append((slot, b""))
    return results


def test_of_eight_processes_one_wins_each_slot_and_no_other_reads_a_torn_object(
    tmp_path: Path,
) -> None:
    tasks = [(tmp_path / "ledger", process) for process in range(_PROCESSES)]
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with context.Pool(_PROCESSES) as pool:
        results = pool.map(_race_for_slots, tasks, chunksize=1)
        pool.close()
        pool.join()
    won = [slot for result in results for slot, _ in result if slot >= 0]
    assert sorted(won) == list(range(_SLOTS))
    whole = {_content(process) for process in range(_PROCESSES)}
    assert {seen for result in results for slot, seen in result if slot < 0} <= whole


def test_an_object_is_read_as_it_was_written(store: LocalStore) -> None:
    store.put_new("a", b"one")
    assert store.get("a") == b"one"


def test_a_name_that_is_taken_keeps_its_first_object(store: LocalStore) -> None:
    store.put_new("a", b"one")
    with pytest.raises(ObjectExists):
        store.put_new("a", b"two")
    assert store.get("a") == b"one"


def test_what_is_not_there_is_missing(store: LocalStore) -> None:
    with pytest.raises(ObjectMissing):
        store.get("a")


def test_names_are_listed_in_order_after_a_name_that_is_not_among_them(store: LocalStore) -> None:
    for name in ("c", "a", "d", "b"):
        store.put_new(name, b"")
    assert store.list_after("b") == ["c", "d"]
    assert store.list_after("") == ["a", "b", "c", "d"]


def test_deleting_is_no_fault_where_there_is_nothing(store: LocalStore) -> None:
    store.put_new("a", b"")
    store.delete("a")
    store.delete("a")
    assert store.list_after("") == []


def test_only_the_owner_can_read_the_ledger(tmp_path: Path) -> None:
    LocalStore(tmp_path / "ledger").put_new("a", b"98")
    assert stat.S_IMODE((tmp_path / "ledger").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "ledger" / "a").stat().st_mode) == 0o600


def test_nothing_but_the_reserve_is_left_beside_the_objects(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.put_new("a", b"")
    with pytest.raises(ObjectExists):
        store.put_new("a", b"")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".reserve", "a"]


# A full disk


class SmallDisk:
    """The disk under a folder holds so many bytes: a write beyond them fails as the kernel's does."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.bytes = 1 << 40
        self._folder = folder
        self._write = os.write
        patch.setattr(os, "write", self._write_some)

    def _write_some(self, descriptor: int, data: Any) -> int:
        used = sum(path.stat().st_size for path in self._folder.iterdir())
        room = self.bytes - used
        if room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._write(descriptor, data[:room])


def test_a_full_disk_takes_no_claim_but_still_the_answer_of_what_was_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalStore(tmp_path)
    disk = SmallDisk(tmp_path, monkeypatch)
    store.put_new("000000001.1-claim", b"x" * 2000)
    disk.bytes = RESERVE_BYTES + 2100
    with pytest.raises(StoreError, match=r"000000002\.1-claim could not be written.*No space left"):
        store.put_new("000000002.1-claim", b"x" * 2000)
    store.put_new("000000001.2-answer", b"y" * 40_000, spend_reserve=True)
    assert store.get("000000001.2-answer") == b"y" * 40_000
    assert store.list_after("") == ["000000001.1-claim", "000000001.2-answer"]


def test_after_the_reserve_was_spent_no_claim_is_taken_until_it_is_set_aside_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalStore(tmp_path)
    disk = SmallDisk(tmp_path, monkeypatch)
    disk.bytes = RESERVE_BYTES
    store.put_new("000000001.2-answer", b"y" * 40_000, spend_reserve=True)
    with pytest.raises(StoreError, match="No space left"):
        store.put_new("000000002.1-claim", b"x")
    disk.bytes = 2 * RESERVE_BYTES
    store.put_new("000000002.1-claim", b"x")
    assert (tmp_path / ".reserve").stat().st_size == RESERVE_BYTES


def test_a_write_that_fails_half_way_leaves_nothing_to_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalStore(tmp_path)
    disk = SmallDisk(tmp_path, monkeypatch)
    disk.bytes = RESERVE_BYTES + 100
    with pytest.raises(StoreError):
        store.put_new("a", b"x" * 2000)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".reserve"]


def test_a_ledger_on_a_full_disk_is_refused_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SmallDisk(tmp_path, monkeypatch).bytes = 1000
    with pytest.raises(StoreError, match=r"cannot be used: No space left"):
        LocalStore(tmp_path)


# A disk that does not say that it wrote


def _failing_sync(patch: pytest.MonkeyPatch, *, of_folders: bool) -> None:
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode) == of_folders:
            raise OSError(errno.EIO, "Input/output error")
        real(descriptor)

    patch.setattr(os, "fsync", fsync)


def test_a_file_that_could_not_be_synced_is_never_seen(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing_sync(monkeypatch, of_folders=False)
    with pytest.raises(StoreError, match="Input/output error") as caught:
        store.put_new("a", b"")
    assert not isinstance(caught.value, NotDurable)
    assert store.list_after("") == []


def test_a_folder_that_could_not_be_synced_leaves_an_object_that_may_not_last(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    _failing_sync(monkeypatch, of_folders=True)
    with pytest.raises(NotDurable):
        store.put_new("a", b"one")
    assert store.get("a") == b"one"


# A folder that will not do


def test_a_disk_without_hard_links_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(StoreError, match=r"hard links.*--ledger"):
        LocalStore(tmp_path)


def test_a_file_in_the_ledgers_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ledger").write_text("")
    with pytest.raises(StoreError, match="cannot be used"):
        LocalStore(tmp_path / "ledger")


def test_a_ledger_that_was_removed_meanwhile_fails_in_words(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "ledger")
    for path in (tmp_path / "ledger").iterdir():
        path.unlink()
    (tmp_path / "ledger").rmdir()
    with pytest.raises(StoreError, match="cannot be listed"):
        store.list_after("")
    with pytest.raises(StoreError, match="could not be written"):
        store.put_new("a", b"")
