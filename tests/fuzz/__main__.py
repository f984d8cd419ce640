"""`python -m tests.fuzz [--secs N] [TARGET ...]`: looks for inputs that break a reader; see the package."""

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.mutating import MOST_BYTES, mutations
from tests.fuzz.targets import TARGETS, Target

INPUT_SECS = 20
"""What one input may take before it is a hang."""

MEMORY_MB = 2048
"""What a process that reads one input after the other may come to hold."""

MOST_KEPT, MOST_KEPT_BYTES = 40, 500
"""How many inputs of a target the corpus has when it is distilled, and how long they are, at the most."""

HAS_ATHERIS = importlib.util.find_spec("atheris") is not None


def main(words: Sequence[str]) -> int:
    """Fuzz some targets, one behind the other.

    Returns:
        The exit status: 0, nothing was found; 1, what was found is in the corpus.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", choices=[[], *TARGETS], metavar="TARGET")
    parser.add_argument("--distil", action="store_true", help="take what was seen into the corpus")
    parser.add_argument("--secs", type=int, default=60, help="seconds a target (default: 60)")
    options = parser.parse_args(words)
    if options.distil:
        for name in options.targets or TARGETS:
            _distil(TARGETS[name])
        return 0
    look = _with_atheris if HAS_ATHERIS else _by_mutation
    if not HAS_ATHERIS:
        print("atheris is not installed here (it has packages for Linux on x86-64): by mutation")
    broken = [name for name in options.targets or TARGETS if not look(TARGETS[name], options.secs)]
    print(f"broken: {', '.join(broken)}; the inputs are in tests/fuzz/corpus/" if broken else "ok")
    return 1 if broken else 0


def _with_atheris(target: Target, secs: int) -> bool:
    """Let atheris look in a process of its own, which it ends; False: something was found."""
    seen = Path(".fuzz") / target.name
    seen.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        seeds, found = Path(folder) / "seeds", Path(folder) / "found"
        for place in (seeds, found):
            place.mkdir()
        for number, data in enumerate((*target.samples(), *target.corpus())):
            (seeds / str(number)).write_bytes(data)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.fuzz.guided", target.name, str(seen), str(seeds)),
                *(f"-max_total_time={secs}", f"-timeout={INPUT_SECS}", f"-max_len={MOST_BYTES}"),
                *(
                    f"-rss_limit_mb={MEMORY_MB}",
                    f"-artifact_prefix={found}/",
                    "-print_final_stats=1",
                ),
            ],
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        for path in found.iterdir():
            target.keep(path.read_bytes())
    is_sound = done.returncode == 0
    print(f"{target.name}: {'nothing' if is_sound else 'something'} found")
    for line in done.stderr.splitlines():
        if line.startswith(("stat::", "SUMMARY", "==")):
            print(f"  {line}")
    return is_sound


def _distil(target: Target) -> None:
    """Add to the corpus some of the inputs that have each reached something new, short and long."""
    kept = set(target.corpus())
    seen = {path.read_bytes() for path in (Path(".fuzz") / target.name).glob("*")} - kept
    short = sorted(
        (data for data in seen if len(data) <= MOST_KEPT_BYTES), key=lambda d: (len(d), d)
    )
    room = max(0, MOST_KEPT - len(kept))
    for data in short[:: max(1, len(short) // max(1, room))][:room]:
        target.keep(data)
    print(f"{target.name}: {len(list(target.corpus()))} inputs in the corpus")


def _by_mutation(target: Target, secs: int) -> bool:
    """Try mutations that nobody has tried; False: something was found."""
    ends = time.monotonic() + secs
    tried = 0
    for data in mutations([*target.samples(), *target.corpus()], time.time_ns()):
        started = time.monotonic()
        if started > ends:
            break
        try:
            target.check(data)
        except BaseException:
            target.keep(data)
            raise
        tried += 1
        if time.monotonic() - started > INPUT_SECS:
            target.keep(data)
            return False
    print(f"{target.name}: {tried} inputs, nothing found")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
