"""Leads in Avro, Parquet, arrays and archives, and in wrappers, delivered by the whole program."""

import json

from tests.program.program import Program, check_truth, phone, statuses
from tests.program.strict_dialer import StrictDialer
from tests.records.avro_files import avro_file, schema_of
from tests.records.parquet_files import parquet_file
from tests.records.zip_files import zipped

ENVELOPE = schema_of(
    {
        "subscription_name": "string",
        "message_id": "string",
        "publish_time": {"type": "long", "logicalType": "timestamp-micros"},
        "attributes": {"type": "map", "values": "string"},
        "data": "bytes",
    }
)


def test_files_of_every_format_are_delivered_by_one_run(
    program: Program, dialer: StrictDialer
) -> None:
    program.write(
        "leads.avro", avro_file(schema_of({"Mobile": "long"}), [{"Mobile": int(phone(0))}])
    )
    program.write("leads.parquet", parquet_file({"Mobile No.": [float(phone(1)), None]}))
    program.write("leads.json", json.dumps([{"Phone": phone(2)}, {"Phone": "12"}], indent=2))
    program.write("leads.zip", zipped(f"Phone;Name\n{phone(3)};A\n".encode("utf-16")))

    outcomes = program.finish()

    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {
        "delivered.ok": 4,
        "invalid.phone_missing": 1,
        "invalid.phone_invalid": 1,
    }


def test_leads_of_messages_in_a_file_are_delivered_once(
    program: Program, dialer: StrictDialer
) -> None:
    rows = [
        {
            "subscription_name": "s",
            "message_id": f"m{n}",
            "publish_time": 0,
            "attributes": {},
            "data": json.dumps({"lead": {"Phone": phone(n)}}).encode(),
        }
        for n in range(3)
    ]
    program.write("leads.avro", avro_file(ENVELOPE, [*rows, rows[0] | {"message_id": "m3"}]))

    first = program.finish("--record_path", "data.lead")
    again = program.finish("--record_path", "data.lead")

    check_truth(dialer, first)
    assert statuses(first) == {"delivered.ok": 3, "suppressed.duplicate": 1}
    assert {each["source"]["message_id"] for each in first} == {"m0", "m1", "m2", "m3"}
    assert len(again) == 4
    assert set(statuses(again)) == {"suppressed.duplicate"}
    assert len(dialer.arrivals) == 1


def test_a_table_and_a_path_into_records_do_not_go_together(
    program: Program, dialer: StrictDialer
) -> None:
    program.write("leads.csv", f"Phone\n{phone(0)}\n")

    done = program.run("--record_path", "data")

    assert done.status == 2
    assert "leads.csv is CSV: --record_path data is for JSON and Avro" in done.said
    assert not dialer.arrivals
