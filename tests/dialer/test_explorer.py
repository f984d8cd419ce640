"""The protocol, exhaustively: every interleaving of two senders, and faults that must be noticed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from dialer import ledger, slots
from dialer.clock import Instant
from dialer.knowledge import Knowledge, Standing
from dialer.slot_format import answer_name, claim_name, slot_of
from dialer.slots import Answer, Claim, Sender, Sight, Step, Tail, not_sent
from dialer.verdicts import AnswerKind, Verdict
from tests.dialer.explorer import INVARIANTS, explore
from tests.dialer.explorer_parts import Scenario, Seat

_THREE_DAYS_SECS = 3 * 24 * 3600
_EAST = Seat("a", "east", 0, None, (1, 2))
_WEST = Seat("b", "west", _THREE_DAYS_SECS, None, (1, 2))
_SAME_BOOT = (replace(_EAST, lock="8:41"), replace(_WEST, boot="east", clock_secs=0, lock="8:42"))
_SAME_RUN = replace(_WEST, run="a")

Fault = Callable[[pytest.MonkeyPatch], None]


def _one_lead(seats: tuple[Seat, Seat]) -> tuple[Seat, Seat]:
    return replace(seats[0], leads=(1,)), seats[1]


THREE_SLOTS = Scenario((_EAST, _WEST))
A_CRASH = Scenario((replace(_EAST, leads=(1,)), replace(_WEST, leads=(1,))), crashes=1)
SCENARIOS = {
    "three slots and pauses": THREE_SLOTS,
    "three slots, pauses, and a crash": A_CRASH,
    "a crash of the whole machine": Scenario(
        _one_lead((_EAST, _WEST)), slots=2, crashes=1, reboots=True
    ),
    "two outputs on one machine, a crash": Scenario(_one_lead(_SAME_BOOT), slots=2, crashes=1),
    "a store that lies, a dialer that refuses": Scenario(
        _one_lead((_EAST, _WEST)), slots=2, lies=1, omissions=1, refusals=1
    ),
    "two leads a request, an older view allowed": Scenario((_EAST, _WEST), limit=2, stale=1),
    "one run on two machines with the same lock's number": Scenario(
        (replace(_EAST, lock="8:41"), replace(_SAME_RUN, lock="8:41")), slots=2
    ),
    "one run on one machine, its lock file replaced": Scenario(
        (_SAME_BOOT[0], replace(_SAME_BOOT[1], run="a")), slots=2
    ),
}
TWO_SLOTS = replace(THREE_SLOTS, slots=2)
EVERYTHING = Scenario((_EAST, _WEST), crashes=1)


def _set_times(patch: pytest.MonkeyPatch, scenario: Scenario) -> None:
    """Give the real functions the scenario's whole seconds; the circuit never waits beyond the gap."""
    patch.setattr(slots, "SEND_WINDOW_SECS", float(scenario.window))
    patch.setattr(slots, "STALE_VIEW_SECS", float(scenario.stale))
    patch.setattr(slots, "_CIRCUIT_GAPS", 1)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_promise_holds_in_every_state(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _set_times(monkeypatch, SCENARIOS[name])
    finding = explore(SCENARIOS[name], most=1_000_000)
    assert not finding.broken, finding.path
    assert finding.states < 1_000_000, "not all states were visited"
    if SCENARIOS[name] in (THREE_SLOTS, A_CRASH):
        assert finding.states >= 100_000


@pytest.mark.race
def test_the_promise_holds_in_every_state_of_three_slots_two_leads_and_a_crash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _set_times(monkeypatch, EVERYTHING)
    finding = explore(EVERYTHING, most=5_000_000)
    assert not finding.broken, finding.path
    assert 1_000_000 < finding.states < 5_000_000


# Seeded faults: each takes one real function's place


def _no_gap(patch: pytest.MonkeyPatch) -> None:
    def opens_at_once(*_: object) -> float:
        return 0.0

    patch.setattr(slots, "opens_in_secs", opens_at_once)


def _token_not_compared(patch: pytest.MonkeyPatch) -> None:
    def anybodys(claim: Claim, found: Claim) -> bool:
        return claim.slot == found.slot

    patch.setattr(ledger, "is_ours", anybodys)


def _no_window(patch: pytest.MonkeyPatch) -> None:
    def whenever(*_: object) -> bool:
        return True

    patch.setattr(slots, "may_send", whenever)


def _sends_after_send_by(patch: pytest.MonkeyPatch) -> None:
    def a_second_more(claim: Claim, now: Instant) -> bool:
        return now.boot_secs <= claim.send_by.boot_secs + 1

    patch.setattr(slots, "may_send", a_second_more)


def _clocks_compared(patch: pytest.MonkeyPatch) -> None:
    def by_any_clock(self: Sight, now: Instant) -> float:
        return now.boot_secs - self.stamp.boot_secs

    patch.setattr(Sight, "age_secs", by_any_clock)


def _wall_clocks_compared(patch: pytest.MonkeyPatch) -> None:
    def by_the_wall(self: Sight, now: Instant) -> float:
        return now.wall_secs - self.stamp.wall_secs

    patch.setattr(Sight, "age_secs", by_the_wall)


def _hole_ignored(patch: pytest.MonkeyPatch) -> None:
    def read_what_is_there(self: ledger.Ledger) -> None:
        listed = self._store.list_after("")
        for slot in sorted({found[0] for name in listed if (found := slot_of(name))}):
            if slot <= self.tail.last_slot or claim_name(slot) not in listed:
                continue
            claim = self._claim_of(slot)
            is_last = not any(name > f"{slot + 1:09d}" for name in listed)
            if answer_name(slot) in listed:
                answer = self._answer_of(slot)
                tail = replace(self.tail, open_claim=None).with_claim(claim, 0.0)
                self.tail = tail.with_answer(answer, self._clock.now().boot_secs)
                self.knowledge.record(claim, answer)
            elif is_last and self.tail.open_claim is None:
                self.tail = self.tail.with_claim(claim, self._clock.now().boot_secs)

    patch.setattr(ledger.Ledger, "_read_new", read_what_is_there)


def _takes_over_early(patch: pytest.MonkeyPatch) -> None:
    real = slots.next_step

    def without_the_senders_time(tail: Tail, now: Instant, sender: Sender, gap: float) -> Step:
        if tail.open_claim is not None:
            claim, sight = tail.open_claim
            tail = replace(tail, open_claim=(replace(claim, timeout_secs=0.0), sight))
        return real(tail, now, sender, gap)

    patch.setattr(slots, "next_step", without_the_senders_time)


def _takes_over_as_not_sent(patch: pytest.MonkeyPatch) -> None:
    def freed(claim: Claim, now: Instant, sender: Sender) -> Answer:
        return not_sent(claim, "", now, sender)

    patch.setattr(slots, "taken_over", freed)


def _take_over_stamped_with_the_claims_time(patch: pytest.MonkeyPatch) -> None:
    real = slots.taken_over

    def backdated(claim: Claim, now: Instant, sender: Sender) -> Answer:
        return replace(real(claim, now, sender), answered=claim.made)

    patch.setattr(slots, "taken_over", backdated)


def _claims_on_a_stale_view(patch: pytest.MonkeyPatch) -> None:
    def always_fresh(*_: object) -> bool:
        return True

    patch.setattr(slots, "is_fresh", always_fresh)


def _gap_from_the_claim(patch: pytest.MonkeyPatch) -> None:
    real = Tail.with_answer

    def counted_from_the_claim(self: Tail, answer: Answer, first_seen: float) -> Tail:
        assert self.open_claim is not None
        return real(self, replace(answer, answered=self.open_claim[0].made), first_seen)

    patch.setattr(Tail, "with_answer", counted_from_the_claim)


def _not_sent_counts_as_unknown(patch: pytest.MonkeyPatch) -> None:
    real = Knowledge.record

    def as_if_sent(self: Knowledge, claim: Claim, answer: Answer) -> None:
        sent = replace(answer, kind=AnswerKind.NO_ANSWER)
        real(self, claim, sent if answer.kind is AnswerKind.NOT_SENT else answer)

    patch.setattr(Knowledge, "record", as_if_sent)


def _dedupe_forgotten(patch: pytest.MonkeyPatch) -> None:
    def never_seen(*_: object) -> Standing:
        return Standing(None, None, 0)

    patch.setattr(Knowledge, "standing", never_seen)


def _other_runs_ignored(patch: pytest.MonkeyPatch) -> None:
    real = Knowledge.standing

    def own_only(self: Knowledge, campaign: str, phone: str) -> Standing:
        return replace(real(self, campaign, phone), other=None)

    patch.setattr(Knowledge, "standing", own_only)


def _unknown_ignored(patch: pytest.MonkeyPatch) -> None:
    real = Knowledge.verdicts

    def free_again(self: Knowledge, claim: Claim, answer: Answer) -> tuple[Verdict, ...] | None:
        is_unknown = answer.kind is AnswerKind.NO_ANSWER
        return None if is_unknown else real(self, claim, answer)

    patch.setattr(Knowledge, "verdicts", free_again)


def _window_from_the_claim(patch: pytest.MonkeyPatch) -> None:
    real = slots.make_claim

    def counted_from_now(**parts: object) -> Claim:
        claim = real(**parts)  # type: ignore[arg-type]
        return replace(claim, send_by=claim.made.later(slots.SEND_WINDOW_SECS))

    patch.setattr(slots, "make_claim", counted_from_now)


def _proof_of_death_without_the_boot(patch: pytest.MonkeyPatch) -> None:
    def same_lock(claim: Claim, _: Instant, sender: Sender) -> bool:
        return claim.lock == sender.lock and claim.sender != sender.name

    patch.setattr(slots, "is_proven_dead", same_lock)


def _proof_of_death_without_the_lock(patch: pytest.MonkeyPatch) -> None:
    def same_run(claim: Claim, now: Instant, sender: Sender) -> bool:
        is_same = claim.run == sender.run and claim.made.boot_id == now.boot_id
        return is_same and claim.sender != sender.name

    patch.setattr(slots, "is_proven_dead", same_run)


def _failed_take_over_is_waited_for(patch: pytest.MonkeyPatch) -> None:
    real = slots.next_step

    def nobody_takes_over(tail: Tail, now: Instant, sender: Sender, gap: float) -> Step:
        step = real(tail, now, sender, gap)
        return slots.Wait(1.0) if isinstance(step, slots.TakeOver) else step

    patch.setattr(slots, "next_step", nobody_takes_over)


@dataclass(frozen=True, slots=True)
class Seeded:
    """A fault, the scenario that shows it, and the invariant that it breaks."""

    fault: Fault
    breaks: str
    scenario: Scenario = TWO_SLOTS


SEEDED = [
    Seeded(_no_gap, "gap"),
    Seeded(_token_not_compared, "gap"),
    Seeded(_token_not_compared, "twice"),
    Seeded(_no_window, "window"),
    Seeded(_no_window, "gap"),
    Seeded(_sends_after_send_by, "window"),
    Seeded(_sends_after_send_by, "gap"),
    Seeded(_clocks_compared, "gap"),
    Seeded(_wall_clocks_compared, "gap"),
    Seeded(
        _hole_ignored,
        "twice",
        Scenario((replace(_EAST, leads=(1, 2)), replace(_WEST, leads=(1,))), omissions=1),
    ),
    Seeded(_takes_over_early, "gap"),
    Seeded(_takes_over_as_not_sent, "twice"),
    Seeded(
        _take_over_stamped_with_the_claims_time,
        "gap",
        Scenario(_SAME_BOOT, slots=2, keeps_old_stamps=True),
    ),
    Seeded(_claims_on_a_stale_view, "fresh"),
    Seeded(_gap_from_the_claim, "gap", Scenario(_SAME_BOOT, slots=2, keeps_old_stamps=True)),
    Seeded(_not_sent_counts_as_unknown, "honest"),
    Seeded(_dedupe_forgotten, "twice"),
    Seeded(_other_runs_ignored, "twice"),
    Seeded(_unknown_ignored, "twice"),
    Seeded(_window_from_the_claim, "window", Scenario((_EAST, _WEST), slots=1, stale=1)),
    Seeded(
        _proof_of_death_without_the_boot,
        "gap",
        SCENARIOS["one run on two machines with the same lock's number"],
    ),
    Seeded(
        _proof_of_death_without_the_lock,
        "gap",
        SCENARIOS["one run on one machine, its lock file replaced"],
    ),
    Seeded(
        _failed_take_over_is_waited_for, "stuck", Scenario(_one_lead((_EAST, _WEST)), crashes=1)
    ),
]


@pytest.mark.parametrize(
    "seeded", SEEDED, ids=[f"{seeded.fault.__name__[1:]}-{seeded.breaks}" for seeded in SEEDED]
)
def test_a_seeded_fault_is_noticed(seeded: Seeded, monkeypatch: pytest.MonkeyPatch) -> None:
    _set_times(monkeypatch, seeded.scenario)
    seeded.fault(monkeypatch)
    finding = explore(seeded.scenario, most=400_000, looking_for=[seeded.breaks])
    assert finding.broken == seeded.breaks
    assert finding.path


def test_the_seeded_faults_break_every_kind_of_promise() -> None:
    unbroken = {"not_sent", "once"}  # the world itself holds these: they guard the explorer
    assert {seeded.breaks for seeded in SEEDED} == set(INVARIANTS) - unbroken
