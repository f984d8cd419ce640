from collections.abc import Callable
from dataclasses import replace

import pytest

from dialer.clock import ManualClock
from dialer.ledger import Account, ClaimNotDurable, Ledger, LedgerError, WrongLedger
from dialer.memory_store import MemoryStore
from dialer.slot_format import answer_name, claim_name, encode_answer, encode_claim
from dialer.slots import Answer, Claim, ClaimedLead, Sender, make_claim, not_sent, taken_over
from dialer.store import NotDurable, ObjectExists, ObjectMissing, OutcomeUncertain, StoreError
from dialer.verdicts import AnswerKind, Verdict, VerdictStatus
from schemas.outcome import Source

OK = Verdict(VerdictStatus.DELIVERED, "ok", "")
ACCOUNT = Account("v1", "dialer.example", "/bulk", 30.0)
ME = Sender("me", "run-1", None)


def claim_of(
    slot: int, *, token: str = "mine", run: str = "run-1", clock: ManualClock | None = None
) -> Claim:
    now = (clock or ManualClock()).now()
    return make_claim(
        slot=slot,
        token=token,
        sender=replace(ME, run=run),
        campaign="sales",
        leads=[ClaimedLead(f"98{slot:08d}", Source.of_record("leads.csv", slot))],
        lists="",
        timeout_secs=60.0,
        read_at=now,
        now=now,
    )


def answer_of(slot: int, *verdicts: Verdict) -> Answer:
    now = ManualClock().now()
    return Answer(slot, AnswerKind.ROWS, verdicts or (OK,), 0.0, "", None, now, "me")


def ledger_of(store: MemoryStore, clock: ManualClock | None = None) -> Ledger:
    return Ledger(store, run="run-1", clock=clock or ManualClock())


def filled(slots: int) -> MemoryStore:
    """A store with so many full slots."""
    store = MemoryStore()
    for slot in range(1, slots + 1):
        store.objects[claim_name(slot)] = encode_claim(claim_of(slot))
        store.objects[answer_name(slot)] = encode_answer(answer_of(slot))
    return store


# Reading


def test_a_ledger_with_slots_that_has_lost_its_account_is_not_bound_to_another() -> None:
    store = MemoryStore()
    store.put_new(claim_name(1), b"whatever it holds")
    ledger = Ledger(store, run="run-1", clock=ManualClock())
    with pytest.raises(LedgerError, match=r"ledger\.json"):
        ledger.open_account(Account("v1", "dialer.example", "/x", 30.0))
    assert "ledger.json" not in store.objects


def test_an_empty_ledger_has_no_slots() -> None:
    ledger = ledger_of(MemoryStore())
    ledger.refresh()
    assert ledger.tail.last_slot == 0
    assert ledger.tail.open_claim is None


def test_what_is_new_is_read_after_what_is_known() -> None:
    store = filled(2)
    ledger = ledger_of(store)
    ledger.refresh()
    assert ledger.tail.last_slot == 2
    store.put_new(claim_name(3), encode_claim(claim_of(3)))
    ledger.refresh()
    assert ledger.tail.with_claim(claim_of(3), 1000.0) == ledger.tail
    store.put_new(answer_name(3), encode_answer(answer_of(3)))
    ledger.refresh()
    assert ledger.tail.last_slot == 3
    assert ledger.knowledge.requests_sent == 3


def test_names_that_are_no_slots_are_ignored() -> None:
    store = filled(1)
    store.objects |= {"ledger.json": b"", "000000009.9-note": b"", "seg-000000004": b"", "~": b""}
    ledger = ledger_of(store)
    ledger.refresh()
    assert ledger.tail.last_slot == 1


def test_the_time_of_reading_is_noted_before_the_ledger_is_listed() -> None:
    clock = ManualClock()

    class SlowListing(MemoryStore):
        def list_after(self, name: str) -> list[str]:
            clock.advance(3)
            return super().list_after(name)

    ledger = ledger_of(SlowListing(), clock)
    before = clock.now()
    ledger.refresh()
    assert ledger.read_at == before


def test_each_object_is_first_seen_when_it_is_read_and_never_again() -> None:
    store, clock = filled(0), ManualClock()
    store.objects[claim_name(1)] = encode_claim(claim_of(1))
    ledger = ledger_of(store, clock)
    ledger.refresh()
    clock.advance(10)
    ledger.refresh()
    assert ledger.tail.open_claim is not None
    assert ledger.tail.open_claim[1].first_seen_boot_secs == 1000.0


