import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dialer.clock import ManualClock
from suppression.building import BuildTerms, build_index
from suppression.kept_lists import KeptList, Stamp
from tests.suppression.built_lists import built, source_of
from tests.suppression.kept_files import FilePlace, replaced
from transforms.in_process import BOARD
from transforms.lists import ListSettings, open_screen
from transforms.live_lists import LiveScreen

ASKED = np.array([919_876_500_000 + number for number in range(1, 5)], np.int64)
NEVER_SECS = 86_400.0
HOUR = 3_600.0
PAGE = b"<!DOCTYPE html><html><body>log in</body></html>"


def text(*numbers: int) -> bytes:
    return b"".join(b"98765%05d\n" % number for number in numbers)


def index(folder: Path, *numbers: int) -> bytes:
    path = folder / "built.dnd"
    build_index([source_of(text(*numbers), "dnd.txt")], path, BuildTerms("IN"))
    return path.read_bytes()


class Desk:
    """A list, the screen that was opened with it, and a clock a minute ahead of the files'."""

    def __init__(self, folder: Path, content: bytes, **settings: object) -> None:
        self.folder = folder
        self.path = folder / "dnd"
        self.path.write_bytes(content)
        self.clock = ManualClock(wall_secs=time.time() + 60.0)
        self.settings = ListSettings(
            (str(self.path),),
            "IN",
            allow_empty=True,
            refresh_secs=NEVER_SECS,
            **settings,  # type: ignore[arg-type]  # as the tests give them
        )
        self.screen: LiveScreen = open_screen(self.settings, clock=self.clock)

    def put(self, content: bytes) -> None:
        """Put another version there, and look twice, as a file is taken that lies still."""
        replaced(self.path, content)
        self.look()

    def look(self) -> None:
        self.screen.look()
        self.screen.look()

    @property
    def listed(self) -> list[int]:
        return [at for at, found in enumerate(self.screen.listed(ASKED), start=1) if found]


def test_a_new_version_is_used_from_the_next_look_on_and_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(1, 2))
    before, version = desk.screen.now(), desk.screen.version
    desk.put(text(2, 3))

    assert desk.listed == [2, 3]
    assert before.listed(ASKED).tolist() == [True, True, False, False]
    assert (before.version, before.version != desk.screen.version) == (version, True)
    (now,) = desk.screen.lists
    assert BOARD.notices == [
        f"{desk.path}: version {now.version} with 2 numbers is used from now on"
    ]
    assert desk.screen.count == 2


def test_a_file_that_was_just_changed_is_left_until_it_lies_still(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(1))
    replaced(desk.path, text(1, 2))
    desk.screen.look()
    assert desk.listed == [1]
    replaced(desk.path, text(1, 2, 3))
    desk.screen.look()
    assert desk.listed == [1]
    desk.clock.set_wall(time.time())
    desk.screen.look()
    assert desk.listed == [1]
    desk.clock.advance(5.0)
    desk.screen.look()

    assert desk.listed == [1, 2, 3]


def test_what_was_read_while_it_was_still_written_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "dnd").write_bytes(text(1))
    clock = ManualClock(wall_secs=time.time())
    settings = ListSettings((str(tmp_path / "dnd"),), "IN", False, refresh_secs=NEVER_SECS)
    screen = open_screen(settings, clock=clock)
    status = (tmp_path / "dnd").stat()
    (tmp_path / "dnd").write_bytes(text(2))
    os.utime(tmp_path / "dnd", ns=(status.st_atime_ns, status.st_mtime_ns))
    clock.advance(5.0)
    screen.look()
    screen.look()

    assert screen.listed(ASKED).tolist() == [False, True, False, False]


def cut(folder: Path) -> bytes:
    return index(folder, 1, 2, 3)[:-10]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (cut, "is a damaged index"),
        (lambda _: PAGE, "not a list of numbers"),
        (lambda _: b"", "has 0 numbers, fewer than half"),
        (lambda _: b"# nobody\n", "has 0 numbers, fewer than half"),
        (lambda _: text(3), "has 1 number, fewer than half"),
        (lambda folder: index(folder, 4), "has 1 number, fewer than half"),
        (lambda _: b"", "stop and start again"),
    ],
)
def test_a_version_that_cannot_be_relied_on_is_not_used_and_that_is_said_once(
    tmp_path: Path, content: Callable[[Path], bytes], words: str
) -> None:
    desk = Desk(tmp_path, text(1, 2, 3))
    (used,) = desk.screen.lists
    desk.put(content(tmp_path))
    desk.look()

    assert desk.listed == [1, 2, 3]
    (notice,) = BOARD.notices
    assert str(desk.path) in notice
    assert words in notice
    assert notice.endswith(f"; until then version {used.version} with 3 numbers is used")
    assert not BOARD.stopped


def test_a_list_may_lose_half_of_its_numbers(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(1, 2, 3, 4))
    desk.put(text(3, 4))

    assert desk.listed == [3, 4]


def test_each_version_that_is_not_used_is_said_and_then_one_that_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(1, 2))
    for content in (PAGE, PAGE + b" ", text(1, 2, 3)):
        desk.put(content)

    assert desk.listed == [1, 2, 3]
    assert [notice.count("not a list") for notice in BOARD.notices] == [1, 1, 0]


def test_a_list_that_is_gone_is_said_once_and_again_when_it_goes_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(1, 2))
    away = tmp_path / "away"
    for _ in range(2):
        desk.path.rename(away)
        desk.look()
        away.rename(desk.path)
        desk.look()
        desk.look()

    assert desk.listed == [1, 2]
    assert [notice.split(";")[0] for notice in BOARD.notices] == [
        f"the list {desk.path} cannot be read: No such file or directory"
    ] * 2


