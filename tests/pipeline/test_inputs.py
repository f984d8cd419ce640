import gzip
import hashlib
import os
from pathlib import Path

import pytest

from pipeline.faults import Faults
from pipeline.inputs import find_inputs
from schemas.lead_schema import default_lead_schema
from tests.records.parquet_files import parquet_file
from tests.records.zip_files import zipped
from transforms.in_process import request_stop
from transforms.read import InputFile

SCHEMA = default_lead_schema()
CSV = b"Phone,Campaign\n9876500001,North\n"


def find(*globs: Path | str, campaign_field: str | None = None) -> list[InputFile]:
    return find_inputs([str(glob) for glob in globs], SCHEMA, campaign_field)


def faults_of(*globs: Path | str, campaign_field: str | None = None) -> tuple[str, ...]:
    with pytest.raises(Faults) as caught:
        find(*globs, campaign_field=campaign_field)
    return caught.value.faults


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_globs_name_each_file_once_in_order(tmp_path: Path) -> None:
    b = written(tmp_path / "b.csv", CSV)
    a = written(tmp_path / "a.csv", CSV)
    written(tmp_path / "c.txt", b"not asked for")

    files = find(tmp_path / "*.csv", b, tmp_path / "a.*")

    assert [file.name for file in files] == [str(a), str(b)]


def test_a_file_is_known_by_its_stored_bytes_and_its_layout(tmp_path: Path) -> None:
    packed = gzip.compress(CSV)
    (file,) = find(written(tmp_path / "leads.csv", packed))

    assert file.size_bytes == len(packed)
    assert file.digest == hashlib.sha256(packed).hexdigest()
    assert (file.layout.format, file.layout.header) == ("csv", ("Phone", "Campaign"))


@pytest.mark.parametrize(
    "content", [zipped(CSV), parquet_file({"Phone": ["9876500001"]}), gzip.compress(CSV, mtime=0)]
)
def test_a_file_is_known_by_all_its_bytes_wherever_its_directory_is(
    tmp_path: Path, content: bytes
) -> None:
    (file,) = find(written(tmp_path / "leads", content))

    assert file.digest == hashlib.sha256(content).hexdigest()
    assert (file.size_bytes, file.records) == (len(content), 1)


@pytest.mark.parametrize("content", [b"", b"Phone\n", b"\n\n"])
def test_files_without_leads_are_fine(tmp_path: Path, content: bytes) -> None:
    assert len(find(written(tmp_path / "leads.csv", content))) == 1


def test_all_faults_of_all_files_are_named_at_once(tmp_path: Path) -> None:
    written(tmp_path / "good.csv", CSV)
    page = written(tmp_path / "page.csv", b"<!DOCTYPE html><html></html>")
    book = written(tmp_path / "book.csv", b"PK\x03\x04" + b"\0" * 100)
    nameless = written(tmp_path / "nameless.csv", b"Fone;Name\n")
    missing = tmp_path / "none*.csv"

    faults = faults_of(tmp_path / "*.csv", missing)

    assert len(faults) == 4
    assert faults[0] == f"--input {missing} matches no file"
    assert [
        str(path) in fault for path, fault in zip((book, nameless, page), faults[1:], strict=True)
    ]


def test_a_folder_is_no_file_of_leads(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()

    (fault,) = faults_of(tmp_path / "folder.csv")
    assert "folder.csv" in fault


def test_a_name_of_a_kind_that_nothing_reads_is_named() -> None:
    (fault,) = faults_of("nowhere://leads/*.csv")

    assert fault.startswith("--input nowhere://leads/*.csv cannot be looked up: ")


def test_an_endless_name_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path / ("x" * 5_000))

    assert "--input" in fault


def test_a_name_that_is_no_utf_8_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.csv"
    with open(path, "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(CSV)

    (fault,) = faults_of(tmp_path / "*.csv")

    assert fault.endswith("has a name that is no UTF-8 text: rename it")


def test_the_column_of_the_campaign_must_be_in_every_table(tmp_path: Path) -> None:
    written(tmp_path / "a.csv", CSV)
    lacking = written(tmp_path / "b.csv", b"Phone,Name\n9876500001,A\n")
    written(tmp_path / "c.jsonl", b'{"Phone": "9876500001"}\n')
    written(tmp_path / "d.csv", b"")

    assert faults_of(tmp_path / "*", campaign_field="campaign") == (
        f"{lacking} has no column campaign (--campaign_field); it has 'Phone', 'Name'",
    )
    assert len(find(tmp_path / "a.csv", tmp_path / "c.jsonl", campaign_field="CAMPAIGN")) == 2


def test_a_first_line_that_looks_like_a_lead_is_not_quoted(tmp_path: Path) -> None:
    (fault,) = faults_of(written(tmp_path / "leads.csv", b"9876500001,Asha\n"))

    assert "9876500001" not in fault


def test_a_stop_ends_the_search(tmp_path: Path) -> None:
    request_stop()

    assert find(written(tmp_path / "leads.csv", CSV)) == []