@pytest.mark.parametrize("missing", [claim_name(2), answer_name(2), claim_name(3)])
def test_a_hole_that_stays_for_a_minute_stops_and_is_named(missing: str) -> None:
    store, clock = filled(3), ManualClock()
    del store.objects[missing]
    ledger = ledger_of(store, clock)
    with pytest.raises(LedgerError, match=missing):
        ledger.refresh()
    assert sum(clock.slept_secs) == pytest.approx(60, abs=2)


def test_a_hole_that_closes_costs_only_the_wait() -> None:
    store = filled(3)
    late = store.objects.pop(answer_name(2))

    class Patience(ManualClock):
        def sleep(self, secs: float) -> None:
            super().sleep(secs)
            if len(self.slept_secs) == 5:
                store.objects[answer_name(2)] = late

    clock = Patience()
    ledger = ledger_of(store, clock)
    ledger.refresh()
    assert ledger.tail.last_slot == 3
    assert ledger.knowledge.requests_sent == 3
    assert len(clock.slept_secs) == 5


@pytest.mark.parametrize(
    "vanished",
    [[claim_name(3)], [answer_name(3)], [claim_name(3), answer_name(3)]],
    ids=["claim", "answer", "both"],
)
def test_the_end_of_the_ledger_must_not_go_once_it_was_seen(vanished: list[str]) -> None:
    store = filled(3)
    ledger = ledger_of(store)
    ledger.refresh()
    for name in vanished:
        del store.objects[name]
    with pytest.raises(LedgerError, match=vanished[0]):
        ledger.refresh()


def test_a_listing_that_lacks_the_end_for_a_while_costs_only_the_wait() -> None:
    store = filled(3)
    whole = dict(store.objects)

    class Patience(ManualClock):
        def sleep(self, secs: float) -> None:
            super().sleep(secs)
            store.objects.update(whole)

    ledger = ledger_of(store, Patience())
    ledger.refresh()
    del store.objects[claim_name(3)], store.objects[answer_name(3)]
    ledger.refresh()
    assert ledger.tail.last_slot == 3
    assert ledger.knowledge.requests_sent == 3


def test_an_open_claim_that_vanishes_is_a_hole() -> None:
    store = filled(1)
    store.objects[claim_name(2)] = encode_claim(claim_of(2))
    ledger = ledger_of(store)
    ledger.refresh()
    del store.objects[claim_name(2)]
    with pytest.raises(LedgerError, match=claim_name(2)):
        ledger.refresh()


def test_a_listed_object_that_cannot_be_had_is_a_hole() -> None:
    class Forgetful(MemoryStore):
        def get(self, name: str) -> bytes:
            if name == answer_name(1):
                raise ObjectMissing(name)
            return super().get(name)

    store = Forgetful()
    store.objects = filled(2).objects
    with pytest.raises(LedgerError, match=answer_name(1)):
        ledger_of(store).refresh()


def _cut(data: bytes) -> bytes:
    return data[:-9]


def _zeroed(data: bytes) -> bytes:
    return bytes(len(data))


def _emptied(data: bytes) -> bytes:
    return data[:0]


@pytest.mark.parametrize("damage", [_cut, _zeroed, _emptied])
@pytest.mark.parametrize("name", [claim_name(2), answer_name(2)])
def test_a_damaged_object_stops_at_once_and_is_named(
    name: str, damage: Callable[[bytes], bytes]
) -> None:
    store, clock = filled(3), ManualClock()
    store.objects[name] = damage(store.objects[name])
    with pytest.raises(LedgerError, match=f"{name} of the ledger is damaged"):
        ledger_of(store, clock).refresh()
    assert clock.slept_secs == []


def test_an_object_under_another_slots_name_is_damaged() -> None:
    for name, data in (
        (claim_name(2), encode_claim(claim_of(3))),
        (answer_name(2), encode_answer(answer_of(3))),
    ):
        store = filled(2)
        store.objects[name] = data
        with pytest.raises(LedgerError, match=name):
            ledger_of(store).refresh()


def test_an_answer_with_other_than_one_verdict_a_lead_is_damaged() -> None:
    store = filled(1)
    store.objects[answer_name(1)] = encode_answer(answer_of(1, OK, OK))
    with pytest.raises(LedgerError, match=answer_name(1)):
        ledger_of(store).refresh()


