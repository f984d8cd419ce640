"""Publishing message by message over one connection, as a web form's server does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from google.cloud import pubsub_v1

from tests.standins.topics import Topic

Publish = Callable[[bytes], str]
"""Publishes a message, and gives its id once the emulator has it."""


@contextmanager
def publishing(topic: Topic) -> Iterator[Publish]:
    """Keep a connection to the emulator open."""
    publisher = pubsub_v1.PublisherClient()

    def publish(data: bytes) -> str:
        return str(publisher.publish(topic.topic, data).result(timeout=30))

    yield publish
    publisher.stop()
