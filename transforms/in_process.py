"""What this process shares with the DoFns that run in it: the wish to stop, and the board.

It is the state of an imported module on purpose. Beam pickles DoFns and hands them copies of what
they hold; a flag in a DoFn, or in `__main__`, would be set in one copy and read in another.
"""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields

from dialer.board import Board
from schemas.outcome import Source


@dataclass(slots=True)
class MessageState:
    """What is known of a message that is held.

    Attributes:
        leads: how many leads it has.
        settled: the indices of those that have their outcome, written.
        altered: the indices of those of which values that were altered have been counted.
    """

    leads: int
    settled: set[int] = field(default_factory=set)
    altered: set[int] = field(default_factory=set)

    @property
    def is_settled(self) -> bool:
        """Whether all its leads have their outcomes."""
        return len(self.settled) >= self.leads

    @property
    def waiting(self) -> int:
        """How many of its leads have no outcome."""
        return self.leads - len(self.settled)


PROCESS_NAME = secrets.token_hex(8)
"""Names this process in the claims that it makes."""

BOARD = Board()
"""What the delivery is doing."""

MESSAGES: dict[str, MessageState] = {}
"""The messages that this process holds, by their ids; none where leads come from files."""

_stops_requested = 0
_is_interruptible = False


def note_settled(sources: Iterable[Source]) -> None:
    """Note that outcomes were written: those of held messages make them ready to be acknowledged."""
    for source in sources:
        # One that is not held has come again, and is ended by its other coming.
        state = MESSAGES.get(source.message_id) if source.message_id else None
        if state is not None and source.index is not None:
            state.settled.add(source.index)


def is_first_alteration(source: Source) -> bool:
    """Whether the altered values of a lead are news: a message that is held is read every round."""
    state = MESSAGES.get(source.message_id) if source.message_id else None
    if state is None or source.index is None:
        return True
    is_first = source.index not in state.altered
    state.altered.add(source.index)
    return is_first


def waiting_leads() -> int:
    """How many leads of the messages that are held have no outcome."""
    return sum(state.waiting for state in list(MESSAGES.values()))


class StopRequested(BaseException):
    """A clean end was asked for, and nothing is under way that must be finished first."""


def request_stop() -> None:
    """Ask for a clean end, as a signal handler may: it only sets a flag.

    Raises:
        StopRequested: inside of `stopping_at_once`.
    """
    global _stops_requested
    _stops_requested += 1
    if _is_interruptible:
        raise StopRequested


def stop_requested() -> bool:
    """Whether a clean end was asked for."""
    return _stops_requested > 0


def stops_requested() -> int:
    """How often: who asks again does not want to wait for what the first time has begun."""
    return _stops_requested


@contextmanager
def stopping_at_once() -> Iterator[None]:
    """End what is inside when a clean end is asked for, though it may wait for what never comes.

    Only for the time before anything is claimed: a bucket or a share that does not answer must not
    make the program deaf to Ctrl-C.
    """
    global _is_interruptible
    try:
        _is_interruptible = True
        yield
        _is_interruptible = False
    except StopRequested:
        return
    finally:
        _is_interruptible = False


def start_over() -> None:
    """Forget the wish to stop and what the board shows, as if the process had just begun."""
    global _stops_requested
    _stops_requested = 0
    MESSAGES.clear()
    fresh = Board()
    for each in fields(Board):
        setattr(BOARD, each.name, getattr(fresh, each.name))


@contextmanager
def halting(*kinds: type[Exception]) -> Iterator[None]:
    """Put on the board what ends the run inside: Beam would hide it in a failure of its own."""
    try:
        yield
    except kinds as error:
        halt(str(error))
        raise


def halt(why: str) -> None:
    """Say why the run cannot go on; the first reason stands."""
    BOARD.stopped = BOARD.stopped or why
