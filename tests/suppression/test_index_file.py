import stat
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suppression.building import BuildTerms, build_index
from suppression.categories import FULL, Categories
from suppression.faults import ListError
from suppression.index_file import IndexFile, open_index
from tests.suppression.built_lists import built, masks_of, numbers_of, source_of

LIST = b"Phone,Category\n9876512345,0\n9876512346,2\n+14155550199,\n" + b"".join(
    b"%d,\n" % number for number in range(9_876_600_000, 9_876_605_000)
)
FILE_ONLY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "list.dnd"
    build(path)
    return path.read_bytes()


def build(path: Path, content: bytes = LIST) -> IndexFile:
    terms = BuildTerms("IN", categories=Categories.BLOCKED)
    return build_index([source_of(content, "dnd.csv")], path, terms)


def refusal(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(ListError) as caught:
        open_index(path, name="list.dnd")
    assert str(caught.value).startswith("list.dnd ")
    return str(caught.value)


def test_an_index_that_is_opened_again_says_the_same(tmp_path: Path) -> None:
    new = build(tmp_path / "list.dnd")
    again = open_index(tmp_path / "list.dnd", name="list.dnd")
    assert again.info == new.info
    assert masks_of(again) == masks_of(new)
    assert again.count == 5003
    assert (again.info.full, again.info.blocked[1], again.info.blocked[0]) == (5002, 5003, 5002)
    assert str(again) == f"list.dnd: 5,003 numbers, version {again.version}"


def test_a_block_may_be_an_arrow_array_or_a_numpy_one() -> None:
    index = built("9876512345\n")
    asked = [919876512345, 919876512344]
    assert index.listed(pa.array(asked)).tolist() == [True, False]
    assert index.listed(np.array(asked)).tolist() == [True, False]


@FILE_ONLY
@given(data=st.data())
def test_an_index_with_any_bit_altered_is_refused(
    tmp_path: Path, whole: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = whole[at] ^ (1 << data.draw(st.integers(0, 7)))
    words = refusal(tmp_path / "list.dnd", whole[:at] + bytes([flipped]) + whole[at + 1 :])
    assert "damaged index" in words or "no index" in words


@FILE_ONLY
@given(data=st.data())
def test_an_index_that_is_cut_short_is_refused(
    tmp_path: Path, whole: bytes, data: st.DataObject
) -> None:
    kept = data.draw(st.integers(8, len(whole) - 1))
    assert "is a damaged index (it is cut short" in refusal(tmp_path / "list.dnd", whole[:kept])


@pytest.mark.parametrize(
    "content", [b"", b"9876512345\n", b"\x89PNG\r\n\x1a\n", b"SQLite format 3\0"]
)
def test_what_is_no_index_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "is no index of a list; build one from it" in refusal(tmp_path / "list.dnd", content)


def test_an_index_with_something_behind_it_is_refused(tmp_path: Path, whole: bytes) -> None:
    assert "something was added to it" in refusal(tmp_path / "list.dnd", whole + b"\n")
    assert "damaged index" in refusal(tmp_path / "list.dnd", whole + whole)


def test_an_index_of_another_format_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("suppression.index_format.FORMAT", 2)
    build(tmp_path / "newer.dnd")
    monkeypatch.undo()
    words = refusal(tmp_path / "list.dnd", (tmp_path / "newer.dnd").read_bytes())
    assert "is an index of format 2, and this program reads format 1" in words


def test_the_same_numbers_in_another_order_and_spelling_are_the_same_version() -> None:
    one = built("9876512345\n9876512346\n")
    other = built("+91 98765-12346\n# a comment\n", "09876512345\n9876512345\n")
    assert one.version == other.version
    assert one.version != built("9876512345\n").version


def test_what_a_number_is_blocked_for_is_part_of_the_version() -> None:
    one = built("Phone,Category\n9876512345,2\n", categories=Categories.BLOCKED)
    other = built("Phone,Category\n9876512345,3\n", categories=Categories.BLOCKED)
    assert one.version != other.version


def test_an_index_is_replaced_as_a_whole_and_only_if_the_build_succeeds(tmp_path: Path) -> None:
    path = tmp_path / "list.dnd"
    old = build(path)
    with pytest.raises(ListError):
        build(path, b"Phone,Category\n9876512345,ninth\n")
    assert open_index(path).version == old.version
    build(path, b"9876512345\n")
    assert open_index(path).count == 1
    # Whoever has the old one open goes on with it.
    assert old.listed(np.array([919876512346])).tolist() == [True]
    assert [each.name for each in tmp_path.iterdir()] == ["list.dnd"]


def test_an_index_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    build(tmp_path / "list.dnd")
    assert stat.S_IMODE((tmp_path / "list.dnd").stat().st_mode) == 0o600


def test_several_processes_share_the_pages_of_an_index(tmp_path: Path) -> None:
    numbers = b"".join(b"%d\n" % n for n in range(9_000_000_000, 9_002_000_000, 2))
    index = build(tmp_path / "list.dnd", numbers)
    before = unshared_bytes()
    again = open_index(tmp_path / "list.dnd")
    blocks = np.arange(919_000_000_000, 919_002_000_000).reshape(-1, 4_000)
    assert sum(int(again.listed(block).sum()) for block in blocks) == index.count
    assert unshared_bytes() - before < 32_000_000


def unshared_bytes() -> int:
    """The memory of this process that no other one shares."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def test_an_index_of_no_number_lists_none(tmp_path: Path) -> None:
    terms = BuildTerms("IN", allow_empty=True)
    index = build_index([source_of(b"# nobody\n", "dnd.txt")], tmp_path / "list.dnd", terms)
    assert (index.count, numbers_of(index)) == (0, [])
    assert index.listed(np.array([919876512345])).tolist() == [False]


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "list.dnd.new").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space"):
        build(folder / "list.dnd", LIST)
    assert list(folder.iterdir()) == []


def test_the_mask_of_a_full_block_is_all_categories() -> None:
    assert masks_of(built("9876512345\n")) == {919876512345: FULL}
