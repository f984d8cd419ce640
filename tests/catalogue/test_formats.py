"""Rule 6: the same leads in another format have the same outcomes."""

import bz2
import csv
import gzip
import io
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.catalogue.whole_files import fates_of, outcomes_of
from tests.records.avro_files import avro_file, schema_of
from tests.records.parquet_files import parquet_file
from tests.records.zip_files import zipped


@dataclass(frozen=True)
class Written:
    """A lead before it is written; None: it lacks that."""

    phone: int | None
    name: str | None
    priority: int | None
    expiry: datetime | None


LEADS = st.lists(
    st.builds(
        Written,
        phone=st.one_of(
            st.none(),
            st.integers(6_000_000_000, 9_999_999_999),
            st.integers(0, 10**12),
            st.integers(916_000_000_000, 919_999_999_999),
        ),
        # NUL is dropped from text, and is no character of a name.
        name=st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
        priority=st.none() | st.integers(-1, 12),
        expiry=st.none()
        | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(
            lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
        ),
    ),
    min_size=1,
    max_size=6,
)
COLUMNS = ("Mobile No.", "Name", "Priority", "ExpiryDate")
NAMES = ("MobileNo", "Name", "Priority", "ExpiryDate")

Writer = Callable[[Sequence[Written]], bytes]


def _texts(lead: Written) -> list[str]:
    """Cells as a table has them; a row needs some text, or it is a blank line."""
    return [
        "-" if lead.phone is None else str(lead.phone),
        lead.name or "",
        "" if lead.priority is None else str(lead.priority),
        "" if lead.expiry is None else lead.expiry.isoformat(),
    ]


def _table(delimiter: str, leads: Sequence[Written]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(COLUMNS)
    writer.writerows(map(_texts, leads))
    return text.getvalue()


def _object(lead: Written) -> dict[str, object]:
    expiry = None if lead.expiry is None else lead.expiry.isoformat()
    return dict(zip(COLUMNS, (lead.phone, lead.name, lead.priority, expiry), strict=True))


def _row(lead: Written, phone: Callable[[int], object]) -> dict[str, object]:
    number = None if lead.phone is None else phone(lead.phone)
    return dict(zip(NAMES, (number, lead.name, lead.priority, lead.expiry), strict=True))


def _avro(
    leads: Sequence[Written], type_: str, phone: Callable[[int], object], codec: str
) -> bytes:
    schema = schema_of(
        {
            "MobileNo": ["null", type_],
            "Name": ["string", "null"],
            "Priority": ["null", "double" if type_ == "long" else "int"],
            "ExpiryDate": ["null", {"type": "long", "logicalType": "timestamp-millis"}],
        }
    )
    return avro_file(schema, [_row(lead, phone) for lead in leads], codec=codec)


def _parquet(
    leads: Sequence[Written],
    type_: pa.DataType,
    phone: Callable[[int], object],
    unit: str,
    zone: str = "UTC",
) -> bytes:
    rows = [_row(lead, phone) for lead in leads]
    types = (type_, pa.string(), pa.float64(), pa.timestamp(unit, zone))
    return parquet_file(
        {
            column: pa.array([row[name] for row in rows], type_)
            for column, name, type_ in zip(COLUMNS, NAMES, types, strict=True)
        },
        group_rows=2,
    )


def _lines(leads: Sequence[Written]) -> bytes:
    return b"".join(json.dumps(_object(lead)).encode() + b"\n" for lead in leads)


def _array(leads: Sequence[Written], indent: int | None = 2) -> bytes:
    return json.dumps([_object(lead) for lead in leads], indent=indent, ensure_ascii=False).encode()


FORMATS: dict[str, Writer] = {
    "tab": lambda leads: _table("\t", leads).encode(),
    "semicolon": lambda leads: _table(";", leads).encode("utf-8-sig"),
    "utf-16": lambda leads: _table("\t", leads).encode("utf-16"),
    "zipped utf-16": lambda leads: zipped(_table(",", leads).encode("utf-16")),
    "gzip": lambda leads: gzip.compress(_table("|", leads).encode()),
    "lines": _lines,
    "zstd lines": lambda leads: zstandard.ZstdCompressor().compress(_lines(leads)),
    "array": _array,
    "one line": lambda leads: _array(leads, None),
    "jq": lambda leads: "\n".join(json.dumps(_object(lead), indent=2) for lead in leads).encode(),
    "bzip2 array": lambda leads: bz2.compress(_array(leads)),
    "avro text": lambda leads: _avro(leads, "string", str, "deflate"),
    "avro long": lambda leads: _avro(leads, "long", int, "null"),
    "avro double": lambda leads: gzip.compress(_avro(leads, "double", float, "bzip2")),
    "parquet text": lambda leads: _parquet(leads, pa.string(), str, "s"),
    "parquet double": lambda leads: _parquet(leads, pa.float64(), float, "ns", "Europe/Paris"),
    "zipped parquet": lambda leads: zipped(_parquet(leads, pa.int64(), int, "us")),
    "zstd parquet": lambda leads: zstandard.ZstdCompressor().compress(
        _parquet(leads, pa.large_string(), str, "ms")
    ),
}


@settings(max_examples=30, deadline=None)
@given(LEADS)
def test_the_same_leads_have_the_same_outcomes_in_every_format(leads: list[Written]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        expected = fates_of(Path(folder), _table(",", leads).encode())
        assert len(expected) == len(leads)
        for name, written in FORMATS.items():
            found = outcomes_of(Path(folder), {name: written(leads)})
            assert [each.fate for each in found] == expected, name
            again = b"\n".join(each.lead_json for each in found)
            assert fates_of(Path(folder), again) == expected, f"{name}, read again"
