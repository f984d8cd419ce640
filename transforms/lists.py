"""Opening the do-not-disturb lists, once a process."""

import atexit
import os
import threading
from dataclasses import dataclass

from dialer.clock import Clock, SystemClock
from suppression.building import BuildTerms, Watch, nobody_watches
from suppression.cache import ListCache
from suppression.cache_location import find_folder
from suppression.categories import Categories
from suppression.faults import ListError
from suppression.kept_lists import KeptList, Place
from transforms.list_ages import age_fault
from transforms.list_place import ListPlace
from transforms.live_lists import LiveScreen
from transforms.read import reason_of

REFRESH_SECS = 60.0
"""How often lists are looked at again, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class ListSettings:
    """Which lists to screen by, and how.

    Attributes:
        names: their files' names, as Beam's filesystems have them; none: nothing is screened.
        region: the region whose national numbers they may hold without a country code.
        allow_empty: whether a list may hold no number at all.
        category: what the calls are about, 1 to 8; None: whatever is listed is listed.
        means: what a column of categories says, in lists of text.
        max_age_hours: how old a list may be; None: any age.
        refresh_secs: how often they are looked at again.
    """

    names: tuple[str, ...]
    region: str
    allow_empty: bool
    category: int | None = None
    means: Categories = Categories.IGNORED
    max_age_hours: float | None = None
    refresh_secs: float = REFRESH_SECS

    @property
    def terms(self) -> BuildTerms:
        """How lists of text are read."""
        return BuildTerms(self.region, categories=self.means, allow_empty=self.allow_empty)


class ListsUnusable(Exception):
    """Lists that cannot be used; `faults` has a sentence for each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        """Name them all."""
        super().__init__("; ".join(faults))
        self.faults = faults


_SCREENS: dict[ListSettings, LiveScreen] = {}
_OPENING = threading.Lock()


def open_screen(
    settings: ListSettings, *, clock: Clock | None = None, watch: Watch = nobody_watches
) -> LiveScreen:
    """Open all lists, and follow them from then on; the same ones are opened once in a process.

    Args:
        settings: the lists.
        clock: tells the time; None: this machine's clocks.
        watch: is told how far reading them has come.

    Raises:
        ListsUnusable: some of them cannot be read, are no lists, or are too old.
    """
    with _OPENING:
        if settings not in _SCREENS:
            screen = _opened(settings, clock or SystemClock(), watch)
            if settings.names:
                screen.follow(settings.refresh_secs)
            _SCREENS[settings] = screen
        return _SCREENS[settings]


@atexit.register
def close_screens() -> None:
    """Follow no list any more: the next that is asked for is opened anew.

    A thread that still read when Python ends could take the process down with it.
    """
    while _SCREENS:
        _SCREENS.popitem()[1].close()


def _opened(settings: ListSettings, clock: Clock, watch: Watch) -> LiveScreen:
    cache = _cache(clock) if settings.names else None

    def reopen(place: Place, watch: Watch) -> KeptList:
        assert cache is not None  # there are lists
        return cache.open(place, settings.terms, watch=watch)

    found: list[tuple[Place, KeptList]] = []
    faults: list[str] = []
    for name in settings.names:
        place = ListPlace(name)
        try:
            kept = reopen(place, watch)
        except ListError as error:
            faults.append(str(error))
        except OSError as error:
            faults.append(f"the list {name} cannot be read: {reason_of(error)}")
        else:
            found.append((place, kept))
            too_old = age_fault(kept, settings.max_age_hours, clock.now().wall_secs)
            faults.extend([too_old] * bool(too_old))
    if faults:
        raise ListsUnusable(tuple(faults))
    return LiveScreen(
        found,
        reopen=reopen,
        category=settings.category,
        max_age_hours=settings.max_age_hours,
        clock=clock,
    )


def _cache(clock: Clock) -> ListCache:
    try:
        return ListCache(find_folder(os.environ), clock_secs=lambda: clock.now().wall_secs)
    except ListError as error:
        raise ListsUnusable((str(error),)) from error
