"""What a stream's delivery knows of its queue without looking into it: one small value in state."""

from collections import Counter
from collections.abc import Iterable

import orjson

from transforms.lead_queue import Value


class QueueTally:
    """How many leads wait, by campaign, and what the timers are set to.

    Attributes:
        waiting: leads by campaign; a campaign without any is not in it.
        wakes_at_secs: when the queue is looked at next, seconds since the epoch.
        is_draining: whether the stream has ended, and the end-of-window timer does all the work.
    """

    def __init__(self, cell: Value) -> None:
        """Read the tally in a cell; an empty one is that of an empty queue."""
        self._cell = cell
        saved = cell.read()
        fields = orjson.loads(saved) if saved else {}
        self.waiting: Counter[str] = Counter(fields.get("waiting", {}))
        self.wakes_at_secs: float = fields.get("wakes_at_secs", 0.0)
        self.is_draining: bool = fields.get("is_draining", False)

    def arrive(self, campaigns: Iterable[str]) -> None:
        """Leads of these campaigns, one each time it is named, have come."""
        self.waiting.update(campaigns)

    def leave(self, campaigns: Iterable[str]) -> None:
        """Leads of these campaigns have their outcomes."""
        self.waiting.subtract(campaigns)
        self.waiting = +self.waiting

    def save(self) -> None:
        """Write it back."""
        self._cell.write(
            orjson.dumps(
                {
                    "waiting": self.waiting,
                    "wakes_at_secs": self.wakes_at_secs,
                    "is_draining": self.is_draining,
                }
            )
        )
