"""One list of a screen: the version that is used, and what stands at its place now."""

from collections.abc import Callable

from suppression.faults import CacheUnusable, ListError
from suppression.kept_lists import KeptList, Place, Stamp
from transforms.list_ages import age_fault
from transforms.read import reason_of


class WatchedList:
    """Watches the place of a list, and takes up new versions that can be relied on.

    Attributes:
        kept: the version that is used.
    """

    def __init__(self, place: Place, kept: KeptList, reopen: Callable[[], KeptList]) -> None:
        """Watch a place, where `kept` was found; `reopen` opens what is there now."""
        self.kept = kept
        self._place = place
        self._reopen = reopen
        self._refused = ""
        self._seen = ""

    def look(self, max_age_hours: float | None, wall_secs: float) -> str:
        """Look at the place again, and take up a new version.

        Args:
            max_age_hours: how old a list may be; None: any age.
            wall_secs: the present moment, seconds since 1970.

        Returns:
            What the operator is to be told; empty: nothing that has not been said before.
        """
        try:
            stamp = self._place.stamp()
            if stamp.text == self.kept.stamp.text and self.kept.is_settled:
                self._refused = ""
                return ""
            if stamp.text == self._refused or not self._is_whole(stamp, wall_secs):
                return ""
            found = self._reopen()
        except OSError as error:
            why = reason_of(error)
            return self._refuse(why, f"the list {self._place.name} cannot be read: {why}")
        except CacheUnusable as error:
            return self._refuse(str(error), str(error))
        except ListError as error:
            return self._refuse(stamp.text, str(error))
        if not found.is_settled:
            return ""
        why = age_fault(found, max_age_hours, wall_secs) or _shrunk(self.kept, found)
        return self._refuse(found.stamp.text, why) if why else self._take_up(found)

    def _is_whole(self, stamp: Stamp, wall_secs: float) -> bool:
        """Whether whoever writes the file has ended: it was the same when it was last looked at."""
        before, self._seen = self._seen, stamp.text
        was_seen = stamp.text == before or stamp.written_secs is None
        return was_seen and stamp.is_settled(wall_secs)

    def _take_up(self, found: KeptList) -> str:
        before, self.kept, self._refused = self.kept, found, ""
        if found.index.version == before.index.version:
            return ""
        return f"{found.index.name}: {_version(found)} is used from now on"

    def _refuse(self, what: str, why: str) -> str:
        """Leave out what is there now, and say so once.

        Args:
            what: the stamp of what is left out for good, or what has failed and is tried again.
            why: the reason, for the operator.
        """
        if what == self._refused:
            return ""
        self._refused = what
        return f"{why}; until then {_version(self.kept)} is used"


def _version(kept: KeptList) -> str:
    return f"version {kept.index.version} with {_numbers(kept)}"


def _numbers(kept: KeptList) -> str:
    count = kept.index.count
    return f"{count:,} number{'s' * (count != 1)}"


def _shrunk(before: KeptList, found: KeptList) -> str:
    """Why a new version is not believed: it has far fewer numbers. Empty: it is believed."""
    if 2 * found.index.count >= before.index.count:
        return ""
    return (
        f"the list {found.index.name} now has {_numbers(found)}, fewer than half of those it had: if"
        " that is right, stop and start again"
    )
