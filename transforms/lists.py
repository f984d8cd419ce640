"""Opening the do-not-disturb lists, once a process."""

import tempfile
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from apache_beam.io.filesystems import FileSystems

from suppression.building import BuildSource, BuildTerms, build_index
from suppression.faults import ListError
from suppression.lists import Screen
from transforms.read import open_raw, reason_of


@dataclass(frozen=True, slots=True)
class ListSettings:
    """Which lists to screen by.

    Attributes:
        names: their files' names, as Beam's filesystems have them; none: nothing is screened.
        region: the region whose national numbers they may hold without a country code.
        allow_empty: whether a list may hold no number at all.
    """

    names: tuple[str, ...]
    region: str
    allow_empty: bool


def changed_secs(settings: ListSettings) -> float | None:
    """When the list that was not changed for the longest time was changed, seconds since 1970.

    Returns:
        That time; None: there is no list, or none whose time is known.
    """
    times = [changed for name in settings.names if (changed := file_changed_secs(name)) is not None]
    return min(times, default=None)


def file_changed_secs(name: str) -> float | None:
    """When a file was changed, seconds since 1970; None: its filesystem does not say."""
    try:
        return float(FileSystems.last_updated(name))
    except (OSError, ValueError):
        return None


class ListsUnusable(Exception):
    """Lists that cannot be used; `faults` has a sentence for each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        """Name them all."""
        super().__init__("; ".join(faults))
        self.faults = faults


@lru_cache(maxsize=1)
def open_screen(settings: ListSettings) -> Screen:
    """Open all lists; the same ones are opened once in a process.

    Raises:
        ListsUnusable: some of them cannot be read, or are no lists.
    """
    terms = BuildTerms(settings.region, allow_empty=settings.allow_empty)
    lists, faults = [], []
    for name in settings.names:
        source = BuildSource(name, partial(open_raw, name), 0, None)
        try:
            with tempfile.TemporaryDirectory() as folder:
                lists.append(build_index([source], Path(folder) / "list.dnd", terms, name=name))
        except ListError as error:
            faults.append(str(error))
        except OSError as error:
            faults.append(f"the list {name} cannot be read: {reason_of(error)}")
    if faults:
        raise ListsUnusable(tuple(faults))
    return Screen(lists)
