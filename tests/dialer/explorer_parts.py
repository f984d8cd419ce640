"""The real functions of the protocol, asked about a small world in whole seconds.

The explorer's states hold ages, not moments: how many seconds ago something was stamped, read or
seen. Here those become the real claims, answers and ledgers, and the real functions decide. What
they say is remembered, since many states ask the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from dialer import slots as protocol
from dialer.clock import Instant
from dialer.dispatcher import Dispatcher, Request
from dialer.judging import Judge
from dialer.ledger import Ledger
from dialer.lists import NO_LISTS
from dialer.memory_store import MemoryStore
from dialer.slot_format import answer_name, claim_name, encode_answer, encode_claim
from dialer.slots import Answer, Claim, ClaimedLead, Sender, Step, Tail
from dialer.store import ObjectExists
from dialer.verdicts import AnswerKind, Verdict, VerdictStatus
from dialer.waiting import by_campaign
from records.lead_block import Lead, LeadBlock
from schemas.outcome import Outcome, Source

CAMPAIGN = "sales"
_DELIVERED = Verdict(VerdictStatus.DELIVERED, "ok", "")
_START_SECS = 10_000


@dataclass(frozen=True, slots=True)
class Seat:
    """Where one sender sits: its run, its machine's clocks, its lock, and the leads it is to send.

    Attributes:
        run: the run.
        boot: names the boot of its machine.
        clock_secs: by how much its machine's clocks differ from the other's.
        lock: the lock that it holds on its output; None: it holds none.
        leads: the last digits of its leads' numbers.
    """

    run: str
    boot: str
    clock_secs: int
    lock: str | None
    leads: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is explored: who sends, under which times, and what may go wrong how often.

    Attributes:
        seats: the two senders.
        gap: seconds between two requests.
        window: seconds from the reading to the last moment to send.
        timeout: seconds that a request may take.
        stale: seconds after which a view is too old to claim on.
        slots: the request after which nobody claims any more.
        limit: leads a request.
        crashes: how many senders may crash, each at any step; they start again, or never.
        reboots: whether a crash takes the machine with it.
        lies: how often the store may report an own write as somebody else's.
        omissions: how often a listing may lack one object.
        refusals: how often the dialer may say "too soon" and take nothing.
        keeps_old_stamps: whether the claim of the last answered request keeps its ages in a state:
            no real function reads them any more.
    """

    seats: tuple[Seat, Seat]
    gap: int = 2
    window: int = 1
    timeout: int = 1
    stale: int = 0
    slots: int = 3
    limit: int = 1
    crashes: int = 0
    reboots: bool = False
    lies: int = 0
    omissions: int = 0
    refusals: int = 0
    keeps_old_stamps: bool = False

    @property
    def longest_wait(self) -> int:
        """The longest time for which a gate stays closed; the circuit is kept from making it longer."""
        return self.gap


class Slot(NamedTuple):
    """A slot of the ledger. `kind` is empty while it has no answer."""

    seat: int
    life: int
    leads: tuple[int, ...]
    made: int
    read: int
    kind: str = ""
    writer: int = -1
    answered: int = -1


class View(NamedTuple):
    """What a sender has read: full slots, and how long ago it first saw what the gate needs."""

    full: int = 0
    answer_seen: int = -1
    claim_seen: int = -1


Slots = tuple[Slot, ...]
History = tuple[tuple[str, tuple[int, ...], str], ...]
"""What a lead's fate depends on: run, leads and kind of answer of each full slot."""


class Interrupted(Exception):
    """The ledger was found with a hole, and its reader pauses."""


class _Clock:
    def __init__(self, now: Instant) -> None:
        self.instant = now

    def now(self) -> Instant:
        return self.instant

    def sleep(self, secs: float) -> None:
        raise Interrupted(f"{secs} s")


class _LyingStore(MemoryStore):
    """Applies a write and reports that the name was taken, as a client does after its own retry."""

    def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:
        super().put_new(name, data, spend_reserve=spend_reserve)
        raise ObjectExists(name)


def history_of(scenario: Scenario, slots: Iterable[Slot]) -> History:
    """The full slots without their times."""
    return tuple((scenario.seats[s.seat].run, s.leads, s.kind) for s in slots if s.kind)


