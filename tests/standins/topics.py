"""A topic and its subscription in the emulator that the environment names."""

import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass

from google.cloud import pubsub_v1

from tests.standins.emulator import PROJECT

_CALL_SECS = 30.0
_LEASE_SECS = 10
# The emulator holds a pull that finds nothing until a second before that.
_PULL_SECS = 5.0
_MOST_MESSAGES = 1000
_NAME_LENGTH = 200
_LETTERS = 20


@dataclass(frozen=True)
class Topic:
    """A topic with one subscription.

    Attributes:
        topic: `projects/P/topics/T`.
        subscription: `projects/P/subscriptions/S`.
    """

    topic: str
    subscription: str

    def publish(self, *messages: bytes, **attributes: str) -> list[str]:
        """Publish messages, all with these attributes, and give their ids."""
        publisher = pubsub_v1.PublisherClient()
        sent = [publisher.publish(self.topic, data, **attributes) for data in messages]
        ids = [str(each.result(timeout=_CALL_SECS)) for each in sent]
        publisher.stop()
        return ids

    def waiting(self) -> Sequence[str]:
        """The ids of messages that can be pulled now; they are given back."""
        with pubsub_v1.SubscriberClient() as client:
            pulled = client.pull(
                subscription=self.subscription, max_messages=_MOST_MESSAGES, timeout=_PULL_SECS
            )
            received = list(pulled.received_messages)
            if received:
                client.modify_ack_deadline(
                    subscription=self.subscription,
                    ack_ids=[each.ack_id for each in received],
                    ack_deadline_seconds=0,
                )
        return [each.message.message_id for each in received]


def make_topic(name: str) -> Topic:
    """Make a topic and its subscription.

    An emulator can serve several runs of the tests, each in several processes: so the name is only
    what theirs begins with.

    Args:
        name: anything that says what it is for.
    """
    words = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:_NAME_LENGTH]
    # No digits: on a terminal ten in a row would look like a phone number.
    letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(_LETTERS))
    unlike_any = f"t-{words}-{letters}"
    topic = f"projects/{PROJECT}/topics/{unlike_any}"
    subscription = f"projects/{PROJECT}/subscriptions/{unlike_any}"
    publisher = pubsub_v1.PublisherClient()
    publisher.create_topic(name=topic, timeout=_CALL_SECS)
    publisher.stop()
    with pubsub_v1.SubscriberClient() as client:
        client.create_subscription(
            name=subscription,
            topic=topic,
            ack_deadline_seconds=_LEASE_SECS,
            timeout=_CALL_SECS,
        )
    return Topic(topic, subscription)
