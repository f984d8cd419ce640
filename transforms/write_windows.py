"""WriteOutcomeWindows: the outcomes of a stream to files of JSON lines, one file a window of time.

Workers of a stream share no disk, and a file a bundle would make thousands of tiny ones. So outcomes
are brought together, held in state, and written when their time is up. That time is the clock's, not
the stream's: a queue of leads holds the watermark back for hours, and what leaves it carries the end
of the global window, or the time of a lead of long ago. No outcome can be late, since all are in the
global window.

Beam's own `WriteToFiles` does not serve. It names files by window and not by firing, so that in the
global window each firing overwrites the one before. In windows of time nothing is seen before the
watermark comes, what is late is dropped, and the end of all time has no date to name a file by. And a
file that could not be moved to its place is noted for debugging, and lost.
"""

import secrets
from collections.abc import Iterator

import apache_beam as beam
from apache_beam.coders import BytesCoder
from apache_beam.io.filesystems import FileSystems
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import (
    BagStateSpec,
    ReadModifyWriteStateSpec,
    RuntimeTimer,
    TimerSpec,
    on_timer,
)
from apache_beam.transforms.window import GlobalWindow, GlobalWindows
from apache_beam.utils.timestamp import Timestamp

from dialer.clock import Clock, SystemClock
from schemas.outcome import Outcome
from transforms.in_process import halt
from transforms.lead_queue import Bag, Value
from transforms.window_files import WindowFile, write_whole
from transforms.write_outcomes import OutcomesUnwritable

CLOCK: Clock = SystemClock()
"""Where the time comes from. Module state, as a clock in a DoFn would be pickled and copied."""

WINDOW_SECS = 60.0

MOST_BYTES = 32 * 1024 * 1024
"""A file that has grown to this is written before its time: state and memory stay bounded, also while
a bucket takes nothing."""

LINES = BagStateSpec("lines", BytesCoder())
FILE = ReadModifyWriteStateSpec("file", BytesCoder())
CLOSE = TimerSpec("close", TimeDomain.REAL_TIME)
DRAIN = TimerSpec("drain", TimeDomain.WATERMARK)

_ALL_TOGETHER = b"outcomes"
_END_OF_STREAM = GlobalWindow().max_timestamp()

StampedLines = tuple[bytes, tuple[int, bytes]]
"""The one key; and when the lines came, in seconds since the epoch, and they."""


class WriteOutcomeWindows(beam.PTransform):
    """Writes the outcomes of each window of time into a file of its own.

    Files are named `2026-11-25T074100Z-3fa9c1-000007.jsonl`: when the window began, UTC; what tells
    this use of the transform from all others that write to the folder; and a number that counts up. In
    the order of their names they are in the order they were written.

    Input: lists of `Outcome`, unbounded, with any timestamps.
    Outputs: none.
    Guarantee: each outcome stands in exactly one file; a file appears whole or not at all; one that is
        written again replaces itself. (Of a runner that goes back to a checkpoint, files that it had
        written since may stay beside the new ones: the same outcomes, told twice.) Outcomes are in a
        file one window and what the runner needs after they came; at the end of the stream what is
        left is written. They are not counted here: `RecordOutcomes` counts them, however they are
        recorded.
    Parallelism: none, so that there is one file a window; lines are made before, by list.
    """

    def __init__(self, *, folder: str, window_secs: float = WINDOW_SECS) -> None:
        """Write into this folder.

        Args:
            folder: in a bucket, or of this machine; it need not be there.
            window_secs: how long a window is. Windows begin at multiples of it.

        Raises:
            ValueError: Beam knows no file system for the folder, or the window is not above 0.
        """
        super().__init__()
        FileSystems.get_filesystem(folder)
        if window_secs <= 0:
            raise ValueError(f"a window of {window_secs} seconds holds nothing")
        self._write_files = _WriteFilesFn(folder, window_secs, secrets.token_hex(3))

    def expand(self, outcomes: beam.PCollection) -> beam.PCollection:
        """Apply to lists of `Outcome`."""
        return (
            outcomes
            | "Into one window" >> beam.WindowInto(GlobalWindows())
            | "Make lines" >> beam.FlatMap(_make_lines).with_output_types(StampedLines)
            | "Write files" >> beam.ParDo(self._write_files)
        )


def _make_lines(outcomes: list[Outcome]) -> Iterator[StampedLines]:
    """The lines of a list of outcomes, with the time: behind the shuffle a retry finds the same."""
    if outcomes:
        lines = b"".join(outcome.to_json_line() for outcome in outcomes)
        yield _ALL_TOGETHER, (int(CLOCK.now().wall_secs), lines)


class _WriteFilesFn(beam.DoFn):
    """Holds lines in state until their window is over.

    A file's name is in state before the file is written, so a bundle that is done again writes the
    same file. A timer that fires early, late or twice makes a smaller file, or finds nothing to do.
    """

    def __init__(self, folder: str, window_secs: float, token: str) -> None:
        self._folder = folder
        self._window_secs = window_secs
        self._token = token

    def process(
        self,
        stamped: StampedLines,
        lines: Bag = beam.DoFn.StateParam(LINES),
        cell: Value = beam.DoFn.StateParam(FILE),
        close: RuntimeTimer = beam.DoFn.TimerParam(CLOSE),
        drain: RuntimeTimer = beam.DoFn.TimerParam(DRAIN),
    ) -> None:
        came_at_secs, data = stamped[1]
        file = WindowFile.read(cell)
        if not file.size_bytes:
            file = file.next_from(int(self._window_start(came_at_secs)))
            # From now on: lines that were long on their way are not written as they come.
            close_at_secs = self._window_start(CLOCK.now().wall_secs) + self._window_secs
            close.set(Timestamp(close_at_secs))
            drain.set(_END_OF_STREAM)
        lines.add(data)
        file = file.grown(len(data))
        file.save(cell)
        if file.size_bytes >= MOST_BYTES:
            self._write(lines, cell)

    @on_timer(CLOSE)
    def on_close(
        self,
        lines: Bag = beam.DoFn.StateParam(LINES),
        cell: Value = beam.DoFn.StateParam(FILE),
    ) -> None:
        """The window is over."""
        self._write(lines, cell)

    @on_timer(DRAIN)
    def on_drain(
        self,
        lines: Bag = beam.DoFn.StateParam(LINES),
        cell: Value = beam.DoFn.StateParam(FILE),
    ) -> None:
        """The stream has ended; what still comes sets the timer again."""
        self._write(lines, cell)

    def _write(self, lines: Bag, cell: Value) -> None:
        """Write what is held, if anything is."""
        file = WindowFile.read(cell)
        if not file.size_bytes:
            return
        data = b"".join(lines.read())
        try:
            write_whole(FileSystems.join(self._folder, file.name(self._token)), data)
        except Exception as error:  # each file system fails in types of its own
            reason = getattr(error, "strerror", None) or type(error).__name__
            halt(f"outcomes cannot be written to {self._folder}: {reason}")
            raise OutcomesUnwritable(reason) from error
        lines.clear()
        file.written().save(cell)

    def _window_start(self, secs: float) -> float:
        return secs // self._window_secs * self._window_secs
