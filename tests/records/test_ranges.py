import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.blocks import RawBlock
from records.decoding import decode
from records.layout import Layout
from records.opening import open_text
from records.ranges import Range, RangeChanged, find_ranges, read_range
from records.splitting import split_records
from tests.records.test_cutting import CONTENT

HEADER = b"Phone,Name\n"
LAYOUT = Layout("csv", ",", ("Phone", "Name"), len(HEADER))
BROKEN_CELLS = b'%d,"Lane %d\nnorth ""A"", 2"\r\n'
ROWS = b"".join(BROKEN_CELLS % (9_876_500_000 + n, n) for n in range(1, 30_001))


def ranges_of(content: bytes, *, range_bytes: int, may_seek: bool = True) -> tuple[Range, ...]:
    return find_ranges(io.BytesIO(content), LAYOUT, may_seek=may_seek, range_bytes=range_bytes)


def blocks_of(content: bytes, wanted: Range) -> list[RawBlock]:
    stream = io.BytesIO(content)
    if wanted.may_seek:
        stream.seek(wanted.start)
    return list(read_range(stream, LAYOUT, wanted, file="f"))


def answers(blocks: list[RawBlock]) -> list[object]:
    return [answer for block in blocks for part in decode(block) for answer in part]


@given(
    CONTENT | st.binary(max_size=300),
    st.integers(0, 60),
    st.booleans(),
    st.sampled_from([b"", b"\0"]),
)
def test_the_records_of_all_ranges_are_those_of_the_file(
    content: bytes, range_bytes: int, may_seek: bool, nul: bytes
) -> None:
    content = HEADER + b"1,A" + nul + b"\n" + content
    ranges = ranges_of(content, range_bytes=range_bytes, may_seek=may_seek)
    whole = list(split_records(io.BytesIO(content), LAYOUT, file="f"))
    read = [block for each in ranges for block in blocks_of(content, each)]
    assert answers(read) == answers(whole)
    assert [each.is_last for each in ranges] == [False] * (len(ranges) - 1) + [True]


def test_a_range_begins_at_a_record_though_cells_hold_line_breaks() -> None:
    content = HEADER + ROWS
    ranges = ranges_of(content, range_bytes=300_000)
    assert len(ranges) == 3
    for each in ranges:
        (first, *_), unreadable = decode(blocks_of(content, each)[0])
        assert (first.number, unreadable) == (each.first, [])
        assert first.fields["Phone"] == str(9_876_500_000 + each.first)


def test_a_range_behind_which_rows_were_added_is_not_what_it_was() -> None:
    ranges = ranges_of(HEADER + ROWS, range_bytes=300_000)
    changed = HEADER + ROWS + b"9876500000,New\n"
    assert sum(block.records for block in blocks_of(changed, ranges[0])) == ranges[0].records
    with pytest.raises(RangeChanged):
        blocks_of(changed, ranges[-1])


@pytest.mark.parametrize("change", [(b"Lane 7\n", b"Lane 8\n"), (b"Lane 7\n", b"Lane\n")])
def test_a_range_in_which_a_byte_was_changed_is_not_what_it_was(
    change: tuple[bytes, bytes],
) -> None:
    ranges = ranges_of(HEADER + ROWS, range_bytes=300_000)
    with pytest.raises(RangeChanged):
        blocks_of((HEADER + ROWS).replace(*change, 1), ranges[0])


def test_b6_nul_bytes_in_front_of_the_records_move_none_of_them() -> None:
    content = b"\0\0Phone\0,Name\n1,A\n2,B\n"
    (only,) = ranges_of(content, range_bytes=0)
    assert [block.content for block in blocks_of(content, only)] == [b"1,A\n2,B\n"]


def test_what_cannot_be_read_from_any_place_is_one_range() -> None:
    assert len(ranges_of(HEADER + ROWS, range_bytes=300_000, may_seek=False)) == 1


def test_utf_16_is_read_as_one_range_with_the_same_records() -> None:
    raw = (HEADER + ROWS).decode().encode("utf-16")
    layout = Layout("csv", ",", ("Phone", "Name"), len(HEADER) + 3)
    (only,) = find_ranges(open_text(io.BytesIO(raw)), layout, may_seek=False)
    blocks = list(read_range(open_text(io.BytesIO(raw)), layout, only, file="f"))
    assert answers(blocks) == answers(
        list(split_records(io.BytesIO(HEADER + ROWS), LAYOUT, file="f"))
    )
