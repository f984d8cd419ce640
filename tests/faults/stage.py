"""Where a request can be held: at the dialer, on the line to it, and at the ledger's store.

In a bucket the store itself holds what is written. A local disk cannot be made to wait: there the
moments around claim and answer are seen by the files that appear, while the dialer keeps its answer
back, so that nothing overtakes the strike.
"""

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.held_store import LOCATION, HeldStore
from tests.faults.line import Line
from tests.faults.matrix import Moment
from tests.program.pages import confirmation
from tests.program.strict_dialer import Exchange, StrictDialer

PATIENCE_SECS = 60.0
_WRITES = {
    "1-claim": (Moment.BEFORE_CLAIM, Moment.AFTER_CLAIM),
    "2-answer": (Moment.BEFORE_DURABLE, Moment.AFTER_DURABLE),
}


@dataclass(slots=True)
class Hold:
    """A request that is to be held at a moment, until it is released.

    Attributes:
        slot: the request's number.
        moment: where it is held.
        reached: that it is there.
        released: that it may go on.
        answered: that the dialer has said all it has to say to it.
        lets_through: whether what was held goes on once it is released; else it never happens.
    """

    slot: int
    moment: Moment
    reached: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)
    lets_through: bool = True

    def stay(self) -> bool:
        """Say that the moment is there, and wait; returns whether to go on."""
        self.reached.set()
        self.released.wait(PATIENCE_SECS)
        return self.lets_through


class Stage:
    """The dialer, the line and the store of one laboratory.

    Attributes:
        dialer: the dialer.
        line: the line to it.
        store: the bucket that the ledger is in; None: it is in a folder.
        ledger: where it is, as `--ledger` has it.
        answer_bytes: the least length of the dialer's answers.
    """

    def __init__(
        self, dialer: StrictDialer, line: Line, store: HeldStore | None, folder: Path
    ) -> None:
        """Set the stage: the ledger is in the bucket, or else in the folder."""
        self.dialer = dialer
        self.line = line
        self.store = store
        self.answer_bytes = 0
        self.ledger = LOCATION if store is not None else str(folder)
        self._folder = folder
        self._holds: dict[int, Hold] = {}
        if store is not None:
            store.before_write = self._before_write
            store.after_write = self._after_write

    def arm(self, hold: Hold) -> None:
        """Hold a request that is yet to come."""
        self._holds[hold.slot] = hold

    def is_reached(self, hold: Hold) -> bool:
        """Whether a request is where it is to be held."""
        match hold.moment:
            case Moment.CONNECTING:
                return hold.reached.is_set() and self.line.somebody_waits
            case _ if hold.reached.is_set() or self.store is not None:
                return hold.reached.is_set()
            case Moment.BEFORE_CLAIM:
                return f"{hold.slot - 1:09d}.2-answer" in self.names()
            case Moment.AFTER_CLAIM:
                return f"{hold.slot:09d}.1-claim" in self.names()
            case Moment.AFTER_DURABLE:
                return f"{hold.slot:09d}.2-answer" in self.names()
            case _:
                return False

    def keeps_the_program(self, hold: Hold) -> bool:
        """Whether only stopping the program keeps a request at this moment: all else has happened."""
        is_on_disk = self.store is None and hold.moment is Moment.BEFORE_DURABLE
        return hold.moment is Moment.ANSWERED or is_on_disk

    def release(self, hold: Hold, *, lets_through: bool) -> None:
        """Let a held request go on, or be as if it had never come further."""
        hold.lets_through = lets_through
        if hold.moment is Moment.CONNECTING:
            self.line.take_up()
        hold.released.set()

    def names(self) -> list[str]:
        """The names of the ledger's objects."""
        if self.store is not None:
            return self.store.names()
        return [path.name for path in self._folder.iterdir()] if self._folder.exists() else []

    def last_claimed(self) -> int:
        """The number of the last request that was claimed."""
        claims = (int(name[:9]) for name in self.names() if name.endswith(".1-claim"))
        return max(claims, default=0)

    def reply(self, exchange: Exchange) -> None:
        """Take a request's leads and say so, staying where it is to be held."""
        slot = self.last_claimed()
        hold = self._due(slot)
        if hold and hold.moment is Moment.AFTER_CLAIM:
            hold.released.wait(PATIENCE_SECS)
        if hold and hold.moment is Moment.BODY_LEFT:
            hold.stay()
        if hold and not hold.lets_through:
            return
        exchange.take()
        if hold and (hold.moment is Moment.TAKEN or self.keeps_the_program(hold)):
            hold.stay()
        following = self._due(slot + 1)
        if following and following.moment is Moment.CONNECTING:
            self.line.leave_waiting()
            following.reached.set()
        answer = json.dumps(confirmation(exchange.arrival.phones)).encode()
        exchange.answer(answer.ljust(self.answer_bytes))
        if hold:
            hold.answered.set()

    def _due(self, slot: int, moment: Moment | None = None) -> Hold | None:
        """The hold that waits for a request, if there is one: at this moment, or at any."""
        hold = self._holds.get(slot)
        if hold is None or hold.released.is_set():
            return None
        return hold if moment in (None, hold.moment) else None

    def _before_write(self, slot: int, part: str) -> bool:
        hold = self._due(slot, _WRITES[part][0])
        return hold.stay() if hold else True

    def _after_write(self, slot: int, part: str) -> None:
        hold = self._due(slot, _WRITES[part][1])
        if hold:
            hold.stay()
