"""Walks through every interleaving of two senders on one ledger, and looks whether the promise holds.

Only the world is modelled here: the store's exclusive create, the network (a request sent may arrive
at any moment until its deadline, unless its sender died; an answer may be lost), time, and what each
process keeps in its memory (explorer_state.py). What may happen next is asked of the real functions
(explorer_parts.py). All states are visited, breadth first, each once.
"""

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from dialer.slot_format import answer_name, claim_name
from dialer.slots import Open, TakeOver
from tests.dialer.explorer_parts import RealParts, Scenario, Slot, Slots, View, history_of
from tests.dialer.explorer_state import NO_VIEW, Ages, Process, State

_UNANSWERED = ("no_answer", "taken_over")


class BrokenPromise(Exception):
    """An invariant that does not hold."""

    def __init__(self, invariant: str, message: str) -> None:
        super().__init__(f"{invariant}: {message}")
        self.invariant = invariant


@dataclass(frozen=True, slots=True)
class Finding:
    """What an exploration came to.

    Attributes:
        states: how many distinct states were visited.
        ends: how many of them leave nothing to do.
        broken: the invariant that was found broken; empty: none was.
        path: the steps that lead there.
    """

    states: int
    ends: int
    broken: str
    path: tuple[str, ...]


INVARIANTS = ("gap", "twice", "not_sent", "honest", "once", "window", "fresh", "stuck")
"""What is looked at in every state: two arrivals are never closer than the gap; no lead is taken
twice; a request whose slot says not sent never arrives; an outcome rests on what happened; it never
changes afterwards; no request begins later than the window after its sender's reading; no claim
rests on a stale view; nobody waits for ever."""

Steps = Iterator[tuple[str, State]]


def explore(scenario: Scenario, *, most: int, looking_for: Collection[str] = INVARIANTS) -> Finding:
    """Visit all states, or `most` of them, until an invariant in `looking_for` is broken."""
    return Explorer(scenario, looking_for).run(most)


