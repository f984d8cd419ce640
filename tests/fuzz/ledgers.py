"""The objects of a ledger: whatever stands in one, the ledger is read, or the run stops and names it.

An object that was torn or altered is never read for what it was: its checksum tells. One whose checksum
is right says what it should, or is refused with its name too.
"""

import re
import zlib

from dialer.clock import ManualClock
from dialer.ledger import ACCOUNT_NAME, Account, Ledger, LedgerError
from dialer.memory_store import MemoryStore
from dialer.settled import KeySpaceExceeded
from dialer.slot_format import answer_name, claim_name, encode_answer, encode_claim
from dialer.slots import Answer, ClaimedLead, Sender, make_claim, not_sent
from dialer.verdicts import AnswerKind, Verdict, VerdictStatus
from schemas.outcome import Source

ACCOUNT = Account("v1", "dialer.example", "/add", 30.0)
_NAMES_IN = re.compile(r"\d{9}\.[12]-\w+")
_HEAD = b'{"sum":"%08x","body":'


def _store() -> MemoryStore:
    """A ledger of three slots, the last one open."""
    clock, sender = ManualClock(), Sender("s", "run", None)
    store = MemoryStore()
    Ledger(store, run="run", clock=clock).open_account(ACCOUNT)
    for slot in (1, 2, 3):
        claim = make_claim(
            slot=slot,
            token=f"{slot:032x}",
            sender=sender,
            campaign="Summer",
            leads=tuple(
                ClaimedLead(f"98765{slot:05d}", Source.of_record("leads.csv", slot))
                for _ in range(1)
            ),
            lists="",
            timeout_secs=60.0,
            read_at=clock.now(),
            now=clock.now(),
        )
        store.put_new(claim_name(slot), encode_claim(claim))
        clock.advance(1.0)
        if slot == 1:
            verdict = Verdict(VerdictStatus.DELIVERED, "ok", "")
            answer = Answer(1, AnswerKind.ROWS, (verdict,), 0.0, "", None, clock.now(), "s")
            store.put_new(answer_name(1), encode_answer(answer))
        if slot == 2:
            store.put_new(
                answer_name(2), encode_answer(not_sent(claim, "late", clock.now(), sender))
            )
        clock.advance(31.0)
    return store


_SOUND = _store().objects
_NAMES = (claim_name(1), answer_name(1), answer_name(2), claim_name(3))


def check_object(data: bytes) -> None:
    """Put bytes in the place of each object, as they are and with the checksum set right."""
    forged = _HEAD % zlib.crc32(data) + data + b"}\n"
    for name in (*_NAMES, ACCOUNT_NAME):
        for content in (data, forged):
            _check(name, content)


def _check(name: str, content: bytes) -> None:
    complaint = _read(_SOUND | {name: content})
    assert not complaint or name in (ACCOUNT_NAME, *_NAMES_IN.findall(complaint))


def _read(objects: dict[str, bytes]) -> str:
    """Read a ledger of these objects; why it cannot be, or nothing."""
    store = MemoryStore()
    store.objects = objects
    ledger = Ledger(store, run="run", clock=ManualClock())
    try:
        ledger.open_account(ACCOUNT)
        ledger.refresh()
        for slot in range(1, ledger.tail.last_slot + 1):
            ledger.slot(slot)
    except LedgerError as error:
        return str(error)
    except KeySpaceExceeded:
        # A number that no number is, under a checksum that is right: it stops the run, unnamed.
        return ""
    return ""


def samples() -> list[bytes]:
    """The bodies of objects, and the objects as they are."""
    bodies = [content[len(_HEAD % 0) : -2] for name, content in _SOUND.items() if name in _NAMES]
    return [*bodies, *_SOUND.values()]
