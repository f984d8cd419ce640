"""What is happening, while it happens: a line on the terminal, and what the operator must know."""

import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.live import Live
from rich.text import Text

from dialer.clock import Clock, SystemClock
from pipeline.figures import duration
from pipeline.terminal import ERR, complain, printable
from transforms.held_messages import HeldMessages
from transforms.in_process import BOARD, stop_requested, waiting_leads
from transforms.lists import ListSettings, open_screen

_REFRESH_SECS = 0.5
_FIRST_STATUS_SECS = 2.0

_MOST_CAMPAIGNS = 5


class Progress:
    """Shows the board while the pipeline runs; on no terminal, only its notices."""

    on_stop = "stopping: the request in flight is finished first"

    status_secs: float | None = None
    """How often a log gets the status line; None: never."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Show nothing yet; the time comes from this machine's clock, or another one."""
        self._clock = clock or SystemClock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._show, name="progress", daemon=True)
        self._shown = 0
        self._said_stopping = False
        self._status_due_boot_secs = self._clock.now().boot_secs + _FIRST_STATUS_SECS

    def __enter__(self) -> Self:
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
            complain([self.on_stop])
        now = self._clock.now().boot_secs
        if (
            self.status_secs is not None
            and not ERR.is_terminal
            and now >= self._status_due_boot_secs
        ):
            self._status_due_boot_secs = now + self.status_secs
            complain([self.line()])

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


class CheckProgress(Progress):
    """The same for a check, which has nothing under way that must be finished."""

    on_stop = "stopping"


class EventProgress(Progress):
    """Shows what becomes of events while they come: one status line, also where no terminal is."""

    status_secs = 30.0

    def __init__(self, held: HeldMessages, *, lists: ListSettings) -> None:
        """Show nothing yet.

        Args:
            held: the messages that are held.
            lists: the do-not-disturb lists.
        """
        super().__init__()
        self._held = held
        self._screen = open_screen(lists)

    def line(self) -> str:
        """What an operator is paged on, in one line."""
        now = self._clock.now()
        wait_secs = BOARD.next_request_boot_secs - now.boot_secs
        held, silent = len(self._held), BOARD.silent_requests
        parts = [
            f"{held:,} message{'s' * (held != 1)} held",
            _waiting(waiting_leads(), BOARD.waiting),
            f"oldest {duration(self._held.oldest_secs)}" if held else "nothing waits",
            f"gate opens in {wait_secs:.0f} s" if wait_secs > 0 else "gate open",
            f"circuit open, {silent} without an answer" if silent else "circuit closed",
            f"{BOARD.requests:,} request{'s' * (BOARD.requests != 1)}",
        ]
        dated_secs = self._screen.dated_secs
        if dated_secs is not None:
            age_secs = max(0.0, now.wall_secs - dated_secs)
            parts.append(f"oldest list {duration(age_secs)} old")
        if BOARD.note:
            parts.append(BOARD.note)
        return "; ".join(parts)


class StreamProgress(EventProgress):
    """The same for a stream, which is drained when it is stopped."""

    on_stop = "stopping: all that was pulled is delivered first; stop again to give it back"


def _waiting(total: int, by_campaign: Mapping[str, int]) -> str:
    """How many leads wait, in all and of the campaigns that most wait for when last looked at."""
    longest = sorted(by_campaign.items(), key=lambda item: -item[1]) if total else []
    shown = [f"{campaign} {count:,}" for campaign, count in longest[:_MOST_CAMPAIGNS]]
    if len(longest) > _MOST_CAMPAIGNS:
        shown.append(f"{len(longest) - _MOST_CAMPAIGNS} more campaigns")
    return f"{total:,} lead{'s' * (total != 1)} waiting" + f" ({', '.join(shown)})" * bool(shown)
