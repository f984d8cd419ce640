"""G: Avro and Parquet of any writer."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.faults import Faults
from tests.catalogue.whole_files import outcomes_of, phones_of
from tests.records.avro_files import avro_file, schema_of
from tests.records.parquet_files import parquet_file

MOMENT = datetime(2037, 6, 30, 12, 30, tzinfo=UTC)
LOCAL = datetime(2037, 6, 30, 18)


def avro_value(folder: Path, field: str, type_: object, value: object) -> object:
    """The value of a lead's field that another writer wrote by its own type."""
    content = avro_file(
        schema_of({"msisdn": "string", field: type_}), [{"msisdn": "9876512345", field: value}]
    )
    (found,) = outcomes_of(folder, {"leads.avro": content})
    return found.fate.values


@pytest.mark.parametrize(
    ("name", "type_", "value"),
    [
        ("PhoneNumber", "string", "+91 98765-12345"),
        ("MOBILE_NO", ["null", "string"], "9876512345"),
        ("contactNumber", ["string", "null"], "09876512345"),
        ("mobile", "long", 9876512345),
        ("phone", ["null", "double"], 9876512345.0),
        (
            "Phone",
            {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2},
            Decimal("9876512345.00"),
        ),
    ],
)
def test_g1_a_phone_of_another_name_and_type_is_read(
    tmp_path: Path, name: str, type_: object, value: object
) -> None:
    content = avro_file(schema_of({"Id": "int", name: type_}), [{"Id": 1, name: value}])

    assert phones_of(tmp_path, content) == ["9876512345"]


@pytest.mark.parametrize("name", ["phone", "mobile"])
def test_g1_a_phone_that_lost_digits_to_its_type_is_refused(tmp_path: Path, name: str) -> None:
    avro = avro_file(schema_of({name: "float"}), [{name: 9876512345.0}])
    parquet = parquet_file({name: pa.array([9876512345.0], pa.float32())})

    for content in (avro, parquet):
        (found,) = outcomes_of(tmp_path, {"leads": content})
        assert found.fate.reason == "phone_invalid"
        assert "9.876513e+09" in found.detail


@pytest.mark.parametrize("branches", [["null", "string"], ["string", "null"]])
def test_g1_null_in_either_branch_is_missing(tmp_path: Path, branches: list[str]) -> None:
    schema = schema_of({"Phone": branches, "Name": branches})
    rows = [{"Phone": None, "Name": "Asha"}, {"Phone": "9876512345", "Name": None}]
    found = outcomes_of(tmp_path, {"leads.avro": avro_file(schema, rows)})

    assert [each.fate.reason for each in found] == ["phone_missing", ""]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ({"type": "long", "logicalType": "timestamp-millis"}, MOMENT),
        ({"type": "long", "logicalType": "timestamp-micros"}, MOMENT),
        ({"type": "long", "logicalType": "local-timestamp-millis"}, LOCAL),
        (["null", {"type": "long", "logicalType": "local-timestamp-micros"}], LOCAL),
        ("string", "2037-06-30T18:00:00+05:30"),
    ],
)
def test_g1_a_moment_becomes_the_wall_clock_and_a_local_one_stays(
    tmp_path: Path, type_: object, value: object
) -> None:
    values = avro_value(tmp_path, "ExpiryDate", type_, value)

    assert isinstance(values, list)
    assert "2037-06-30 18:00:00" in values


@pytest.mark.parametrize(
    ("type_", "value"), [("double", 5.0), ("int", 5), (["null", "long"], 5), ("string", "5")]
)
def test_g1_whole_numbers_of_any_type_are_numbers(
    tmp_path: Path, type_: object, value: object
) -> None:
    values = avro_value(tmp_path, "priority", type_, value)

    assert isinstance(values, list)
    assert 5 in values


def test_g1_an_enum_is_its_word(tmp_path: Path) -> None:
    type_ = {"type": "enum", "name": "Who", "symbols": ["ASHA", "RAVI"]}
    values = avro_value(tmp_path, "FullName", type_, "RAVI")

    assert isinstance(values, list)
    assert "RAVI" in values


@pytest.mark.parametrize(
    "content",
    [
        avro_file(schema_of({"Fone": "string"}), [{"Fone": "9876512345"}]),
        parquet_file({"Fone": ["9876512345"]}),
    ],
)
def test_g1_a_file_without_a_phone_column_stops_the_run(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Faults, match=r"no column PhoneNumber .*read: 'Fone'.*be Phone\?"):
        outcomes_of(tmp_path, {"leads": content})


def test_g2_a_column_of_phones_with_a_gap_is_numbers(tmp_path: Path) -> None:
    for column in (
        pa.array([9876512345.0, None, 9876500002.0]),
        pa.array([9876512345.0, math.nan, 9876500002.0]),
    ):
        content = parquet_file(
            {"Mobile No.": column, "Name": ["A", "B", "C"], "__index_level_0__": [7, 8, 9]}
        )
        found = outcomes_of(tmp_path, {"leads.parquet": content})

        assert [each.fate.phone for each in found] == ["9876512345", None, "9876500002"]
        assert [each.fate.reason for each in found] == ["", "phone_missing", ""]


def test_g2_a_moment_in_nanoseconds_becomes_the_wall_clock(tmp_path: Path) -> None:
    nanoseconds = int(MOMENT.timestamp()) * 10**9
    for moment in (
        pa.array([nanoseconds], pa.timestamp("ns", "UTC")),
        pa.array([LOCAL], pa.timestamp("ns")),
        pa.array([LOCAL], pa.timestamp("s")),
        pa.array([MOMENT], pa.timestamp("ms", "America/New_York")),
    ):
        content = parquet_file({"Phone": ["9876512345"], "Expiry Date": moment})
        (found,) = outcomes_of(tmp_path, {"leads.parquet": content})

        assert isinstance(found.fate.values, list)
        assert "2037-06-30 18:00:00" in found.fate.values


def test_g2_a_moment_that_no_calendar_has_is_refused_where_it_counts(tmp_path: Path) -> None:
    moment = pa.array([2**62, None], pa.timestamp("us"))
    for name, status in (("ExpiryDate", "invalid"), ("Seen At", "lead")):
        content = parquet_file({"Phone": ["9876512345", "9876500002"], name: moment})
        found = outcomes_of(tmp_path, {"leads.parquet": content})

        assert [each.fate.status for each in found] == [status, "lead"]


def test_g3_each_file_of_a_glob_is_read_by_its_own_schema(tmp_path: Path) -> None:
    found = outcomes_of(
        tmp_path,
        {
            "1.avro": avro_file(schema_of({"Phone": "long"}), [{"Phone": 9876500001}]),
            "2.avro": avro_file(
                schema_of({"City": "string", "Mobile": "string"}),
                [{"City": "Pune", "Mobile": "9876500002"}],
            ),
            "3.parquet": parquet_file({"contact_no": [9876500003.0]}),
            "4.parquet": parquet_file({"Name": ["Asha"], "Phone": ["9876500004"]}),
            "5.csv": b"Name;Phone\nRavi;9876500005\n",
            "6.json": b'[{"phone": 9876500006}]',
        },
    )

    assert [each.fate.phone for each in found] == [str(9876500000 + n) for n in range(1, 7)]
    assert [each.source.record for each in found] == [1] * 6
