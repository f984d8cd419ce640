"""The messages that this process holds: under lease, until what became of each is durable.

Both jobs that read a subscription on this machine hold their messages here: the event loop, which
runs the graph over them round by round, and the streaming job, whose source takes them from here. A
message is acknowledged when each of its leads has its outcome where it stays.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from google.pubsub_v1.types import ReceivedMessage

from dialer.clock import Clock
from records.event_time import event_time_secs
from records.messages import Message
from transforms.in_process import MESSAGES, MessageState
from transforms.subscription import Subscription


@dataclass(slots=True)
class _Held:
    """A message that is held.

    Attributes:
        ack_id: by which it is acknowledged: the last one that it came with.
        message: the same, as the graph reads it.
        since_boot_secs: when it was first held.
        event_secs: when its event happened, seconds since 1970 in UTC.
    """

    ack_id: str
    message: Message
    since_boot_secs: float
    event_secs: float


class HeldMessages:
    """Messages of a subscription, from their arrival to their acknowledgement.

    One thread may take messages while another ends those that are settled.
    """

    def __init__(
        self, subscription: Subscription, *, clock: Clock, timestamp_attribute: str | None
    ) -> None:
        """Hold none yet.

        Args:
            subscription: where messages come from.
            clock: tells the time.
            timestamp_attribute: the attribute that says when a message's event happened.
        """
        self._subscription = subscription
        self._clock = clock
        self._timestamp_attribute = timestamp_attribute
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()
        self._quiet_since_boot_secs = clock.now().boot_secs
        self.acknowledged = 0
        self.is_closed = False

    def close(self) -> None:
        """Take no more messages: those that are held are the last ones."""
        self.is_closed = True

    def __len__(self) -> int:
        return len(self._held)

    @property
    def failure(self) -> str:
        """Why no more messages can come; empty where nothing is wrong."""
        return self._subscription.failure

    @property
    def was_given_back(self) -> bool:
        """Whether what was held at the end was given back, and has not to run out."""
        return self._subscription.was_given_back

    @property
    def quiet_secs(self) -> float:
        """How long ago a message came, or was ended, in seconds."""
        return self._clock.now().boot_secs - self._quiet_since_boot_secs

    @property
    def held_secs(self) -> float:
        """How long the first of them has been held, in seconds; 0: there is none."""
        with self._lock:
            since = next((held.since_boot_secs for held in self._held.values()), None)
        return 0.0 if since is None else self._clock.now().boot_secs - since

    @property
    def oldest_secs(self) -> float:
        """How long ago the oldest event of a message that is held happened; 0: there is none."""
        with self._lock:
            oldest = min((held.event_secs for held in self._held.values()), default=None)
        return 0.0 if oldest is None else max(0.0, self._clock.now().wall_secs - oldest)

    def all(self) -> list[Message]:
        """The messages that are held, the oldest first."""
        with self._lock:
            return [held.message for held in self._held.values()]

    def take(self) -> list[Message]:
        """Hold what has arrived.

        Returns:
            The messages that were not held before; none once this is closed.
        """
        new: list[Message] = []
        with self._lock:
            if self.is_closed:
                return new
            for received in self._subscription.take():
                now = self._quiet_since_boot_secs = self._clock.now().boot_secs
                message = _message(received)
                held = self._held.get(message.message_id)
                if held is not None:
                    # Its lease ran out, and it came again: what is known of it holds.
                    self._subscription.forget([held.ack_id])
                    held.ack_id = received.ack_id
                    continue
                event_secs = event_time_secs(message, self._timestamp_attribute)
                self._held[message.message_id] = _Held(received.ack_id, message, now, event_secs)
                MESSAGES[message.message_id] = MessageState()
                new.append(message)
        return new

    def end_settled(self, make_durable: Callable[[], bool]) -> None:
        """Acknowledge the messages whose leads have all their outcomes.

        Args:
            make_durable: sees to it that outcomes which were written outlast a crash; whether they do.
        """
        with self._lock:
            settled = [each for each in self._held if MESSAGES[each].is_settled]
        if not settled or not make_durable():
            return
        if not self._subscription.ack([self._held[each].ack_id for each in settled]):
            return
        self._forget(settled)
        self.acknowledged += len(settled)
        self._quiet_since_boot_secs = self._clock.now().boot_secs

    def _forget(self, settled: Iterable[str]) -> None:
        with self._lock:
            for message_id in settled:
                del self._held[message_id]
                del MESSAGES[message_id]


def _message(received: ReceivedMessage) -> Message:
    pulled = received.message
    return Message(
        data=pulled.data,
        attributes=dict(pulled.attributes),
        message_id=pulled.message_id,
        publish_time_secs=pulled.publish_time.timestamp(),
    )
