import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def collected(hash_seed: int) -> list[str]:
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONHASHSEED": str(hash_seed)}
    # What is handed to the processes of one run would make this a part of it.
    environment = {name: value for name, value in environment.items() if "PYTEST" not in name}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    return run.stdout.decode().splitlines()[:-1]  # the last line says how long it took


def test_each_process_and_each_second_collects_the_same_tests() -> None:
    # Tests run in several processes at a time; where two collect tests of other ids, none is run.
    first = collected(hash_seed=1)
    assert len(first) > 1000
    assert collected(hash_seed=2) == first
