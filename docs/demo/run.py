"""`make demo`: the sample leads, sent to the built-in dialer by the program as a user runs it.

Starts `python -m pipeline simulate` with a gap of one second, runs `python -m pipeline` on the
samples beside this file, and ends the simulator again. Each demo has a folder of its own (under
out/demo, or the one named as its argument): a ledger belongs to one dialer, and the next demo's
listens elsewhere.
"""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

GAP_SECS = 1
KEY_NAME = "DIALFEED_DEMO_KEY"
ANNOUNCEMENT = "simulator listening on "
# The simulator has this many seconds to end after it was asked to.
END_SECS = 5


@contextmanager
def simulator() -> Iterator[str]:
    """Runs the built-in dialer on a free port and gives its URL; ends it whatever happens.

    It stands in a session of its own, so that a Ctrl-C reaches the pipeline alone: the request
    in flight still finds its dialer.

    Raises:
        SystemExit: it did not start.
    """
    command = [sys.executable, "-m", "pipeline", "simulate", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--gap_secs", str(GAP_SECS)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None  # asked for above
    try:
        announced = process.stdout.readline().strip()
        if not announced.startswith(ANNOUNCEMENT):
            raise SystemExit(f"The simulator did not start; its first words: {announced!r}")
        yield announced.removeprefix(ANNOUNCEMENT)
    finally:
        process.terminate()
        try:
            process.wait(END_SECS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if last_words := process.stdout.read().strip():
            print("The dialer says:", last_words, flush=True)
        process.stdout.close()


def deliver(url: str, output: Path) -> int:
    """Runs the pipeline on the samples, its words on this terminal.

    Args:
        url: where the simulator listens.
        output: the folder of the outcomes and the ledger.

    Returns:
        The pipeline's exit status; minus the signal's number where one ended it.
    """
    command = [
        *(sys.executable, "-m", "pipeline"),
        *("--input", "docs/demo/leads/*", "--campaign_field", "Campaign"),
        *("--api_url", url, "--api_key", f"env:{KEY_NAME}", "--pace_secs", str(GAP_SECS)),
        *("--dnd", "docs/demo/dnd.txt", "--output", str(output)),
    ]
    print("$", shlex.join(["python", *command[1:]]), flush=True)
    pipeline = subprocess.Popen(command, cwd=ROOT, env={**os.environ, KEY_NAME: "demo-key"})

    def pass_on(number: int, _frame: FrameType | None) -> None:
        # Ctrl-C reaches the pipeline from the terminal; a second one would end it the hard way.
        if number == signal.SIGTERM:
            pipeline.send_signal(number)

    signal.signal(signal.SIGINT, pass_on)
    signal.signal(signal.SIGTERM, pass_on)
    return pipeline.wait()


def main() -> int:
    """Runs the demo; its exit status is the pipeline's."""
    fresh = Path("out", "demo", f"{datetime.now():%Y%m%d-%H%M%S}")
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else fresh
    with simulator() as url:
        status = deliver(url, output)
    if status == 0:
        print(f"One outcome a record, as JSON lines, in {output / 'outcomes'}")
    return status


if __name__ == "__main__":
    sys.exit(main())
