"""What the demos have in common: the built-in dialer, and the program as a user runs it."""

import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tests.standins.sessions import Ended, session, wait_passing_on

ROOT = Path(__file__).resolve().parent.parent.parent

GAP_SECS = 1
KEY_NAME = "DIALFEED_DEMO_KEY"
ANNOUNCEMENT = "simulator listening on "
# The simulator has this many seconds to end after it was asked to.
END_SECS = 10


@contextmanager
def simulator() -> Iterator[str]:
    """Runs the built-in dialer on a free port and gives its URL; ends it whatever happens.

    Raises:
        SystemExit: it did not start.
    """
    command = [*(sys.executable, "-m", "pipeline", "simulate"), "--port", "0"]
    command += ["--gap_secs", str(GAP_SECS)]
    with session(command, folder=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # asked for above
        announced = process.stdout.readline().decode().strip()
        if not announced.startswith(ANNOUNCEMENT):
            raise SystemExit(f"The simulator did not start; its first words: {announced!r}")
        yield announced.removeprefix(ANNOUNCEMENT)
        process.terminate()
        process.wait(END_SECS)
        print("The dialer says:", process.stdout.read().decode().strip(), flush=True)


def output_folder() -> Path:
    """The folder of a demo's outcomes and ledger: the one that was named, or a fresh one.

    Each demo has its own: a ledger belongs to one dialer, and the next demo's listens elsewhere.
    """
    fresh = Path("out", "demo", f"{datetime.now():%Y%m%d-%H%M%S}")
    return Path(sys.argv[1]) if len(sys.argv) > 1 else fresh


def run_pipeline(
    source: Sequence[str],
    *,
    url: str,
    output: Path,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Shows the pipeline's command line and runs it, its words on this terminal.

    Args:
        source: the options that say where leads come from, and how.
        url: where the simulator listens.
        output: the folder of the outcomes and the ledger.
        environment: variables that it needs and a user would set.
    """
    variables = dict(environment or {})
    command = [
        *(sys.executable, "-m", "pipeline", *source, "--campaign_field", "Campaign"),
        *("--api_url", url, "--api_key", f"env:{KEY_NAME}", "--pace_secs", str(GAP_SECS)),
        *("--dnd", "docs/demo/dnd.txt", "--output", str(output)),
    ]
    set_before = [f"{name}={value}" for name, value in variables.items()]
    print("$", *set_before, shlex.join(["python", *command[1:]]), flush=True)
    with session(command, folder=ROOT, environment={**variables, KEY_NAME: "demo-key"}) as pipeline:
        return wait_passing_on(pipeline)
