"""Leads as events, on this machine: pull messages, settle what can be settled, acknowledge.

Beam's own local reader acknowledges before it processes, and loses what it holds when it is killed.
So the messages are held here, under lease, and the bounded graph runs over them again and again: a
round when messages came, and a round when a request is due. A message is acknowledged when each of
its leads has its outcome on the disk.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from google.pubsub_v1.types import ReceivedMessage

from dialer.clock import Clock
from pipeline.subscription import Subscription
from records.messages import Message
from transforms.in_process import BOARD, MESSAGES, MessageState, halt, stop_requested

_PAUSE_SECS = 0.1
_LEAST_SECS_BETWEEN_ROUNDS = 1.0

RunRound = Callable[[Sequence[Message], bool], None]
"""Runs the graph over messages; the flag says whether a request may be made."""


@dataclass(slots=True)
class _Held:
    """A message that is held.

    Attributes:
        ack_id: by which it is acknowledged: the last one that it came with.
        message: the same, as the graph reads it.
        since_boot_secs: when it was first held.
    """

    ack_id: str
    message: Message
    since_boot_secs: float


class EventLoop:
    """Holds messages, and sees that each gets its outcomes and its end."""

    def __init__(
        self,
        *,
        subscription: Subscription,
        run_round: RunRound,
        outcomes_folder: Path,
        start: str,
        clock: Clock,
        limit: int,
        flush_secs: float,
        idle_secs: float | None,
    ) -> None:
        """Loop over a subscription.

        Args:
            subscription: where messages come from.
            run_round: runs the graph.
            outcomes_folder: where the graph writes outcomes.
            start: names this start of the program: its outcome files begin with it.
            clock: tells the time.
            limit: leads a request: so many are sent without waiting for more.
            flush_secs: how long a lead waits for others at the most.
            idle_secs: after how many seconds without a message to end; None: never.
        """
        self._subscription = subscription
        self._run_round = run_round
        self._outcomes_folder = outcomes_folder
        self._start = start
        self._clock = clock
        self._limit = limit
        self._flush_secs = flush_secs
        self._idle_secs = idle_secs
        self._held: dict[str, _Held] = {}
        self._has_new = False
        self._last_round_boot_secs = float("-inf")
        self._quiet_since_boot_secs = clock.now().boot_secs
        self.rounds = 0
        self.acknowledged = 0
        self.given_back = 0

    def run(self) -> None:
        """Loop until a signal, a quiet time, or a failure ends it.

        What is still held then is given back when the subscription is left.
        """
        try:
            while not stop_requested() and not BOARD.stopped and not self._is_quiet():
                self._hold(self._subscription.take())
                if self._subscription.failure:
                    halt(self._subscription.failure)
                elif self._is_request_due():
                    self._round(may_send=True)
                elif self._has_new and self._is_round_due():
                    self._round(may_send=False)
                else:
                    self._clock.sleep(_PAUSE_SECS)
        finally:
            self.given_back = len(self._held)

    @property
    def held(self) -> int:
        """How many messages are held."""
        return len(self._held)

    @property
    def oldest_secs(self) -> float:
        """How long the oldest of them has been held, in seconds; 0: there is none."""
        since = [held.since_boot_secs for held in list(self._held.values())[:1]]
        return self._clock.now().boot_secs - since[0] if since else 0.0

    def _hold(self, received: Sequence[ReceivedMessage]) -> None:
        now = self._clock.now().boot_secs
        for each in received:
            self._quiet_since_boot_secs = now
            pulled = each.message
            held = self._held.get(pulled.message_id)
            if held is not None:
                # Its lease ran out, and it came again: what is known of it holds.
                held.ack_id = each.ack_id
                continue
            message = Message(
                data=pulled.data,
                attributes=dict(pulled.attributes),
                message_id=pulled.message_id,
                publish_time_secs=pulled.publish_time.timestamp(),
            )
            self._held[pulled.message_id] = _Held(each.ack_id, message, now)
            MESSAGES[pulled.message_id] = MessageState()
            self._has_new = True

    def _is_quiet(self) -> bool:
        if self._idle_secs is None or self._held:
            return False
        return self._clock.now().boot_secs - self._quiet_since_boot_secs >= self._idle_secs

    def _is_round_due(self) -> bool:
        now = self._clock.now().boot_secs
        return now - self._last_round_boot_secs >= _LEAST_SECS_BETWEEN_ROUNDS

    def _is_request_due(self) -> bool:
        """Whether the gate is open and a full request waits, or one lead has waited long enough."""
        now = self._clock.now().boot_secs
        if not self._held or now < BOARD.next_request_boot_secs:
            return False
        oldest = next(iter(self._held.values())).since_boot_secs
        return now - oldest >= self._flush_secs or self._waiting_leads() >= self._limit

    def _waiting_leads(self) -> int:
        states = (MESSAGES[message_id] for message_id in self._held)
        return sum((state.leads or 1) - len(state.settled) for state in states)

    def _round(self, *, may_send: bool) -> None:
        """Run the graph over all that is held, then end the messages that are settled."""
        self._has_new = False
        self._run_round([held.message for held in self._held.values()], may_send)
        self.rounds += 1
        self._last_round_boot_secs = self._clock.now().boot_secs
        settled = [message_id for message_id in self._held if MESSAGES[message_id].is_settled]
        if settled and self._make_durable():
            self._subscription.ack([self._held.pop(each).ack_id for each in settled])
            for message_id in settled:
                del MESSAGES[message_id]
            self.acknowledged += len(settled)
            self._quiet_since_boot_secs = self._clock.now().boot_secs

    def _make_durable(self) -> bool:
        """Sync what the round has written: only then may its messages be acknowledged."""
        try:
            for path in self._outcomes_folder.glob(f"{self._start}-*"):
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
        except OSError as error:
            halt(f"the outcomes in {self._outcomes_folder} cannot be synced: {error.strerror}")
            return False
        return True
