"""What lists of a nation's size, and small ones, have to keep to."""

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.bounds import Bound
from benchmarks.list_numbers import probes, write_list
from benchmarks.list_peers import OURS
from benchmarks.list_runs import Built, build, look, watch

BLOCK = 4_096
PROBES = 1_000_000

_NATION = 250_000_000
_MOST_BUILD_SECS, _MOST_BUILD_BYTES = 600.0, 2 * 10**9
_MOST_FILE_BYTES = 600 * 10**6
_MOST_OPEN_SECS = 1.0
_MOST_HELD_BYTES = 100 * 10**6
_LEAST_A_SECOND = 20 * 10**6
_SMALL, _MOST_SMALL_BYTES, _MOST_SMALL_SECS = 10_000, 200_000, 1.0
# The text, the index, and what building may leave beside it for a while.
_ROOM_A_NUMBER = 11 + 3 * 4
_MEGA = 10**6


def measure_large(count: int, rounds: int) -> list[Bound]:
    """Build a list of so many numbers by the program's own command, and look numbers up in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        room, needed = shutil.disk_usage(folder).free, count * _ROOM_A_NUMBER
        if room < needed:
            raise SystemExit(
                f"{count:,} numbers need {needed / 10**9:.1f} GB, and the folder for temporary files"
                f" has {room / 10**9:.1f}: set TMPDIR to another, or ask for --figures of fewer"
            )
        text, file = folder / "list.txt", folder / "list.dnd"
        after = write_list(text, count)
        numbers, on_list = probes(PROBES, after)
        np.save(folder / "probes.npy", numbers)
        command = [sys.executable, "-m", "pipeline", "suppression", "build"]
        watched = watch([*command, "--from", str(text), "--to", str(file)])
        print(
            f"  built in {watched.wall_secs:,.1f} s ({watched.cpu_secs:,.1f} CPU s), anonymous"
            f" memory at most {watched.held_bytes / _MEGA:,.0f} MB",
            flush=True,
        )
        built = Built(file, watched.cpu_secs, watched.wall_secs)
        looked = [
            look(OURS, built, folder / "probes.npy", on_list, block=BLOCK, folder=folder)
            for _ in range(rounds)
        ]
        held = max(each.held_bytes for each in looked)
        base = max(each.base_bytes for each in looked)
        print(f"  of a process that looks up, {base / _MEGA:,.0f} MB are there before it opens")
        bounds = [
            Bound("built from text in", watched.wall_secs, _MOST_BUILD_SECS, "s"),
            _megabytes("memory to build", watched.peak_bytes, _MOST_BUILD_BYTES),
            _megabytes("file", file.stat().st_size, _MOST_FILE_BYTES),
            Bound("opened in", min(each.open_secs for each in looked), _MOST_OPEN_SECS, "s"),
        ]
        rate = max(each.a_second for each in looked) / _MEGA
        if count >= _NATION:
            least = _LEAST_A_SECOND / _MEGA
            bounds.append(Bound("look-ups a second", rate, least, "million", is_least=True))
        else:
            print(
                f"  {rate:.2f} million look-ups a second: without bound, a thin list takes longer"
            )
        if held:
            bounds.append(_megabytes("anonymous memory, looking up", held, _MOST_HELD_BYTES))
        return bounds


def measure_small(rounds: int) -> list[Bound]:
    """Build a small list, in processes whose imports are not counted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_list(folder / "list.txt", _SMALL)
        all_built = [build(OURS, folder / "list.txt", folder) for _ in range(rounds)]
        size = all_built[0].file.stat().st_size
        secs = min(each.wall_secs for each in all_built)
        return [
            Bound("file", size / 1000, _MOST_SMALL_BYTES / 1000, "kB"),
            Bound("built in", secs, _MOST_SMALL_SECS, "s"),
        ]


def measure(count: int, rounds: int) -> list[Bound]:
    """Measure both sizes, print the figures, and give them with their bounds."""
    print(f"{count:,} numbers (the bounds are those for {_NATION:,}):", flush=True)
    large = measure_large(count, rounds)
    for bound in large:
        print(f"  {bound}")
    print(f"{_SMALL:,} numbers:", flush=True)
    small = measure_small(rounds)
    for bound in small:
        print(f"  {bound}")
    return large + small


def _megabytes(name: str, figure: int, bound: int) -> Bound:
    return Bound(name, figure / _MEGA, bound / _MEGA, "MB")
