"""One target under atheris, as `python -m tests.fuzz` starts it: TARGET, then libFuzzer's own arguments."""

import sys

import atheris

ROOMS = ("schemas", "records", "suppression", "dialer")

if __name__ == "__main__":
    # What is imported in here is watched: which of its branches an input takes.
    with atheris.instrument_imports(include=[*ROOMS]):
        from tests.fuzz.targets import TARGETS

    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]].check)
    atheris.Fuzz()
