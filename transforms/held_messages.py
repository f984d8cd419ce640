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
from transforms.in_process import BOARD, MESSAGES, MessageState, waiting_leads
from transforms.schema_service import SchemaServiceFailed
from transforms.subscription import Subscription

_MOST_BYTES = 64 * 1024 * 1024
"""While messages of so many bytes are held, no more are; Pub/Sub allows 10 MB each."""

_POSTPONED_SECS = 15.0
_WEIGHT_OF_LAST = 0.2
"""How much the last message counts in how many leads the next ones are taken to hold."""


@dataclass(slots=True)
class _Held:
    """A message that is held.

    Attributes:
        message: the message, as the graph reads it.
        since_boot_secs: when it was first held.
        event_secs: when its event happened, seconds since 1970 in UTC.
    """

    message: Message
    since_boot_secs: float
    event_secs: float


class HeldMessages:
    """Messages of a subscription, from their arrival to their acknowledgement.

    One thread may take messages while another ends those that are settled.
    """

    def __init__(
        self,
        subscription: Subscription,
        *,
        clock: Clock,
        most_leads: int,
        count_leads: Callable[[Message], int],
        timestamp_attribute: str | None,
    ) -> None:
        """Hold none yet.

        Args:
            subscription: where messages come from.
            clock: tells the time.
            most_leads: while so many leads wait, no more messages are held.
            count_leads: how many leads a message holds, which may be many.
            timestamp_attribute: the attribute that says when a message's event happened.
        """
        self._subscription = subscription
        self._most_leads = most_leads
        self._count_leads = count_leads
        self._leads_a_message = 1.0
        self._clock = clock
        self._timestamp_attribute = timestamp_attribute
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()
        self._quiet_since_boot_secs = clock.now().boot_secs
        self.acknowledged = 0
        self.is_closed = False
        self._bytes = 0
        self._postponed: dict[str, Message] = {}
        self._again_boot_secs = 0.0
        subscription.limit_by(self._welcome)

    def _welcome(self) -> int:
        """How many more messages may come: at least one, unless enough is held."""
        if self._is_full():
            return 0
        return max(1, int((self._most_leads - waiting_leads()) / self._leads_a_message))

    def _is_full(self) -> bool:
        return self._bytes >= _MOST_BYTES or waiting_leads() >= self._most_leads

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

    def is_quiet(self, secs: float) -> bool:
        """Whether nothing is held, and for so many seconds nothing has come."""
        if self._held or self._postponed or not self._subscription.is_empty:
            return False
        return self._clock.now().boot_secs - self._quiet_since_boot_secs >= secs

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

    def for_round(self) -> list[Message]:
        """The messages to look at now, the oldest first: as many as the next requests can carry."""
        chosen, leads = [], 0
        with self._lock:
            for message_id, held in self._held.items():
                if leads < self._most_leads:
                    chosen.append(held.message)
                    leads += MESSAGES[message_id].waiting
        return chosen

    def take(self) -> list[Message]:
        """Hold what has arrived; what is too much is given back, and comes again.

        Returns:
            The messages that were not held before; none once this is closed.
        """
        new: list[Message] = []
        too_many: list[str] = []
        if self.is_closed:
            return new
        arrived = [_message(received) for received in self._subscription.take()]
        with self._lock:
            for message in [*self._due_again(), *arrived]:
                now = self._quiet_since_boot_secs = self._clock.now().boot_secs
                if message.message_id in self._held:
                    # Its lease ran out, and it came again: what is known of it holds.
                    continue
                try:
                    leads = self._count_leads(message)
                except SchemaServiceFailed as error:
                    self._postpone(message, why=str(error))
                    continue
                self._leads_a_message += (leads - self._leads_a_message) * _WEIGHT_OF_LAST
                if self._is_full():
                    too_many.append(message.message_id)
                    continue
                event_secs = event_time_secs(message, self._timestamp_attribute)
                self._held[message.message_id] = _Held(message, now, event_secs)
                self._bytes += len(message.data)
                MESSAGES[message.message_id] = MessageState(leads)
                new.append(message)
        if too_many:
            self._subscription.give_back(too_many)
        return new

    def _postpone(self, message: Message, *, why: str) -> None:
        """Look at a message again later; it stays leased, and the others go on."""
        if not self._postponed:
            BOARD.notices.append(f"{why}. Messages that need it wait, the others go on")
            self._again_boot_secs = self._clock.now().boot_secs + _POSTPONED_SECS
        self._postponed[message.message_id] = message

    def _due_again(self) -> list[Message]:
        """The messages that were postponed, when it is time to look at them again."""
        if not self._postponed or self._clock.now().boot_secs < self._again_boot_secs:
            return []
        due, self._postponed = list(self._postponed.values()), {}
        return due

    def end_settled(self, make_durable: Callable[[], bool]) -> None:
        """Acknowledge the messages whose leads have all their outcomes.

        Args:
            make_durable: sees to it that outcomes which were written outlast a crash; whether they do.
        """
        with self._lock:
            settled = [each for each in self._held if MESSAGES[each].is_settled]
        if not settled or not make_durable():
            return
        if not self._subscription.ack(settled):
            return
        self._forget(settled)
        self.acknowledged += len(settled)
        self._quiet_since_boot_secs = self._clock.now().boot_secs

    def _forget(self, settled: Iterable[str]) -> None:
        with self._lock:
            for message_id in settled:
                self._bytes -= len(self._held.pop(message_id).message.data)
                del MESSAGES[message_id]


def _message(received: ReceivedMessage) -> Message:
    pulled = received.message
    return Message(
        data=pulled.data,
        attributes=dict(pulled.attributes),
        message_id=pulled.message_id,
        publish_time_secs=pulled.publish_time.timestamp(),
    )
