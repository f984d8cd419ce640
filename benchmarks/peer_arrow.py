"""The peer of `read_speed`: what a good engineer writes with Arrow by hand for this one file.

The same checks as the program's on leads in CSV, of one schema, in one encoding, in one spelling of a
number. It imports nothing of the program's. Whoever makes it faster makes the bound fairer.

Usage: `python benchmarks/peer_arrow.py LEADS LIST REJECTS`
"""

import json
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

# libphonenumber's mobiles of India, as its metadata has them.
MOBILE = (
    r"(?:6(?:1279|828[01489])|7(?:887[02-9]|9313)|8(?:079[04-9]|(?:84|91)7[02-8]))\d{5}|(?"
    r":160[01]|6(?:(?:12|[2-4]1|5[17]|6[13]|80)[0189]|7(?:1[0189]|86))|7(?:1(?:2[0189]|9[0"
    r"-5])|3(?:2[5-8]|[34][017-9]|9[016-9])|5(?:[15][017-9]|2[04-9]|9[7-9])|6(?:0[0-47]|1["
    r"0-257-9]|2[0-4]|3[19]|5[4589])|70[0289]|88[089])|8(?:0(?:6[67]|7[02-8])|70[017-9]|84"
    r"[01489]|91[0-289]))\d{6}|(?:731|8(?:16|2[014]|3[126]|6[136]|7[78]|83))(?:[0189]\d|7["
    r"02-8])\d{5}|(?:6(?:(?:1[1358]|2[2457]|3[2-4]|4[235-7]|5[2-689]|6[24578])\d|7(?:[2356"
    r"9]\d|4[0189]|8[0-57-9])|8(?:[14-6]\d|2[0-79]))|7(?:1(?:[013-8]\d|9[6-9])|3(?:2[0-49]"
    r"|9[2-5])|5(?:2[1-3]|9[0-6])|6(?:0[5689]|2[5-9]|3[02-8]|4\d|5[0-367])|70[13-7]|881))["
    r"0189]\d{5}|(?:6(?:[09]\d|1[04679]|2[03689]|3[05-9]|4[0489]|50|6[069]|7[07]|8[7-9])|7"
    r"(?:[024]\d|3[05-8]|5[0346-8]|6[6-9]|7[1-9]|8[0-79]|9[06-9])|8(?:0[01589]|1[0-57-9]|2"
    r"[235-9]|3[03-57-9]|[45]\d|6[02457-9]|7[1-69]|8[0-25-9]|9[02-9])|9\d\d)\d{7}"
)
COLUMNS = ("PhoneNumber", "Name", "Priority", "ExpiryDate", "City")
CODE = 91 * 10**10
_WRAPPED = r"^\s*(?:\+91[ -]?|91|0)?([0-9]{10})\s*$"
_MADE_UP = "^(?:6{10}|7{10}|8{10}|9{10}|1234567890)$"
_PRIORITY = r"^\s*0*[1-9][0-9]?(?:\.0*)?\s*$"
_MOMENT = "%Y-%m-%d %H:%M:%S"


def main(leads: str, listed: str, rejects: str) -> None:
    """Check a file of leads, and print how many went which way."""
    before = _cpu_secs()
    numbers = read_list(listed)
    counts: Counter[str] = Counter()
    with open(rejects, "w", encoding="utf-8") as out:  # noqa: PTH123 - as one writes by hand
        for first, batch in batches(leads, counts, out):
            reasons = judge(batch, numbers)
            for reason, count in zip(*np.unique(reasons, return_counts=True), strict=True):
                counts[str(reason)] += int(count)
            wrong = np.flatnonzero(reasons != "")
            for at, row in zip(wrong, as_rows(batch.take(pa.array(wrong))), strict=True):
                write(out, int(first[at]), str(reasons[at]), row)
    accepted = counts.pop("", 0)
    secs = _cpu_secs() - before
    print(json.dumps({"cpu_secs": secs, "accepted": accepted, "rejected": counts}))


