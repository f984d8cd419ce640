import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.compression import open_plain
from records.cutting import MAX_RECORD_BYTES
from records.decoding import decode, record_texts
from records.json_elements import ElementCutter, cut_elements
from records.layout import Layout
from records.peeking import DamagedStream
from records.ranges import find_ranges, read_range
from records.splitting import split_records
from tests.records.reading import read

LAYOUT = Layout("json_array")
JUNK = st.lists(
    st.sampled_from(
        [
            *(b"[", b"]", b"{", b"}", b'"', b",", b":", b"\n", b" ", b"\\", b"1", b'{"a":1}'),
            *(
                b'"a,]"',
                b'{"a":{"b":[1]}}',
                b'{"a":',
                b'"b":[',
                b",\n{",
                "é".encode(),
                b"\xef\xbb\xbf",
            ),
        ]
    ),
    max_size=30,
).map(b"".join)


class Pieces(io.BytesIO):
    """Gives out the content in pieces of a few bytes."""

    def __init__(self, content: bytes, sizes: list[int]) -> None:
        super().__init__(content)
        self._sizes: Iterator[int] = iter(sizes)

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(next(self._sizes, 7), size if size and size > 0 else 7))


def texts(content: bytes) -> list[bytes]:
    return [text.strip() for text in cut_elements(content)]


def phones(content: bytes) -> list[object]:
    return [fields.get("PhoneNumber") for fields in read(content, name="leads.json").fields]


@pytest.mark.parametrize(
    ("content", "elements"),
    [
        (b'[{"a": 1}, {"b": 2}]', [b'{"a": 1}', b'{"b": 2}']),
        (b'[\n{"a": [1, {"c": "],"}]},\n\n{"b": "\\"}, {"}\n]\n', None),
        (b'{"a": 1}\n{"b": 2}', [b'{"a": 1}', b'{"b": 2}']),
        (b'{"a":1}{"b":2}[{"c":3}]', [b'{"a":1}', b'{"b":2}', b'{"c":3}']),
        (b'[{"a": 1},]', [b'{"a": 1}']),
        (b"[1, [2, 3], null]", [b"1", b"[2, 3]", b"null"]),
        (b'[{"a": 1}]\xef\xbb\xbf[{"b": 2}]', [b'{"a": 1}', b'{"b": 2}']),
        (b'{"a": 1},\n{"b": 2},\n', [b'{"a": 1}', b'{"b": 2}']),
        (b'[{"a": 1} {"b": 2}, {"c": 3}]', [b'{"a": 1} {"b": 2}', b'{"c": 3}']),
        (b'[{"a": 1, {"b": 2}]', [b'{"a": 1', b'{"b": 2}']),
        (b'[{"a": [1, 2}, {"b": 2}]', [b'{"a": [1, 2}', b'{"b": 2}']),
        (b'[{"a": "x,\n"b": 1},\n{"c": 3}]', [b'{"a": "x,\n"b": 1}', b'{"c": 3}']),
        (b'[{"a": 1}] junk\n{"b": 2}', [b'{"a": 1}', b"junk", b'{"b": 2}']),
        (b"", []),
    ],
)
def test_elements_end_where_json_says(content: bytes, elements: list[bytes] | None) -> None:
    if elements is None:
        whole = json.loads(content)
        assert [json.loads(text) for text in texts(content)] == whole
    else:
        assert texts(content) == elements


@given(JUNK, st.lists(st.integers(1, 9), max_size=40))
def test_however_it_falls_into_pieces_the_elements_are_the_same(
    content: bytes, sizes: list[int]
) -> None:
    whole, pieces = ElementCutter(), ElementCutter()
    expected = whole.feed(content, is_last=True)

    found, at = [], 0
    for size in [*sizes, len(content)]:
        found += pieces.feed(content[at : at + size])
        at += size
    found += pieces.feed(b"", is_last=True)

    assert found == expected
    assert (pieces.element_start, pieces.in_array) == (whole.element_start, whole.in_array)


@given(JUNK, st.lists(st.integers(1, 9), max_size=40))
def test_every_element_of_any_content_is_a_record_once(content: bytes, sizes: list[int]) -> None:
    blocks = list(split_records(Pieces(content, sizes), LAYOUT, file="f", piece_bytes=5))

    assert b"".join(block.content for block in blocks) == content
    for block in blocks:
        assert block.fault or len(record_texts(block)) == block.records
    assert [block.first for block in blocks] == [
        1 + sum(before.records for before in blocks[:n]) for n in range(len(blocks))
    ]


@given(JUNK, st.integers(1, 20))
def test_ranges_of_an_array_have_its_blocks(content: bytes, range_bytes: int) -> None:
    whole = list(split_records(io.BytesIO(content), LAYOUT, file="f"))
    ranges = find_ranges(io.BytesIO(content), LAYOUT, may_seek=True, range_bytes=range_bytes)

    found = [
        block
        for each in ranges
        for block in read_range(io.BytesIO(content[each.start :]), LAYOUT, each, file="f")
    ]

    assert found == whole


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner)
)