class RealParts:
    """What the real functions say, each question asked once."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._tails: dict[object, Tail] = {}
        self._views: dict[object, View | None] = {}
        self._claims: dict[object, Claim] = {}
        self._answers: dict[object, Answer] = {}
        self._objects: dict[object, dict[str, bytes]] = {}
        self._requests: dict[object, tuple[int, ...] | None] = {}
        self._fates: dict[object, dict[int, str]] = {}
        self._steps: dict[object, Step] = {}
        self._wins: dict[str, bool] = {}

    def instant(self, seat: int, life: int, age: int) -> Instant:
        """A moment so many seconds ago, by the seat's own clocks."""
        at = self.scenario.seats[seat]
        reboots = life if self.scenario.reboots else 0
        secs = _START_SECS + at.clock_secs - age
        return Instant(f"{at.boot}{reboots}", secs - 100.0 * reboots, 1.8e9 + secs)

    def sender(self, seat: int, life: int) -> Sender:
        """The sender on a seat: each life has a name of its own."""
        at = self.scenario.seats[seat]
        return Sender(f"{seat}.{life}", at.run, at.lock)

    def claim(self, number: int, slot: Slot) -> Claim:
        """The claim of a slot, by `make_claim`."""
        key = (number, slot[:5])
        if key not in self._claims:
            self._claims[key] = protocol.make_claim(
                slot=number,
                token=f"{slot.seat}.{slot.life}.{number}",
                sender=self.sender(slot.seat, slot.life),
                campaign=CAMPAIGN,
                leads=[ClaimedLead(_phone(lead), _source(lead)) for lead in slot.leads],
                lists="",
                timeout_secs=float(self.scenario.timeout),
                read_at=self.instant(slot.seat, slot.life, slot.read),
                now=self.instant(slot.seat, slot.life, slot.made),
            )
        return self._claims[key]

    def answer(self, number: int, slot: Slot) -> Answer:
        """The answer of a slot: as its sender, or whoever took it over, writes it."""
        key = (number, slot)
        if key not in self._answers:
            self._answers[key] = self._write_answer(number, slot)
        return self._answers[key]

    def _write_answer(self, number: int, slot: Slot) -> Answer:
        writer, life = slot.writer // 8, slot.writer % 8
        sender, now = self.sender(writer, life), self.instant(writer, life, slot.answered)
        claim = self.claim(number, slot)
        if slot.kind == "taken_over":
            return protocol.taken_over(claim, now, sender)
        if slot.kind == "not_sent":
            return protocol.not_sent(claim, "", now, sender)
        verdicts = (_DELIVERED,) * len(slot.leads) if slot.kind == "rows" else ()
        return Answer(number, AnswerKind(slot.kind), verdicts, 0.0, "", None, now, sender.name)

    def may_send(self, number: int, slot: Slot) -> bool:
        """The last look of a slot's claimer, now."""
        return protocol.may_send(self.claim(number, slot), self.instant(slot.seat, slot.life, 0))

    def is_fresh(self, seat: int, life: int, read: int) -> bool:
        """Whether a view read so long ago may be claimed on now."""
        return protocol.is_fresh(self.instant(seat, life, read), self.instant(seat, life, 0))

    def wins_claim(self, how: str) -> bool:
        """What `Ledger.claim` says when the name is free, taken, or free and the store lies."""
        if how not in self._wins:
            store = _LyingStore() if how == "lie" else MemoryStore()
            if how == "taken":
                store.objects.update(self._named(1, Slot(1, 0, (1,), 0, 0)))
            ledger = Ledger(store, run="any", clock=_Clock(self.instant(0, 0, 0)))
            self._wins[how] = ledger.claim(self.claim(1, Slot(0, 0, (1,), 0, 0)))
        return self._wins[how]

    def read(self, seat: int, life: int, view: View, slots: Slots, omitted: str) -> View | None:
        """`Ledger.refresh` from an earlier view; None: there was a hole, and all is forgotten."""
        key = (seat, life, view, slots, omitted)
        if key not in self._views:
            ledger, store, clock = self._ledger_at(seat, life, view, slots)
            for number, slot in enumerate(slots, start=1):
                store.objects.update(self._named(number, slot))
            store.objects.pop(omitted, None)
            clock.instant = self.instant(seat, life, 0)
            try:
                ledger.refresh()
            except Interrupted:
                self._views[key] = None
            else:
                self._views[key] = _view(ledger.tail, clock.instant.boot_secs)
        return self._views[key]

    def step(self, seat: int, life: int, view: View, slots: Slots) -> Step:
        """`next_step` on what a sender has read."""
        known = slots[: view.full + 1] if view.claim_seen >= 0 else slots[: view.full]
        if view.claim_seen >= 0:
            known = (*known[:-1], known[-1]._replace(kind="", writer=-1, answered=-1))
        key = (seat, life, view, known)
        if key not in self._steps:
            if key not in self._tails:
                self._tails[key] = self._ledger_at(seat, life, view, slots)[0].tail
            now = self.instant(seat, life, 0)
            self._steps[key] = protocol.next_step(
                self._tails[key], now, self.sender(seat, life), float(self.scenario.gap)
            )
        return self._steps[key]

    def compose(self, seat: int, slots: Slots, omitted: str) -> tuple[int, ...] | None:
        """The leads that `Dispatcher.compose` takes on what was read; None: there are none to send."""
        history = history_of(self.scenario, slots)
        key = (seat, history, omitted)
        if key not in self._requests:
            ledger = self._full_ledger(seat, history, omitted)
            dispatcher = self._dispatcher(seat)
            _settle(dispatcher, ledger)
            request, _ = dispatcher.compose(ledger, self.instant(seat, 0, 0))
            self._requests[key] = None if request is None else _numbers(request)
        return self._requests[key]

    def fates(self, seat: int, history: History) -> dict[int, str]:
        """The outcomes of a seat's leads, as a start that finds this history tells them."""
        key = (seat, history)
        if key not in self._fates:
            ledger, dispatcher = self._full_ledger(seat, history), self._dispatcher(seat)
            self._fates[key] = _settle(dispatcher, ledger)
            lasting = self._lasting_fates(seat, history)
            assert self._fates[key] == lasting, f"a restart tells other outcomes: {history}"
            assert len(lasting) + dispatcher.pending == len(self.scenario.seats[seat].leads)
        return self._fates[key]

    def _lasting_fates(self, seat: int, history: History) -> dict[int, str]:
        """The same by `Dispatcher.apply`, told by one process that lived through it all."""
        now = self.instant(seat, 0, 0)
        dispatcher, fates = self._dispatcher(seat), dict[int, str]()
        for length, (run, leads, _) in enumerate(history, start=1):
            before = self._full_ledger(seat, history[: length - 1])
            ledger = self._full_ledger(seat, history[:length])
            fates |= _settle(dispatcher, before)
            if run != self.scenario.seats[seat].run:
                continue
            request, outcomes = dispatcher.compose(before, now)
            fates |= _statuses(outcomes)
            if request is None:
                continue
            if _numbers(request) != leads:
                dispatcher.put_back(request)
                continue
            fates |= _statuses(dispatcher.apply(request, *ledger.slot(length), ledger, now))
        ledger = self._full_ledger(seat, history)
        request, outcomes = dispatcher.compose(ledger, now)
        return fates | _statuses(outcomes) | _settle(dispatcher, ledger)

    def _dispatcher(self, seat: int) -> Dispatcher:
        leads = [_lead(number) for number in self.scenario.seats[seat].leads]
        judge = Judge(lists=NO_LISTS, resends=False)
        waiting = by_campaign([LeadBlock.of(leads)])
        return Dispatcher(waiting, judge=judge, limit=self.scenario.limit)

    def _full_ledger(self, seat: int, history: History, omitted: str = "") -> Ledger:
        run = self.scenario.seats[seat].run
        store = MemoryStore()
        for number, (its_run, leads, kind) in enumerate(history, start=1):
            of = next(i for i, at in enumerate(self.scenario.seats) if at.run == its_run)
            slot = Slot(of, 0, leads, 9, 9, kind, 8 * of, 9)
            store.objects.update(self._named(number, slot))
        store.objects.pop(omitted, None)
        ledger = Ledger(store, run=run, clock=_Clock(self.instant(seat, 0, 0)))
        ledger.refresh()
        return ledger

    def _ledger_at(
        self, seat: int, life: int, view: View, slots: Slots
    ) -> tuple[Ledger, MemoryStore, _Clock]:
        """A ledger as this sender has read it: the readings that made its view, once more."""
        store, clock = MemoryStore(), _Clock(self.instant(seat, life, 0))
        ledger = Ledger(store, run=self.scenario.seats[seat].run, clock=clock)
        for number, slot in enumerate(slots[: view.full], start=1):
            store.objects.update(self._named(number, slot))
        if view.full:
            clock.instant = self.instant(seat, life, max(view.answer_seen, 0))
            ledger.refresh()
        if view.claim_seen >= 0:
            unanswered = slots[view.full]._replace(kind="", writer=-1, answered=-1)
            store.objects.update(self._named(view.full + 1, unanswered))
            clock.instant = self.instant(seat, life, view.claim_seen)
            ledger.refresh()
        return ledger, store, clock

    def _named(self, number: int, slot: Slot) -> dict[str, bytes]:
        key = (number, slot)
        if key not in self._objects:
            named = {claim_name(number): encode_claim(self.claim(number, slot))}
            if slot.kind:
                named[answer_name(number)] = encode_answer(self.answer(number, slot))
            self._objects[key] = named
        return self._objects[key]


def _view(tail: Tail, now_secs: float) -> View:
    """The view that a ledger's tail stands for."""
    answer_seen = int(now_secs - tail.last_sent[1].first_seen_boot_secs) if tail.last_sent else -1
    claim_seen = int(now_secs - tail.open_claim[1].first_seen_boot_secs) if tail.open_claim else -1
    return View(tail.last_slot, answer_seen, claim_seen)


def _settle(dispatcher: Dispatcher, ledger: Ledger) -> dict[int, str]:
    return _statuses(dispatcher.settle_ahead(ledger, Instant(None, 0.0, 1.8e9), most=100))


def _statuses(outcomes: Iterable[Outcome]) -> dict[int, str]:
    return {o.source.record or 0: f"{o.status}/{o.reason}" for o in outcomes}


def _numbers(request: Request) -> tuple[int, ...]:
    return tuple(lead.source.record or 0 for lead in request.leads)


def _phone(lead: int) -> str:
    return f"987650000{lead}"


def _source(lead: int) -> Source:
    return Source.of_record("leads.csv", lead)


def _lead(number: int) -> Lead:
    phone = _phone(number)
    return Lead(
        _source(number), CAMPAIGN, phone, int("91" + phone), b"[]", None, False, None, b"{}"
    )
