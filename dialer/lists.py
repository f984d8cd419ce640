"""Do-not-disturb lists, as far as the dialer's side of the program knows them."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Lists(Protocol):
    """The do-not-disturb lists of a job."""

    @property
    def version(self) -> str:
        """What is known by this name is the same lists, number by number; empty: there is none."""
        ...

    def listed(self, e164: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Say of each number (country code and national digits) whether it is listed."""
        ...

    def now(self) -> "Lists":
        """The lists as they stand at this moment; what is given does not change any more."""
        ...


@dataclass(frozen=True, slots=True)
class _NoLists:
    """Lists that nobody is on."""

    version: str = ""

    def listed(self, e164: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        return np.zeros(len(e164), dtype=np.bool_)

    def now(self) -> "_NoLists":
        return self


NO_LISTS: Lists = _NoLists()
"""Where nothing is to be looked up."""