def test_a_slot_that_was_read_can_be_read_again() -> None:
    ledger = ledger_of(filled(2))
    ledger.refresh()
    assert ledger.slot(2) == (claim_of(2), answer_of(2))


def test_a_slot_that_has_vanished_since_is_named() -> None:
    store = filled(2)
    ledger = ledger_of(store)
    ledger.refresh()
    del store.objects[answer_name(1)]
    with pytest.raises(LedgerError, match=answer_name(1)):
        ledger.slot(1)


def test_leads_of_an_own_claim_under_way_may_have_been_sent() -> None:
    store = filled(1)
    store.objects[claim_name(2)] = encode_claim(claim_of(2))
    ledger = ledger_of(store)
    ledger.refresh()
    assert ledger.may_have_sent("sales", "9800000001")
    assert ledger.may_have_sent("sales", "9800000002")
    assert not ledger.may_have_sent("sales", "9800000003")
    assert not ledger.may_have_sent("service", "9800000002")


def test_another_runs_claim_under_way_is_not_ones_own() -> None:
    store = MemoryStore()
    store.objects[claim_name(1)] = encode_claim(claim_of(1, run="run-2"))
    ledger = ledger_of(store)
    ledger.refresh()
    assert not ledger.may_have_sent("sales", "9800000001")


# Claiming, at a store that tells the truth and at stores that do not


class LyingStore(MemoryStore):
    """Puts once for each reply given, applying the write or not, and reports what it is told to."""

    def __init__(self, *replies: tuple[bool, StoreError | None]) -> None:
        super().__init__()
        self._replies = list(replies)
        self.puts: list[bytes] = []

    def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:
        self.puts.append(data)
        applies, error = self._replies.pop(0) if self._replies else (True, None)
        if applies:
            super().put_new(name, data, spend_reserve=spend_reserve)
        if error is not None:
            raise error


EXISTS, UNCERTAIN = ObjectExists("there"), OutcomeUncertain("the connection broke")


def test_the_first_claim_of_a_slot_wins_and_the_second_does_not() -> None:
    store = MemoryStore()
    assert ledger_of(store).claim(claim_of(1, token="one"))
    assert not ledger_of(store).claim(claim_of(1, token="two"))
    assert store.objects[claim_name(1)] == encode_claim(claim_of(1, token="one"))


@pytest.mark.parametrize(
    "replies",
    [
        [(True, EXISTS)],
        [(True, UNCERTAIN)],
        [(False, UNCERTAIN), (True, None)],
        [(False, EXISTS), (True, None)],
        [(False, UNCERTAIN), (False, EXISTS), (True, UNCERTAIN)],
    ],
    ids=["own write exists", "applied and failed", "lost", "conflict under way", "all of it"],
)
def test_a_claim_is_read_back_and_put_again_until_it_is_known_whose_it_is(
    replies: list[tuple[bool, StoreError | None]],
) -> None:
    store = LyingStore(*replies)
    assert ledger_of(store).claim(claim_of(1))
    assert store.objects[claim_name(1)] == encode_claim(claim_of(1))
    assert set(store.puts) == {encode_claim(claim_of(1))}
    assert len(store.puts) == len(replies)


def test_after_an_uncertain_outcome_anothers_claim_is_recognised() -> None:
    store = LyingStore((False, UNCERTAIN))
    store.objects[claim_name(1)] = encode_claim(claim_of(1, token="theirs"))
    assert not ledger_of(store).claim(claim_of(1))


def test_a_store_that_never_shows_a_claim_stops_the_run() -> None:
    with pytest.raises(LedgerError, match=claim_name(1)):
        ledger_of(LyingStore(*[(False, UNCERTAIN)] * 9)).claim(claim_of(1))


def test_a_claim_that_could_not_be_written_is_no_claim() -> None:
    store = LyingStore((False, StoreError("no room")))
    with pytest.raises(LedgerError, match="no room"):
        ledger_of(store).claim(claim_of(1))
    assert len(store.puts) == 1


def test_a_failed_sync_is_never_cured_by_reading_back() -> None:
    store = LyingStore((True, NotDurable("no sync")))
    with pytest.raises(ClaimNotDurable, match="no sync"):
        ledger_of(store).claim(claim_of(1))
    assert len(store.puts) == 1


