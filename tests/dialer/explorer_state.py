"""The states that the explorer walks through, and how they change when a second passes.

A state holds ages in whole seconds, and an age stops growing where nothing tells a difference any
more, so that the states are finite.
"""

from typing import NamedTuple

from tests.dialer.explorer_parts import Scenario, Slot, Slots, View

NO_VIEW = View()
_NOTHING_SENT = ("", "not_sent")


class Process(NamedTuple):
    """One sender's memory.

    `at` is where it stands: idle (waiting by its view), noted (it noted the time of its reading),
    composed, claiming (its claim is made), held (the slot is its own), sent, arrived or refused (its
    request is with the dialer, which took it or did not), answering, done.
    """

    at: str = "idle"
    life: int = 0
    view: View = NO_VIEW
    number: int = 0
    leads: tuple[int, ...] = ()
    made: int = -1
    read: int = -1
    sent: int = -1
    kind: str = ""
    answered: int = -1


class State(NamedTuple):
    """The world at one moment.

    Attributes:
        slots: the ledger.
        processes: the two senders.
        quiet: seconds since the last arrival at the dialer; -1: there was none.
        landed: whether the request of the slot without an answer arrived.
        taken: the leads that the dialer took, or may have taken (nobody had its answer), each with
            the seat and the slot that brought it.
        crashes, lies, omissions, refusals: how many of them may still happen.
    """

    slots: Slots
    processes: tuple[Process, Process]
    quiet: int
    landed: bool
    taken: frozenset[tuple[int, int, int]]
    crashes: int
    lies: int
    omissions: int
    refusals: int


class Ages:
    """How a scenario's states grow older."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._older_slots: dict[Slots, Slots] = {}
        self._older_processes: dict[Process, Process] = {}
        self._cleaned: dict[tuple[Slots, int], Slots] = {}

    def later(self, state: State) -> State:
        """A second later: every age grows, up to where nothing tells a difference any more."""
        slots, (first, second) = state.slots, state.processes
        if slots not in self._older_slots:
            self._older_slots[slots] = self._age_slots(slots)
        for process in (first, second):
            if process not in self._older_processes:
                self._older_processes[process] = self._age_process(process)
        return State(
            self._older_slots[slots],
            (self._older_processes[first], self._older_processes[second]),
            _older(state.quiet, self.scenario.gap),
            *state[3:],
        )

    def _age_slots(self, slots: Slots) -> Slots:
        at = self.scenario
        return tuple(
            slot._replace(
                made=_older(slot.made, at.window + at.timeout + 1),
                read=_older(slot.read, at.window + 1),
                answered=_older(slot.answered, at.longest_wait),
            )
            for slot in slots
        )

    def _age_process(self, process: Process) -> Process:
        at, view = self.scenario, process.view
        is_composing = process.at in ("noted", "composed")
        return process._replace(
            view=View(
                view.full,
                _older(view.answer_seen, at.longest_wait),
                _older(view.claim_seen, at.window + at.timeout),
            ),
            made=_older(process.made, at.window + at.timeout + 1),
            read=_older(process.read, at.stale + 1 if is_composing else at.window + 1),
            sent=_older(process.sent, at.timeout + 1),
            answered=_older(process.answered, at.longest_wait),
        )

    def without_old_stamps(self, slots: Slots, used: int = 0) -> Slots:
        """Forget the ages that no real function reads any more, so that fewer states differ.

        These are the ages of answered claims, of all answers but the last of a sent request, and of
        the reading behind the claim of slot `used`, whose sender has had its last look.
        """
        if self.scenario.keeps_old_stamps:
            return slots
        if (slots, used) not in self._cleaned:
            last = max(
                (n for n, slot in enumerate(slots) if slot.kind not in _NOTHING_SENT), default=-1
            )
            self._cleaned[slots, used] = tuple(
                self._clean(slot, is_last=number == last, is_used=number + 1 == used)
                for number, slot in enumerate(slots)
            )
        return self._cleaned[slots, used]

    def _clean(self, slot: Slot, *, is_last: bool, is_used: bool) -> Slot:
        at = self.scenario
        if not slot.kind:
            return slot._replace(read=at.window + 1) if is_used else slot
        return slot._replace(
            made=at.window + at.timeout + 1,
            read=at.window + 1,
            answered=slot.answered if is_last else at.longest_wait,
        )


def _older(age: int, longest: int) -> int:
    """The age a second later; -1 stands for none."""
    return age if age < 0 else min(age + 1, longest)
