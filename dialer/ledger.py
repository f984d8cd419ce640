"""The ledger of one account: numbered slots in a store, read in order, claimed and answered once.

Reading never skips: a slot counts only with its claim and its answer, and only after all before it.
What is missing is read again for a minute; what is damaged stops the run, since what it held cannot
be known. `dialer/slots.py` decides what a reading permits.
"""

import contextlib
from dataclasses import dataclass
from functools import lru_cache

import orjson

from dialer.clock import Clock
from dialer.knowledge import Knowledge
from dialer.slot_format import (
    DamagedObject,
    answer_name,
    claim_name,
    decode_answer,
    decode_claim,
    encode_answer,
    encode_claim,
    last_name,
    slot_of,
)
from dialer.slots import Answer, Claim, Tail, is_ours
from dialer.store import (
    NotDurable,
    ObjectExists,
    ObjectMissing,
    OutcomeUncertain,
    Store,
    StoreError,
)
from dialer.verdicts import AnswerKind

ACCOUNT_NAME = "ledger.json"
_HOLE_PATIENCE_SECS = 60.0
_HOLE_PAUSE_SECS = 1.0
_MOST_READ_BACKS = 5
_CACHED_SLOTS = 256


class LedgerError(Exception):
    """The ledger cannot be used: the run stops, and its message says what to do."""


class ClaimNotDurable(LedgerError):
    """A claim can be seen but may not outlast a power cut: it must be answered `not sent`."""


class WrongLedger(LedgerError):
    """The ledger belongs to another account of the dialer."""


class _Hole(Exception):
    """Something that must be there is not (yet)."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose requests a ledger holds: what may never change under it.

    Attributes:
        dialect: the API's dialect.
        host: host and port of the dialer.
        path: the path that is posted to.
        gap_secs: the least gap between two requests.
    """

    dialect: str
    host: str
    path: str
    gap_secs: float


