"""How fast files are read, decoded, validated and screened, and in how much memory.

Against `peer_arrow`, a script written by hand for this one file; each in fresh processes that take
turns, so that what slows the machine slows both.

Usage: `python -m benchmarks.read_speed [--leads N] [--rounds N] [--memory_leads N]`
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bounds import Bound
from benchmarks.read_files import write_csv, write_json, write_list

_LEADS, _ROUNDS, _MEMORY_LEADS = 1_000_000, 3, 5_000_000
_MOST_TIMES_PEER = 3.0
_MOST_TIMES_PEER_ODD = 10.0
_MOST_TIMES_CSV = 2.0
_MOST_BYTES = 700 * 10**6
_PEER = Path(__file__).with_name("peer_arrow.py")

Rejected = dict[int, str]
"""The reason of each rejected record, by its number."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one process took.

    Attributes:
        cpu_secs: CPU seconds of all its threads, without its imports.
        whole_cpu_secs: with its imports.
        peak_bytes: the most memory that it held; 0: not measured.
        accepted: how many leads would be posted.
        rejected: the other records.
    """

    cpu_secs: float
    whole_cpu_secs: float
    peak_bytes: int
    accepted: int
    rejected: Rejected


def run_peer(leads: Path, listed: Path, folder: Path) -> Taken:
    """Let the peer read a file."""
    rejects = folder / "peer.jsonl"
    taken = _run([str(_PEER), str(leads), str(listed), str(rejects)], [rejects])
    rejects.unlink()
    return taken


def run_ours(leads: Path, listed: Path | None, folder: Path) -> Taken:
    """Let the program read a file."""
    outcomes = folder / "ours"
    outcomes.mkdir()
    words = ["-m", "benchmarks.read_ours", str(leads), str(listed or "-"), str(outcomes)]
    files = [outcomes / f"{step}.jsonl" for step in ("decode", "validate", "screen")]
    taken = _run(words, files)
    for file in outcomes.iterdir():
        file.unlink()
    outcomes.rmdir()
    return taken


def _run(words: Sequence[str], rejects: Sequence[Path]) -> Taken:
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{words[:2]} ended with {process.returncode}")
    found = json.loads(said.splitlines()[-1])
    return Taken(
        cpu_secs=found["cpu_secs"],
        whole_cpu_secs=usage.ru_utime + usage.ru_stime,
        peak_bytes=found.get("peak_bytes", 0),
        accepted=found["accepted"],
        rejected=_rejected(rejects),
    )


def _rejected(files: Sequence[Path]) -> Rejected:
    """The rejected records of a process; of both kinds of lines."""
    found: Rejected = {}
    for file in files:
        if not file.exists():
            continue
        with file.open(encoding="utf-8") as lines:
            for outcome in map(json.loads, lines):
                number = outcome["record"] if "record" in outcome else outcome["source"]["record"]
                assert number not in found
                found[number] = outcome["reason"]
    return found


def measure_speed(leads: int, rounds: int) -> list[Bound]:
    """Measure CPU seconds, print them, and give the ratios with their bounds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain, odd, lines = folder / "plain.csv", folder / "odd.csv", folder / "leads.jsonl"
        listed = folder / "dnd.txt"
        write_csv(plain, leads)
        write_csv(odd, leads, odd=True)
        write_json(lines, leads)
        write_list(listed, leads)
        runs: dict[str, Callable[[], Taken]] = {
            "peer": lambda: run_peer(plain, listed, folder),
            "CSV": lambda: run_ours(plain, listed, folder),
            "CSV, 30 % odd": lambda: run_ours(odd, listed, folder),
            "JSON lines": lambda: run_ours(lines, listed, folder),
        }
        taken: dict[str, list[Taken]] = {kind: [] for kind in runs}
        for _ in range(rounds):
            for kind, run in runs.items():
                taken[kind].append(run())
    # The least of some runs: what else the machine does only ever adds.
    best = {kind: min(all_, key=lambda each: each.cpu_secs) for kind, all_ in taken.items()}
    for kind, each in best.items():
        print(f"  {_line(kind, each)}")
    check_same(best["peer"], best["CSV"])
    check_same(best["CSV, 30 % odd"], best["CSV"])
    peer = best["peer"].cpu_secs
    whole = best["CSV"].whole_cpu_secs / best["peer"].whole_cpu_secs
    print(f"  whole processes, imports too: CSV {whole:.2f} times the peer")
    return [
        Bound("CSV by the peer", best["CSV"].cpu_secs / peer, _MOST_TIMES_PEER),
        # The peer's time on the plain file: on the odd one it would only refuse what it cannot read.
        Bound(
            "CSV, 30 % odd, by the peer",
            best["CSV, 30 % odd"].cpu_secs / peer,
            _MOST_TIMES_PEER_ODD,
        ),
        Bound(
            "JSON lines by CSV", best["JSON lines"].cpu_secs / best["CSV"].cpu_secs, _MOST_TIMES_CSV
        ),
    ]


def check_same(peer: Taken, ours: Taken) -> None:
    """Both must have done the same, or their times say nothing about each other."""
    if peer.accepted != ours.accepted or peer.rejected != ours.rejected:
        raise SystemExit(
            f"the two disagree: {peer.accepted} and {ours.accepted} accepted,"
            f" {Counter(peer.rejected.values())} and {Counter(ours.rejected.values())} rejected"
        )


def measure_memory(leads: int) -> Bound:
    """Measure the memory of reading, decoding and validating so many leads."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_csv(folder / "leads.csv", leads)
        taken = run_ours(folder / "leads.csv", None, folder)
    print(f"  {_line(f'{leads:,} leads', taken)}")
    return Bound("peak memory", taken.peak_bytes / 10**6, _MOST_BYTES / 10**6, "MB")


def _line(kind: str, taken: Taken) -> str:
    reasons = Counter(taken.rejected.values())
    refused = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
    return (
        f"{kind:<14}{taken.cpu_secs:7.2f} CPU s ({taken.whole_cpu_secs:.2f} with imports),"
        f" {taken.accepted:,} accepted, {refused}"
    )


def measure(
    leads: int = _LEADS, rounds: int = _ROUNDS, memory_leads: int = _MEMORY_LEADS
) -> list[Bound]:
    """Measure all, print it, and give the figures with their bounds."""
    print(f"reading, decoding, validating and screening {leads:,} leads, 2 % faulty:")
    bounds = measure_speed(leads, rounds)
    if memory_leads:
        bounds.append(measure_memory(memory_leads))
    for bound in bounds:
        print(f"  {bound}")
    return bounds


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status is 1 where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=_LEADS)
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("--memory_leads", type=int, default=_MEMORY_LEADS, help="0: not measured")
    given = parser.parse_args(words)
    bounds = measure(given.leads, given.rounds, given.memory_leads)
    return 0 if all(bound.is_kept for bound in bounds) else 1


if __name__ == "__main__":
    sys.exit(main())
