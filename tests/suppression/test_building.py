import hashlib
import io
import stat
from contextlib import nullcontext
from pathlib import Path

import pytest

from suppression.building import BuildSource, BuildTerms, build_index
from suppression.faults import ListError
from tests.suppression.built_lists import numbers_of, source_of

DAY_SECS = 86_400.0


def test_an_index_says_what_it_was_built_from_and_when(tmp_path: Path) -> None:
    content = b"9876512345\n" * 100_000
    source = source_of(content, "july.txt", changed_secs=5.0)
    index = build_index(
        [source], tmp_path / "list.dnd", BuildTerms("IN"), clock_secs=lambda: 1_800_000_000.0
    )
    noted = index.info.sources[0]
    assert (noted.name, noted.size_bytes, noted.changed_secs) == ("july.txt", 1_100_000, 5.0)
    assert noted.sha256 == hashlib.sha256(content).hexdigest()
    assert (index.info.built_secs, index.info.region) == (1_800_000_000.0, "IN")


@pytest.mark.parametrize(
    ("first_line", "date_secs"),
    [
        ("# date: 1970-01-02", DAY_SECS),
        ("\ufeff# Register of numbers, as of 1970-01-02", DAY_SECS),
        ("#Updated 1970-01-02T06:00:00Z", DAY_SECS * 1.25),
        ("# generated: 1970-01-02 05:30+05:30", DAY_SECS),
        ("# date: 02-01-1970", DAY_SECS),
        ("# as on 13/02/1970 10:30", 43 * DAY_SECS),
        ("# date: 03.02.1970", 33 * DAY_SECS),
        ("# date: 1970-13-41\n# date: 1970-01-02", DAY_SECS),
        ("# dated 1970-13-41", 7.0),
        ("# 9876000001 asked on 1970-01-02", 7.0),
        ("date: 1970-01-02", 7.0),
        ("Numbers\n# date: 1970-01-02", DAY_SECS),
        ("DND REGISTER 1970\n# date: 1970-01-02", DAY_SECS),
        ("# date: 1970/01/02", DAY_SECS),
        ("9876512344\n# date: 1970-01-02", 7.0),
    ],
)
def test_a_list_is_dated_by_its_own_comment_or_by_its_file(
    tmp_path: Path, first_line: str, date_secs: float
) -> None:
    source = source_of(f"{first_line}\n9876512345\n".encode(), "july.txt", changed_secs=7.0)
    index = build_index([source], tmp_path / "list.dnd", BuildTerms("IN"))
    assert index.info.date_secs == date_secs


def test_several_lists_are_as_old_as_the_oldest(tmp_path: Path) -> None:
    sources = [
        source_of(b"9876512345\n", "a", changed_secs=9.0),
        source_of(b"9876512345\n", "b", changed_secs=4.0),
        source_of(b"9876512345\n", "c"),
    ]
    path = tmp_path / "list.dnd"
    assert build_index(sources, path, BuildTerms("IN")).info.date_secs == 4.0
    assert build_index(sources, path, BuildTerms("IN", date_secs=1.0)).info.date_secs == 1.0
    assert build_index(sources[2:], path, BuildTerms("IN")).info.date_secs is None


def test_an_index_may_be_a_source_of_another(tmp_path: Path) -> None:
    one = tmp_path / "one.dnd"
    build_index([source_of(b"# date: 1970-01-02\n9876512345\n", "a")], one, BuildTerms("IN"))
    sources = [
        BuildSource("one.dnd", lambda: one.open("rb"), one.stat().st_size, 2.0),
        source_of(b"9876512346\n", "b", changed_secs=9 * DAY_SECS),
    ]
    index = build_index(sources, tmp_path / "two.dnd", BuildTerms("IN"))
    assert numbers_of(index) == [919876512345, 919876512346]
    assert index.info.date_secs == DAY_SECS


def test_a_damaged_index_as_a_source_stops(tmp_path: Path) -> None:
    one = tmp_path / "one.dnd"
    build_index([source_of(b"9876512345\n", "a")], one, BuildTerms("IN"))
    damaged = one.read_bytes()[:-1]
    with pytest.raises(ListError, match=r"one\.dnd is a damaged index"):
        build_index([source_of(damaged, "one.dnd")], tmp_path / "two.dnd", BuildTerms("IN"))


