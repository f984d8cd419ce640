"""`make demo` as a user runs it: real processes, the program's own command line, real HTTP."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What docs/demo/make_samples.py makes of sound leads: the campaigns' own, and those that a second
# number, surplus empty cells, Windows-1252 letters or missing cells do not harm.
SOUND = (390 + 385 + 130) + 8 + 4 + 3 + 5
REQUESTS = 2 + 2 + 1
REASONS = {
    *("ok", "unreadable", "columns", "field_invalid"),
    *("phone_missing", "phone_invalid", "phone_type", "phone_country"),
    *("dnd", "do_not_call", "expired", "duplicate"),
}


def test_the_demo_delivers_every_sound_sample_in_as_few_requests_as_they_need(
    tmp_path: Path,
) -> None:
    output = tmp_path / "out"

    done = subprocess.run(
        [sys.executable, "-m", "docs.demo.run", str(output)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )

    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    outcomes = [
        json.loads(line)
        for path in sorted((output / "outcomes").rglob("*"))
        if path.is_file()
        for line in path.read_bytes().splitlines()
    ]
    statuses = Counter(outcome["status"] for outcome in outcomes)
    sources = {(each["source"]["file"], each["source"]["record"]) for each in outcomes}
    requests = {each["request_id"] for each in outcomes if each["status"] == "delivered"}
    assert len(sources) == len(outcomes) >= 1_000
    assert {outcome["reason"] for outcome in outcomes} == REASONS
    assert statuses["delivered"] == SOUND
    assert len(requests) == REQUESTS
    assert str(output / "outcomes") in said
    assert not re.search(r"(?<!\d)[6-9]\d{9}(?!\d)", said)
