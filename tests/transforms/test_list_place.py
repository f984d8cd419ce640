import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from apache_beam.internal.gcp import auth

from dialer.clock import ManualClock
from suppression.building import BuildTerms, build_index
from tests.dialer.fake_gcs import FakeGcs
from tests.suppression.built_lists import source_of
from tests.suppression.kept_files import replaced
from tests.transforms.test_live_lists import ASKED, NEVER_SECS, text
from transforms.in_process import BOARD
from transforms.list_place import ListPlace
from transforms.lists import ListSettings, ListsUnusable, open_screen

NAME = "gs://lists/dnd"


@pytest.fixture
def gcs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGcs]:
    # Beam looks for credentials though the emulator takes none, for some twenty seconds.
    monkeypatch.setattr(auth._Credentials, "_credentials_init", True)
    monkeypatch.setenv("DIALFEED_CACHE", str(tmp_path / "cache"))
    with FakeGcs("lists") as fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake


def put(fake: FakeGcs, data: bytes) -> None:
    fake.objects.put("lists", "dnd", data, None)


def settings(*names: str) -> ListSettings:
    return ListSettings(names, "IN", allow_empty=False, refresh_secs=NEVER_SECS)


def faults_of(lists: ListSettings) -> tuple[str, ...]:
    with pytest.raises(ListsUnusable) as caught:
        open_screen(lists)
    return caught.value.faults


def test_a_local_file_has_another_stamp_when_anything_about_it_is_another(tmp_path: Path) -> None:
    path = tmp_path / "dnd.txt"
    place = ListPlace(str(path))
    path.write_bytes(text(1))
    stamps = [place.stamp()]
    status = path.stat()
    replaced(path, text(2))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    stamps.append(place.stamp())
    path.write_bytes(text(2) + b"\n")
    stamps.append(place.stamp())
    os.utime(path, (1e9, 1e9))
    stamps.append(place.stamp())

    assert len({stamp.text for stamp in stamps}) == 4
    assert place.stamp() == stamps[-1]
    assert (stamps[-1].size_bytes, stamps[-1].changed_secs) == (12, 1e9)
    assert not stamps[-1].is_settled(time.time())
    assert stamps[-1].is_settled(time.time() + 2.1)


def test_an_object_is_known_by_its_checksum_and_never_half_written(gcs: FakeGcs) -> None:
    stamps = []
    for content in (text(1), text(2), text(1)):
        put(gcs, content)
        stamps.append(ListPlace(NAME).stamp())

    assert stamps[0] == stamps[2]
    assert stamps[0].text != stamps[1].text
    assert stamps[0].is_settled(0.0)


@pytest.mark.parametrize("is_index", [False, True])
def test_a_list_in_a_bucket_is_read_once_and_a_new_version_taken_up_at_the_first_look(
    gcs: FakeGcs, tmp_path: Path, is_index: bool
) -> None:
    def content(*numbers: int) -> bytes:
        if not is_index:
            return text(*numbers)
        build_index([source_of(text(*numbers), "dnd.txt")], tmp_path / "new", BuildTerms("IN"))
        return (tmp_path / "new").read_bytes()

    put(gcs, content(1, 2))
    screen = open_screen(settings(NAME), clock=ManualClock())
    assert screen.listed(ASKED).tolist() == [True, True, False, False]
    once = readings(gcs)
    put(gcs, content(2, 3))
    screen.look()
    screen.look()

    assert screen.listed(ASKED).tolist() == [False, True, True, False]
    assert len(BOARD.notices) == 1
    assert readings(gcs) == 2 * once


def readings(fake: FakeGcs) -> int:
    """How often the object's bytes were asked for."""
    return sum(path.startswith("/download/") for _, path in fake.requests)


def test_a_damaged_index_in_a_bucket_is_refused(gcs: FakeGcs, tmp_path: Path) -> None:
    build_index([source_of(text(1), "dnd.txt")], tmp_path / "new", BuildTerms("IN"))
    put(gcs, (tmp_path / "new").read_bytes()[:-1])

    (fault,) = faults_of(settings(NAME))
    assert fault.startswith(f"{NAME} is a damaged index")


@pytest.mark.usefixtures("gcs")
@pytest.mark.parametrize("name", [NAME, "gs://nowhere/dnd"])
def test_an_object_that_is_not_there_is_named(name: str) -> None:
    assert faults_of(settings(name)) == (
        f"the list {name} cannot be read: No such file or directory",
    )


def test_a_list_that_goes_from_its_bucket_is_said_and_used_on(gcs: FakeGcs) -> None:
    put(gcs, text(1))
    screen = open_screen(settings(NAME), clock=ManualClock())
    gcs.objects.delete("lists", "dnd")
    screen.look()
    screen.look()

    assert screen.listed(ASKED).tolist() == [True, False, False, False]
    (notice,) = BOARD.notices
    assert notice.startswith(f"the list {NAME} cannot be read: No such file or directory; until")
