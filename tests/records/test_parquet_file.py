import io
import math
from datetime import UTC, date, datetime, time
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.layout import NotALeadFile
from records.parquet_file import inspect_parquet, read_row_groups, spooled
from records.peeking import DamagedStream
from records.ranges import RangeChanged
from tests.records.parquet_files import parquet_file, read_parquet
from tests.records.reading import SCHEMA

MOMENT = datetime(2037, 6, 30, 12, 30, tzinfo=UTC)
LOCAL = datetime(2037, 6, 30, 18)
SECS = int(MOMENT.timestamp())


def refusal(content: bytes) -> str:
    with pytest.raises(NotALeadFile) as caught:
        inspect_parquet(io.BytesIO(content), name="f", schema=SCHEMA, may_seek=True)
    return str(caught.value)


def test_rows_are_numbered_through_the_row_groups_and_ranges() -> None:
    phones = [str(9_876_500_000 + n) for n in range(10_000)]
    content = parquet_file({"PhoneNumber": phones}, group_rows=5000)
    for range_bytes in (1, 1 << 30):
        whole = read_parquet(content, range_bytes=range_bytes)

        assert whole.fields == [{"PhoneNumber": phone} for phone in phones]
        assert whole.numbers == list(range(1, 10_001))
        assert max(block.records for block in whole.blocks) <= 4096


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (pa.array(["9876512345"]), "9876512345"),
        (pa.array(["9876512345"], pa.large_string()), "9876512345"),
        (pa.array(["9876512345"], pa.string_view()), "9876512345"),
        (pa.array(["9876512345"]).dictionary_encode(), "9876512345"),
        (pa.array([b"9876512345"]), "9876512345"),
        (pa.array([b"\xff\x00"]), b"\xff\x00"),
        (pa.array([9_876_512_345]), 9_876_512_345),
        (pa.array([9_876_512_345], pa.uint64()), 9_876_512_345),
        (pa.array([5], pa.int8()), 5),
        (pa.array([9_876_512_345.0]), 9_876_512_345.0),
        (pa.array([9_876_512_345.0], pa.float32()), "9.876513e+09"),
        (pa.array([5.0], pa.float32()), 5.0),
        (pa.array(np.array([5.5], np.float16)), 5.5),
        (pa.array([Decimal("9876512345.00")]), Decimal("9876512345.00")),
        (pa.array([True]), True),
        (pa.array([None], pa.null()), None),
        (pa.array([None, "x"])[:1], None),
        (pa.array([MOMENT], pa.timestamp("s", "UTC")), MOMENT),
        (pa.array([MOMENT], pa.timestamp("ms", "Asia/Kolkata")), MOMENT),
        (pa.array([SECS * 10**6], pa.timestamp("us", "Nowhere/AtAll")), MOMENT),
        (
            pa.array([SECS * 10**9 + 5], pa.timestamp("ns", "UTC")),
            MOMENT,
        ),
        (pa.array([LOCAL], pa.timestamp("s")), LOCAL),
        (pa.array([LOCAL], pa.timestamp("ms")), LOCAL),
        (pa.array([LOCAL], pa.timestamp("us")), LOCAL),
        (pa.array([LOCAL], pa.timestamp("ns")), LOCAL),
        (pa.array([2**62], pa.timestamp("us")), 2**62),
        (pa.array([date(2037, 6, 30)]), date(2037, 6, 30)),
        (pa.array([time(18, 30)], pa.time64("ns")), "18:30:00"),
        (pa.array([5], pa.duration("ns")), 5),
        (pa.array([{"a": [1, None]}]), {"a": [1, None]}),
        (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), [("k", 1)]),
        (pa.array([[SECS * 10**9 + 5]], pa.list_(pa.timestamp("ns", "UTC"))), [MOMENT]),
    ],
)
def test_values_of_every_type_are_read(column: pa.Array, value: object) -> None:
    (fields,) = read_parquet(parquet_file({"Phone": ["1"], "Other": column})).fields

    assert fields["Other"] == value
    assert type(fields["Other"]) is type(value)


