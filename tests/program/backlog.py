"""What waits in a subscription: all that a second subscriber can pull beside the program."""

from google.api_core.exceptions import DeadlineExceeded
from google.cloud import pubsub_v1

from tests.standins.topics import Topic

_MOST_A_PULL = 1000
_MOST_IDS = 1000
_QUIET_SECS = 3.0


def backlog(topic: Topic) -> int:
    """How many messages nobody holds; they are given back."""
    with pubsub_v1.SubscriberClient() as client:
        held = _pull_all(client, topic.subscription)
        for start in range(0, len(held), _MOST_IDS):
            client.modify_ack_deadline(
                subscription=topic.subscription,
                ack_ids=held[start : start + _MOST_IDS],
                ack_deadline_seconds=0,
            )
    return len(held)


def _pull_all(client: pubsub_v1.SubscriberClient, subscription: str) -> list[str]:
    held: list[str] = []
    while True:
        try:
            pulled = client.pull(
                subscription=subscription, max_messages=_MOST_A_PULL, timeout=_QUIET_SECS
            )
        except DeadlineExceeded:
            return held
        if not pulled.received_messages:
            return held
        held += [each.ack_id for each in pulled.received_messages]
