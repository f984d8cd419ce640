"""Leads that wait for their turn: kept in their blocks, and named by campaign in reading order."""

from collections import deque
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from records.lead_block import Lead, LeadBlock

LeadKey = tuple[str, str]
"""What makes two leads one: campaign and phone."""


_UNPACKED_LEADS = 256


class WaitingLeads:
    """One campaign's leads, in order."""

    def __init__(
        self,
        campaign: str,
        blocks: Sequence[LeadBlock],
        places: npt.NDArray[np.uint32],
    ) -> None:
        """Wait with the leads at these places.

        Args:
            campaign: the campaign of all of them.
            blocks: the blocks of the account.
            places: an array of shape (n, 2): the index of a block, the row in it.
        """
        self.campaign = campaign
        self._blocks = blocks
        self._places = places
        self._next = 0
        self._ahead: deque[Lead] = deque()

    def __len__(self) -> int:
        return len(self._places) - self._next + len(self._ahead)

    def pop(self) -> Lead | None:
        """Take the first one; None: there is none left."""
        if not self._ahead and self._next < len(self._places):
            self._unpack()
        return self._ahead.popleft() if self._ahead else None

    def _unpack(self) -> None:
        """Take some leads out of their block ahead of time."""
        places = self._places[self._next : self._next + _UNPACKED_LEADS]
        block = places[0, 0]
        rows = places[places[:, 0] == block, 1]
        self._next += len(rows)
        self._ahead.extend(self._blocks[int(block)].rows(rows))


def by_campaign(blocks: Sequence[LeadBlock]) -> list[WaitingLeads]:
    """Sort blocks into the order of reading, and their leads by campaign.

    The order is that of file names and, in a file, of record numbers, whatever order a shuffle left
    the blocks in. Campaigns come in the order of their first leads.
    """
    ordered = sorted((block for block in blocks if len(block)), key=lambda block: block.place)
    places: dict[str, list[npt.NDArray[np.uint32]]] = {}
    for index, block in enumerate(ordered):
        names, campaign_of = block.campaigns()
        rows = np.arange(len(block), dtype=np.uint32)
        present, firsts = np.unique(campaign_of, return_index=True)
        for campaign in present[np.argsort(firsts)]:
            own = rows[campaign_of == campaign]
            pairs = np.column_stack([np.full(len(own), index, np.uint32), own])
            places.setdefault(names[int(campaign)], []).append(pairs)
    return [WaitingLeads(name, ordered, np.concatenate(parts)) for name, parts in places.items()]