class Explorer:
    """One exploration."""

    def __init__(self, scenario: Scenario, looking_for: Collection[str]) -> None:
        self.scenario = scenario
        self.parts = RealParts(scenario)
        self._looking_for = frozenset(looking_for)
        self._ages = Ages(scenario)
        self._honest: set[object] = set()

    def run(self, most: int) -> Finding:
        """Walk breadth first; a state's way there is kept until the end."""
        at = self.scenario
        start = State(
            (),
            (Process(), Process()),
            -1,
            False,
            frozenset(),
            at.crashes,
            at.lies,
            at.omissions,
            at.refusals,
        )
        came_from: dict[State, tuple[State, str] | None] = {start: None}
        queue = deque([start])
        ends = 0
        while queue and len(came_from) < most:
            state = queue.popleft()
            is_end = True
            try:
                for label, following in self._following(state):
                    is_end = False
                    if following not in came_from:
                        came_from[following] = (state, label)
                        queue.append(following)
                if is_end:
                    ends += 1
                    self._must_be_over(state)
            except BrokenPromise as broken:
                path = _path(state, came_from)
                return Finding(len(came_from), ends, broken.invariant, (*path, str(broken)))
        return Finding(len(came_from), ends, "", ())

    def _following(self, state: State) -> Steps:
        for seat in (0, 1):
            process = state.processes[seat]
            if process.at == "done":
                continue
            yield from getattr(self, f"_{process.at}")(state, seat, process)
            if state.crashes and process != Process(life=process.life):
                crashed = _with(state, seat, Process(life=process.life + 1))
                yield f"{seat} crashes", crashed._replace(crashes=state.crashes - 1)
        later = self._ages.later(state)
        if later != state:
            yield "a second passes", later

    # What a process does, by where it stands

    def _idle(self, state: State, seat: int, process: Process) -> Steps:
        step = self.parts.step(seat, process.life, process.view, state.slots)
        if isinstance(step, Open):
            if step.slot <= self.scenario.slots:
                yield (
                    f"{seat} notes the time",
                    _with(state, seat, process._replace(at="noted", read=0)),
                )
        elif isinstance(step, TakeOver):
            taking = _answering(process._replace(number=step.claim.slot), "taken_over")
            yield f"{seat} takes slot {step.claim.slot} over", _with(state, seat, taking)
        elif process.view.claim_seen >= 0:
            for label, view, _, after in self._readings(state, seat, process):
                if view != process.view:
                    yield label, _with(after, seat, process._replace(view=view or NO_VIEW))

    def _noted(self, state: State, seat: int, process: Process) -> Steps:
        for label, view, omitted, after in self._readings(state, seat, process):
            if view is None:
                yield label + ": a hole", _with(after, seat, Process(life=process.life))
                continue
            reader = Process(life=process.life, view=view)
            step = self.parts.step(seat, process.life, view, state.slots)
            if not isinstance(step, Open) or step.slot > self.scenario.slots:
                yield label, _with(after, seat, reader)
                continue
            leads = self.parts.compose(seat, state.slots[: view.full], omitted)
            if leads is None:
                yield label, _with(after, seat, Process("done", process.life))
                continue
            composed = reader._replace(
                at="composed", number=step.slot, leads=leads, read=process.read
            )
            yield label + f" and composes slot {step.slot}", _with(after, seat, composed)

    def _composed(self, state: State, seat: int, process: Process) -> Steps:
        if not self.parts.is_fresh(seat, process.life, process.read):
            yield f"{seat} has an old view", _with(state, seat, _idle_again(process))
            return
        if process.read > self.scenario.stale:
            self._break("fresh", f"{seat} claims on a view {process.read} s old")
        yield f"{seat} makes a claim", _with(state, seat, process._replace(at="claiming", made=0))

    def _claiming(self, state: State, seat: int, process: Process) -> Steps:
        is_free = len(state.slots) < process.number
        held = process._replace(at="held")
        if not is_free:
            won = self.parts.wins_claim("taken")
            after = _with(state, seat, held if won else _idle_again(process))
            yield f"{seat} comes second to slot {process.number}", after
            return
        if len(state.slots) != process.number - 1:
            self._break("once", f"slot {process.number} is claimed before those in front of it")
        slots = (*state.slots, _claimed(seat, process))
        for how, lies in (("free", 0), ("lie", 1)):
            if lies <= state.lies:
                won = self.parts.wins_claim(how)
                after = _with(state, seat, held if won else _idle_again(process))
                yield (
                    f"{seat} claims slot {process.number} ({how})",
                    after._replace(slots=slots, lies=state.lies - lies),
                )

    def _held(self, state: State, seat: int, process: Process) -> Steps:
        after = state._replace(slots=self._ages.without_old_stamps(state.slots, process.number))
        yield f"{seat} cannot send", _with(after, seat, _answering(process, "not_sent"))
        if self.parts.may_send(process.number, _claimed(seat, process)):
            if process.read > self.scenario.window:
                self._break("window", f"{seat} sends {process.read} s after its reading")
            sent = process._replace(at="sent", made=-1, read=-1, sent=0)
            after = state._replace(slots=self._ages.without_old_stamps(state.slots, process.number))
            yield f"{seat} sends slot {process.number}", _with(after, seat, sent)

    def _sent(self, state: State, seat: int, process: Process) -> Steps:
        if process.sent <= self.scenario.timeout:
            self._may_arrive(state, seat, process)
            arrived = state._replace(
                quiet=0,
                landed=state.landed or not state.slots[process.number - 1].kind,
                taken=state.taken | _brought(seat, process.number, process.leads),
            )
            there = process._replace(at="arrived", sent=-1)
            yield f"slot {process.number} arrives", _with(arrived, seat, there)
            if state.refusals:
                refused = arrived._replace(taken=state.taken, refusals=state.refusals - 1)
                there = process._replace(at="refused", sent=-1)
                yield f"slot {process.number} is refused", _with(refused, seat, there)
        yield f"{seat} has no answer", _with(state, seat, _answering(process, "no_answer"))

    def _arrived(self, state: State, seat: int, process: Process) -> Steps:
        yield f"{seat} has an answer", _with(state, seat, _answering(process, "rows"))
        yield f"{seat} has no answer", _with(state, seat, _answering(process, "no_answer"))

    def _refused(self, state: State, seat: int, process: Process) -> Steps:
        yield f"{seat} is told too soon", _with(state, seat, _answering(process, "too_soon"))
        yield f"{seat} has no answer", _with(state, seat, _answering(process, "no_answer"))

    def _answering(self, state: State, seat: int, process: Process) -> Steps:
        slots = state.slots
        slot = slots[process.number - 1]
        if not slot.kind:
            writer = 8 * seat + process.life
            answered = slot._replace(kind=process.kind, writer=writer, answered=process.answered)
            slots = (*slots[: process.number - 1], answered, *slots[process.number :])
            self._must_be_honest(state, slots)
            if process.kind in _UNANSWERED:
                state = state._replace(
                    taken=state.taken | _brought(slot.seat, process.number, slot.leads)
                )
            state = state._replace(landed=False)
        after = state._replace(slots=self._ages.without_old_stamps(slots))
        view = self.parts.read(seat, process.life, process.view, after.slots, "")
        reader = Process(life=process.life, view=view or NO_VIEW)
        yield f"{seat} answers slot {process.number}: {process.kind}", _with(after, seat, reader)

    def _readings(
        self, state: State, seat: int, process: Process
    ) -> Iterator[tuple[str, View | None, str, State]]:
        """The ledger read now: as it is, or with one object that the listing lacks."""
        view = self.parts.read(seat, process.life, process.view, state.slots, "")
        yield f"{seat} reads", view, "", state
        if state.omissions:
            after = state._replace(omissions=state.omissions - 1)
            for number, slot in enumerate(state.slots, start=1):
                for name in [claim_name(number)] + [answer_name(number)] * bool(slot.kind):
                    view = self.parts.read(seat, process.life, process.view, state.slots, name)
                    yield f"{seat} reads all but {name}", view, name, after

    # The promise

    def _may_arrive(self, state: State, seat: int, process: Process) -> None:
        if 0 <= state.quiet < self.scenario.gap:
            self._break("gap", f"slot {process.number} arrives {state.quiet} s after another")
        by = (seat, process.number)
        if any(
            lead in process.leads and by != (other, number) for lead, other, number in state.taken
        ):
            self._break(
                "twice", f"slot {process.number} brings a lead that was, or may have been, taken"
            )
        if state.slots[process.number - 1].kind == "not_sent":
            self._break("not_sent", f"slot {process.number} arrives and was called not sent")

    def _must_be_honest(self, state: State, slots: Slots) -> None:
        """The outcomes after this answer rest on what happened, and none has changed."""
        last = next(slot for slot in reversed(slots) if slot.kind)
        if last.kind == "not_sent" and state.landed:
            self._break("not_sent", "a request that arrived is called not sent")
        before, now = history_of(self.scenario, state.slots), history_of(self.scenario, slots)
        if now in self._honest:
            return
        taken = {lead for _, leads, kind in now if kind == "rows" for lead in leads}
        unanswered = {lead for _, leads, kind in now if kind in _UNANSWERED for lead in leads}
        for seat in (0, 1):
            try:
                known, fates = self.parts.fates(seat, before), self.parts.fates(seat, now)
            except AssertionError as error:
                self._break("once", str(error))
                continue
            if any(fates.get(lead) != fate for lead, fate in known.items()):
                self._break("once", f"an outcome changed: {known} to {fates}")
            for lead, fate in fates.items():
                if lead not in (unanswered if fate.startswith("unknown") else taken):
                    self._break("honest", f"lead {lead} is called {fate}")
        self._honest.add(now)

    def _must_be_over(self, state: State) -> None:
        """Nothing can happen any more, not even time: all leads have outcomes, or the slots are used up."""
        if len(state.slots) < self.scenario.slots and any(p.at != "done" for p in state.processes):
            self._break("stuck", "leads are pending and nobody goes on")

    def _break(self, invariant: str, message: str) -> None:
        if invariant in self._looking_for:
            raise BrokenPromise(invariant, message)


def _with(state: State, seat: int, process: Process) -> State:
    other = state.processes[1 - seat]
    return state._replace(processes=(process, other) if seat == 0 else (other, process))


def _idle_again(process: Process) -> Process:
    return Process(life=process.life, view=process.view)


def _claimed(seat: int, process: Process) -> Slot:
    return Slot(seat, process.life, process.leads, process.made, process.read)


def _brought(seat: int, number: int, leads: tuple[int, ...]) -> set[tuple[int, int, int]]:
    return {(lead, seat, number) for lead in leads}


def _answering(process: Process, kind: str) -> Process:
    return Process("answering", process.life, process.view, process.number, kind=kind, answered=0)


def _path(state: State, came_from: dict[State, tuple[State, str] | None]) -> tuple[str, ...]:
    labels: list[str] = []
    while (step := came_from[state]) is not None:
        state, label = step
        labels.append(label)
    return tuple(reversed(labels))
