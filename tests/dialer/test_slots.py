from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer import slots
from dialer.clock import Instant
from dialer.slots import (
    Answer,
    Claim,
    ClaimedLead,
    Open,
    Sender,
    Sight,
    Tail,
    TakeOver,
    Wait,
    backoff_secs,
    is_fresh,
    is_ours,
    is_proven_dead,
    is_silent,
    make_claim,
    may_send,
    next_step,
    not_sent,
    opens_in_secs,
    row_limit,
    taken_over,
    unanswered,
)
from dialer.verdicts import AnswerKind, Verdict, VerdictStatus
from schemas.outcome import Source

NOW = Instant("here", 1000.0, 1.8e9)
ME = Sender("me", "run-1", None)
OTHER = Sender("other", "run-1", None)
GAP = 30.0
TIMEOUT = 60.0


def claim_at(made: Instant, *, slot: int = 1, sender: Sender = OTHER) -> Claim:
    return make_claim(
        slot=slot,
        token="token",
        sender=sender,
        campaign="sales",
        leads=[ClaimedLead("9876512345", Source.of_record("leads.csv", 1))],
        lists="",
        timeout_secs=TIMEOUT,
        read_at=made,
        now=made,
    )


def answer_at(
    answered: Instant, *, slot: int = 1, kind: AnswerKind = AnswerKind.ROWS, retry: float = 0.0
) -> Answer:
    verdicts = (Verdict(VerdictStatus.DELIVERED, "ok", ""),) * (kind is AnswerKind.ROWS)
    return Answer(slot, kind, verdicts, retry, "", None, answered, "other")


def tail_of(*answers: Answer, seen: float = 1000.0) -> Tail:
    tail = Tail()
    for answer in answers:
        tail = tail.with_claim(claim_at(answer.answered, slot=answer.slot), seen)
        tail = tail.with_answer(answer, seen)
    return tail


# The gate


def test_the_gate_of_an_empty_ledger_is_open() -> None:
    assert next_step(Tail(), NOW, ME, GAP) == Open(1)


@pytest.mark.parametrize("age", [0.0, 10.0, 29.75])
def test_the_gate_opens_the_gap_after_the_last_answer(age: float) -> None:
    tail = tail_of(answer_at(NOW.later(-age)))
    assert next_step(tail, NOW, ME, GAP) == Wait(GAP - age)
    assert next_step(tail, NOW.later(GAP - age), ME, GAP) == Open(2)


def test_the_gate_counts_from_the_answer_and_not_from_the_claim() -> None:
    tail = Tail().with_claim(claim_at(NOW.later(-50)), 0.0).with_answer(answer_at(NOW), 0.0)
    assert next_step(tail, NOW, ME, GAP) == Wait(GAP)


def test_the_gate_looks_past_a_slot_that_was_not_sent() -> None:
    sent = answer_at(NOW.later(-20), retry=45.0)
    unsent = not_sent(claim_at(NOW, slot=2), "too late", NOW, ME)
    tail = tail_of(sent, unsent)
    assert next_step(tail, NOW, ME, GAP) == Wait(25.0)
    assert next_step(tail, NOW.later(25), ME, GAP) == Open(3)
    only_unsent = tail_of(replace(unsent, slot=1))
    assert next_step(only_unsent, NOW, ME, GAP) == Open(2)


@pytest.mark.parametrize(("asked", "waits"), [(5.0, 30.0), (90.0, 90.0), (3600.0, 3600.0)])
def test_the_longer_of_gap_and_retry_after_counts(asked: float, waits: float) -> None:
    answer = answer_at(NOW, kind=AnswerKind.TOO_SOON, retry=asked)
    assert opens_in_secs(tail_of(answer), NOW, GAP) == waits


def test_the_circuit_waits_longer_after_each_silence_and_closes_with_an_answer() -> None:
    answers = [answer_at(NOW, slot=slot, kind=AnswerKind.NO_ANSWER) for slot in (1, 2, 3, 4, 5)]
    waits = [opens_in_secs(tail_of(*answers[:count]), NOW, GAP) for count in range(1, 6)]
    assert waits == [60, 120, 240, 300, 300]
    assert row_limit(tail_of(*answers), 200) == 1
    back = tail_of(*answers, answer_at(NOW, slot=6, kind=AnswerKind.TOO_SOON))
    assert opens_in_secs(back, NOW, GAP) == GAP
    assert row_limit(back, 200) == 200


