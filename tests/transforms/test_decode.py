from dataclasses import replace

import apache_beam as beam
import orjson

from records.blocks import RawBlock
from records.layout import Layout
from schemas.outcome import Outcome
from tests.transforms.running import expect, pinned
from transforms.decode import DecodedBlock, DecodeLeads
from transforms.metrics import NAMESPACE

CSV = Layout("csv", ",", ("Phone", "Name"))
JSON = Layout("json_lines")

Found = tuple[str, int, object]


def raw(file: str, first: int, layout: Layout, *records: bytes) -> RawBlock:
    content = b"\n".join(records)
    return RawBlock(file, first, layout, content, len(records), len(content))


def records_of(block: DecodedBlock) -> list[Found]:
    return [(block.file, record.number, dict(record.fields)) for record in block.row_wise().records]


def refusals_of(outcomes: list[Outcome]) -> list[tuple[str, int | None, str, str, object]]:
    return [
        (
            each.source.file or "",
            each.source.record,
            str(each.status),
            each.reason,
            orjson.loads(each.lead_json),
        )
        for each in outcomes
    ]


def check(blocks: list[RawBlock], records: list[Found], refused: list[object]) -> dict[str, int]:
    """Decode, see what comes out, and give the counters."""
    pipeline = pinned()
    decoded = pipeline | beam.Create(blocks) | DecodeLeads()
    expect(decoded.records | "Records" >> beam.FlatMap(records_of), records, "records")
    expect(decoded.rejected | "Refusals" >> beam.FlatMap(refusals_of), refused, "rejected")
    result = pipeline.run()
    result.wait_until_finish()
    return {
        counter.key.metric.name: counter.committed
        for counter in result.metrics().query()["counters"]
        if counter.key.metric.namespace == NAMESPACE
    }


def test_sound_records_get_their_fields_and_nothing_is_rejected() -> None:
    blocks = [
        raw("a.csv", 1, CSV, b"9876500001,A", b'"9876500002","B ""b"""'),
        raw("b.jsonl", 5, JSON, b'{"Phone": 9876500003}'),
    ]

    counts = check(
        blocks,
        [
            ("a.csv", 1, {"Phone": "9876500001", "Name": "A"}),
            ("a.csv", 2, {"Phone": "9876500002", "Name": 'B "b"'}),
            ("b.jsonl", 5, {"Phone": 9876500003}),
        ],
        [],
    )

    assert counts["records_read"] == 3
    assert counts.get("rows_as_windows_1252", 0) == 0


def test_a_bad_record_has_its_outcome_and_costs_no_other() -> None:
    blocks = [
        raw("a.csv", 1, CSV, b"9876500001,A,surplus", b"9876500002,B"),
        raw("b.jsonl", 1, JSON, b"no json", b'{"Phone": 1}', b"[]", b'{"x": NaN}'),
    ]

    counts = check(
        blocks,
        [
            ("a.csv", 2, {"Phone": "9876500002", "Name": "B"}),
            ("b.jsonl", 2, {"Phone": 1}),
        ],
        [
            ("a.csv", 1, "invalid", "columns", "9876500001,A,surplus"),
            ("b.jsonl", 1, "invalid", "unreadable", "no json"),
            ("b.jsonl", 3, "invalid", "unreadable", "[]"),
            ("b.jsonl", 4, "invalid", "unreadable", '{"x": NaN}'),
        ],
    )

    assert counts["records_read"] == 6


def test_a_block_of_junk_alone_gives_no_empty_block() -> None:
    junk = raw("b.jsonl", 1, JSON, b"\xff\xfe")
    faulty = replace(raw("b.jsonl", 2, JSON, b"{" * 5_000), fault="far too deep")
    with pinned() as pipeline:
        decoded = pipeline | beam.Create([junk, faulty]) | DecodeLeads()
        expect(decoded.records, [], "records")
        expect(
            decoded.rejected | beam.FlatMap(lambda part: [each.detail for each in part]),
            ["the line is not UTF-8 (byte 1)", "far too deep"],
            "rejected",
        )


def test_rows_that_are_no_utf_8_are_read_and_counted() -> None:
    counts = check(
        [raw("a.csv", 1, CSV, b"9876500001,Jos\xe9", b"9876500002,Jos\xc3\xa9")],
        [
            ("a.csv", 1, {"Phone": "9876500001", "Name": "José"}),
            ("a.csv", 2, {"Phone": "9876500002", "Name": "José"}),
        ],
        [],
    )

    assert counts["rows_as_windows_1252"] == 1