@given(st.lists(VALUES, max_size=6), st.sampled_from([None, 0, 2]), st.booleans())
def test_the_elements_of_an_array_are_its_values(
    values: list[object], indent: int | None, ascii_only: bool
) -> None:
    content = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode()

    assert [json.loads(text) for text in texts(content)] == values


def test_numbers_count_elements_and_blank_places_not_at_all() -> None:
    content = read(b'[{"PhoneNumber": 1},, 7, {"PhoneNumber": 2},]', name="leads.json")

    assert content.numbers == [1, 2, 3]
    assert [record.number for record in content.decoded] == [1, 3]
    assert content.unreadable[0].detail == (
        "the record is a JSON number or truth value, not a JSON object"
    )


def test_a_lead_of_several_lines_is_one_line_of_json() -> None:
    (record,) = read(b'{\n  "PhoneNumber": 1,\r\n  "Name": "A"\n}\n').decoded

    assert b"\n" not in record.lead_json
    assert b"\r" not in record.lead_json
    assert json.loads(record.lead_json) == record.fields == {"PhoneNumber": 1, "Name": "A"}


def test_an_outcome_in_an_array_is_its_lead() -> None:
    outcome = {
        "status": "invalid",
        "reason": "phone_invalid",
        "detail": "",
        "campaign": None,
        "phone": None,
        "lead": {"PhoneNumber": 5},
        "source": {"file": "f", "record": 1},
        "request_id": None,
        "at": "2027-01-15T08:00:00.000Z",
    }
    assert phones(json.dumps([outcome], indent=1).encode()) == [5]


@pytest.mark.parametrize(
    ("content", "found", "raw"),
    [
        (b'[{"PhoneNumber": 1}, {"PhoneNumber": 2}', [1, 2], ""),
        (b'[{"PhoneNumber": 1}, {"PhoneNumber": 2},', [1, 2], ""),
        (b'[{"PhoneNumber": 1}, {"PhoneNumber": 2}, {"Phone', [1, 2], '{"Phone'),
        (b'[\n{"PhoneNumber": 1},\n{"PhoneNumber": 2},\n{"A": "x', [1, 2], '{"A": "x'),
    ],
)
def test_of_an_array_that_is_cut_off_the_whole_elements_are_read(
    content: bytes, found: list[object], raw: str
) -> None:
    whole = read(content, name="leads.json")

    assert [fields["PhoneNumber"] for fields in whole.fields] == found
    (fault,) = whole.unreadable
    assert (fault.number, fault.raw) == (len(found) + 1, raw)
    assert fault.detail.startswith("the array is never closed: the file is cut off here")


def test_an_object_that_is_cut_off_is_said() -> None:
    (fault,) = read(b'{\n"PhoneNumber": 1\n}\n{\n"PhoneNumber": 2,\n"Na').unreadable

    assert fault.detail.startswith("the object is never closed: the file is cut off here")


def test_a_broken_element_costs_only_itself() -> None:
    content = b'[\n{"PhoneNumber": 1},\n{"PhoneNumber: 2},\n{"PhoneNumber": 3}\n]'

    whole = read(content, name="leads.json")

    assert [fields["PhoneNumber"] for fields in whole.fields] == [1, 3]
    assert [fault.number for fault in whole.unreadable] == [2]


@pytest.mark.parametrize("spread", [b"", b"   \n"])
@pytest.mark.parametrize("size", [MAX_RECORD_BYTES + 1, 3 * MAX_RECORD_BYTES])
def test_an_element_that_is_too_long_is_one_record(size: int, spread: bytes) -> None:
    long = b'{"PhoneNumber": 2, "Note": "' + b"x" * size + b'"}'
    content = b'[{"PhoneNumber": 1},' + long + spread + b', {"PhoneNumber": 3}]'

    whole = read(content, name="leads.json")

    assert [fields["PhoneNumber"] for fields in whole.fields] == [1, 3]
    (fault,) = whole.unreadable
    assert fault.number == 2
    assert "bytes; at most 1,048,576 are read" in fault.detail
    assert sum(block.size_bytes for block in whole.blocks) == len(content)


@pytest.mark.parametrize("junk", [b"[" * 20_000, b'{"a":' * 20_000, b" " * 3_000_000, b","])
def test_junk_without_end_is_bounded(junk: bytes) -> None:
    content = b'[\n{"PhoneNumber": 1},\n' + junk + b'{"PhoneNumber": 2}]'

    whole = read(content, name="leads.json")

    assert whole.numbers == list(range(1, len(whole.numbers) + 1))
    assert sum(block.size_bytes for block in whole.blocks) == len(content)


class Damaged(io.BytesIO):
    """A packed stream that is cut off."""

    def read(self, size: int | None = -1, /) -> bytes:
        if piece := super().read(size):
            return piece
        raise DamagedStream("the gzip data is cut off after 9 unpacked bytes")


def test_an_array_in_packed_data_that_is_cut_off_loses_one_record() -> None:
    stream = open_plain(Damaged(b'[{"PhoneNumber": 1}, {"Pho'))
    first, last = split_records(stream, LAYOUT, file="f")

    assert [record.number for record in decode(first)[0]] == [1]
    assert last.fault is not None
    assert "cut off" in last.fault
