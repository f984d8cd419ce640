"""`make demo-events`: leads as events, from Google's Pub/Sub emulator to the built-in dialer.

Starts the emulator and `python -m pipeline simulate` with a gap of one second, publishes most of the
sample messages, runs `python -m pipeline` on their subscription while the rest comes in, and says
whether each record that was published has its outcome. It ends when nothing has come for some
seconds, and so does all that it started.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from docs.demo.messages import SampleMessage, make_messages
from docs.demo.stage import ROOT, output_folder, run_pipeline, simulator
from tests.standins.emulator import (
    HOST_VARIABLE,
    EmulatorFailed,
    EmulatorMissing,
    emulator,
    environment,
)
from tests.standins.sessions import leave_on_signals
from tests.standins.topics import Topic, make_topic

FLUSH_SECS = 2
IDLE_SECS = 6
# Of the messages so many wait when the pipeline starts; the others come so many at a time.
WAITING_SHARE = 0.6
HANDFUL = 12
HANDFUL_EVERY_SECS = 0.5

Source = tuple[str, int]
"""A record: the id of its message, and its place in that."""


def publish(topic: Topic, messages: Sequence[SampleMessage]) -> list[Source]:
    """Publishes messages; the records in them."""
    ids = topic.publish(*(message.data for message in messages))
    return [
        (message_id, index)
        for message_id, message in zip(ids, messages, strict=True)
        for index in range(message.records)
    ]


def trickle(
    topic: Topic, messages: Sequence[SampleMessage], outcomes: Path, has_ended: Event
) -> list[Source]:
    """Publishes messages by the handful, from the first outcome on, until the pipeline has ended.

    Returns:
        The records in those that were published.
    """
    while not has_ended.is_set() and not any(outcomes.rglob("*.jsonl")):
        has_ended.wait(HANDFUL_EVERY_SECS)
    published: list[Source] = []
    for start in range(0, len(messages), HANDFUL):
        if has_ended.wait(HANDFUL_EVERY_SECS):
            break
        published += publish(topic, messages[start : start + HANDFUL])
    return published


def read_outcomes(outcomes: Path) -> Counter[Source]:
    """Counts the outcomes of each record."""
    found = [
        json.loads(line)["source"]
        for path in sorted(outcomes.rglob("*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]
    return Counter((source["message_id"], source["index"]) for source in found)


def account(published: Sequence[Source], outcomes: Counter[Source], *, is_whole: bool) -> bool:
    """Says what was published and what became of it; whether nothing is missing or too much.

    Args:
        published: the records that were published.
        outcomes: how many outcomes each record has.
        is_whole: whether the pipeline was let do all of it.
    """
    messages = len({message_id for message_id, _ in published})
    missing = set(published) - outcomes.keys()
    surplus = outcomes - Counter(published)
    print(f"Published: {len(published):,} records in {messages:,} messages.", end=" ")
    print(f"Outcomes: {outcomes.total():,},", end=" ")
    if not missing and not surplus:
        print("exactly one for each record.")
    elif not surplus and not is_whole:
        print(f"one for each record but {len(missing):,} that are still to come.")
    else:
        print(f"and {len(missing):,} records have none, {surplus.total():,} outcomes are surplus.")
    return not surplus and not (missing and is_whole)


def run_demo(output: Path) -> int:
    """Publishes, runs the pipeline, and adds up; the exit status."""
    outcomes = ROOT / output / "outcomes"
    messages = make_messages()
    waiting = round(len(messages) * WAITING_SHARE)
    has_ended = Event()
    with emulator() as address, simulator() as url, ThreadPoolExecutor(1) as beside:
        # Google's client, which publishes, has it from our environment.
        os.environ.update(environment(address))
        topic = make_topic("demo")
        published = publish(topic, messages[:waiting])
        print(
            f"Pub/Sub emulator on {address}: {waiting:,} messages wait,"
            f" {len(messages) - waiting:,} follow while the pipeline runs",
            flush=True,
        )
        try:
            following = beside.submit(trickle, topic, messages[waiting:], outcomes, has_ended)
            ended = run_pipeline(
                [
                    *("--input_subscription", topic.subscription),
                    *("--flush_secs", str(FLUSH_SECS), "--idle_secs", str(IDLE_SECS)),
                ],
                url=url,
                output=output,
                environment={HOST_VARIABLE: address},
            )
        finally:
            has_ended.set()
        published += following.result()
    is_whole = ended.status == 0 and not ended.was_interrupted
    is_right = account(published, read_outcomes(outcomes), is_whole=is_whole)
    print(f"One outcome a record, as JSON lines, in {output / 'outcomes'}")
    return ended.status or int(not is_right)


def main() -> int:
    """Runs the demo; its exit status is the pipeline's, or 1 where the sum is wrong."""
    leave_on_signals()
    try:
        return run_demo(output_folder())
    except (EmulatorMissing, EmulatorFailed) as error:
        print(f"{error}.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
