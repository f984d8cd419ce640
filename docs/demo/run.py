"""`make demo`: the sample leads, sent to the built-in dialer by the program as a user runs it.

Starts `python -m pipeline simulate` with a gap of one second, runs `python -m pipeline` on the
samples beside this file, and ends the simulator again.
"""

import sys

from docs.demo.stage import output_folder, run_pipeline, simulator
from tests.standins.sessions import leave_on_signals


def main() -> int:
    """Runs the demo; its exit status is the pipeline's."""
    leave_on_signals()
    output = output_folder()
    with simulator() as url:
        ended = run_pipeline(["--input", "docs/demo/leads/*"], url=url, output=output)
    if ended.status == 0:
        print(f"One outcome a record, as JSON lines, in {output / 'outcomes'}")
    return ended.status


if __name__ == "__main__":
    sys.exit(main())
