"""Messages of a Pub/Sub subscription, held under lease until what became of them is durable.

Messages are pulled one call at a time. The client library's streaming pull would do the rest by
itself, but what a killed process held by a stream did not come back from Google's emulator (measured:
none within two minutes; pulled by single calls, all within the acknowledgement deadline).
"""

import contextlib
import threading
from collections.abc import Callable, Sequence
from types import TracebackType

from google.api_core.exceptions import DeadlineExceeded, GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from google.pubsub_v1.types import ReceivedMessage

from transforms.in_process import BOARD
from transforms.pubsub_service import emulator_channel, is_refusal

LEASE_SECS = 20
"""How long a message is ours without a word from us: so long after a crash it comes again."""

_RENEW_SECS = 6.0
_PULL_SECS = 2.0
_PAUSE_SECS = 0.5
_CALL_SECS = 10.0
_LAST_CALL_SECS = 5.0
_MOST_IDS = 1000


class Subscription:
    """One subscription: messages come by `take`, are kept under lease, and end by `ack`."""

    def __init__(self, name: str, *, most_messages: int) -> None:
        """Pull in the background, as long as fewer than `most_messages` are held.

        Args:
            name: `projects/P/subscriptions/S`.
            most_messages: how many messages may be held at a time: the backlog stays where it is.
        """
        self._name = name
        self._most = most_messages
        self._welcome: Callable[[], int] = lambda: most_messages
        channel = emulator_channel()
        self._client = (
            SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
            if channel is not None
            else SubscriberClient()
        )
        self._lock = threading.Lock()
        self._arrived: list[ReceivedMessage] = []
        # By the message's id the one by which it is acknowledged: another each time that it comes.
        self._leased: dict[str, str] = {}
        self._ended = threading.Event()
        self.failure = ""
        self.was_given_back = True
        self.trouble = ""
        self._was_asked = False
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
            self._extend(sorted(self._leased.values()), 0, timeout_secs=_LAST_CALL_SECS)
        except (GoogleAPIError, GoogleAuthError):
            # It comes again by itself when its lease runs out.
            self.was_given_back = False
        self._client.transport.close()  # type: ignore[no-untyped-call]

    def limit_by(self, welcome: Callable[[], int]) -> None:
        """Pull no more messages at a time than are welcome, however few are leased."""
        self._welcome = welcome

    @property
    def is_empty(self) -> bool:
        """Whether the service has said that there is nothing, and all that came was taken."""
        with self._lock:
            return self._was_asked and not self.trouble and not self._arrived

    def take(self) -> list[ReceivedMessage]:
        """The messages that have arrived since the last call."""
        with self._lock:
            arrived, self._arrived = self._arrived, []
        return arrived

    def ack(self, message_ids: Sequence[str]) -> bool:
        """End messages for good.

        Returns:
            Whether the service has taken it. If not, they stay leased.
        """
        ack_ids = self._ack_ids(message_ids)
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
        self._forget(message_ids)
        return True

    def give_back(self, message_ids: Sequence[str]) -> None:
        """Let the subscription deliver messages again, at once if it can be told to."""
        ack_ids = self._ack_ids(message_ids)
        self._forget(message_ids)
        with contextlib.suppress(GoogleAPIError, GoogleAuthError):
            self._extend(ack_ids, 0)

    def _ack_ids(self, message_ids: Sequence[str]) -> list[str]:
        with self._lock:
            return [self._leased[each] for each in message_ids if each in self._leased]

    def _forget(self, message_ids: Sequence[str]) -> None:
        with self._lock:
            for each in message_ids:
                self._leased.pop(each, None)

    def _until_ended(self, step: Callable[[], None]) -> None:
        while not self._ended.is_set() and not self.failure:
            try:
                step()
            except (GoogleAPIError, GoogleAuthError) as error:
                if is_refusal(error):
                    self._fail(error)
                elif not self.trouble and not self._ended.is_set():
                    self.trouble = type(error).__name__
                    BOARD.notices.append(
                        f"the subscription does not answer ({self.trouble}): trying again; what is"
                        " held goes on"
                    )
                self._ended.wait(_PAUSE_SECS)
            except Exception as error:  # noqa: BLE001 - a thread that ends in silence pulls no more
                self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.failure = f"the subscription cannot be used any more ({type(error).__name__})"

    def _pull(self) -> None:
        welcome = self._welcome()
        with self._lock:
            room = min(self._most - len(self._leased), welcome - len(self._arrived))
        if room <= 0:
            self._ended.wait(_PAUSE_SECS)
            return
        messages = self._ask(min(room, _MOST_IDS))
        self.trouble = ""
        with self._lock:
            self._leased |= {each.message.message_id: each.ack_id for each in messages}
            self._arrived.extend(messages)
            self._was_asked = True
        if messages:
            self._extend([message.ack_id for message in messages], LEASE_SECS)

    def _ask(self, most: int) -> list[ReceivedMessage]:
        try:
            pulled = self._client.pull(
                subscription=self._name, max_messages=most, timeout=_PULL_SECS, retry=None
            )
        except DeadlineExceeded:
            # That is how the service says that there is nothing.
            return []
        return list(pulled.received_messages)

    def _renew(self) -> None:
        if self._ended.wait(_RENEW_SECS):
            return
        with self._lock:
            leased = sorted(self._leased.values())
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