def test_the_lines_without_a_number_are_in_a_file_for_their_owner(tmp_path: Path) -> None:
    kept = tmp_path / "list.dnd.not-numbers.txt"
    terms = BuildTerms("IN", not_numbers=kept)
    sources = [
        source_of(b"Numbers\n9876512345\nTotal: 1\n", "a.txt"),
        source_of(b"Phone,Name\n9876512346,A\n,B\n12,C\n", "b.csv"),
    ]
    index = build_index(sources, tmp_path / "list.dnd", terms)
    assert kept.read_text("utf-8").splitlines() == [
        "a.txt\t1\tNumbers",
        "a.txt\t3\tTotal: 1",
        "b.csv\t2\t",
        "b.csv\t3\t12",
    ]
    assert (index.info.not_numbers, index.info.not_numbers_file) == (4, kept.name)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    index = build_index([source_of(b"9876512345\n", "a.txt")], tmp_path / "list.dnd", terms)
    assert (index.info.not_numbers_file, kept.exists()) == (None, False)


def test_who_watches_hears_of_each_source_and_may_end_the_build(tmp_path: Path) -> None:
    heard = []

    def watch(name: str, read_bytes: int, numbers: int) -> None:
        heard.append((name, read_bytes, numbers))

    sources = [source_of(b"9876512345\n" * 500_000, "a"), source_of(b"9876512346\n", "b")]
    build_index(sources, tmp_path / "list.dnd", BuildTerms("IN"), watch=watch)
    assert {name for name, _, _ in heard} == {"a", "b"}
    assert heard[-1][1:] == (5_500_011, 500_001)
    assert len(heard) > 5

    def stop(name: str, read_bytes: int, _numbers: int) -> None:
        if name == "b":
            raise InterruptedError(read_bytes)

    (tmp_path / "list.dnd").unlink()
    terms = BuildTerms("IN", not_numbers=tmp_path / "not")
    with pytest.raises(InterruptedError):
        build_index(
            [source_of(b"x\n9876512345\n", "a"), *sources[1:]],
            tmp_path / "list.dnd",
            terms,
            watch=stop,
        )
    assert list(tmp_path.iterdir()) == []


def test_who_watches_hears_of_each_number_that_is_read_one_by_one(tmp_path: Path) -> None:
    heard = []

    def watch(_name: str, _read_bytes: int, numbers: int) -> None:
        heard.append(numbers)

    content = b"+44 7911 123456\n+44 7911 123457\nhello\n+44 7911 123458\n"
    build_index([source_of(content, "a")], tmp_path / "list.dnd", BuildTerms("IN"), watch=watch)
    assert [heard.count(numbers) > 0 for numbers in range(4)] == [True] * 4


def test_a_build_that_ends_while_it_is_written_changes_nothing(tmp_path: Path) -> None:
    target, kept = tmp_path / "list.dnd", tmp_path / "not"
    terms = BuildTerms("IN", not_numbers=kept)
    build_index([source_of(b"x\n9876512345\n", "a")], target, terms)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(before) == {"list.dnd", "not"}

    def stop(_name: str, _read_bytes: int, _numbers: int) -> None:
        if (tmp_path / "list.dnd.new").exists():
            raise InterruptedError

    for content in (b"y\n9876512346\n", b"9876512346\n"):
        with pytest.raises(InterruptedError):
            build_index([source_of(content, "b")], target, terms, watch=stop)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_stream_that_comes_slowly_is_read_and_hashed_as_a_whole(tmp_path: Path) -> None:
    class OneWay(io.RawIOBase):
        """A stream that cannot be sought in, and gives little at a time."""

        def __init__(self, content: bytes) -> None:
            self._rest = content

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1, /) -> bytes:
            taken, self._rest = self._rest[: min(size, 1000)], self._rest[min(size, 1000) :]
            return taken

    content = b"9876512345\n" * 1000
    source = BuildSource("slow", lambda: nullcontext(OneWay(content)), len(content), None)
    index = build_index([source], tmp_path / "list.dnd", BuildTerms("IN"))
    assert index.info.sources[0].sha256 == hashlib.sha256(content).hexdigest()
    assert index.count == 1
