"""The page on schemas holds: its example is run as it stands there, against the built-in dialer."""

import json
import re
import shlex
from collections import defaultdict
from pathlib import Path

import pytest

from dialer.simulator import Rules, Simulator
from dialer.simulator.submission import Submission
from pipeline.verbs import run_verb
from schemas.lead_field import CALLABLE_TYPES, FieldType, Logical, Role
from transforms.in_process import start_over

PAGE = (Path(__file__).parents[1] / "docs" / "schema.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (\d+) \|(.*)\|$", re.MULTILINE)


def block(language: str, name: str = "") -> str:
    (found,) = [
        body for kind, given, body in BLOCK.findall(PAGE) if (kind, given) == (language, name)
    ]
    return str(found)


def delivering_words() -> list[str]:
    """The words of the command that delivers, without the program."""
    command = block("sh").replace("\\\n", " ").splitlines()[1]
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "pipeline"]
    return words[3:]


def test_the_example_of_the_page_on_schemas_does_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start_over()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIAL_KEY", "k3y")
    for language, name in (("json", "loans.avsc"), ("csv", "leads.csv")):
        (tmp_path / name).write_text(block(language, name), "utf-8")
    requests: list[Submission] = []
    with Simulator(Rules(gap_secs=0.0), on_submission=requests.append) as simulator:
        words = [
            word.replace("http://127.0.0.1:PORT", simulator.url) for word in delivering_words()
        ]
        assert run_verb(words) == 0, capsys.readouterr().err

    (request,) = requests
    said = json.loads(block("json", "request"))
    assert request.campaign == "Gold loans"
    assert list(request.names) == said["map"]
    assert [list(row) for row in request.rows or ()] == said["data"]
    assert _outcomes(tmp_path / "out") == _outcomes_said()


def _outcomes(output: Path) -> dict[int, tuple[str, str, str]]:
    lines = [
        json.loads(line)
        for path in output.glob("outcomes/*/*.jsonl")
        for line in path.read_bytes().splitlines()
    ]
    found = {
        line["source"]["record"]: (
            line["status"],
            line["reason"],
            line["detail"] if line["status"] == "invalid" else "",
        )
        for line in lines
    }
    assert len(found) == len(lines)
    return found


def _outcomes_said() -> dict[int, tuple[str, str, str]]:
    rows: dict[int, list[list[str]]] = defaultdict(list)
    for record, rest in ROW.findall(PAGE):
        rows[int(record)].append([cell.strip() for cell in rest.split("|")])
    return {
        record: (cells[0][0], cells[0][1], "; ".join(row[2] for row in cells))
        for record, cells in rows.items()
    }


@pytest.mark.parametrize(
    "word",
    [
        *("name", "aliases", "type", "default", "logicalType", "role", "pattern", "minimum"),
        *("maximum", "format", "region", "types"),
        *(str(each) for kind in (FieldType, Logical, Role) for each in kind if each != "enum"),
        *CALLABLE_TYPES,
    ],
)
def test_the_page_explains_every_attribute_and_value(word: str) -> None:
    assert f"`{word}`" in PAGE
