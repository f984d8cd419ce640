import bz2
import gzip
import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from records.blocks import RawBlock
from records.decoding import record_texts
from records.opening import open_leads
from records.ranges import RANGE_BYTES, find_ranges
from tests.transforms.running import SCHEMA, expect, pinned
from transforms.in_process import BOARD, request_stop
from transforms.read import HashedStream, InputFile, ReadLeads, open_raw, ranges_of

CONTENT = b"Phone,Name\n9876500001,A\n\n9876500002,B\n"


def input_file(path: Path, content: bytes, *, range_bytes: int = RANGE_BYTES) -> InputFile:
    """Write a file, and say what it is as the program does at the start."""
    path.write_bytes(content)
    opened = open_leads(io.BytesIO(content), name=path.name, schema=SCHEMA)
    may_seek = opened.is_stored_plain
    ranges = find_ranges(opened.content, opened.layout, may_seek=may_seek, range_bytes=range_bytes)
    return InputFile(str(path), len(content), "", opened.layout, ranges)


def texts(block: RawBlock) -> list[tuple[str, int, bytes]]:
    return [
        (Path(block.file).name, number, text)
        for number, text in enumerate(record_texts(block), block.first)
    ]


def check_read(files: list[InputFile], expected: list[tuple[str, int, bytes]]) -> None:
    with pinned() as pipeline:
        blocks = pipeline | beam.Create(ranges_of(files)) | ReadLeads()
        expect(blocks | beam.FlatMap(texts), expected, "records")


def failure(files: list[InputFile]) -> None:
    with pytest.raises(Exception, match="while running"):
        check_read(files, [])


def test_every_record_of_every_file_keeps_its_place(tmp_path: Path) -> None:
    files = [
        input_file(tmp_path / "a.csv", CONTENT),
        input_file(tmp_path / "b.jsonl", b'{"Phone": "9876500003"}\n{"Phone": 1}'),
        input_file(tmp_path / "empty.csv", b""),
        input_file(tmp_path / "header.csv", b"Phone,Name\n"),
    ]

    check_read(
        files,
        [
            ("a.csv", 1, b"9876500001,A"),
            ("a.csv", 2, b"9876500002,B"),
            ("b.jsonl", 1, b'{"Phone": "9876500003"}'),
            ("b.jsonl", 2, b'{"Phone": 1}'),
        ],
    )


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_packed_files_are_read_by_content_whatever_their_name(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    file = input_file(tmp_path / "leads.csv", pack(CONTENT))

    check_read([file], [("leads.csv", 1, b"9876500001,A"), ("leads.csv", 2, b"9876500002,B")])


def test_a_file_named_gz_that_is_plain_is_read_plain(tmp_path: Path) -> None:
    file = input_file(tmp_path / "leads.csv.gz", b"Phone\n9876500001\n")

    check_read([file], [("leads.csv.gz", 1, b"9876500001")])


def test_a_file_that_was_changed_ends_the_run_and_says_what_to_do(tmp_path: Path) -> None:
    file = input_file(tmp_path / "leads.csv", CONTENT)
    Path(file.name).write_bytes(CONTENT + b"9876500003,C\n")

    failure([file])

    assert BOARD.stopped == (
        f"{file.name} was changed while it was read, so nothing of it was sent:"
        " restore it and give the same command again, or start another run with --new_run"
    )


def test_a_file_that_shrank_to_nothing_was_changed_too(tmp_path: Path) -> None:
    file = input_file(tmp_path / "leads.csv", CONTENT)
    Path(file.name).write_bytes(b"")

    failure([file])

    assert BOARD.stopped.startswith(f"{file.name} was changed")


def test_a_file_that_went_away_ends_the_run_and_says_so(tmp_path: Path) -> None:
    file = input_file(tmp_path / "leads.csv", CONTENT)
    Path(file.name).unlink()

    failure([file])

    assert BOARD.stopped == (
        f"{file.name} cannot be read any more (No such file or directory), so nothing of it was"
        " sent: restore it and give the same command again, or start another run with --new_run"
    )


def test_no_file_is_read_on_once_a_stop_was_asked_for(tmp_path: Path) -> None:
    file = input_file(tmp_path / "leads.csv", CONTENT)
    request_stop()

    check_read([file], [])

    assert BOARD.stopped == "stopped on request"


def test_the_bytes_are_read_as_they_are_stored(tmp_path: Path) -> None:
    packed = gzip.compress(CONTENT)
    (tmp_path / "leads.csv.gz").write_bytes(packed)

    with open_raw(str(tmp_path / "leads.csv.gz")) as stream:
        hashed = HashedStream(stream)
        assert hashed.read(10) == packed[:10]
        assert hashed.finish() == hashlib.sha256(packed).hexdigest()
    assert hashed.size_bytes == len(packed)


def test_ranges_read_side_by_side_give_every_record_its_number(tmp_path: Path) -> None:
    rows = [
        b'%d,"A\nof ""B"" %d"\n' % (9_876_500_000 + number, number) for number in range(1, 30_001)
    ]
    file = input_file(tmp_path / "leads.csv", b"Phone,Name\n" + b"".join(rows), range_bytes=1)
    assert len(file.ranges) > 1
    workers = PipelineOptions(["--direct_num_workers=2"])
    with beam.Pipeline(runner=FnApiRunner(), options=workers) as pipeline:
        blocks = pipeline | beam.Create(ranges_of([file])) | ReadLeads()
        expect(
            blocks | beam.FlatMap(texts),
            [("leads.csv", place, row.rstrip(b"\n")) for place, row in enumerate(rows, 1)],
            "records",
        )