def test_slots_that_were_not_sent_do_not_close_the_circuit() -> None:
    silent = answer_at(NOW, kind=AnswerKind.NO_ANSWER)
    tail = tail_of(silent, answer_at(NOW, slot=2, kind=AnswerKind.NOT_SENT))
    assert row_limit(tail, 200) == 1
    assert opens_in_secs(tail, NOW, GAP) == 60


@given(gap=st.floats(0.01, 4000), failures=st.integers(0, 10_000))
def test_a_back_off_is_never_below_the_gap_and_never_beyond_its_bound(
    gap: float, failures: int
) -> None:
    waits = backoff_secs(gap, failures)
    assert gap <= waits <= max(gap, min(20 * gap, 300))
    assert waits <= backoff_secs(gap, failures + 1)


def test_rows_without_a_single_verdict_are_a_silence() -> None:
    none = Verdict(VerdictStatus.UNKNOWN, "no_answer_row", "")
    some = Verdict(VerdictStatus.FAILED, "dialer_refused", "")
    answer = answer_at(NOW)
    assert is_silent(replace(answer, verdicts=(none, none)))
    assert not is_silent(replace(answer, verdicts=(none, some)))


# Another's claim


def test_an_open_claim_is_waited_for_as_long_as_its_request_may_arrive() -> None:
    tail = Tail().with_claim(claim_at(NOW), 1000.0)
    assert next_step(tail, NOW, ME, GAP) == Wait(5.0 + TIMEOUT)
    assert next_step(tail, NOW.later(64.75), ME, GAP) == Wait(0.25)
    assert next_step(tail, NOW.later(65), ME, GAP) == TakeOver(claim_at(NOW))


def test_the_sender_s_own_time_limit_counts_and_not_the_waiter_s() -> None:
    claim = replace(claim_at(NOW), timeout_secs=600.0)
    assert next_step(Tail().with_claim(claim, 1000.0), NOW.later(100), ME, GAP) == Wait(505.0)


def test_no_request_can_arrive_after_its_claim_may_be_taken_over() -> None:
    claim = make_claim(
        slot=1,
        token="t",
        sender=OTHER,
        campaign="sales",
        leads=[],
        lists="",
        timeout_secs=TIMEOUT,
        read_at=NOW,
        now=NOW.later(2.0),
    )
    last_look = claim.send_by
    assert may_send(claim, last_look)
    tail = Tail().with_claim(claim, last_look.boot_secs)
    step = next_step(tail, last_look.later(TIMEOUT), ME, GAP)
    assert isinstance(step, Wait)
    assert step.secs > 0


def test_a_claim_taken_over_is_stamped_with_the_clock_of_who_takes_it_over() -> None:
    later = Instant("there", 7.0, 1.9e9)
    answer = taken_over(claim_at(NOW), later, ME)
    assert (answer.kind, answer.answered, answer.writer) == (AnswerKind.NO_ANSWER, later, "me")
    assert unanswered(claim_at(NOW), "words", later, ME).kind is AnswerKind.NO_ANSWER


# Proof of death


LOCKED = Sender("first", "run-1", "8:42")


@pytest.mark.parametrize(
    ("sender", "now", "is_dead"),
    [
        (Sender("second", "run-1", "8:42"), NOW, True),
        (LOCKED, NOW, False),
        (Sender("second", "run-2", "8:42"), NOW, False),
        (Sender("second", "run-1", "8:43"), NOW, False),
        (Sender("second", "run-1", None), NOW, False),
        (Sender("second", "run-1", "8:42"), replace(NOW, boot_id="there"), False),
        (Sender("second", "run-1", "8:42"), replace(NOW, boot_id=None), False),
    ],
    ids=["its lock is ours", "itself", "run", "lock", "no lock", "boot", "no boot"],
)
def test_only_its_own_lock_now_held_on_the_same_boot_proves_a_sender_dead(
    sender: Sender,
    now: Instant,
    is_dead: bool,
) -> None:
    assert is_proven_dead(claim_at(NOW, sender=LOCKED), now, sender) is is_dead