def batches(
    leads: str, counts: Counter[str], out: IO[str]
) -> Iterator[tuple[npt.NDArray[Any], pa.RecordBatch]]:
    """The rows of a file, with the number of each; rows of another length are written at once."""
    ragged: list[int] = []

    def take_ragged(row: csv.InvalidRow) -> str:
        ragged.append(row.number - 1)
        counts["columns"] += 1
        write(out, row.number - 1, "columns", row.text)
        return "skip"

    reader = csv.open_csv(
        leads,
        csv.ReadOptions(use_threads=False, block_size=1 << 20),
        csv.ParseOptions(invalid_row_handler=take_ragged),
        # Excel's Latin-1 passes; it is decoded where a row is written.
        csv.ConvertOptions(check_utf8=False, column_types=dict.fromkeys(COLUMNS, pa.string())),
    )
    read = 0
    for batch in reader:
        places = np.arange(read, read + batch.num_rows)
        skipped = np.array(ragged, dtype=np.int64) - 1 - np.arange(len(ragged))
        yield places + 1 + np.searchsorted(skipped, places, side="right"), batch
        read += batch.num_rows


def judge(batch: pa.RecordBatch, numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Why each row is refused; an empty text where it is not."""
    phone = pc.replace_substring_regex(batch["PhoneNumber"], _WRAPPED, r"\1")
    is_phone = pc.and_(
        pc.match_substring_regex(phone, f"^(?:{MOBILE})$"),
        pc.match_substring_regex(phone, "^[6-9][0-9]{9}$"),
    )
    is_phone = pc.and_not(is_phone, pc.match_substring_regex(phone, _MADE_UP))
    e164 = pc.add(pc.cast(pc.if_else(is_phone, phone, "0"), pa.int64()), CODE).to_numpy()
    priority = batch["Priority"]
    is_right = pc.or_(pc.equal(priority, ""), pc.match_substring_regex(priority, _PRIORITY))
    is_moment, expired = moments(batch["ExpiryDate"])
    found = numbers[np.minimum(np.searchsorted(numbers, e164), len(numbers) - 1)] == e164
    return np.select(
        [~as_mask(is_phone), ~(as_mask(is_right) & is_moment), expired, found],
        ["phone_invalid", "field_invalid", "expired", "dnd"],
        default="",
    )


def moments(column: pa.Array) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Which cells are empty or a moment, and which moments have passed; there are few different."""
    coded = column.dictionary_encode()
    texts = coded.dictionary
    times = pc.strptime(texts, format=_MOMENT, unit="s", error_is_null=True)
    # Arrow reads the 30th of February as the 2nd of March.
    is_same = pc.equal(pc.strftime(times, format=_MOMENT), texts).fill_null(False)
    now = datetime.now(ZoneInfo("Asia/Kolkata")).replace(tzinfo=None)
    expired = pc.less(times, pa.scalar(now, pa.timestamp("s"))).fill_null(False)
    is_moment = pc.or_(pc.equal(texts, ""), is_same)
    places = coded.indices.to_numpy()
    return as_mask(is_moment)[places], as_mask(expired)[places]


def read_list(path: str) -> npt.NDArray[Any]:
    """The numbers of a list, one a line, in order."""
    lines = csv.read_csv(path, csv.ReadOptions(column_names=["n"]))
    return np.sort(lines["n"].to_numpy().astype(np.int64) + CODE)


def as_mask(column: pa.Array) -> npt.NDArray[Any]:
    """A column of booleans for numpy."""
    return np.asarray(column.to_numpy(zero_copy_only=False), np.bool_)


def as_rows(batch: pa.RecordBatch) -> list[dict[str, str]]:
    """Rows by name, in UTF-8 or else Latin-1."""
    columns = [column.cast(pa.binary()).to_pylist() for column in batch.columns]
    return [
        dict(zip(COLUMNS, map(text_of, cells), strict=True)) for cells in zip(*columns, strict=True)
    ]


def text_of(cell: bytes) -> str:
    """A cell's text."""
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return cell.decode("latin-1")


def write(out: IO[str], record: int, reason: str, cells: object) -> None:
    """Write what became of a row that is refused."""
    out.write(json.dumps({"record": record, "reason": reason, "lead": cells}) + "\n")


def _cpu_secs() -> float:
    """What all threads of the process have used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
