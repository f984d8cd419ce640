"""Leads as events, on this machine: pull messages, settle what can be settled, acknowledge.

Beam's own local reader acknowledges before it processes, and loses what it holds when it is killed.
So the messages are held here, under lease, and the bounded graph runs over them again and again: a
round when messages came, and a round when a request is due. A message is acknowledged when each of
its leads has its outcome on the disk.
"""

from collections.abc import Callable, Sequence

from dialer.clock import Clock
from records.messages import Message
from transforms.held_messages import HeldMessages
from transforms.in_process import BOARD, halt, stop_requested, waiting_leads

_PAUSE_SECS = 0.1
_LEAST_SECS_BETWEEN_ROUNDS = 1.0

RunRound = Callable[[Sequence[Message], bool], None]
"""Runs the graph over messages; the flag says whether a request may be made."""


class EventLoop:
    """Sees that each message that is held gets its outcomes and its end."""

    def __init__(
        self,
        *,
        held: HeldMessages,
        run_round: RunRound,
        make_durable: Callable[[], bool],
        clock: Clock,
        limit: int,
        flush_secs: float,
        idle_secs: float | None,
    ) -> None:
        """Loop over the messages of a subscription.

        Args:
            held: the messages.
            run_round: runs the graph.
            make_durable: sees to it that outcomes which were written outlast a crash.
            clock: tells the time.
            limit: leads a request: so many are sent without waiting for more.
            flush_secs: how long a lead waits for others at the most.
            idle_secs: after how many seconds without a message to end; None: never.
        """
        self._held = held
        self._run_round = run_round
        self._make_durable = make_durable
        self._clock = clock
        self._limit = limit
        self._flush_secs = flush_secs
        self._idle_secs = idle_secs
        self._has_new = False
        self._last_round_boot_secs = float("-inf")

    def run(self) -> None:
        """Loop until a signal, a quiet time, or a failure ends it.

        What is still held then is given back when the subscription is left.
        """
        while not stop_requested() and not BOARD.stopped and not self._is_quiet():
            if self._held.take():
                self._has_new = True
            if self._held.failure:
                halt(self._held.failure)
            elif self._is_request_due():
                self._round(may_send=True)
            elif self._has_new and self._is_round_due():
                self._round(may_send=False)
            else:
                self._held.end_settled(self._make_durable)
                self._clock.sleep(_PAUSE_SECS)

    def _is_quiet(self) -> bool:
        return self._idle_secs is not None and self._held.is_quiet(self._idle_secs)

    def _is_round_due(self) -> bool:
        now = self._clock.now().boot_secs
        return now - self._last_round_boot_secs >= _LEAST_SECS_BETWEEN_ROUNDS

    def _is_request_due(self) -> bool:
        """Whether the gate is open and a full request waits, or one lead has waited long enough."""
        if not self._held or self._clock.now().boot_secs < BOARD.next_request_boot_secs:
            return False
        waited_secs = self._held.held_secs
        return waited_secs >= self._flush_secs or waiting_leads() >= self._limit

    def _round(self, *, may_send: bool) -> None:
        """Run the graph over what is held, then end the messages that are settled."""
        self._has_new = False
        self._run_round(self._held.for_round(), may_send)
        self._last_round_boot_secs = self._clock.now().boot_secs
        self._held.end_settled(self._make_durable)