def test_nothing_is_proven_without_a_lock_or_a_boot_s_name() -> None:
    second = Sender("second", "run-1", None)
    assert not is_proven_dead(claim_at(NOW, sender=replace(LOCKED, lock=None)), NOW, second)
    nameless = replace(NOW, boot_id=None)
    assert not is_proven_dead(
        claim_at(nameless, sender=LOCKED), nameless, replace(second, lock="8:42")
    )


def test_a_sender_proven_dead_is_not_waited_for() -> None:
    claim = claim_at(NOW, sender=LOCKED)
    second = Sender("second", "run-1", "8:42")
    assert next_step(Tail().with_claim(claim, 1000.0), NOW, second, GAP) == TakeOver(claim)


# Clocks


@given(
    stamp_boot=st.none() | st.sampled_from(["here", "there"]),
    now_boot=st.none() | st.sampled_from(["here", "there"]),
    stamp_secs=st.floats(0, 1e6),
    seen_secs=st.floats(0, 1e6),
    since_secs=st.floats(0, 1e6),
    offset=st.floats(-1e6, 1e6),
)
def test_an_age_is_never_overstated(
    stamp_boot: str | None,
    now_boot: str | None,
    stamp_secs: float,
    seen_secs: float,
    since_secs: float,
    offset: float,
) -> None:
    now = Instant(now_boot, seen_secs + since_secs, 5.0)
    same = stamp_boot is not None and stamp_boot == now_boot
    stamped = Instant(stamp_boot, seen_secs - stamp_secs if same else stamp_secs + offset, 9e9)
    age = Sight(stamped, seen_secs).age_secs(now)
    truth = now.boot_secs - stamped.boot_secs if same else now.boot_secs - seen_secs
    assert age == truth


def test_a_stamp_from_one_s_own_future_counts_from_its_first_sight() -> None:
    sight = Sight(NOW.later(100), first_seen_boot_secs=990.0)
    assert sight.age_secs(NOW) == 10.0


def test_a_start_on_another_boot_costs_one_gap_however_old_the_ledger_says_it_is() -> None:
    tail = tail_of(answer_at(Instant("before", 10.0, 1.0)), seen=1000.0)
    assert next_step(tail, NOW, ME, GAP) == Wait(GAP)


@pytest.mark.parametrize(
    ("now", "may"),
    [
        (NOW.later(5.0), True),
        (NOW.later(5.001), False),
        (replace(NOW, boot_secs=1005.001), False),
        (replace(NOW, wall_secs=1.8e9 + 5.001), False),
        (replace(NOW, wall_secs=1.0), True),
        (replace(NOW, boot_id="there"), False),
        (replace(NOW, boot_id=None), False),
    ],
    ids=["on time", "late", "late by boot", "late by wall", "wall set back", "boot", "no boot"],
)
def test_the_last_look_asks_both_clocks(now: Instant, may: bool) -> None:
    assert may_send(claim_at(NOW), now) is may


def test_the_time_to_send_counts_from_the_reading() -> None:
    claim = make_claim(
        slot=1,
        token="t",
        sender=ME,
        campaign="sales",
        leads=[],
        lists="",
        timeout_secs=TIMEOUT,
        read_at=NOW,
        now=NOW.later(2),
    )
    assert claim.send_by == NOW.later(slots.SEND_WINDOW_SECS)
    assert claim.made == NOW.later(2)


def test_a_view_is_fresh_for_two_seconds() -> None:
    assert is_fresh(NOW, NOW.later(2.0))
    assert not is_fresh(NOW, NOW.later(2.1))


def test_a_claim_is_ours_by_its_token_alone() -> None:
    claim = claim_at(NOW)
    assert is_ours(claim, replace(claim, sender="renamed"))
    assert not is_ours(claim, replace(claim, token="another"))
