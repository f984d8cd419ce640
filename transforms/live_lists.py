"""LiveScreen: the do-not-disturb lists as they stand now, for as long as the process lives.

Where the lists are is looked at again and again, in a thread of its own, so that no look-up waits for
it. A new version takes the place of the old one from one look-up to the next; one that must not be
relied on does not, and the operator is told.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from dialer.clock import Clock
from suppression.building import Watch
from suppression.kept_lists import KeptList, Place
from suppression.lists import Listing, Screen
from transforms.in_process import BOARD, halt
from transforms.list_ages import age_fault
from transforms.watched_list import WatchedList

_LONGEST_FAREWELL_SECS = 5.0
_log = logging.getLogger(__name__)

Reopen = Callable[[Place, Watch], KeptList]
"""Opens the list that is at a place now; may raise `ListError` and `OSError`."""


class _Closed(Exception):
    """The process ends, and with it what was read."""


class LiveScreen:
    """Several lists as one, each in its newest version that can be relied on."""

    def __init__(
        self,
        lists: Sequence[tuple[Place, KeptList]],
        *,
        reopen: Reopen,
        category: int | None,
        max_age_hours: float | None,
        clock: Clock,
    ) -> None:
        """Screen by these lists.

        Args:
            lists: where each of them is, and what was found there.
            reopen: opens a list anew.
            category: what the calls are about, 1 to 8; None: whatever is listed is listed.
            max_age_hours: how old a list may be; None: any age.
            clock: tells the time.
        """
        self._watched = [
            WatchedList(place, kept, partial(reopen, place, self._go_on)) for place, kept in lists
        ]
        self._category = category
        self._max_age_hours = max_age_hours
        self._clock = clock
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._screen = self._as_it_stands()

    @property
    def kept(self) -> tuple[KeptList, ...]:
        """The versions that are used."""
        return tuple(each.kept for each in self._watched)

    @property
    def lists(self) -> tuple[Listing, ...]:
        """The lists of the versions that are used."""
        return self._screen.lists

    @property
    def version(self) -> str:
        """Names what is on all the lists together."""
        return self._screen.version

    @property
    def count(self) -> int:
        """How many entries the lists have in all."""
        return self._screen.count

    def listed(self, e164: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Say of each number (country code and national digits) whether it is listed now."""
        return self._screen.listed(e164)

    def now(self) -> Screen:
        """The lists as they stand at this moment; what is given does not change any more."""
        return self._screen

    @property
    def dated_secs(self) -> float | None:
        """Of when the oldest list is, seconds since 1970; None: there is none whose date is known."""
        dates = [kept.dated_secs for kept in self.kept if kept.dated_secs is not None]
        return min(dates, default=None)

    def why_unfit(self) -> str:
        """Why nothing may be sent by these lists any more; empty: it may."""
        now_secs = self._clock.now().wall_secs
        faults = (age_fault(kept, self._max_age_hours, now_secs) for kept in self.kept)
        return next(filter(None, faults), "")

    def halts(self) -> bool:
        """End the run if a list has become too old; whether it has."""
        why = self.why_unfit()
        if why:
            halt(why)
        return bool(why)

    def look(self) -> None:
        """Look at every list's place again, and use what is there from now on."""
        for each in self._watched:
            notice = each.look(self._max_age_hours, self._clock.now().wall_secs)
            self._screen = self._as_it_stands()
            if notice:
                _tell(notice)
        self.halts()

    def follow(self, refresh_secs: float) -> None:
        """Look again every so many seconds, until it is closed."""
        self._thread = threading.Thread(
            target=self._follow, args=(refresh_secs,), name="lists", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(_LONGEST_FAREWELL_SECS)

    def _follow(self, refresh_secs: float) -> None:
        failed = ""
        while not self._closed.wait(refresh_secs):
            try:
                self.look()
                failed = ""
            except _Closed:
                return
            except Exception as error:  # noqa: BLE001 - an end of the looks would go unnoticed
                if not threading.main_thread().is_alive():
                    return  # the process ends, and what builds a list is taken away from it
                if failed != type(error).__name__:
                    failed = type(error).__name__
                    _tell(f"the lists cannot be looked at ({failed}): they are used as they were")

    def _go_on(self, *_: object) -> None:
        if self._closed.is_set():
            raise _Closed

    def _as_it_stands(self) -> Screen:
        return Screen([kept.index for kept in self.kept], self._category)


def _tell(notice: str) -> None:
    BOARD.notices.append(notice)
    # For a worker elsewhere, whose board nobody sees.
    _log.warning(notice)
