"""Files of leads in a bucket: found, known by their bytes, and read, through Beam's file systems."""

import gzip
import hashlib
from collections.abc import Iterator

import apache_beam as beam
import pytest
from apache_beam.internal.gcp import auth
from apache_beam.io.filesystems import FileSystems
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.util import assert_that, equal_to

from pipeline.faults import Faults
from pipeline.inputs import find_inputs
from records.blocks import RawBlock
from records.decoding import decode, record_texts
from schemas.lead_schema import default_lead_schema
from tests.dialer.fake_gcs import FakeGcs
from tests.records.parquet_files import parquet_file
from tests.records.zip_files import zipped
from transforms.read import ReadLeads, ranges_of, read_blocks

SCHEMA = default_lead_schema()
PLAIN = b"Phone,Name\n9876500001,A\n9876500002,B\n"
PACKED = gzip.compress(b'{"Phone": "9876500003"}\n')


@pytest.fixture
def gcs(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGcs]:
    # Beam looks for credentials though the emulator takes none, for some twenty seconds.
    monkeypatch.setattr(auth._Credentials, "_credentials_init", True)
    with FakeGcs("leads") as fake:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", fake.url)
        yield fake


def records(block: RawBlock) -> list[tuple[str, int, bytes]]:
    return [
        (block.file, number, text) for number, text in enumerate(record_texts(block), block.first)
    ]


def put(fake: FakeGcs, name: str, data: bytes) -> None:
    fake.objects.put("leads", name, data, None)


def test_leads_are_read_from_a_bucket(gcs: FakeGcs) -> None:
    put(gcs, "in/plain.csv", PLAIN)
    put(gcs, "in/packed.json", PACKED)
    put(gcs, "other/not asked for.csv", PLAIN)
    files = find_inputs(["gs://leads/in/*"], SCHEMA, None)
    assert [(file.name, file.digest) for file in files] == [
        ("gs://leads/in/packed.json", hashlib.sha256(PACKED).hexdigest()),
        ("gs://leads/in/plain.csv", hashlib.sha256(PLAIN).hexdigest()),
    ]
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        blocks = pipeline | beam.Create(ranges_of(files)) | ReadLeads()
        assert_that(
            blocks | beam.FlatMap(records),
            equal_to(
                [
                    ("gs://leads/in/packed.json", 1, b'{"Phone": "9876500003"}'),
                    ("gs://leads/in/plain.csv", 1, b"9876500001,A"),
                    ("gs://leads/in/plain.csv", 2, b"9876500002,B"),
                ]
            ),
        )


def test_files_that_are_known_by_their_ends_are_read_from_a_bucket(gcs: FakeGcs) -> None:
    parquet = parquet_file({"Phone": [f"98765{n:05}" for n in range(5000)]}, group_rows=1000)
    put(gcs, "in/1.parquet", parquet)
    put(gcs, "in/2.zip", zipped(PLAIN))
    put(gcs, "in/3.zip", zipped(parquet))
    files = find_inputs(["gs://leads/in/*"], SCHEMA, None)

    assert [file.digest for file in files[:1]] == [hashlib.sha256(parquet).hexdigest()]
    found = [
        (wanted.name[-9:], record.number, record.fields["Phone"])
        for wanted in ranges_of(files)
        for block in read_blocks(wanted)
        for record in decode(block)[0]
    ]
    phones = [(n + 1, f"98765{n:05}") for n in range(5000)]
    assert found == [
        *(("1.parquet", *phone) for phone in phones),
        ("/in/2.zip", 1, "9876500001"),
        ("/in/2.zip", 2, "9876500002"),
        *(("/in/3.zip", *phone) for phone in phones),
    ]


@pytest.mark.parametrize("glob", ["gs://leads/in/*.csv", "gs://another/*.csv"])
@pytest.mark.usefixtures("gcs")
def test_a_glob_that_matches_nothing_in_a_bucket_is_a_fault(glob: str) -> None:
    with pytest.raises(Faults) as raised:
        find_inputs([glob], SCHEMA, None)
    assert len(raised.value.faults) == 1
    assert raised.value.faults[0].startswith(f"--input {glob} ")


def test_what_beam_writes_to_the_fake_it_finds_copies_renames_and_deletes(gcs: FakeGcs) -> None:
    with FileSystems.create("gs://leads/out/a part.csv") as stream:
        stream.write(PLAIN)
    FileSystems.rename(["gs://leads/out/a part.csv"], ["gs://leads/out/whole.csv"])
    FileSystems.copy(["gs://leads/out/whole.csv"], ["gs://leads/out/copy.csv"])
    assert not FileSystems.exists("gs://leads/out/a part.csv")
    found = FileSystems.match(["gs://leads/out/*"])[0].metadata_list
    assert [(each.path, each.size_in_bytes) for each in found] == [
        ("gs://leads/out/copy.csv", len(PLAIN)),
        ("gs://leads/out/whole.csv", len(PLAIN)),
    ]
    FileSystems.delete(["gs://leads/out/whole.csv"])
    assert gcs.objects.get("leads", "out/copy.csv").data == PLAIN
    assert not FileSystems.exists("gs://leads/out/whole.csv")
