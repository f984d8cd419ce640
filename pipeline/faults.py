"""Why a run did not start: everything that is wrong, named at once."""

from collections.abc import Sequence


class Faults(Exception):
    """The run cannot start; nothing was posted."""

    def __init__(self, faults: Sequence[str]) -> None:
        """Name every fault, each in a sentence for the operator."""
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)
