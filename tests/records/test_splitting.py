import gzip
import io
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.blocks import RawBlock
from records.cutting import MAX_RECORD_BYTES
from records.decoding import record_texts
from records.layout import Layout
from records.opening import open_text
from records.splitting import split_records
from tests.records.reading import read
from tests.records.test_cutting import CONTENT, reference_csv

HEADER = b"Phone,Name\n"
ROWS = b"".join(b"%d,Lead %d\n" % (9_876_500_000 + n, n) for n in range(1, 3001))


@given(CONTENT, st.integers(1, 40))
def test_blocks_of_pieces_of_any_size_hold_the_same_records(
    content: bytes, piece_bytes: int
) -> None:
    layout = Layout("csv", ",", ("Phone", "Name"), len(HEADER))
    stream = io.BytesIO(HEADER + content)
    blocks = list(split_records(stream, layout, file="f", piece_bytes=piece_bytes))
    records, rest, open_quote = reference_csv(content)
    expected = [r for r in [*records, rest] if r.strip(b' ,"\r\n') or (open_quote and r is rest)]
    assert [text for block in blocks for text in texts(block)] == expected
    firsts = [block.first for block in blocks]
    assert firsts == [1 + sum(b.records for b in blocks[:n]) for n in range(len(blocks))]
    assert sum(block.size_bytes for block in blocks) == len(content)
    faults = [block.first for block in blocks if block.fault]
    assert faults == ([len(expected)] if open_quote else [])


def texts(block: RawBlock) -> list[bytes]:
    found = [block.content] if block.fault else record_texts(block)
    assert len(found) == block.records
    return found


def test_blocks_are_about_as_large_as_the_pieces_that_are_read() -> None:
    content = read(HEADER + ROWS * 10, piece_bytes=100_000)
    assert {len(block.content) // 1000 for block in content.blocks[:-1]} <= {99, 100}
    assert content.numbers == list(range(1, 30_001))
    assert content.blocks[0].file == "leads.csv"


def test_lines_without_text_make_no_blocks_of_their_own() -> None:
    content = read(HEADER + b"1,A\n" + b"\n" * 500_000 + b"2,B\n", piece_bytes=100_000)
    assert [block.records for block in content.blocks] == [1, 1]


def test_a_block_travels_pickled() -> None:
    block = read(HEADER + b'1,A\n2,"B').blocks[0]
    assert pickle.loads(pickle.dumps(block)) == block


@pytest.mark.parametrize("line", [b"", b" ", b",", b' , "" ,\t', b'"\n\n",', b"\x0c", b"\x1a"])
def test_c4_blank_lines_and_rows_of_empty_cells_are_no_records(line: bytes) -> None:
    content = read(HEADER + line + b"\n9876512345,A\n" + line + b"\r\n9876512346,B\n" + line)
    assert content.numbers == [1, 2]
    assert [fields["Name"] for fields in content.fields] == ["A", "B"]


def test_another_delimiter_is_text() -> None:
    assert read(HEADER + b";;;\n").fields == [{"Phone": ";;;", "Name": ""}]


def test_b5_line_ends_of_all_kinds_may_be_mixed() -> None:
    content = read(HEADER + b"1,A\r\n2,B\r3,C\n4,D\r\n\r\r\n5,E")
    assert [fields["Phone"] for fields in content.fields] == ["1", "2", "3", "4", "5"]


def test_a_record_over_a_mebibyte_is_one_unreadable_record() -> None:
    long = b'"' + b"x\n" * MAX_RECORD_BYTES + b'"'
    content = read(HEADER + b"1,A\n2," + long + b"\n3,C\n")
    assert [fields["Phone"] for fields in content.fields] == ["1", "3"]
    (fault,) = content.unreadable
    assert (fault.number, fault.reason, len(fault.raw)) == (2, "unreadable", MAX_RECORD_BYTES)
    assert fault.detail == "the record has 2,097,156 bytes; at most 1,048,576 are read"


def test_a_cell_of_nearly_a_mebibyte_is_read() -> None:
    name = b"x" * (MAX_RECORD_BYTES - 10)
    assert read(HEADER + b"1," + name + b"\n").fields == [{"Phone": "1", "Name": name.decode()}]


def test_an_oversized_line_at_the_end_of_json_lines_is_one_record() -> None:
    content = read(b'{"Phone": 1}\n{"Phone": "' + b"x" * MAX_RECORD_BYTES + b'"}')
    assert content.numbers == [1, 2]
    assert content.unreadable[0].detail.startswith("the record has 1,048,589 bytes")


def test_c9_a_quote_that_is_never_closed_is_one_record_and_names_where_it_opened() -> None:
    content = read(HEADER + b'1,A\n2,"B\n' + ROWS)
    assert content.fields == [{"Phone": "1", "Name": "A"}]
    (fault,) = content.unreadable
    assert (fault.number, fault.reason) == (2, "unreadable")
    assert fault.raw == '2,"B\n' + ROWS.decode()
    assert fault.detail.startswith("a quote that opens a cell of record 2 is never closed")


def test_c9_a_quote_that_another_row_closes_is_no_lead_with_rows_in_its_name() -> None:
    content = read(HEADER + b'1,"A\n2,B\n3,"C"\n4,D\n')
    assert [fields["Phone"] for fields in content.fields] == ["4"]
    (fault,) = content.unreadable
    assert fault.raw == '1,"A\n2,B\n3,"C"'
    assert "never closed" in fault.detail


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_b7_a_cut_off_gzip_gives_what_it_holds_and_then_says_where_it_stopped(kept: float) -> None:
    packed = gzip.compress(HEADER + ROWS)
    content = read(packed[: int(len(packed) * kept)])
    (fault,) = content.unreadable
    assert fault.number == len(content.decoded) + 1
    assert fault.detail.startswith("the gzip data is cut off after ")
    whole = read(HEADER + ROWS)
    assert content.fields == whole.fields[: len(content.fields)]
    assert ROWS.decode().split("\n")[len(content.fields)].startswith(fault.raw)


def test_the_cut_off_last_line_is_never_a_lead() -> None:
    packed = gzip.compress(HEADER + b"9876512345,A\n98765123456,B")
    assert read(packed).numbers == [1, 2]
    cut = read(packed[:-6])
    assert [fields["Phone"] for fields in cut.fields] == ["9876512345"]
    assert cut.unreadable[0].raw == "98765123456,B"


def test_damage_between_two_records_is_a_record_too() -> None:
    content = read(gzip.compress(HEADER + b"1,A\n")[:-6])
    assert [(record.number, record.raw) for record in content.unreadable] == [(2, "")]


def test_damage_in_the_first_bytes_loses_nothing_before_it() -> None:
    content = read(gzip.compress(HEADER + b'1,A\n2,"B')[:-6])
    assert content.numbers == [1, 2]
    assert content.unreadable[0].raw == '2,"B'


def test_a_stream_that_gives_little_at_a_time_is_the_same_content() -> None:
    class Dribble(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(7 if size is None else min(7, size))

    layout = Layout("csv", ",", ("Phone", "Name"), len(HEADER))
    blocks = split_records(open_text(Dribble(HEADER + ROWS)), layout, file="f")
    assert next(blocks).content == read(HEADER + ROWS).blocks[0].content
