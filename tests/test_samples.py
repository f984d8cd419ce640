"""The demo's committed samples are what their script makes, and enough of it."""

import csv
import gzip
import io
import runpy
from collections.abc import Callable
from pathlib import Path

DEMO = Path(__file__).resolve().parent.parent / "docs" / "demo"


def _made() -> dict[str, bytes]:
    make_files: Callable[[], dict[str, bytes]] = runpy.run_path(str(DEMO / "make_samples.py"))[
        "make_files"
    ]
    return make_files()


def _committed() -> dict[str, bytes]:
    files = {}
    for path in (DEMO / "dnd.txt", *(DEMO / "leads").iterdir()):
        content = path.read_bytes()
        name = path.relative_to(DEMO).as_posix()
        files[name] = gzip.decompress(content) if path.suffix == ".gz" else content
    return files


def test_the_committed_samples_are_those_that_the_script_makes() -> None:
    assert _committed() == _made()


def test_the_samples_hold_a_thousand_leads_and_more() -> None:
    rows = 0
    for name, content in _committed().items():
        if ".jsonl" in name:
            rows += content.count(b"\n")
        elif ".csv" in name:
            rows += sum(1 for _ in csv.reader(io.StringIO(content.decode("cp1252", "replace"))))

    assert rows >= 1_000


def test_the_samples_come_packed_and_not_packed_in_both_formats() -> None:
    suffixes = {"".join(path.suffixes) for path in (DEMO / "leads").iterdir()}

    assert suffixes == {".csv", ".csv.gz", ".jsonl", ".jsonl.gz"}
