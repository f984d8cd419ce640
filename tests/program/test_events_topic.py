"""Outcomes to a topic: beside files, instead of files, and back as leads."""

import json

import pytest
from google.cloud import pubsub_v1

from tests.program.program import Program
from tests.program.strict_dialer import StrictDialer
from tests.program.test_events import events, listen, messages, told, words
from tests.standins.topics import Topic, make_topic

QUICK = ("--flush_secs", "0.2", "--idle_secs", "1")


@pytest.fixture
def outcomes(topic: Topic, request: pytest.FixtureRequest) -> Topic:  # noqa: ARG001 - its emulator
    return make_topic(f"{request.node.name}-outcomes")


def received(outcomes: Topic, count: int) -> list[tuple[dict[str, str], bytes]]:
    """So many messages of the topic of outcomes, with their attributes."""
    found: list[tuple[dict[str, str], bytes]] = []
    with pubsub_v1.SubscriberClient() as client:
        while len(found) < count:
            pulled = client.pull(
                subscription=outcomes.subscription, max_messages=100, timeout=20
            ).received_messages
            found += [(dict(each.message.attributes), each.message.data) for each in pulled]
            client.acknowledge(
                subscription=outcomes.subscription, ack_ids=[each.ack_id for each in pulled]
            )
    return found


@pytest.mark.usefixtures("dialer")
def test_outcomes_are_published_beside_files(
    topic: Topic, outcomes: Topic, program: Program
) -> None:
    topic.publish(*messages(3), b"junk")

    done = listen(program, topic, *QUICK, "--outcomes_topic", outcomes.topic)

    assert done.status == 0, done.said
    written = {json.dumps(each, sort_keys=True) for each in events(program)}
    published = received(outcomes, 4)
    assert {json.dumps(json.loads(data), sort_keys=True) for _, data in published} == written
    assert sorted((said["status"], said["reason"]) for said, _ in published) == [
        *([("delivered", "ok")] * 3),
        ("invalid", "unreadable"),
    ]
    assert f"outcomes: {program.output}/outcomes/events and {outcomes.topic}" in done.out


def test_without_an_output_outcomes_go_to_the_topic_alone_and_nothing_is_posted_twice(
    topic: Topic, outcomes: Topic, program: Program, dialer: StrictDialer
) -> None:
    given = words(
        program,
        topic,
        *QUICK,
        *("--ledger", str(program.folder / "ledger"), "--outcomes_topic", outcomes.topic),
    )
    at = given.index("--output")
    del given[at : at + 2]
    for reason in ("ok", "duplicate"):
        topic.publish(*messages(2))
        done = program.start_with(given).wait()
        assert done.status == 0, done.said
        assert {said["reason"] for said, _ in received(outcomes, 2)} == {reason}
    assert len(dialer.arrivals) == 1
    assert not program.output.exists()


def test_what_failed_is_read_as_a_lead_when_it_is_published_again(
    topic: Topic, outcomes: Topic, program: Program, dialer: StrictDialer
) -> None:
    """The number was wrong for want of a path; the replay gives it."""
    topic.publish(json.dumps({"entry": json.loads(messages(1)[0])}).encode())
    publish = ("--outcomes_topic", outcomes.topic)
    assert listen(program, topic, *QUICK, *publish).status == 0
    ((said, data),) = received(outcomes, 1)
    assert said == {"status": "invalid", "reason": "phone_missing"}

    again, *_ = topic.publish(data)
    assert listen(program, topic, *QUICK, *publish, "--record_path", "entry").status == 0

    assert told(program)[again, 0] == "delivered/ok"
    assert len(dialer.taken) == 1


def test_a_topic_that_would_feed_itself_or_is_not_there_is_refused(
    topic: Topic, program: Program
) -> None:
    done = listen(program, topic, *QUICK, "--outcomes_topic", topic.topic)
    assert done.status == 2
    assert f"--outcomes_topic {topic.topic} is the topic of --input_subscription" in done.err

    done = listen(program, topic, *QUICK, "--outcomes_topic", "projects/demo/topics/none")
    assert done.status == 2
    assert "--outcomes_topic projects/demo/topics/none does not exist" in done.err
    assert not program.output.exists()