# Answering


def test_a_slot_is_answered_once_and_the_first_answer_counts() -> None:
    store = MemoryStore()
    ledger = ledger_of(store)
    claim, now = claim_of(1), ManualClock().now()
    ledger.claim(claim)
    ledger.answer(taken_over(claim, now, Sender("another", "run-2", None)))
    ledger.answer(not_sent(claim, "too late", now, ME))
    ledger.refresh()
    assert ledger.slot(1)[1].kind is AnswerKind.NO_ANSWER
    assert ledger.slot(1)[1].writer == "another"


@pytest.mark.parametrize(
    "replies",
    [[(True, UNCERTAIN)], [(False, UNCERTAIN), (True, None)], [(True, EXISTS)]],
    ids=["applied and failed", "lost", "own write exists"],
)
def test_an_answer_is_put_again_until_the_slot_has_one(
    replies: list[tuple[bool, StoreError | None]],
) -> None:
    store = LyingStore(*replies)
    ledger_of(store).answer(answer_of(1))
    assert store.objects[answer_name(1)] == encode_answer(answer_of(1))


def test_an_answer_may_spend_the_reserve_and_a_claim_may_not() -> None:
    spent: list[tuple[str, bool]] = []

    class Watched(MemoryStore):
        def put_new(self, name: str, data: bytes, *, spend_reserve: bool = False) -> None:
            spent.append((name, spend_reserve))
            super().put_new(name, data, spend_reserve=spend_reserve)

    ledger = ledger_of(Watched())
    ledger.claim(claim_of(1))
    ledger.answer(answer_of(1))
    assert spent == [(claim_name(1), False), (answer_name(1), True)]


@pytest.mark.parametrize("error", [StoreError("no room"), NotDurable("no sync")])
def test_an_answer_that_is_not_there_for_good_stops_the_run(error: StoreError) -> None:
    with pytest.raises(LedgerError, match=str(error)):
        ledger_of(LyingStore((False, error))).answer(answer_of(1))


def test_ones_own_slot_is_taken_in_as_the_ledger_has_it() -> None:
    store = filled(1)
    ledger = ledger_of(store)
    ledger.refresh()
    claim = claim_of(2)
    ledger.claim(claim)
    ledger.answer(taken_over(claim, ManualClock().now(), Sender("another", "run-2", None)))
    ledger.answer(answer_of(2))
    assert ledger.take_in(claim).kind is AnswerKind.NO_ANSWER
    assert ledger.tail.last_slot == 2
    ledger.refresh()
    assert ledger.tail.last_slot == 2


# Whose ledger it is


def test_a_new_ledger_is_bound_to_its_account_and_known_again() -> None:
    store = MemoryStore()
    assert ledger_of(store).open_account(ACCOUNT) == ACCOUNT
    again = ledger_of(store).open_account(replace(ACCOUNT, gap_secs=5.0))
    assert again.gap_secs == 30.0


@pytest.mark.parametrize(
    "other",
    [
        replace(ACCOUNT, dialect="v4"),
        replace(ACCOUNT, host="127.0.0.1:8080"),
        replace(ACCOUNT, path="/other"),
    ],
    ids=["dialect", "host", "path"],
)
def test_the_ledger_of_another_account_is_refused(other: Account) -> None:
    store = MemoryStore()
    ledger_of(store).open_account(ACCOUNT)
    with pytest.raises(WrongLedger, match="--ledger"):
        ledger_of(store).open_account(other)


def test_an_account_that_moves_to_another_version_is_told_what_is_then_not_known() -> None:
    store = MemoryStore()
    ledger_of(store).open_account(ACCOUNT)
    with pytest.raises(WrongLedger) as caught:
        ledger_of(store).open_account(replace(ACCOUNT, dialect="v4", path="/v4", gap_secs=12.0))
    assert "moves to v4 starts a new ledger" in str(caught.value)
    assert "what v1 delivered under this one is then not known" in str(caught.value)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"{}", b'{"dialect":"v1"}', b"7"])
def test_a_damaged_account_is_named(text: bytes) -> None:
    store = MemoryStore()
    store.objects["ledger.json"] = text
    with pytest.raises(LedgerError, match=r"ledger\.json"):
        ledger_of(store).open_account(ACCOUNT)
