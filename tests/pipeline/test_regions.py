"""A campaign in the United States: its schema, its spellings and its do-not-call registry."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dialer.simulator import Rules, Simulator
from dialer.simulator.submission import Submission
from pipeline.verbs import run_verb

SCHEMA = Path(__file__).parents[1] / "schemas" / "us_lead.avsc"


@dataclass
class Branch:
    """A folder with leads, and a dialer that notes what it is sent."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    requests: list[Submission] = field(default_factory=list)
    url: str = ""

    def run(self, leads: str, *more: str, zone: str | None = "America/Los_Angeles") -> int:
        (self.folder / "leads.csv").write_text(leads, "utf-8")
        words = {
            "input": self.folder / "leads.csv",
            "lead_schema": SCHEMA,
            "campaign": "Solar",
            "api_url": self.url,
            "api_key": "env:DIAL_KEY",
            "pace_secs": 0,
            "output": self.folder / "out",
        }
        if zone is not None:
            words["time_zone"] = zone
        return run_verb([*(f"--{name}={value}" for name, value in words.items()), *more])

    def outcomes(self) -> list[dict[str, Any]]:
        lines = [
            json.loads(line)
            for path in self.folder.glob("out/outcomes/*/*.jsonl")
            for line in path.read_bytes().splitlines()
        ]
        return sorted(lines, key=lambda outcome: outcome["source"]["record"])

    def found(self) -> list[str]:
        """Of each record its number where it was delivered, else the reason."""
        return [
            outcome["phone"] if outcome["reason"] == "ok" else outcome["reason"]
            for outcome in self.outcomes()
        ]

    def sent(self) -> list[dict[str, object]]:
        return [lead for request in self.requests for lead in request.leads()]


@pytest.fixture
def branch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Branch]:
    monkeypatch.setenv("DIAL_KEY", "k3y")
    found = Branch(tmp_path, capsys)
    with Simulator(Rules(gap_secs=0.0), on_submission=found.requests.append) as simulator:
        found.url = simulator.url
        yield found


SPELLINGS = [
    ("(415) 555-2671", "4155552671"),
    ("415.555.2672", "4155552672"),
    ("+1 415 555 2673", "4155552673"),
    ("1-415-555-2674", "4155552674"),
    ("14155552675", "4155552675"),
    ("+1 (415) 555-2676", "4155552676"),
    ("011 1 415 555 2677", "4155552677"),
    ("415-555-2678 x123", "4155552678"),
    ("(415) 555-2679x99", "4155552679"),
    ("4155552680 ext. 5", "4155552680"),
    ("4155552681.0", "4155552681"),
    ("tel:+1-415-555-2682", "4155552682"),
    ("212/555-2683", "phone_invalid"),
    ("212-555-2684 / 800-356-9377", "2125552684"),
    # Made up for films, and valid to libphonenumber: nobody has them.
    ("(415) 555-0123", "4155550123"),
    ("555-2671", "phone_invalid"),
    ("1-800-356-9377", "phone_type"),
    ("1-800-FLOWERS", "phone_invalid"),
    ("(900) 555-1234", "phone_type"),
    ("500-288-1234", "phone_type"),
    ("911", "phone_type"),
    ("+1 416 555 2671", "phone_country"),
    ("(876) 555-1234", "phone_country"),
    ("787-234-5678", "phone_country"),
    ("+44 7911 123456", "phone_country"),
    ("+91 98765 12345", "phone_country"),
    ("0415 555 2671", "phone_invalid"),
    ("415 155 2671", "phone_invalid"),
    ("9999999999", "phone_invalid"),
    ("", "phone_missing"),
]


def test_american_spellings_are_read_and_what_is_no_american_line_is_refused(
    branch: Branch,
) -> None:
    rows = "".join(f'"{cell}",A{at}\n' for at, (cell, _) in enumerate(SPELLINGS))

    assert branch.run(f"Cell Phone,Full Name\n{rows}") == 0

    assert dict(zip([cell for cell, _ in SPELLINGS], branch.found(), strict=True)) == dict(
        SPELLINGS
    )
    numbers = [number for _, number in SPELLINGS if number.isdecimal()]
    assert sorted(str(lead["PhoneNumber"]) for lead in branch.sent()) == sorted(numbers)


def test_the_dates_of_a_schema_have_its_own_form(branch: Branch) -> None:
    assert (
        branch.run(
            "Phone,State,Follow Up,Expiry Date\n"
            "4155552671,CA,06/30/2037,2037-06-30 18:00:00\n"
            "4155552672,NY,30/06/2037,\n"
            "4155552673,CA,6/3/2037,\n"
            "4155552674,California,,\n"
            "4155552675,TX,2037-06-30T20:00:00-05:00,2037-06-30T20:00:00-05:00\n"
            "4155552676,CA,01/02/2020,2020-01-02 00:00:00\n"
        )
        == 0
    )

    assert branch.found() == [
        *("4155552671", "field_invalid", "field_invalid", "field_invalid", "4155552675", "expired")
    ]
    assert "right is MM/DD/YYYY, such as 06/30/2037" in branch.outcomes()[1]["detail"]
    first, second = branch.sent()
    assert (first["FollowUp"], first["ExpiryDate"]) == ("06/30/2037", "2037-06-30 18:00:00")
    # The clock of Texas is two hours ahead of the dialer's in California.
    assert (second["FollowUp"], second["ExpiryDate"]) == ("06/30/2037", "2037-06-30 18:00:00")


def test_the_time_zone_of_a_region_with_several_must_be_said(branch: Branch) -> None:
    assert branch.run("Phone\n4155552671\n", zone=None) == 2

    said = branch.capsys.readouterr().err
    assert "--time_zone is missing: the region US has" in said
    assert "time zones; name that of the dialer's wall clock" in said
    assert branch.requests == []


@pytest.mark.parametrize(
    "registry",
    [
        "415,5552671\n212,5552672\n",
        "area,number\r\n415,5552671\r\n212,5552672\r\n",
        "415,555-2671\n212,555-2672\n",
        "(415) 555-2671\n1-212-555-2672\n",
    ],
)
def test_h6_a_registry_lists_area_and_number_in_two_columns_or_in_one(
    branch: Branch, registry: str
) -> None:
    (branch.folder / "dnc.txt").write_text(registry)

    status = branch.run(
        "Phone\n(415) 555-2671\n+1 212 555 2672\n(212) 555-2671\n(415) 555-2672\n",
        f"--dnd={branch.folder / 'dnc.txt'}",
    )

    assert status == 0
    assert branch.found() == ["dnd", "dnd", "2125552671", "4155552672"]


def test_the_first_mobile_of_a_row_is_whatever_may_be_one(branch: Branch) -> None:
    assert (
        branch.run(
            "Home Phone,Mobile,Work Phone\n"
            "(415) 555-2671,(212) 555-2671,\n"
            "1-800-356-9377,,415-555-2673\n"
            "416-555-2671,,1-800-356-9377\n"
        )
        == 0
    )

    assert branch.found() == ["2125552671", "4155552673", "phone_country"]
    refused = branch.outcomes()[2]["detail"]
    assert "(Work Phone)" in refused
    assert "foreign country +1 (CA)" in refused