def test_a_gap_in_a_column_of_numbers_is_not_a_number_or_null() -> None:
    whole = read_parquet(parquet_file({"Phone": pa.array([9876512345.0, math.nan, None])}))

    assert [record.lead_json for record in whole.decoded] == [
        b'{"Phone":9876512345.0}',
        b'{"Phone":null}',
        b'{"Phone":null}',
    ]


def test_a_text_that_is_no_utf8_costs_its_row() -> None:
    texts = pa.StringArray.from_buffers(
        3, pa.py_buffer(np.array([0, 1, 2, 3], np.int32)), pa.py_buffer(b"a\xffc")
    )
    whole = read_parquet(parquet_file({"Phone": ["1", "2", "3"], "Name": texts}))

    assert [record.number for record in whole.decoded] == [1, 3]
    (fault,) = whole.unreadable
    assert (fault.number, fault.raw) == (2, '{"Phone":"2"}')
    assert fault.detail == "Name: the text is not UTF-8"


def test_a_name_that_stands_twice_over_different_values_has_both() -> None:
    table = pa.Table.from_arrays(
        [pa.array(["1", "2"]), pa.array(["1", "3"])], names=["Phone", "Phone"]
    )
    assert read_parquet(parquet_file(table)).fields == [{"Phone": "1"}, {"Phone": ("2", "3")}]


def test_a_file_of_no_rows_has_none() -> None:
    assert read_parquet(parquet_file({"Phone": pa.array([], pa.string())})).numbers == []


def test_a_file_without_a_phone_column_is_refused_with_the_nearest_name() -> None:
    assert refusal(parquet_file({"Fone": ["1"], "City": ["Pune"]})) == (
        "f has no column PhoneNumber (or another of its names in the lead schema);"
        " read: 'Fone', 'City'. Should one of them be Phone?"
    )


CONTENT = parquet_file({"Phone": [f"98765{n:05}" for n in range(3000)]}, group_rows=1000)


@pytest.mark.parametrize(
    "content",
    [
        b"PAR1",
        b"PAR1" + bytes(100),
        CONTENT[:-20],
        CONTENT[: len(CONTENT) // 2],
        CONTENT[:200] + b"\xff" * 300 + CONTENT[500:],
    ],
)
def test_a_file_that_is_cut_off_or_damaged_is_refused_with_the_remedy(content: bytes) -> None:
    assert refusal(content) == "f is a Parquet file that is cut off or damaged; fetch it again"


@given(st.integers(4, len(CONTENT) - 1), st.integers(1, 255))
def test_a_file_with_a_wrong_byte_is_read_or_refused(place: int, change: int) -> None:
    content = bytearray(CONTENT)
    content[place] ^= change

    try:
        whole = read_parquet(bytes(content))
    except NotALeadFile:
        return
    assert whole.numbers == list(range(1, len(whole.numbers) + 1))


def test_a_file_that_is_another_by_now_is_known_before_a_row_of_it_is_given() -> None:
    layout, (found,) = inspect_parquet(io.BytesIO(CONTENT), name="f", schema=SCHEMA, may_seek=True)
    changed = parquet_file({"Phone": [f"98766{n:05}" for n in range(3000)]}, group_rows=1000)
    for content in (changed, b"", CONTENT[:-9], parquet_file({"Phone": ["1"]})):
        with pytest.raises(RangeChanged):
            next(read_row_groups(io.BytesIO(content), layout, found, file="f"))


class Damaged(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        if piece := super().read(size):
            return piece
        raise DamagedStream("is cut off")


def test_a_packed_file_is_read_from_a_file_without_a_name() -> None:
    with spooled(io.BytesIO(CONTENT)) as source:
        _, (found,) = inspect_parquet(source, name="f", schema=SCHEMA, may_seek=False)
    assert (found.records, found.may_seek) == (3000, False)

    with pytest.raises(DamagedStream), spooled(Damaged(CONTENT)):
        pass
