"""The page on lists holds: its examples are run as they stand there."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from pipeline.suppression_report import CATEGORY_NAMES
from pipeline.suppression_table import VERBS
from pipeline.verbs import run_verb
from transforms.in_process import start_over

PAGE = (Path(__file__).parents[1] / "docs" / "lists.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(PAGE)


def commands() -> list[list[str]]:
    lines = [line for kind, _, body in BLOCKS if kind == "sh" for line in body.splitlines()]
    words = [shlex.split(line) for line in lines]
    assert all(each[:3] == ["python", "-m", "pipeline"] for each in words)
    return [each[3:] for each in words]


def test_the_examples_of_the_page_on_lists_do_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    start_over()
    monkeypatch.chdir(tmp_path)
    for _, name, body in BLOCKS:
        if "." in name:
            (tmp_path / name).write_text(body, "utf-8")
    said: dict[str, str] = {}
    for words in commands():
        assert run_verb(words) == 0, capsys.readouterr().err
        said[" ".join(words[1:])] = capsys.readouterr().out

    (answers,) = [body for _, name, body in BLOCKS if name == "answers"]
    assert said["test list.dnd +91 98765 12345 9876512349 9876512399"] == answers
    assert said["test list.dnd --from leads.txt"] == "of 3 numbers 2 are listed\n"
    assert "of 3 numbers 2 are listed" in PAGE
    shown = said["show list.dnd"]
    assert "numbers     9\n" in shown
    assert "date        2026-01-05 00:00:00 UTC\n" in shown
    assert "no number   2 lines, in list.dnd.not-numbers.txt\n" in shown
    (merged,) = [out for words, out in said.items() if words.startswith("merge")]
    assert merged.startswith(
        "1 added, 0 changed, 1 deleted; 1 deletion of numbers that were not there\n"
    )

    (example,) = [body for kind, _, body in BLOCKS if kind == "python"]
    found: dict[str, Any] = {}
    exec(example, found)
    assert found["listed"].tolist() == [True, False]
    assert found["for_real_estate"].tolist() == [True]


def test_the_page_tells_of_every_verb_option_and_category() -> None:
    for name, verb in VERBS.items():
        assert f"suppression {name} " in PAGE
        assert all(option in PAGE for option in verb.options)
    for number, name in enumerate(CATEGORY_NAMES, 1):
        assert f"| {number} | {name} |" in PAGE
