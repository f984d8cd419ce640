"""What is held of a subscription, on Google's emulator."""

import time

from dialer.clock import ManualClock
from records.messages import Message
from tests.standins.topics import Topic
from transforms.held_messages import HeldMessages
from transforms.in_process import BOARD
from transforms.schema_service import SchemaServiceFailed
from transforms.subscription import Subscription

PATIENCE_SECS = 20.0


def take(held: HeldMessages, count: int) -> list[bytes]:
    """So many messages, unless they do not come."""
    seen: list[bytes] = []
    ends = time.monotonic() + PATIENCE_SECS
    while len(seen) < count and time.monotonic() < ends:
        seen += [message.data for message in held.take()]
        time.sleep(0.05)
    return sorted(seen)


def test_messages_whose_schema_cannot_be_asked_for_wait_and_the_others_go_on(topic: Topic) -> None:
    service_is_up = False

    def count_leads(message: Message) -> int:
        if message.data.startswith(b"avro") and not service_is_up:
            raise SchemaServiceFailed("the schema service cannot be asked")
        return 1

    clock = ManualClock()
    topic.publish(b"avro 1", b"json", b"avro 2")
    with Subscription(topic.subscription, most_messages=10) as subscription:
        held = HeldMessages(
            subscription,
            clock=clock,
            most_leads=10,
            count_leads=count_leads,
            timestamp_attribute=None,
        )
        assert take(held, 1) == [b"json"]
        assert not held.is_quiet(0.0)
        service_is_up = True
        clock.advance(60)
        assert take(held, 2) == [b"avro 1", b"avro 2"]
        assert len(held) == 3
    assert [notice.split(".")[0] for notice in BOARD.notices] == [
        "the schema service cannot be asked"
    ]


def test_what_the_next_requests_cannot_carry_is_given_back(topic: Topic) -> None:
    published = topic.publish(*(b"%d" % number for number in range(6)))
    with Subscription(topic.subscription, most_messages=6) as subscription:
        held = HeldMessages(
            subscription,
            clock=ManualClock(),
            most_leads=6,
            count_leads=lambda _: 5,
            timestamp_attribute=None,
        )
        take(held, 2)
        assert len(held) == 2
        assert held.take() == []
        waiting = set(topic.waiting())
        assert waiting < set(published)
        assert len(waiting) == 4
