"""Outcomes to a topic, for real: on Google's emulator."""

import inspect
import json
from dataclasses import replace

import apache_beam as beam
import pytest
from google.cloud import pubsub_v1

from records.message_schemas import MessageSchemas, no_schemas
from records.messages import Message, MessageRules, decode_message
from schemas.outcome import Outcome, Status
from tests.standins.topics import Topic
from tests.transforms.running import expect, pinned
from tests.transforms.test_write_outcomes import outcome
from transforms.in_process import BOARD
from transforms.publish_outcomes import (
    TAKEN_ATTRIBUTES,
    PublishOutcomes,
    attributes_of,
    message_line,
)

PLAIN = MessageRules(MessageSchemas(no_schemas))


def publish(parts: list[list[Outcome]], topic: str, campaign_attribute: str | None = None) -> None:
    with pinned() as pipeline:
        lists = pipeline | beam.Create(parts, reshuffle=False)
        published = lists | PublishOutcomes(topic=topic, campaign_attribute=campaign_attribute)
        expect(published, parts, "published")


def pulled(topic: Topic, count: int) -> list[Message]:
    """What the topic's subscription holds: so many messages."""
    found: list[Message] = []
    with pubsub_v1.SubscriberClient() as client:
        while len(found) < count:
            answer = client.pull(subscription=topic.subscription, max_messages=100, timeout=20)
            for each in answer.received_messages:
                read = each.message
                attributes = dict(read.attributes)
                found.append(Message(read.data, attributes, read.message_id, 0.0))
            client.acknowledge(
                subscription=topic.subscription,
                ack_ids=[each.ack_id for each in answer.received_messages],
            )
    return found


def test_what_the_campaigns_attribute_cannot_be_called_is_known_in_full() -> None:
    parameters = inspect.signature(pubsub_v1.PublisherClient.publish).parameters.values()
    named = {each.name for each in parameters if each.kind is not each.VAR_KEYWORD}

    assert named | attributes_of(outcome(1), None).keys() == TAKEN_ATTRIBUTES
    for name in TAKEN_ATTRIBUTES:
        with pytest.raises(ValueError, match=name):
            PublishOutcomes(topic="projects/p/topics/t", campaign_attribute=name)


def test_each_outcome_is_a_message_with_its_status_and_reason(topic: Topic) -> None:
    dnd = outcome(3, Status.SUPPRESSED, "dnd")
    parts = [[outcome(1), outcome(2)], [dnd]]

    publish(parts, topic.topic, campaign_attribute="campaign")

    found = pulled(topic, 3)
    lines = {each.to_json_line(): each for part in parts for each in part}
    assert {message.data for message in found} == lines.keys()
    for message in found:
        told = lines[message.data]
        assert message.attributes == {
            "status": told.status,
            "reason": told.reason,
            "campaign": "Summer",
        }


def test_an_outcome_that_is_published_to_the_leads_is_read_as_the_lead_it_tells_of(
    topic: Topic,
) -> None:
    publish([[outcome(1)]], topic.topic)

    (message,) = pulled(topic, 1)
    (record,), unreadable = decode_message(message, PLAIN)

    assert unreadable == []
    assert record.fields == {"PhoneNumber": "9876512345"}


def test_a_topic_that_is_not_there_ends_the_run_and_says_so(topic: Topic) -> None:
    gone = f"{topic.topic}-gone"

    with pytest.raises(Exception, match="while running"):
        publish([[outcome(1)]], gone)

    assert BOARD.stopped == f"outcomes cannot be published to {gone} (NotFound)"


def test_a_lead_that_no_message_can_hold_with_its_outcome_is_cut_off_and_said_to_be() -> None:
    text = json.dumps({"Phone": 9_876_512_345, "Name": "Ä" * 4_950_000}, ensure_ascii=False)
    large = replace(outcome(1), lead_json=text.encode())

    read = json.loads(message_line(large))

    assert len(message_line(large)) < 9_000_000
    assert text.startswith(read["lead"])
    assert f"the lead has {len(text.encode()):,} bytes" in read["detail"]
    assert message_line(outcome(1)) == outcome(1).to_json_line()


def test_a_campaign_that_is_no_attribute_is_left_to_the_data() -> None:
    assert "c" not in attributes_of(replace(outcome(1), campaign="Ä" * 513), "c")
    assert "c" not in attributes_of(replace(outcome(1), campaign=None), "c")
    assert attributes_of(outcome(1), None) == {"status": "delivered", "reason": "ok"}
