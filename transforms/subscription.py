"""Messages of a Pub/Sub subscription, held under lease until what became of them is durable.

Messages are pulled one call at a time. The client library's streaming pull would do the rest by
itself, but what a killed process held by a stream did not come back from Google's emulator (measured:
none within two minutes; pulled by single calls, all within the acknowledgement deadline).
"""

import threading
from collections.abc import Callable, Sequence
from types import TracebackType

from google.api_core.exceptions import (
    Aborted,
    Cancelled,
    ClientError,
    GoogleAPIError,
    MethodNotImplemented,
    TooManyRequests,
)
from google.auth.exceptions import GoogleAuthError
from google.cloud import pubsub_v1
from google.pubsub_v1.types import ReceivedMessage

LEASE_SECS = 20
"""How long a message is ours without a word from us: so long after a crash it comes again."""

_RENEW_SECS = 6.0
_PULL_SECS = 4.0
_PAUSE_SECS = 0.5
_CALL_SECS = 10.0
_LAST_CALL_SECS = 5.0
_MOST_IDS = 1000
_PASSES = (TooManyRequests, Aborted, Cancelled)


class Subscription:
    """One subscription: messages come by `take`, are kept under lease, and end by `ack` or `nack`."""

    def __init__(self, name: str, *, most_messages: int) -> None:
        """Pull in the background, as long as fewer than `most_messages` are held.

        Args:
            name: `projects/P/subscriptions/S`.
            most_messages: how many messages may be held at a time: the backlog stays where it is.
        """
        self._name = name
        self._most = most_messages
        self._client = pubsub_v1.SubscriberClient()
        self._lock = threading.Lock()
        self._arrived: list[ReceivedMessage] = []
        self._leased: set[str] = set()
        self._ended = threading.Event()
        self.failure = ""
        self.was_given_back = True
        self._threads = [
            threading.Thread(target=self._until_ended, args=(step,), name=name, daemon=True)
            for name, step in (("pull", self._pull), ("renew leases", self._renew))
        ]

    def __enter__(self) -> "Subscription":
        """Begin to pull."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End pulling; whatever is still leased is given back at once."""
        self._ended.set()
        for thread in self._threads:
            thread.join(_CALL_SECS)
        try:
            self._extend(sorted(self._leased), 0, timeout_secs=_LAST_CALL_SECS)
        except (GoogleAPIError, GoogleAuthError):
            # It comes again by itself when its lease runs out.
            self.was_given_back = False
        self._client.close()

    def take(self) -> list[ReceivedMessage]:
        """The messages that have arrived since the last call."""
        with self._lock:
            arrived, self._arrived = self._arrived, []
        return arrived

    def ack(self, ack_ids: Sequence[str]) -> bool:
        """End messages for good.

        Returns:
            Whether the service has taken it. If not, they stay leased.
        """
        try:
            for start in range(0, len(ack_ids), _MOST_IDS):
                self._client.acknowledge(
                    subscription=self._name,
                    ack_ids=list(ack_ids[start : start + _MOST_IDS]),
                    timeout=_CALL_SECS,
                    retry=None,
                )
        except (GoogleAPIError, GoogleAuthError):
            return False
        self.forget(ack_ids)
        return True

    def forget(self, ack_ids: Sequence[str]) -> None:
        """Renew these leases no more: the messages have ended, or came again with other ids."""
        with self._lock:
            self._leased.difference_update(ack_ids)

    def _until_ended(self, step: Callable[[], None]) -> None:
        while not self._ended.is_set() and not self.failure:
            try:
                step()
            except (GoogleAPIError, GoogleAuthError) as error:
                if _is_for_good(error):
                    self._fail(error)
                self._ended.wait(_PAUSE_SECS)
            except Exception as error:  # noqa: BLE001 - a thread that ends in silence pulls no more
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.failure = f"the subscription cannot be used any more ({type(error).__name__})"

    def _pull(self) -> None:
        with self._lock:
            room = self._most - len(self._leased)
        if room <= 0:
            self._ended.wait(_PAUSE_SECS)
            return
        pulled = self._client.pull(
            subscription=self._name,
            max_messages=min(room, _MOST_IDS),
            timeout=_PULL_SECS,
            retry=None,
        )
        messages = list(pulled.received_messages)
        with self._lock:
            self._leased.update(message.ack_id for message in messages)
            self._arrived.extend(messages)
        if messages:
            self._extend([message.ack_id for message in messages], LEASE_SECS)

    def _renew(self) -> None:
        if self._ended.wait(_RENEW_SECS):
            return
        with self._lock:
            leased = sorted(self._leased)
        self._extend(leased, LEASE_SECS)

    def _extend(
        self, ack_ids: Sequence[str], secs: int, *, timeout_secs: float = _CALL_SECS
    ) -> None:
        """Set how long the leases go on from now; 0: the messages are given back."""
        for start in range(0, len(ack_ids), _MOST_IDS):
            self._client.modify_ack_deadline(
                subscription=self._name,
                ack_ids=list(ack_ids[start : start + _MOST_IDS]),
                ack_deadline_seconds=secs,
                timeout=timeout_secs,
                retry=None,
            )


def _is_for_good(error: Exception) -> bool:
    """Whether the service will say the same the next time: the rest passes, if not at once."""
    refused = isinstance(error, ClientError | MethodNotImplemented)
    return refused and not isinstance(error, _PASSES)
