import bz2
import gzip
import io
import random

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from records.compression import open_plain
from records.peeking import ByteStream, CorruptStream, DamagedStream, Peekable

PACKERS = {
    "gzip": lambda plain: gzip.compress(plain, 6),
    "bzip2": lambda plain: bz2.compress(plain, 9),
    "zstd": lambda plain: zstandard.ZstdCompressor().compress(plain),
}
LEADS = b"".join(
    b"%d,Lead %d\n" % (random.Random(row).randrange(6 * 10**9, 10**10), row) for row in range(9000)
)


def read_all(stream: ByteStream, size: int = 1000) -> bytes:
    return b"".join(iter(lambda: stream.read(size), b""))


def read_until_damage(stream: ByteStream) -> tuple[bytes, str]:
    chunks: list[bytes] = []
    with pytest.raises(DamagedStream) as caught:
        chunks.extend(iter(lambda: stream.read(1000), b""))
    with pytest.raises(DamagedStream):
        stream.read(1)
    return b"".join(chunks), str(caught.value)


class Dribble:
    """A source that gives a few bytes at a time, as a socket may."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def read(self, size: int, /) -> bytes:
        return self._content.read(min(size, 3))


def is_plain(content: bytes) -> bool:
    """Whether a content begins as nothing that is packed: hypothesis knows those beginnings too."""
    return not content.startswith((b"\x1f\x8b", b"BZh", b"\x28\xb5")) and content[1:4] != b"*M\x18"


@given(st.binary(max_size=300).filter(is_plain), st.integers(1, 50))
def test_what_is_not_packed_comes_out_as_it_is(content: bytes, size: int) -> None:
    assert read_all(open_plain(Dribble(content)), size) == content


@pytest.mark.parametrize("packing", PACKERS)
@given(parts=st.lists(st.binary(max_size=400), min_size=1, max_size=4), padding=st.integers(0, 3))
def test_b7_members_and_frames_one_behind_the_other_are_one_content(
    packing: str, parts: list[bytes], padding: int
) -> None:
    packed = (b"\0" * padding).join(map(PACKERS[packing], parts)) + b"\0" * padding
    assert read_all(open_plain(io.BytesIO(packed))) == b"".join(parts)


def test_padding_longer_than_a_read_hides_no_member() -> None:
    packed = gzip.compress(b"one") + b"\0" * 100_000 + gzip.compress(b"two")
    assert read_all(open_plain(io.BytesIO(packed))) == b"onetwo"


def test_a_zstd_file_may_begin_with_a_skippable_frame() -> None:
    skippable = bytes([0x52, 0x2A, 0x4D, 0x18, 4, 0, 0, 0]) + b"note"
    packed = skippable + PACKERS["zstd"](b"one") + skippable + PACKERS["zstd"](b"two")
    assert read_all(open_plain(io.BytesIO(packed))) == b"onetwo"


@pytest.mark.parametrize("packing", PACKERS)
def test_a_cut_off_stream_gives_what_it_holds_and_says_where_it_stopped(packing: str) -> None:
    packed = PACKERS[packing](LEADS)
    plain, words = read_until_damage(open_plain(io.BytesIO(packed[: len(packed) - 20])))
    assert LEADS.startswith(plain)
    assert words == f"the {packing} data is cut off after {len(plain):,} unpacked bytes"


def test_a_gzip_stream_cut_in_the_middle_gives_its_first_half() -> None:
    packed = gzip.compress(LEADS)
    plain, _ = read_until_damage(open_plain(io.BytesIO(packed[: len(packed) // 2])))
    assert LEADS.startswith(plain)
    assert len(plain) > len(LEADS) * 0.4


@pytest.mark.parametrize("packing", PACKERS)
@given(cut=st.integers(1, 100))
def test_a_second_member_that_is_cut_off_costs_nothing_of_the_first(packing: str, cut: int) -> None:
    second = PACKERS[packing](b"9876512345,Asha\n" * 20)
    packed = PACKERS[packing](LEADS) + second[: max(1, len(second) - cut)]
    plain, _ = read_until_damage(open_plain(io.BytesIO(packed)))
    assert plain.startswith(LEADS)


@pytest.mark.parametrize("packing", PACKERS)
def test_other_bytes_behind_a_member_are_damage_after_all_of_it(packing: str) -> None:
    packed = PACKERS[packing](LEADS) + b"not packed, and long enough to be seen as that"
    plain, words = read_until_damage(open_plain(io.BytesIO(packed)))
    assert plain == LEADS
    assert words == (
        f"the {packing} data is followed by something else after {len(LEADS):,} unpacked bytes"
    )


@pytest.mark.parametrize("before", [b"", gzip.compress(LEADS, mtime=0)])
def test_a_wrong_checksum_is_told_from_a_cut(before: bytes) -> None:
    packed = bytearray(gzip.compress(LEADS))
    packed[-6] ^= 1
    stream = open_plain(io.BytesIO(before + bytes(packed)))
    with pytest.raises(CorruptStream, match="the gzip data is corrupt"):
        read_all(stream)


def test_a_failing_disk_is_no_damaged_stream() -> None:
    class Failing(Dribble):
        def read(self, size: int, /) -> bytes:
            return super().read(size) or self._fail()

        def _fail(self) -> bytes:
            raise OSError("input/output error")

    stream = open_plain(Failing(gzip.compress(LEADS)[:500]))
    with pytest.raises(OSError, match="input/output error"):
        read_all(stream)


@pytest.mark.parametrize("packing", PACKERS)
def test_a_hostile_file_never_comes_out_in_one_piece(packing: str) -> None:
    stream = open_plain(io.BytesIO(PACKERS[packing](bytes(50_000_000))))
    assert sum(iter(lambda: len(stream.read(1_000_000)), 0)) == 50_000_000


@given(st.binary(max_size=99), st.lists(st.tuples(st.booleans(), st.integers(0, 40))))
def test_peeking_changes_nothing_of_what_is_read(
    content: bytes, acts: list[tuple[bool, int]]
) -> None:
    stream = Peekable(Dribble(content))
    read = b""
    for peek, size in acts:
        if peek:
            assert stream.peek(size) == content[len(read) :][:size]
        elif size:
            read += stream.read(size)
    assert read + read_all(stream) == content


def test_damage_met_while_peeking_is_raised_behind_the_bytes_before_it() -> None:
    packed = gzip.compress(LEADS)[:3000]
    unseen, words = read_until_damage(open_plain(io.BytesIO(packed)))
    stream = Peekable(open_plain(io.BytesIO(packed)))
    assert stream.peek(10**6) == unseen
    assert read_until_damage(stream) == (unseen, words)
