"""`make demo-events` as a user runs it: Google's emulator, real processes, real HTTP."""

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent

# What docs/demo/make_samples.py makes of sound leads: the campaigns' own, and those that a second
# number does not harm; and the one of docs/demo/messages.py that is published among junk.
SOUND = (390 + 385 + 130) + 8 + 1
REASONS = {
    *("ok", "unreadable", "field_invalid"),
    *("phone_missing", "phone_invalid", "phone_type", "phone_country"),
    *("dnd", "do_not_call", "expired", "duplicate"),
}


def command(output: Path) -> list[str]:
    return [sys.executable, "-m", "docs.demo.events", str(output)]


def outcomes_in(output: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted((output / "outcomes").rglob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]


@pytest.mark.usefixtures("emulator_is_here")
def test_the_demo_of_events_accounts_for_every_record_that_it_published(tmp_path: Path) -> None:
    output = tmp_path / "out"

    done = subprocess.run(
        command(output), cwd=ROOT, capture_output=True, text=True, timeout=150, check=False
    )

    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    outcomes = outcomes_in(output)
    statuses = Counter(outcome["status"] for outcome in outcomes)
    delivered = Counter(
        (outcome["campaign"], outcome["phone"])
        for outcome in outcomes
        if outcome["status"] == "delivered"
    )
    published = re.search(r"Published: ([\d,]+) records", said)
    assert published
    assert int(published[1].replace(",", "")) == len(outcomes) >= 1_000
    assert "exactly one for each record" in said
    assert {outcome["reason"] for outcome in outcomes} == REASONS
    assert statuses["delivered"] == SOUND == len(delivered)
    assert f"{SOUND} leads taken, 0 limits broken" in said
    assert str(output / "outcomes") in said
    assert not re.search(r"(?<!\d)[6-9]\d{9}(?!\d)", said)


@pytest.mark.usefixtures("emulator_is_here")
def test_the_demo_of_events_that_is_told_to_end_says_what_is_still_to_come(tmp_path: Path) -> None:
    output = tmp_path / "out"
    demo = subprocess.Popen(command(output), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert demo.stdout is not None
    said = ""
    for line in demo.stdout:
        said += line
        if line.startswith("listening to"):
            demo.send_signal(signal.SIGTERM)
    status = demo.wait(60)
    demo.stdout.close()

    assert status == 0, said
    assert "still to come" in said
    assert "The dialer says:" in said


def test_without_the_emulator_the_demo_says_what_to_install_and_begins_nothing(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        command(tmp_path / "out"),
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert "install the Google Cloud CLI" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()
