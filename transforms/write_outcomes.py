"""WriteOutcomes: outcomes to JSON lines, as soon as they are known."""

import os
from collections.abc import Iterator
from pathlib import Path

import apache_beam as beam

from schemas.outcome import Outcome
from transforms.in_process import halt


class OutcomesUnwritable(Exception):
    """The disk did not take the outcomes; what became of the leads stands in the ledger."""


class WriteOutcomes(beam.PTransform):
    """Appends outcomes to a file of its own, fused to the step that gives them.

    Through a Flatten or a shuffle nothing would be seen until the whole delivery has ended, so each
    output has its own writer.

    Input: lists of `Outcome`.
    Outputs: the same lists, once they are handed to the system.
    Guarantee: a list is handed over before the next one is asked for. The file can be read by its
        owner only.
    Parallelism: none is needed; what is written at a time is appended as a whole.
    """

    def __init__(self, *, folder: str, start: str) -> None:
        """Write into this folder.

        Args:
            folder: an existing folder.
            start: names this start of the run and the step; the file is `start`.jsonl.
        """
        super().__init__()
        self._folder = folder
        self._start = start

    def expand(self, outcomes: beam.PCollection) -> beam.PCollection:
        """Apply to lists of `Outcome`."""
        return outcomes | "Append lines" >> beam.ParDo(_AppendLinesFn(self._folder, self._start))


class _AppendLinesFn(beam.DoFn):
    """Appends the lines of each list to the step's file."""

    def __init__(self, folder: str, start: str) -> None:
        self._folder = folder
        self._start = start

    def setup(self) -> None:
        self._descriptor: int | None = None

    def process(self, outcomes: list[Outcome]) -> Iterator[list[Outcome]]:
        path = self._folder
        try:
            if self._descriptor is None:
                self._descriptor = _open(Path(self._folder) / f"{self._start}.jsonl")
            _write_all(self._descriptor, b"".join(outcome.to_json_line() for outcome in outcomes))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            halt(f"outcomes cannot be written to {path}: {reason}")
            raise OutcomesUnwritable(reason) from error
        yield outcomes

    def teardown(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