def test_a_file_that_was_written_again_with_the_same_numbers_is_younger_and_nothing_is_said(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path, text(1, 2))
    os.utime(desk.path, (1e9, 1e9))
    desk.look()
    first = desk.screen.dated_secs
    desk.put(text(2, 1))

    assert first == 1e9
    assert desk.screen.dated_secs == desk.path.stat().st_mtime
    assert BOARD.notices == []


def test_while_the_folder_of_lists_cannot_be_written_a_new_version_waits(tmp_path: Path) -> None:
    cache = Path(os.environ["DIALFEED_CACHE"]) / "lists"
    desk = Desk(tmp_path, text(1))
    cache.rename(tmp_path / "moved")
    cache.write_bytes(b"")
    try:
        desk.put(text(1, 2))
        desk.look()
    finally:
        cache.unlink()
        (tmp_path / "moved").rename(cache)
    assert desk.listed == [1]
    (notice,) = BOARD.notices
    assert "DIALFEED_CACHE" in notice
    desk.look()

    assert desk.listed == [1, 2]
    assert len(BOARD.notices) == 2


def test_of_several_lists_each_is_followed_by_itself(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in "ab"]
    for path, number in zip(paths, (1, 2), strict=True):
        path.write_bytes(text(number))
    settings = ListSettings(tuple(map(str, paths)), "IN", False, refresh_secs=NEVER_SECS)
    screen = open_screen(settings, clock=ManualClock(wall_secs=time.time() + 60.0))
    replaced(paths[0], PAGE)
    replaced(paths[1], text(2, 3))
    screen.look()
    screen.look()

    assert screen.listed(ASKED).tolist() == [True, True, True, False]
    assert [notice.count(str(path)) for path, notice in zip(paths, BOARD.notices, strict=True)] == [
        1,
        1,
    ]


def test_what_befalls_one_list_does_not_keep_another_from_being_used(tmp_path: Path) -> None:
    class Unreadable(FilePlace):
        """The place of a list whose reading fails as nobody has thought of."""

        def stamp(self) -> Stamp:
            raise MemoryError

    desk = Desk(tmp_path, text(1))
    kept = desk.screen.kept[0]
    newer = built(text(1, 2))
    places = [FilePlace(desk.path), Unreadable(desk.path)]
    screen = LiveScreen(
        [(place, kept) for place in places],
        reopen=lambda place, _: KeptList(newer, place.stamp(), is_settled=True),
        category=None,
        max_age_hours=None,
        clock=desk.clock,
    )
    for _ in range(2):
        with pytest.raises(MemoryError):
            screen.look()
    assert screen.listed(ASKED).tolist() == [True, True, False, False]
    assert any("is used from now on" in notice for notice in BOARD.notices)


def test_a_list_that_has_become_too_old_halts_the_run_and_says_what_to_do(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(1), max_age_hours=2.0)
    desk.clock.advance(1.9 * HOUR)
    assert not desk.screen.halts()
    desk.clock.advance(0.2 * HOUR)
    assert desk.screen.why_unfit()
    assert not BOARD.stopped
    desk.screen.look()

    assert BOARD.stopped == (
        f"the list {desk.path} is 2.1 hours old, more than the 2 of --dnd_max_age_hours: fetch it anew"
    )
    assert desk.screen.halts()


def test_a_new_version_that_is_too_old_or_dated_ahead_is_not_used(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(1), max_age_hours=2.0)
    desk.put(b"# as of 2020-01-01\n" + text(1, 2))
    desk.put(b"# as of 2999-01-01\n" + text(1, 3))
    desk.put(text(1, 4))

    assert desk.listed == [1, 4]
    assert ["hours old" in BOARD.notices[0], "in the future" in BOARD.notices[1]] == [True, True]


def test_without_a_limit_no_list_is_too_old(tmp_path: Path) -> None:
    desk = Desk(tmp_path, text(1))
    desk.clock.advance(10_000 * HOUR)
    desk.screen.look()

    assert not desk.screen.halts()
    assert not BOARD.stopped


def test_the_oldest_list_counts_by_its_own_date(tmp_path: Path) -> None:
    dated, other = tmp_path / "dated", tmp_path / "other"
    dated.write_bytes(b"# as of 2001-09-09T01:46:40Z\n" + text(1))
    other.write_bytes(text(2))
    settings = ListSettings((str(other), str(dated)), "IN", False)

    assert open_screen(settings).dated_secs == 1e9
    assert open_screen(ListSettings((), "IN", allow_empty=False)).dated_secs is None


class _Heard(logging.Handler):
    """Notes what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.came = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.words.append(record.getMessage())
        self.came.set()


def test_a_list_is_followed_by_itself_and_what_becomes_of_it_is_logged_for_workers(
    tmp_path: Path,
) -> None:
    heard = _Heard()
    logging.getLogger("transforms.live_lists").addHandler(heard)
    path = tmp_path / "dnd"
    path.write_bytes(text(1))
    settings = ListSettings((str(path),), "IN", allow_empty=False, refresh_secs=0.01)
    screen = open_screen(settings, clock=ManualClock(wall_secs=time.time() + 60.0))
    replaced(path, text(1, 2))
    try:
        assert heard.came.wait(20.0)
    finally:
        screen.close()
        logging.getLogger("transforms.live_lists").removeHandler(heard)

    assert screen.listed(ASKED).tolist() == [True, True, False, False]
    assert heard.words == BOARD.notices
    assert [thread.name for thread in threading.enumerate()].count("lists") == 0
