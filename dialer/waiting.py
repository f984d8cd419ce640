"""Leads that wait for their turn: kept in their blocks, and named by campaign in reading order."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from records.lead_block import Lead, LeadBlock
from schemas.outcome import Source

LeadKey = tuple[str, str]
"""What makes two leads one: campaign and phone."""


_UNPACKED_LEADS = 256


class WaitingLeads:
    """One campaign's leads, in order, and what the campaign's other records ask of them."""

    def __init__(
        self,
        campaign: str,
        blocks: Sequence[LeadBlock],
        places: npt.NDArray[np.uint32],
        marks: Mapping[int, Source],
    ) -> None:
        """Wait with the leads at these places.

        Args:
            campaign: the campaign of all of them.
            blocks: the blocks of the account.
            places: an array of shape (n, 2): the index of a block, the row in it.
            marks: by whole number, the first record that asks for it not to be called.
        """
        self.campaign = campaign
        self.marks = marks
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
        count = int(np.argmin(np.append(places[:, 0] == block, np.False_)))
        self._next += count
        self._ahead.extend(self._blocks[int(block)].rows(places[:count, 1]))


def by_campaign(blocks: Sequence[LeadBlock]) -> list[WaitingLeads]:
    """Sort blocks into the order of reading, and their leads by campaign.

    The order is that of file names and, in a file, of record numbers, whatever order a shuffle left
    the blocks in. Campaigns come in the order of their first leads. A lead whose own row asks not to
    be called does not wait, as it has its outcome: it is a mark on the campaign's number. The other
    leads of that number come first. They need no request, and a round of messages, which knows a mark
    only once, settles them all.
    """
    ordered = sorted((block for block in blocks if len(block)), key=lambda block: block.place)
    places: dict[str, list[npt.NDArray[np.uint32]]] = {}
    numbers: defaultdict[str, list[npt.NDArray[np.int64]]] = defaultdict(list)
    marks: defaultdict[str, dict[int, Source]] = defaultdict(dict)
    for index, block in enumerate(ordered):
        is_mark = block.do_not_call
        for mark in block.rows(np.flatnonzero(is_mark).astype(np.uint32)):
            marks[mark.campaign].setdefault(mark.e164, mark.source)
        names, campaign_of = block.campaigns()
        rows = np.flatnonzero(~is_mark).astype(np.uint32)
        present, firsts = np.unique(campaign_of[rows], return_index=True)
        for campaign in present[np.argsort(firsts)]:
            own = rows[campaign_of[rows] == campaign]
            pairs = np.column_stack([np.full(len(own), index, np.uint32), own])
            places.setdefault(names[int(campaign)], []).append(pairs)
            numbers[names[int(campaign)]].append(block.e164[own])
    waiting = []
    for name, parts in places.items():
        is_marked = np.isin(np.concatenate(numbers[name]), list(marks[name]))
        order = np.argsort(~is_marked, kind="stable")
        waiting.append(WaitingLeads(name, ordered, np.concatenate(parts)[order], marks[name]))
    return waiting
