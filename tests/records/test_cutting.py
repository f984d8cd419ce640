import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from records import cutting
from records.cutting import MAX_RECORD_BYTES, CsvCutter, Cut, Cutter, JsonLineCutter

# Few different bytes, so that quotes, delimiters and line ends meet often.
CONTENT = st.lists(st.sampled_from([b'"', b",", b"\n", b"\r", b"\r\n", b"a", b" ", b"\xff"])).map(
    b"".join
)


def reference_csv(content: bytes, delimiter: bytes = b",") -> tuple[list[bytes], bytes, bool]:
    """Split a whole content byte by byte, as simply as it can be said."""
    records, record, quoted, at_start, place = [], b"", False, True, 0
    while place < len(content):
        byte = content[place : place + 1]
        if quoted and content[place : place + 2] == b'""':
            record += b'""'
            place += 2
            continue
        if quoted:
            quoted = byte != b'"'
            record += byte
        elif byte == b'"' and at_start:
            quoted, at_start = True, False
            record += byte
        elif byte in (b"\r", b"\n"):
            place += content[place : place + 2] == b"\r\n"
            records.append(record)
            record, at_start = b"", True
        else:
            at_start = byte == delimiter
            record += byte
        place += 1
    return records, record, quoted


def fed(cutter: Cutter, content: bytes, sizes: list[int]) -> tuple[list[bytes | Cut], Cut | None]:
    records: list[bytes | Cut] = []
    for piece in pieces(content, sizes):
        records += cutter.feed(piece)
    return records, cutter.rest()


def pieces(content: bytes, sizes: list[int]) -> Iterator[bytes]:
    place = turn = 0
    while place < len(content):
        size = sizes[turn % len(sizes)]
        yield content[place : place + size]
        place += size
        turn += 1


@given(CONTENT | st.binary(max_size=200), st.lists(st.integers(1, 30), min_size=1, max_size=4))
@example(b'a,"b""\n","c"\r\n,"d', [1])
@example(b'a\r\n"b"\r\n', [2])
def test_b4_b5_csv_records_are_the_same_however_the_content_falls_into_pieces(
    content: bytes, sizes: list[int]
) -> None:
    records, rest, open_quote = reference_csv(content)
    expected = (records, Cut(rest, len(rest), open_quote) if rest else None)
    assert fed(CsvCutter(","), content, sizes) == expected
    assert fed(CsvCutter(","), content, [len(content) + 1]) == expected


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "^", "]", "\\", "-", "."])
@given(data=st.data())
def test_b3_any_delimiter_opens_the_next_cell(delimiter: str, data: st.DataObject) -> None:
    parts = st.lists(st.sampled_from(['"', delimiter, ",", "\n", "\r\n", "a"]))
    content = data.draw(parts.map("".join)).encode()
    sizes = data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
    records, rest, open_quote = reference_csv(content, delimiter.encode())
    expected = (records, Cut(rest, len(rest), open_quote) if rest else None)
    assert fed(CsvCutter(delimiter), content, sizes) == expected


@given(CONTENT, st.lists(st.integers(1, 30), min_size=1, max_size=4))
def test_h1_plain_lines_end_at_any_line_end_whatever_quotes_say(
    content: bytes, sizes: list[int]
) -> None:
    *lines, rest = re.split(rb"\r\n|\r|\n", content)
    expected = (lines, Cut(rest, len(rest)) if rest else None)
    assert fed(CsvCutter(",", quotes=False), content, sizes) == expected


@given(st.binary(max_size=200), st.lists(st.integers(1, 30), min_size=1, max_size=4))
def test_b5_json_lines_end_at_lf_and_at_nothing_else(content: bytes, sizes: list[int]) -> None:
    content = content.replace(b"\x01", b"\n").replace(b"\x02", b"\r")
    *lines, rest = content.split(b"\n")
    expected = (lines, Cut(rest, len(rest)) if rest else None)
    assert fed(JsonLineCutter(), content, sizes) == expected


@pytest.mark.parametrize(
    "separator", ["\u2028", "\u2029", "\u0085", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e"]
)
def test_b5_other_separators_are_characters(separator: str) -> None:
    record = f"9876512345,A{separator}B".encode()
    assert CsvCutter(",").feed(record + b"\n") == [record]
    assert JsonLineCutter().feed(record + b"\n") == [record]


@given(CONTENT, st.lists(st.integers(1, 30), min_size=1, max_size=4))
def test_a_record_that_is_too_long_is_one_record_with_its_beginning_kept(
    content: bytes, sizes: list[int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "MAX_RECORD_BYTES", 4)
        records, rest = fed(CsvCutter(","), content, sizes)
    whole, last, open_quote = reference_csv(content)
    assert records == [r if len(r) <= 4 else Cut(r[:4], len(r)) for r in whole]
    assert rest == (Cut(last[:4], len(last), open_quote) if last else None)


@pytest.mark.parametrize("cutter", [CsvCutter(","), JsonLineCutter()])
def test_an_endless_record_is_not_held(cutter: Cutter) -> None:
    for _ in range(100):
        assert cutter.feed(b'"' + b"x" * 100_000) == []
    rest = cutter.rest()
    assert rest is not None
    assert (len(rest.text), rest.size) == (MAX_RECORD_BYTES, 10_000_100)


@pytest.mark.parametrize(
    "record",
    [
        b'"' * 300_001,
        b'"' + b"a" * 300_000,
        b'"a",' * 100_000 + b'"',
        b'""a' * 100_000,
        b',"' * 200_000,
        b'"x""y' * 60_000,
    ],
)
def test_hostile_quotes_cost_no_more_than_their_length(record: bytes) -> None:
    started = time.process_time()
    fed(CsvCutter(","), b'"' + record + b"\n" + record, [1 << 18])
    assert time.process_time() - started < 2.0


def test_the_pattern_needs_nothing_that_early_releases_of_python_3_11_got_wrong() -> None:
    # Possessive repetition of a group lost matches before 3.11.5; that of one character did not.
    assert not re.search(rb"\)[*+]\+", CsvCutter(",")._records.pattern)
