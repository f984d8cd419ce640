"""What is happening, while it happens: a line on the terminal, and what the operator must know."""

import threading
from types import TracebackType

from rich.live import Live
from rich.text import Text

from dialer.clock import SystemClock
from pipeline.terminal import ERR, complain, duration, printable
from transforms.held_messages import HeldMessages
from transforms.in_process import BOARD, stop_requested

_REFRESH_SECS = 0.5


class Progress:
    """Shows the board while the pipeline runs; on no terminal, only its notices."""

    def __init__(self) -> None:
        """Show nothing yet."""
        self._clock = SystemClock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._show, name="progress", daemon=True)
        self._shown = 0
        self._said_stopping = False

    def __enter__(self) -> "Progress":
        """Begin to show."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Show what is left, and end."""
        self._ended.set()
        self._thread.join()

    def _show(self) -> None:
        if not ERR.is_terminal:
            while not self._ended.wait(_REFRESH_SECS):
                self._say_notices()
            self._say_notices()
            return
        with Live(console=ERR, transient=True, auto_refresh=False) as live:
            while not self._ended.wait(_REFRESH_SECS):
                self._say_notices()
                live.update(Text(printable(self.line())), refresh=True)
            self._say_notices()

    def _say_notices(self) -> None:
        while self._shown < len(BOARD.notices):
            complain([BOARD.notices[self._shown]])
            self._shown += 1
        if stop_requested() and not self._said_stopping:
            self._said_stopping = True
            complain(["stopping: the request in flight is finished first"])

    def line(self) -> str:
        """The state of the delivery in one line."""
        if not BOARD.total:
            return "reading and screening leads ..."
        settled = BOARD.total - BOARD.pending
        requests = f"{BOARD.requests:,} request{'s' * (BOARD.requests != 1)}"
        parts = [f"{settled:,} of {BOARD.total:,} leads settled, {requests}"]
        wait_secs = BOARD.next_request_boot_secs - self._clock.now().boot_secs
        parts.append(f"next request in {wait_secs:.0f} s" if wait_secs > 0 else "request under way")
        requests_left = -(-BOARD.pending // BOARD.limit)
        if requests_left:
            left_secs = max(wait_secs, 0.0) + (requests_left - 1) * BOARD.gap_secs
            parts.append(f"about {duration(left_secs)} to go")
        if BOARD.note:
            parts.append(BOARD.note)
        return "; ".join(parts)


class EventProgress(Progress):
    """Shows what becomes of events while they come: one status line."""

    def __init__(self, held: HeldMessages) -> None:
        """Show nothing yet of the messages that are `held`."""
        super().__init__()
        self._held = held

    def line(self) -> str:
        """What an operator is paged on, in one line."""
        now = self._clock.now().boot_secs
        wait_secs = BOARD.next_request_boot_secs - now
        parts = [
            f"{len(self._held):,} messages held",
            f"oldest waits {duration(self._held.oldest_secs)}",
            f"gate opens in {wait_secs:.0f} s" if wait_secs > 0 else "gate open",
            f"{BOARD.requests:,} requests",
        ]
        if BOARD.note:
            parts.append(BOARD.note)
        return "; ".join(parts)
