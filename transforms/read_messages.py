"""ReadSubscription and ReadHeldMessages: messages of Pub/Sub, as a stream without end.

Where the runner reads Pub/Sub itself, ReadSubscription has it do so. Prism does not: there the
messages that this process holds under lease are the source, and each is acknowledged when what became
of it is durable, not when the runner has it in memory.
"""

import hashlib
from collections import deque
from collections.abc import Iterable
from typing import Any

import apache_beam as beam
from apache_beam.coders import Coder, PickleCoder
from apache_beam.io.gcp.pubsub import PubsubMessage, ReadFromPubSub
from apache_beam.io.unbounded_source import (
    CheckpointMark,
    ReadFromUnboundedSource,
    UnboundedReader,
    UnboundedSource,
)
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp

from records.event_time import event_time_secs
from records.messages import Message
from transforms.held_messages import HeldMessages

_POLL_SECS = 0.2
_BUNDLE_SECS = 1.0
"""A busy source keeps its bundle open so long: what is in it waits for its end."""

HELD: list[HeldMessages] = []
"""The messages that this process holds, if it reads them for a runner: module state, since the
runner gives the source a copy of whatever a source holds."""


class ReadSubscription(beam.PTransform):
    """Reads a subscription by the runner's own means.

    Input: the pipeline.
    Outputs: lists of one `Message`, each with the time of its event.
    Guarantee: the runner's: on Dataflow a message is acknowledged when what was made of it is stored.
    Parallelism: the runner's.
    """

    def __init__(self, *, subscription: str, timestamp_attribute: str | None) -> None:
        """Read from `projects/P/subscriptions/S`.

        Args:
            subscription: its name.
            timestamp_attribute: the attribute that says when a message's event happened. It is read
                here, since the runner would not let a message pass that has a wrong one.
        """
        super().__init__()
        self._subscription = subscription
        self._timestamp_attribute = timestamp_attribute

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection:
        """Apply to a pipeline."""
        return (
            begin
            | "Read" >> ReadFromPubSub(subscription=self._subscription, with_attributes=True)
            | "To messages" >> beam.Map(to_message).with_output_types(list[Message])
            | "Stamp" >> beam.Map(_stamped, self._timestamp_attribute)
        )


class ReadHeldMessages(beam.PTransform):
    """Reads what this process holds of a subscription, until no more is to be taken.

    Input: the pipeline.
    Outputs: lists of one `Message`, each with the time of its event.
    Guarantee: each message once, as long as it is held. What is not settled when the process ends comes
        again from the subscription.
    Parallelism: none: it has to run in this very process.
    """

    def __init__(self, *, timestamp_attribute: str | None) -> None:
        """Read from `HELD`.

        Args:
            timestamp_attribute: the attribute that says when a message's event happened.
        """
        super().__init__()
        self._timestamp_attribute = timestamp_attribute

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection:
        """Apply to a pipeline."""
        return (
            begin
            | "Read"
            >> ReadFromUnboundedSource(
                _HeldSource(), poll_interval=_POLL_SECS, max_read_time_seconds=_BUNDLE_SECS
            )
            | "Stamp" >> beam.Map(_stamped, self._timestamp_attribute)
        )


def to_message(pulled: PubsubMessage) -> list[Message]:
    """The message as the steps behind read it, in a list of its own.

    One that came without an id is known by what it holds: with an empty id all would be one message,
    and all but the first taken for its repetition.
    """
    attributes = dict(pulled.attributes or {})
    published = pulled.publish_time
    return [
        Message(
            data=pulled.data,
            attributes=attributes,
            message_id=pulled.message_id or _fingerprint(pulled.data, attributes),
            publish_time_secs=published.timestamp() if published else float(Timestamp.now()),
        )
    ]


def _fingerprint(data: bytes, attributes: dict[str, str]) -> str:
    content = repr((data, sorted(attributes.items()))).encode("utf-8", "surrogatepass")
    return hashlib.sha256(content).hexdigest()


def _stamped(messages: list[Message], attribute: str | None) -> TimestampedValue:
    return TimestampedValue(messages, event_time_secs(messages[0], attribute))


class _NoPosition(CheckpointMark):
    """There is nothing to go back to: a message that is not settled stays with the subscription."""


class _HeldSource(UnboundedSource):
    """The messages that this process holds."""

    def split(
        self,
        desired_num_splits: int,  # noqa: ARG002 - there is one subscription, and one process
        options: Any = None,  # noqa: ARG002, ANN401 - Beam's own signature
    ) -> Iterable["_HeldSource"]:
        return [self]

    def create_reader(
        self,
        options: Any,  # noqa: ARG002, ANN401 - Beam's own signature
        checkpoint_mark: CheckpointMark | None,  # noqa: ARG002
    ) -> UnboundedReader:
        return _HeldReader()

    def get_checkpoint_mark_coder(self) -> Coder:
        return PickleCoder()


_TAKEN: deque[Message] = deque()
"""Taken from `HELD` and not yet given on; module state, as a reader may be replaced by another."""


class _HeldReader(UnboundedReader):
    """Takes messages one by one."""

    def __init__(self) -> None:
        self._current: list[Message] = []
        self._at = Timestamp.now()
        self._is_over = False

    def start(self) -> bool:
        return self.advance()

    def advance(self) -> bool:
        (held,) = HELD
        if not _TAKEN:
            # Asked for first: what was taken before the end was called is given on.
            is_over = held.is_closed
            _TAKEN.extend(held.take())
            if not _TAKEN:
                self._is_over = is_over
                return False
        self._current, self._at = [_TAKEN.popleft()], Timestamp.now()
        return True

    def get_current(self) -> list[Message]:
        return self._current

    def get_current_timestamp(self) -> Timestamp:
        return self._at

    def get_watermark(self) -> Timestamp:
        return MAX_TIMESTAMP if self._is_over else self._at

    def get_checkpoint_mark(self) -> CheckpointMark:
        return _NoPosition()
