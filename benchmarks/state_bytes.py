"""How many bytes of state a stream's queue reads and writes, with a million leads in it."""

import random
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from benchmarks.leads import some_lead
from records.lead_avro import encode_lead
from records.lead_block import Lead
from records.lead_page import QueuedLead
from schemas.outcome import Source
from transforms.lead_queue import LEVELS, LeadQueue, append
from transforms.queue_delivery import Waiting, fill_front
from transforms.queue_tally import QueueTally

LIMIT = 200
_ARRIVED_SECS = 1_800_000_000


@dataclass(frozen=True, slots=True)
class StateCost:
    """What a queue's state cost.

    Attributes:
        leads: leads that went through it.
        lead_bytes: the size of a lead as JSON.
        read: bytes read a lead.
        written: bytes written a lead.
        requests: how many requests it took.
        largest_read: the most bytes that one firing read.
    """

    leads: int
    lead_bytes: float
    read: float
    written: float
    requests: int
    largest_read: int

    @property
    def times(self) -> float:
        """Bytes read and written, as a multiple of the lead's own size as JSON."""
        return (self.read + self.written) / self.lead_bytes


class _Meter:
    """Counts the bytes that its cells read and write."""

    def __init__(self) -> None:
        self.read = 0
        self.written = 0


class _Value:
    def __init__(self, meter: _Meter) -> None:
        self._meter = meter
        self._value: bytes | None = None

    def read(self) -> bytes | None:
        self._meter.read += len(self._value or b"")
        return self._value

    def write(self, value: bytes) -> None:
        self._meter.written += len(value)
        self._value = value


class _Bag:
    def __init__(self, meter: _Meter) -> None:
        self._meter = meter
        self._values: list[bytes] = []

    def read(self) -> Iterable[bytes]:
        self._meter.read += sum(map(len, self._values))
        return tuple(self._values)

    def add(self, value: bytes) -> None:
        self._meter.written += len(value)
        self._values.append(value)

    def clear(self) -> None:
        self._values.clear()


def measure(leads: int, *, batch: int = LIMIT, campaigns: int = 1) -> StateCost:
    """Let so many leads arrive while the dialer is down, and then leave, request by request.

    Args:
        leads: how many.
        batch: leads that arrive together, all of one campaign.
        campaigns: how many campaigns take turns.
    """
    meter = _Meter()
    front, tally_cell, back = _Value(meter), _Value(meter), _Bag(meter)
    levels = [_Bag(meter) for _ in range(LEVELS)]
    json_bytes = 0
    for arrived in _batches(leads, batch, campaigns):
        json_bytes += sum(len(lead.lead_json) for lead in arrived)
        append(back, [QueuedLead(_ARRIVED_SECS, encode_lead(lead)) for lead in arrived])
        tally = QueueTally(tally_cell)
        tally.arrive(lead.campaign for lead in arrived)
        tally.save()
    requests, largest, left = 0, 0, leads
    while left:
        before = meter.read
        queue = LeadQueue(front=front, back=back, levels=levels)
        tally = QueueTally(tally_cell)
        gone, stay = _one_request(fill_front(queue, tally, LIMIT))
        queue.replace_front(stay)
        queue.save()
        tally.leave(gone)
        tally.save()
        left -= gone.total()
        requests += 1
        largest = max(largest, meter.read - before)
    return StateCost(
        leads, json_bytes / leads, meter.read / leads, meter.written / leads, requests, largest
    )


def _batches(leads: int, batch: int, campaigns: int) -> Iterator[list[Lead]]:
    """Leads as GroupIntoBatches gives them, the campaigns in turn."""
    rng = random.Random(1)
    turn = deque(f"Campaign {number}" for number in range(campaigns))
    for first in range(0, leads, batch):
        yield [_lead(number, turn[0], rng) for number in range(first, min(first + batch, leads))]
        turn.rotate(-1)


def _lead(number: int, campaign: str, rng: random.Random) -> Lead:
    fields = some_lead(str(rng.randrange(9_000_000_000, 9_999_999_999)), rng)
    phone = fields["PhoneNumber"]
    values = [phone, fields["Name"], int(fields["Priority"]), fields["ExpiryDate"]]
    return Lead(
        source=Source.of_message(str(8_512_345_678_000_000 + 37 * number), 0),
        campaign=campaign,
        phone=phone,
        e164=int("91" + phone),
        values=orjson.dumps(values),
        expires_at=4_102_403_400.0,
        do_not_call=False,
        note=None,
        lead_json=orjson.dumps(fields),
    )


def _one_request(waiting: list[Waiting]) -> tuple[Counter[str], list[QueuedLead]]:
    """What leaves of the campaign in front, and what stays: that campaign last."""
    first = waiting[0][1].campaign
    own = [queued for queued, lead in waiting if lead.campaign == first]
    others = [queued for queued, lead in waiting if lead.campaign != first]
    return Counter({first: len(own[:LIMIT])}), others + own[LIMIT:]