class Ledger:
    """One process's reading of an account's ledger, and its right to write there."""

    def __init__(self, store: Store, *, run: str, clock: Clock) -> None:
        """Read from and write to `store` on behalf of `run`; nothing is read yet."""
        self._store = store
        self._run = run
        self._clock = clock
        self._claims_seen = 0
        self._answers_seen = 0
        self._start_over()
        self.read_at = clock.now()
        self._cached_slot = lru_cache(_CACHED_SLOTS)(self._read_slot)

    def open_account(self, account: Account) -> Account:
        """Bind the ledger to an account, or see that it is bound to this one.

        Returns:
            The account as the ledger has it: its gap may be another.

        Raises:
            WrongLedger: it belongs to another dialect, host or path.
            LedgerError: it cannot be read or written.
        """
        body = {
            "format": 1,
            "dialect": account.dialect,
            "host": account.host,
            "path": account.path,
            "gap_secs": account.gap_secs,
        }
        try:
            names = self._store.list_after("")
            if ACCOUNT_NAME not in names and any(map(slot_of, names)):
                # Made anew it would bind the slots to whatever dialer is asked for now.
                raise LedgerError(
                    f"{ACCOUNT_NAME} of the ledger is missing, and whose requests its slots are cannot"
                    " be known. Restore it, or start another ledger with --ledger"
                )
            with contextlib.suppress(ObjectExists, OutcomeUncertain):
                self._store.put_new(ACCOUNT_NAME, orjson.dumps(body) + b"\n")
            found = orjson.loads(self._store.get(ACCOUNT_NAME))
            known = Account(
                found["dialect"], found["host"], found["path"], float(found["gap_secs"])
            )
        except StoreError as error:
            raise LedgerError(str(error)) from error
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise _damaged(ACCOUNT_NAME) from error
        for what, theirs, ours in (
            ("dialect", known.dialect, account.dialect),
            ("host", known.host, account.host),
            ("path", known.path, account.path),
        ):
            if theirs != ours and what == "dialect":
                raise WrongLedger(
                    f"the ledger is one of {theirs}, and holds no requests of {ours}. An account that"
                    f" moves to {ours} starts a new ledger: name one with --ledger, or another"
                    f" --output; what {theirs} delivered under this one is then not known"
                )
            if theirs != ours:
                raise WrongLedger(
                    f"the ledger belongs to another account: its {what} is {theirs}, not {ours}."
                    " Name another ledger with --ledger; what was delivered under this one is"
                    " then not known"
                )
        return known

    def refresh(self) -> None:
        """Read what is new, in order; `read_at` is noted before.

        Raises:
            LedgerError: something is damaged, missing for good, or the store fails.
        """
        patience_ends = self._clock.now().boot_secs + _HOLE_PATIENCE_SECS
        while True:
            self.read_at = self._clock.now()
            try:
                self._read_new()
                return self._must_hold_what_was_seen()
            except StoreError as error:
                raise LedgerError(str(error)) from error
            except _Hole as hole:
                if self._clock.now().boot_secs >= patience_ends:
                    raise LedgerError(
                        f"the ledger has a hole: {hole} is missing, and what it held cannot be"
                        " known. Restore it, or start another ledger with --ledger"
                    ) from hole
                self._start_over()
                self._clock.sleep(_HOLE_PAUSE_SECS)

    def claim(self, claim: Claim) -> bool:
        """Try to be the one who may send this slot.

        Returns:
            Whether the slot is ours.

        Raises:
            ClaimNotDurable: it is, but it must not be used.
            LedgerError: the store failed, and nothing was claimed as far as can be known.
        """
        name, data = claim_name(claim.slot), encode_claim(claim)
        for _ in range(_MOST_READ_BACKS):
            try:
                self._store.put_new(name, data)
            except (ObjectExists, OutcomeUncertain):
                # A bucket's client may report its own retried write as somebody else's: read it back.
                try:
                    return is_ours(claim, self._claim_of(claim.slot))
                except _Hole:
                    continue
                except StoreError as error:
                    raise LedgerError(str(error)) from error
            except NotDurable as error:
                raise ClaimNotDurable(str(error)) from error
            except StoreError as error:
                raise LedgerError(str(error)) from error
            else:
                return True
        raise LedgerError(f"the ledger's store does not show what was written: {name}")

    def answer(self, answer: Answer) -> None:
        """Write a slot's answer, unless it has one: what the ledger then says is what counts.

        Raises:
            LedgerError: it could not be written for good.
        """
        name, data = answer_name(answer.slot), encode_answer(answer)
        for _ in range(_MOST_READ_BACKS):
            try:
                return self._store.put_new(name, data, spend_reserve=True)
            except ObjectExists:
                return None
            except OutcomeUncertain:
                try:
                    self._store.get(name)
                except ObjectMissing:
                    continue
                except StoreError as error:
                    raise LedgerError(str(error)) from error
                return None
            except StoreError as error:
                raise LedgerError(str(error)) from error
        raise LedgerError(f"the ledger's store does not show what was written: {name}")

    def take_in(self, claim: Claim) -> Answer:
        """Read what the ledger says of a claim that we have just made on a full view, and answered.

        It is the next slot, so there is nothing to be listed.

        Raises:
            LedgerError: it cannot be read.
        """
        try:
            return self._apply_answer(self._open or self._apply_claim(claim.slot))
        except StoreError as error:
            raise LedgerError(str(error)) from error
        except _Hole as hole:
            raise LedgerError(f"{hole} has vanished from the ledger") from hole

    def slot(self, slot: int) -> tuple[Claim, Answer]:
        """The claim and the answer of a slot that was read before.

        Raises:
            LedgerError: they cannot be read any more.
        """
        try:
            return self._cached_slot(slot)
        except StoreError as error:
            raise LedgerError(str(error)) from error
        except _Hole as hole:
            raise LedgerError(f"{hole} has vanished from the ledger") from hole

    def may_have_sent(self, campaign: str, phone: str, *, by_any_run: bool = False) -> bool:
        """Whether a request of this run (or of any) has settled the lead, or is under way with it."""
        standing = self.knowledge.standing(campaign, phone)
        if standing.own is not None or (by_any_run and standing.other is not None):
            return True
        claim = self._open
        if claim is None or claim.campaign != campaign:
            return False
        if claim.run != self._run and not by_any_run:
            return False
        return any(lead.phone == phone for lead in claim.leads)

    def _start_over(self) -> None:
        """Forget all that was read."""
        self.tail = Tail()
        self.knowledge = Knowledge(self._run)
        self._open: Claim | None = None

    def _read_new(self) -> None:
        """Apply what stands after the last full slot; that slot must still be there too."""
        listed = {
            name
            for name in self._store.list_after(last_name(self.tail.last_slot - 1))
            if slot_of(name)
        }
        if self.tail.last_slot:
            self._must_be_listed(claim_name(self.tail.last_slot), listed)
            self._must_be_listed(answer_name(self.tail.last_slot), listed)
        while True:
            slot = self.tail.last_slot + 1
            is_claimed, is_answered = claim_name(slot) in listed, answer_name(slot) in listed
            if not is_claimed:
                later = sorted(name for name in listed if name > last_name(slot - 1))
                if later or self._open is not None:
                    raise _Hole(claim_name(slot))
                return
            claim = self._open or self._apply_claim(slot)
            if not is_answered:
                later = [name for name in listed if name > last_name(slot)]
                if later:
                    raise _Hole(answer_name(slot))
                return
            self._apply_answer(claim)

    def _apply_claim(self, slot: int) -> Claim:
        """Take in the claim of the next slot: it is open until it is answered."""
        self._open = self._claim_of(slot)
        self._claims_seen = max(self._claims_seen, slot)
        self.tail = self.tail.with_claim(self._open, self._clock.now().boot_secs)
        return self._open

    def _apply_answer(self, claim: Claim) -> Answer:
        """Take in the answer of the open claim."""
        answer = self._answer_of(claim.slot)
        if answer.kind is AnswerKind.ROWS and len(answer.verdicts) != len(claim.leads):
            raise _damaged(answer_name(claim.slot))
        self._answers_seen = max(self._answers_seen, claim.slot)
        self.tail = self.tail.with_answer(answer, self._clock.now().boot_secs)
        self.knowledge.record(claim, answer)
        self._open = None
        return answer

    def _must_hold_what_was_seen(self) -> None:
        """See that the end of the ledger has not gone: what was there once is there for good.

        A reading that started over would else take a shorter ledger for the whole one, and send the
        leads of the lost slots again.
        """
        if self.tail.last_slot + (self._open is not None) < self._claims_seen:
            raise _Hole(claim_name(self._claims_seen))
        if self.tail.last_slot < self._answers_seen:
            raise _Hole(answer_name(self._answers_seen))

    def _must_be_listed(self, name: str, listed: set[str]) -> None:
        if name not in listed:
            raise _Hole(name)

    def _read_slot(self, slot: int) -> tuple[Claim, Answer]:
        return self._claim_of(slot), self._answer_of(slot)

    def _claim_of(self, slot: int) -> Claim:
        name = claim_name(slot)
        try:
            claim = decode_claim(self._get(name))
        except DamagedObject as error:
            raise _damaged(name) from error
        if claim.slot != slot:
            raise _damaged(name)
        return claim

    def _answer_of(self, slot: int) -> Answer:
        name = answer_name(slot)
        try:
            answer = decode_answer(self._get(name))
        except DamagedObject as error:
            raise _damaged(name) from error
        if answer.slot != slot:
            raise _damaged(name)
        return answer

    def _get(self, name: str) -> bytes:
        try:
            return self._store.get(name)
        except ObjectMissing as error:
            raise _Hole(name) from error


def _damaged(name: str) -> LedgerError:
    return LedgerError(
        f"{name} of the ledger is damaged, and what it held cannot be known. Restore it from a copy,"
        " or start another ledger with --ledger: what was delivered under this one is then not known"
    )
