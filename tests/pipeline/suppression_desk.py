"""A folder for lists, and the words that are said to `suppression`'s verbs in it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.verbs import run_verb


@dataclass(frozen=True, slots=True)
class Said:
    """What one command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def faults(self) -> list[str]:
        """What it complained of."""
        return [line.removeprefix("dialfeed: ") for line in self.err.splitlines()]

    @property
    def lines(self) -> list[str]:
        """What it answered."""
        return self.out.splitlines()


class SuppressionDesk:
    """Runs `suppression` on the files of a folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Work in a folder."""
        self.folder = folder
        self._capsys = capsys

    def write(self, name: str, content: str | bytes) -> str:
        """Write a file, and give its whole name."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def path(self, name: str) -> str:
        """The whole name of a file."""
        return str(self.folder / name)

    def say(self, *words: str) -> Said:
        """Say something to `suppression`."""
        self._capsys.readouterr()
        status = run_verb(["suppression", *words])
        out, err = self._capsys.readouterr()
        return Said(status, out, err)

    def build(self, *sources: str, to: str = "list.dnd", more: Sequence[str] = ()) -> Said:
        """Build an index."""
        words = [word for source in sources for word in ("--from", source)]
        return self.say("build", *words, "--to", self.path(to), *more)

    def built(self, *sources: str, to: str = "list.dnd", more: Sequence[str] = ()) -> str:
        """Build an index, which must succeed, and give its whole name."""
        said = self.build(*sources, to=to, more=more)
        assert said.status == 0, said
        return self.path(to)

    def shown(self, index: str) -> dict[str, Any]:
        """What an index is, as programs are told."""
        said = self.say("show", "--json", index)
        assert said.status == 0, said
        fields = json.loads(said.out)
        assert isinstance(fields, dict)
        return fields

    def answers(self, index: str, *words: str) -> list[list[str]]:
        """The cells of each line that is answered about numbers."""
        return [line.split("\t") for line in self.say("test", index, *words).lines]

    def names(self) -> set[str]:
        """The names of all files."""
        return {path.name for path in self.folder.iterdir()}
