"""What a delivery is doing right now, for whoever watches: numbers and words, no leads."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Board:
    """Written by the delivery, read by the progress display and the summary.

    Attributes:
        total: leads that came to be delivered; 0 until they are known.
        pending: those of them without an outcome.
        waiting: the same by campaign.
        list_versions: the versions of the do-not-disturb lists that were used, in order; the last one
            holds.
        requests: requests that this process sent.
        halvings: requests of the run that looked for the row that a whole request was refused for.
        next_request_boot_secs: when the next request may go, by the boot-time clock.
        silent_requests: how many of the last requests in a row brought no readable answer: the
            circuit is open, unless it is 0.
        gap_secs: the gap that is kept.
        limit: leads a request.
        note: what the delivery waits for, beyond the gap; empty where nothing is wrong.
        stopped: why it ended with leads pending; empty where it did not.
        notices: what the operator should be told once, in order.
    """

    total: int = 0
    pending: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    list_versions: list[str] = field(default_factory=list)
    requests: int = 0
    halvings: int = 0
    next_request_boot_secs: float = 0.0
    silent_requests: int = 0
    gap_secs: float = 0.0
    limit: int = 1
    note: str = ""
    stopped: str = ""
    notices: list[str] = field(default_factory=list)

    def note_lists(self, version: str) -> None:
        """Note which version of the lists is used now; empty: there is no list."""
        if version and version not in self.list_versions[-1:]:
            self.list_versions.append(version)
