"""Opening the do-not-disturb lists, once a process."""

from dataclasses import dataclass
from functools import lru_cache

from schemas.phones import PhoneReader
from suppression.lists import ListError, Screen, open_list
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
    phones = PhoneReader(settings.region, ("mobile",), None)
    lists, faults = [], []
    for name in settings.names:
        try:
            with open_raw(name) as stream:
                lists.append(
                    open_list(stream, name=name, phones=phones, allow_empty=settings.allow_empty)
                )
        except ListError as error:
            faults.append(str(error))
        except OSError as error:
            faults.append(f"the list {name} cannot be read: {reason_of(error)}")
    if faults:
        raise ListsUnusable(tuple(faults))
    return Screen(lists)
