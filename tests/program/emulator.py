"""Google's Pub/Sub emulator, as a process of the tests' own, where the machine has it."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from google.cloud import pubsub_v1

_PROJECT = "demo"
_STARTS_WITHIN_SECS = 60.0


def is_installed() -> bool:
    """Whether gcloud is here, with the emulator's component."""
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        return False
    done = subprocess.run(
        [gcloud, "info", "--format=value(installation.sdk_root)"],
        capture_output=True,
        text=True,
        check=False,
    )
    return os.path.exists(f"{done.stdout.strip()}/platform/pubsub-emulator")  # noqa: PTH110


@dataclass(frozen=True)
class Topic:
    """A topic with one subscription."""

    topic: str
    subscription: str

    def publish(self, *messages: bytes, **attributes: str) -> list[str]:
        """Publish messages, and give their ids."""
        publisher = pubsub_v1.PublisherClient()
        sent = [publisher.publish(self.topic, data, **attributes) for data in messages]
        ids = [str(each.result(timeout=30)) for each in sent]
        publisher.stop()
        return ids

    def waiting(self) -> Sequence[str]:
        """The ids of messages that can be pulled now; they are given back."""
        with pubsub_v1.SubscriberClient() as client:
            pulled = client.pull(subscription=self.subscription, max_messages=1000, timeout=20)
            received = list(pulled.received_messages)
            if received:
                client.modify_ack_deadline(
                    subscription=self.subscription,
                    ack_ids=[each.ack_id for each in received],
                    ack_deadline_seconds=0,
                )
        return [each.message.message_id for each in received]


@contextmanager
def emulator() -> Iterator[str]:
    """Run the emulator on a free port; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"127.0.0.1:{port}"
    process = subprocess.Popen(
        [
            *("gcloud", "beta", "emulators", "pubsub", "start"),
            *(f"--host-port={address}", f"--project={_PROJECT}"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_open(port, process)
        yield address
    finally:
        # gcloud is a shell before the emulator itself: the session that we made ends as a whole.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def make_topic(name: str) -> Topic:
    """Make a topic and its subscription in the running emulator."""
    topic = f"projects/{_PROJECT}/topics/{name}"
    subscription = f"projects/{_PROJECT}/subscriptions/{name}"
    publisher = pubsub_v1.PublisherClient()
    publisher.create_topic(name=topic)
    publisher.stop()
    with pubsub_v1.SubscriberClient() as client:
        client.create_subscription(name=subscription, topic=topic, ack_deadline_seconds=10)
    return Topic(topic, subscription)


def _wait_until_open(port: int, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + _STARTS_WITHIN_SECS
    while time.monotonic() < ends:
        assert process.poll() is None, "the emulator has ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError("the emulator did not start")
