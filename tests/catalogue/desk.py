"""The program as its user sees it: files of given bytes go in, outcomes and requests come out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.verbs import run_verb
from tests.program.pages import KEY
from tests.program.strict_dialer import StrictDialer

Row = tuple[str, str | None]
"""What becomes of a record: its reason, and its number as sent."""

CAMPAIGN = "Monsoon Offer"


@dataclass(frozen=True, slots=True)
class Result:
    """What one run did.

    Attributes:
        status: The exit status.
        outcomes: Every outcome, by file and record.
        sent: The rows that the dialer received, by number.
        said: What stood on the terminal.
    """

    status: int
    outcomes: Mapping[tuple[str, int], dict[str, Any]]
    sent: Mapping[str, dict[str, Any]]
    said: str

    def rows(self, file: str = "leads.csv") -> list[Row]:
        """The reason and the number of each record of a file, in its order."""
        numbers = sorted(number for name, number in self.outcomes if name == file)
        assert numbers == list(range(1, len(numbers) + 1)), f"{file}: the records are {numbers}"
        found = [self.outcomes[file, number] for number in numbers]
        return [(each["reason"], each["phone"]) for each in found]

    def detail(self, record: int = 1, file: str = "leads.csv") -> str:
        """What an outcome says beyond its reason."""
        return str(self.outcomes[file, record]["detail"])

    def lead(self, record: int = 1, file: str = "leads.csv") -> Any:
        """The record as it was read."""
        return self.outcomes[file, record]["lead"]


class Desk:
    """A folder for files, and the command that sends what is in it to a strict dialer."""

    def __init__(
        self, folder: Path, dialer: StrictDialer, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._dialer = dialer
        self._capsys = capsys
        self._runs = 0

    def path(self, name: str, content: bytes) -> Path:
        """Write a file that is no lead file, such as a list or a schema."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def run(self, files: Mapping[str, bytes], *more: str) -> Result:
        """Run the program over files, each run on an output of its own.

        Args:
            files: Names and contents.
            more: Further options.
        """
        self._runs += 1
        folder = self.folder / f"run{self._runs}"
        leads = folder / "in"
        leads.mkdir(parents=True)
        for name, content in files.items():
            (leads / name).write_bytes(content)
        arrived, faults = len(self._dialer.arrivals), len(self._dialer.faults)
        self._capsys.readouterr()
        status = run_verb([*self._words(leads, folder / "out"), *more])
        out, err = self._capsys.readouterr()
        assert self._dialer.faults[faults:] == []
        sent: dict[str, dict[str, Any]] = {}
        for arrival in self._dialer.arrivals[arrived:]:
            assert arrival.campaign == CAMPAIGN
            for row in arrival.rows:
                values = dict(zip(arrival.names, row, strict=True))
                phone = values["PhoneNumber"]
                assert phone not in sent, "a number was sent twice"
                sent[phone] = values
        outcomes = _outcomes(folder / "out")
        _agree(outcomes, sent)
        return Result(status, outcomes, sent, out + err)

    def read(self, content: bytes | str, *more: str, name: str = "leads.csv") -> Result:
        """Run the program over one file; it must come to its end.

        Args:
            content: The file's bytes, or its text for UTF-8.
            more: Further options.
            name: The file's name.
        """
        result = self.run({name: content.encode() if isinstance(content, str) else content}, *more)
        assert result.status == 0, result.said
        return result

    def refused(self, content: bytes | str, *more: str, name: str = "leads.csv") -> str:
        """Run the program over one file that must stop it; return what it says."""
        result = self.run({name: content.encode() if isinstance(content, str) else content}, *more)
        assert result.status == 2, result.said
        assert not result.sent
        assert not result.outcomes
        return result.said

    def _words(self, leads: Path, output: Path) -> Sequence[str]:
        options = {
            "input": f"{leads}/*",
            "campaign": CAMPAIGN,
            "api_key": "env:DIAL_KEY",
            "api_url": self._dialer.url,
            "pace_secs": "0",
            "output": str(output),
        }
        return [f"--{name}={value}" for name, value in options.items()]


def _outcomes(output: Path) -> dict[tuple[str, int], dict[str, Any]]:
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for path in sorted(output.glob("outcomes/*/*.jsonl")):
        for line in path.read_bytes().splitlines():
            outcome = json.loads(line)
            source = (Path(outcome["source"]["file"]).name, outcome["source"]["record"])
            assert source not in found, f"two outcomes of {source}"
            found[source] = outcome
    return found


def _agree(
    outcomes: Mapping[tuple[str, int], dict[str, Any]], sent: Mapping[str, dict[str, Any]]
) -> None:
    """No number is sent that no outcome names as delivered, and none is named that was not sent."""
    delivered = [each["phone"] for each in outcomes.values() if each["status"] == "delivered"]
    assert sorted(delivered) == sorted(sent)


def ok(*phones: str | int) -> list[Row]:
    """The rows of leads that were delivered."""
    return [("ok", str(phone)) for phone in phones]


__all__ = ["CAMPAIGN", "KEY", "Desk", "Result", "Row", "ok"]
