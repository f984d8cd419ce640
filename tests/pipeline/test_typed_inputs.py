"""Files of every format through the transforms, as the runner carries what they give."""

import json
from pathlib import Path

import apache_beam as beam
import pytest

from pipeline.inputs import find_inputs
from records.lead_block import LeadBlock
from records.wrapping import Wrapping
from schemas.outcome import Outcome
from tests.records.avro_files import avro_file, schema_of
from tests.records.parquet_files import parquet_file
from tests.records.zip_files import zipped
from tests.transforms.running import RULES, SCHEMA, expect, leads_of, pinned
from transforms.decode import DecodeLeads
from transforms.in_process import BOARD
from transforms.read import InputChanged, InputFile, ReadLeads, ranges_of, read_blocks
from transforms.validate import ValidateLeads

Place = tuple[str, str | int | None, str]


def accepted(block: LeadBlock) -> list[Place]:
    return [
        (
            Path(lead.source.file or "").name,
            lead.source.message_id or lead.source.record,
            lead.phone,
        )
        for lead in leads_of(block)
    ]


def refused(outcomes: list[Outcome]) -> list[tuple[str | None, int | None, str]]:
    return [
        (each.source.message_id, each.source.index or each.source.record, each.reason)
        for each in outcomes
    ]


def found(folder: Path, files: dict[str, bytes], wrapping: Wrapping | None) -> list[InputFile]:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return find_inputs([str(folder / "*")], SCHEMA, None, wrapping)


def test_leads_of_all_formats_go_through_the_transforms(tmp_path: Path) -> None:
    schema = schema_of({"Phone": "long"})
    files = found(
        tmp_path,
        {
            "1.avro": avro_file(schema, [{"Phone": 9876500001}, {"Phone": 12}], codec="deflate"),
            "2.parquet": parquet_file({"Phone": [9876500002.0, None]}),
            "3.json": b'[\n{"Phone": "9876500003"}\n]',
            "4.zip": zipped(parquet_file({"Phone": ["9876500004"]})),
        },
        None,
    )
    assert [file.records for file in files] == [2, 2, 1, 1]
    with pinned() as pipeline:
        blocks = pipeline | beam.Create(ranges_of(files)) | ReadLeads()
        # Between workers blocks are carried, as they are not within one.
        decoded = blocks | beam.Reshuffle() | DecodeLeads()
        validated = decoded.records | ValidateLeads(rules=RULES)
        expect(
            validated.accepted | beam.FlatMap(accepted),
            [
                ("1.avro", 1, "9876500001"),
                ("2.parquet", 1, "9876500002"),
                ("3.json", 1, "9876500003"),
                ("4.zip", 1, "9876500004"),
            ],
            "accepted",
        )
        expect(
            validated.rejected | "Refused" >> beam.FlatMap(refused),
            [(None, 2, "phone_invalid"), (None, 2, "phone_missing")],
            "rejected",
        )


def test_leads_of_messages_in_a_file_are_known_by_them(tmp_path: Path) -> None:
    schema = schema_of(
        {
            "message_id": "string",
            "publish_time": "long",
            "attributes": {"type": "map", "values": "string"},
            "data": "bytes",
        }
    )
    rows = [
        {"message_id": f"m{n}", "publish_time": n, "attributes": {}, "data": data}
        for n, data in enumerate([b'{"Phone": 9876500001}', b"junk", b'[{"Phone": 1}]'])
    ]
    files = found(tmp_path, {"1.avro": avro_file(schema, rows)}, Wrapping("data"))
    with pinned() as pipeline:
        decoded = pipeline | beam.Create(ranges_of(files)) | ReadLeads() | DecodeLeads()
        validated = decoded.records | ValidateLeads(rules=RULES)
        expect(validated.accepted | beam.FlatMap(accepted), [("", "m0", "9876500001")], "accepted")
        rejected = (decoded.rejected, validated.rejected) | beam.Flatten()
        expect(
            rejected | "Refused" >> beam.FlatMap(refused),
            [("m1", None, "unreadable"), ("m2", None, "phone_invalid")],
            "rejected",
        )


@pytest.mark.parametrize(
    "changed",
    [b"", b"PK\x03\x04", parquet_file({"Phone": ["9876500009"]}), zipped(b"Phone\n9876500009\n")],
)
@pytest.mark.parametrize(
    "content",
    [
        parquet_file({"Phone": ["9876500001"]}),
        zipped(parquet_file({"Phone": ["9876500001"]})),
        zipped(b"Phone\n9876500001\n"),
        avro_file(schema_of({"Phone": "long"}), [{"Phone": 9876500001}]),
        json.dumps([{"Phone": "9876500001"}], indent=1).encode(),
    ],
)
def test_a_file_that_was_changed_ends_the_run(
    tmp_path: Path, content: bytes, changed: bytes
) -> None:
    (file,) = found(tmp_path, {"leads": content}, None)
    Path(file.name).write_bytes(changed)

    with pytest.raises(InputChanged):
        list(read_blocks(*ranges_of([file])))
    assert "was changed while it was read" in BOARD.stopped
