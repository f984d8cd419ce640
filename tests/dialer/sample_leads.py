"""Leads for the tests of the core, and what a dispatcher needs to have them."""

from collections.abc import Collection, Iterable

import numpy as np
import numpy.typing as npt
import orjson

from dialer.dispatcher import Dispatcher
from dialer.judging import Judge
from dialer.lists import NO_LISTS, Lists
from dialer.waiting import by_campaign
from records.lead_block import Lead, LeadBlock
from schemas.outcome import Outcome, Source


def lead(
    number: int,
    *,
    campaign: str = "sales",
    phone: int | None = None,
    expires_at: float | None = None,
    file: str = "leads.csv",
    note: str | None = None,
    do_not_call: bool = False,
) -> Lead:
    """The lead of a record: its number is that of the record, unless another is given."""
    digits = f"98{number if phone is None else phone:08d}"
    return Lead(
        source=Source.of_record(file, number),
        campaign=campaign,
        phone=digits,
        e164=int("91" + digits),
        values=orjson.dumps([digits]),
        expires_at=expires_at,
        do_not_call=do_not_call,
        note=note,
        lead_json=b"{}",
    )


def leads(first: int, last: int, *, campaign: str = "sales") -> list[Lead]:
    """The leads of these records."""
    return [lead(number, campaign=campaign) for number in range(first, last + 1)]


def dispatcher_of(
    waiting: Iterable[Lead],
    *,
    limit: int = 200,
    resends: bool = False,
    lists: Lists = NO_LISTS,
) -> Dispatcher:
    """A dispatcher with these leads waiting."""
    judge = Judge(lists=lists, resends=resends)
    return Dispatcher(by_campaign([LeadBlock.of(list(waiting))]), judge=judge, limit=limit)


class Listed:
    """Do-not-disturb lists with these leads' numbers on them; they may grow."""

    def __init__(self, known: Collection[Lead]) -> None:
        self.known = known

    @property
    def version(self) -> str:
        return f"with {len(self.known)}"

    def listed(self, e164: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        return np.isin(e164, [one.e164 for one in self.known])

    def now(self) -> "Listed":
        return Listed(tuple(self.known))


def told(outcomes: Iterable[Outcome]) -> dict[int, str]:
    """Each record's status and reason; no record twice."""
    found: dict[int, str] = {}
    for outcome in outcomes:
        assert outcome.source.record is not None
        assert outcome.source.record not in found, "two outcomes of one record"
        found[outcome.source.record] = f"{outcome.status}/{outcome.reason}"
    return found
