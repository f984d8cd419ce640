"""The program as its user starts it: real processes, what they say, and what they leave behind."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.program.pages import KEY
from tests.program.strict_dialer import LeadKey, StrictDialer

ROOT = Path(__file__).resolve().parent.parent.parent
CAMPAIGN = "Spring offers"
KEY_VARIABLE = "STRICT_DIAL_KEY"
PATIENCE_SECS = 90.0

_DIGITS = re.compile(r"\d(?:[ ().+_-]{0,2}\d){7,}")
_POLL_SECS = 0.02


@dataclass(frozen=True, slots=True)
class Done:
    """A process that has ended: its exit status, and what it said."""

    status: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that stood on the terminal."""
        return self.out + self.err


class Running:
    """A process under way, and what it has said so far.

    It speaks into pipes: a process that may write no file can still say so.
    """

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        """Listen to a process."""
        self.process = process
        self._out, self._err = bytearray(), bytearray()
        self._listeners = [
            threading.Thread(target=_listen, args=(stream, heard), daemon=True)
            for stream, heard in ((process.stdout, self._out), (process.stderr, self._err))
        ]
        for listener in self._listeners:
            listener.start()

    @property
    def heard(self) -> str:
        """All that it has said so far."""
        return (self._out + self._err).decode(errors="replace")

    def wait(self, patience_secs: float = PATIENCE_SECS) -> Done:
        """Wait until it ends."""
        status = self.process.wait(patience_secs)
        for listener in self._listeners:
            listener.join(PATIENCE_SECS)
        return Done(status, self._out.decode(), self._err.decode())

    def wait_until_said(self, words: str) -> None:
        """Wait until these words stand on the terminal."""
        self.wait_until(lambda: words.encode() in self._out + self._err)

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so, while it runs."""
        deadline = time.monotonic() + PATIENCE_SECS
        while not is_so():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"it never came to that: {self.wait()}")
            time.sleep(_POLL_SECS)

    def stop(self, number: signal.Signals) -> None:
        """Send a signal to this very process."""
        self.process.send_signal(number)

    @property
    def said(self) -> str:
        """What it has said so far."""
        return (self._out + self._err).decode(errors="replace")

    def stop_politely(self, *, status: int = 1) -> None:
        """Ask it to stop, and wait until it has."""
        self.stop(signal.SIGTERM)
        done = self.wait()
        assert done.status == status, done.said

    def kill(self) -> None:
        """Kill it at once, wherever it is."""
        self.process.kill()
        self.process.wait(PATIENCE_SECS)


@dataclass(slots=True)
class Program:
    """Starts the program on leads in one folder.

    Attributes:
        folder: where inputs and outputs are.
        url: the dialer's address.
        pace_secs: the gap.
        options: further options of every command line, by name.
        key: the account's key.
        numbers: the national digits of every number that stands in an input.
        running: all that was started.
    """

    folder: Path
    url: str
    pace_secs: float
    options: Mapping[str, str] = field(default_factory=dict)
    key: str = KEY
    numbers: set[str] = field(default_factory=set)
    running: list[Running] = field(default_factory=list)

    @property
    def output(self) -> Path:
        """The output of those that name no other."""
        return self.folder / "out"

    def write(self, name: str, content: bytes | str) -> Path:
        """Write an input, and note the numbers in it."""
        path = self.folder / name
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
        self.numbers.update(re.findall(r"[6-9]\d{9}", data.decode("latin-1")))
        return path

    def write_leads(self, name: str, leads: Iterable[Mapping[str, object]]) -> Path:
        """Write leads as JSON lines."""
        return self.write(name, "".join(f"{json.dumps(lead)}\n" for lead in leads))

    def arguments(self, *more: str, output: Path | None = None) -> list[str]:
        """The words of the command line, options given in `more` in place of our own."""
        own = {
            "--input": str(self.folder / "leads*"),
            "--campaign": CAMPAIGN,
            "--api_url": self.url,
            "--api_key": f"env:{KEY_VARIABLE}",
            "--pace_secs": f"{self.pace_secs:g}",
            "--timeout_secs": "10",
            "--output": str(output or self.output),
            **self.options,
        }
        if "--campaign_field" in more:
            del own["--campaign"]
        given = [*more]
        for name, value in own.items():
            if name not in more:
                given += [name, value]
        return given

    def start(self, *more: str, output: Path | None = None) -> Running:
        """Start it."""
        return self.start_with(self.arguments(*more, output=output))

    def start_with(self, arguments: Sequence[str], *, prefix: Sequence[str] = ()) -> Running:
        """Start it with exactly these words."""
        process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "pipeline", *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, KEY_VARIABLE: self.key},
        )
        self.running.append(Running(process))
        return self.running[-1]

    def run(self, *more: str, output: Path | None = None) -> Done:
        """Start it, and wait until it ends."""
        return self.start(*more, output=output).wait()

    def finish(self, *more: str, output: Path | None = None) -> list[dict[str, Any]]:
        """Run it to its end, which must be a good one, and give the outcomes."""
        return self.finish_with(self.arguments(*more, output=output), output=output)

    def finish_with(
        self, arguments: Sequence[str], *, output: Path | None = None
    ) -> list[dict[str, Any]]:
        """Run it to a good end with exactly these words, and give the outcomes."""
        done = self.start_with(arguments).wait()
        assert done.status == 0, done.said
        assert "every record has its outcome" in done.out, done.said
        return finished_outcomes(output or self.output)

    def kill_all(self) -> None:
        """End what a failing test has left under way."""
        for running in self.running:
            if running.process.poll() is None:
                running.kill()

    def check_discretion(self) -> None:
        """Nothing of the key or a whole number was said; files are for their owner alone."""
        for running in self.running:
            said = running.wait().said
            assert self.key not in said
            assert "Traceback" not in said, said
            spoken = " ".join(re.sub(r"\D", "", found) for found in _DIGITS.findall(said))
            assert not [number for number in self.numbers if number in spoken], said
        for output in self.folder.glob("out*"):
            check_private(output, self.key)


def _listen(stream: IO[bytes], heard: bytearray) -> None:
    with stream:
        while piece := os.read(stream.fileno(), 65536):
            heard += piece


def check_private(output: Path, key: str) -> None:
    """Files and folders of an output are for their owner alone, and the key is in none of them."""
    for path in [output, *output.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert not mode & 0o077, f"{path}: {mode:o}"
        assert not path.is_file() or key.encode() not in path.read_bytes(), path


def leads(count: int, *, first: int = 0, **fields: object) -> list[dict[str, object]]:
    """So many sound leads, all of different numbers."""
    return [
        {"PhoneNumber": phone(at), "Name": f"Person {at}", **fields}
        for at in range(first, first + count)
    ]


def phone(at: int) -> str:
    """The national digits of lead number `at`.

    >>> phone(0)
    '9800000000'
    """
    return f"98{at * 7919 % 10**8:08d}"


def finished_outcomes(output: Path) -> list[dict[str, Any]]:
    """The outcomes of the last run, which must be finished: each record once, and nothing else."""
    records = [json.loads(path.read_text()) for path in (output / "runs").glob("*.json")]
    last = max(records, key=lambda record: record["started_at"])
    assert last["state"] == "finished", last
    outcomes = outcomes_in(output / "outcomes" / last["run"])
    sources = Counter(_source(outcome) for outcome in outcomes)
    assert not [source for source, times in sources.items() if times > 1]
    return outcomes


def outcomes_in(folder: Path) -> list[dict[str, Any]]:
    """The outcomes in all files of a folder; a line may be on its way while the program runs."""
    assert {path.suffix for path in folder.iterdir()} <= {".jsonl"}, list(folder.iterdir())
    return [
        json.loads(line)
        for path in folder.iterdir()
        for line in path.read_bytes().splitlines(keepends=True)
        if line.endswith(b"\n")
    ]


def _source(outcome: dict[str, Any]) -> tuple[str, int]:
    origin, number = outcome["source"].values()
    return origin, number


def statuses(outcomes: Iterable[dict[str, Any]]) -> Counter[str]:
    """How many outcomes have each status and reason, as in `delivered.ok`."""
    return Counter(f"{outcome['status']}.{outcome['reason']}" for outcome in outcomes)


def check_truth(dialer: StrictDialer, outcomes: Iterable[dict[str, Any]]) -> None:
    """The outcomes say of each lead exactly what the dialer did with it, and it did nothing twice."""
    assert not dialer.faults
    assert not dialer.leads_twice
    said: dict[LeadKey, str] = {}
    for outcome in outcomes:
        if outcome["request_id"] and outcome["reason"] not in ("duplicate", "campaign_refused"):
            lead = (outcome["campaign"], outcome["phone"])
            assert lead not in said
            said[lead] = outcome["status"]
    expected = {lead: status for lead, (status, _) in dialer.expected.items()}
    wrong = {
        lead: (said.get(lead), dialer.expected.get(lead))
        for lead in said.keys() | expected.keys()
        if said.get(lead) != expected.get(lead)
    }
    assert not wrong
