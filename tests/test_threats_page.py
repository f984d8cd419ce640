"""The page of threats: each has its test, and the tests that it names are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| ")]
THREATS = [row for row in ROWS[1:] if not row[0].strip().startswith("**")]


def test_every_threat_has_a_defence_and_a_test() -> None:
    assert len(THREATS) > 15
    assert not [row for row in THREATS if not row[1].strip() or "`test_" not in row[2]]


def test_every_test_that_the_page_names_is_there() -> None:
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.M)
    }
    named = set(re.findall(r"`(test_\w+)`", PAGE))

    assert named
    assert not named - there


def test_the_page_fits_on_one_page() -> None:
    assert len(PAGE.splitlines()) <= 60
