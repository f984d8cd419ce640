"""Two programs on one subscription and one ledger, killed and frozen at random: the promise holds."""

import random
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.program.mixed_messages import mixed_messages
from tests.program.program import Program, Running, outcomes_in, phone
from tests.program.publishing import publishing
from tests.program.strict_dialer import Exchange, StrictDialer, confirm
from tests.program.test_events import words
from tests.standins.topics import Topic

SEED = 1
MESSAGES = 240
TROUBLES = 12
LEASE_SECS = 20.0
ANSWER_SECS = 0.15

Source = tuple[str, int]
"""A message's id, and the index of a lead in it."""


def unhurried(exchange: Exchange) -> None:
    exchange.wait(ANSWER_SECS)
    confirm(exchange)


@dataclass(slots=True)
class Pair:
    """Two programs that share a subscription and a ledger, each with an output of its own.

    Attributes:
        kills: how often one was killed.
        freezes: how often one was stopped and went on.
    """

    program: Program
    topic: Topic
    chance: random.Random
    running: list[Running] = field(default_factory=list)
    kills: int = 0
    freezes: int = 0

    @property
    def outputs(self) -> list[Path]:
        return [self.program.folder / "out-a", self.program.folder / "out-b"]

    def start(self, place: int) -> Running:
        given = words(
            self.program,
            self.topic,
            *(
                "--ledger",
                str(self.program.folder / "ledger"),
                "--output",
                str(self.outputs[place]),
            ),
            *("--flush_secs", "0.3", "--batch_size", "10", "--timeout_secs", "5"),
        )
        return self.program.start_with(given)

    def begin(self) -> None:
        """Start both."""
        self.running = [self.start(place) for place in range(2)]

    def trouble(self) -> None:
        """Kill one and start it again, end it politely and start it again, or freeze it."""
        place = self.chance.randrange(2)
        running = self.running[place]
        match self.chance.choices(["kill", "end", "freeze"], [5, 2, 5]):
            case ["kill"]:
                running.kill()
                self.kills += 1
                self.running[place] = self.start(place)
            case ["end"]:
                running.stop(signal.SIGTERM)
                assert running.wait().status in (0, 1), running.wait().said
                self.running[place] = self.start(place)
            case _:
                running.stop(signal.SIGSTOP)
                time.sleep(self.chance.uniform(0.1, 4.0))
                running.stop(signal.SIGCONT)
                self.freezes += 1

    def end(self) -> None:
        """End both, politely."""
        for running in self.running:
            running.stop(signal.SIGTERM)
            done = running.wait()
            assert done.status == 0, done.said

    def outcomes(self) -> Iterator[dict[str, Any]]:
        """What both tell."""
        for output in self.outputs:
            folder = output / "outcomes" / "events"
            if folder.is_dir():
                yield from outcomes_in(folder)

    def told(self) -> dict[Source, set[tuple[str, str, str | None]]]:
        """Of each source all that was told: status, reason and request."""
        told = defaultdict(set)
        for outcome in self.outcomes():
            source = outcome["source"]["message_id"], outcome["source"]["index"]
            told[source].add((outcome["status"], outcome["reason"], outcome["request_id"]))
        return told


def test_killed_and_frozen_at_random_two_programs_lose_nothing_and_post_nothing_twice(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    chance = random.Random(SEED)
    dialer.replies += [unhurried] * MESSAGES
    program.numbers.update(map(phone, range(3 * MESSAGES)))
    pair = Pair(program, topic, chance)
    pair.begin()
    expected: set[Source] = set()
    mixed = mixed_messages(SEED)
    with publishing(topic) as publish:
        for _ in range(TROUBLES):
            for _ in range(MESSAGES // TROUBLES):
                message = next(mixed)
                message_id = publish(message.data)
                expected |= {(message_id, index) for index in range(message.records)}
            time.sleep(chance.uniform(0.5, 3.0))
            pair.trouble()
    ends = time.monotonic() + LEASE_SECS * 2
    while pair.told().keys() != expected and time.monotonic() < ends:
        time.sleep(0.2)
    pair.end()

    told = pair.told()
    assert told.keys() == expected
    assert not {source: ways for source, ways in told.items() if len(ways) > 1}
    unanswered = {
        way for ways in told.values() for way in ways if way[:2] == ("unknown", "no_answer")
    }
    assert len({request for *_, request in unanswered}) <= pair.kills
    delivered = {
        (outcome["campaign"], outcome["phone"])
        for outcome in pair.outcomes()
        if outcome["status"] == "delivered"
    }
    doubtful = {
        (outcome["campaign"], outcome["phone"])
        for outcome in pair.outcomes()
        if outcome["status"] == "unknown"
    }
    assert delivered <= dialer.taken.keys() <= delivered | doubtful
    assert topic.waiting() == []
