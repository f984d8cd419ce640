"""What the laboratory has the program do: deliver a file of leads, or the messages of a subscription."""

import signal
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tests.program.program import Program, Running, finished_outcomes, leads, phone
from tests.program.test_events import events, messages, words
from tests.standins.topics import Topic

BATCH = 5
LEADS = 100


class Job(Protocol):
    """A job of `LEADS` leads, `BATCH` a request."""

    def supply(self, program: Program) -> None:
        """Put the leads where the program finds them."""
        ...

    def words(self, program: Program, more: Sequence[str]) -> list[str]:
        """The program's command line."""
        ...

    def finish(
        self, program: Program, running: Running, words: Sequence[str]
    ) -> list[dict[str, Any]]:
        """Let the program come to its end, or another one if it has ended; one outcome a lead."""
        ...


@dataclass(frozen=True, slots=True)
class FileJob:
    """A run over one file."""

    def supply(self, program: Program) -> None:
        """See `Job.supply`."""
        program.write_leads("leads.jsonl", leads(LEADS))

    def words(self, program: Program, more: Sequence[str]) -> list[str]:
        """See `Job.words`."""
        return program.arguments("--batch_size", f"{BATCH}", *more)

    def finish(
        self, program: Program, running: Running, words: Sequence[str]
    ) -> list[dict[str, Any]]:
        """See `Job.finish`."""
        if running.process.poll() is not None:
            return program.finish_with(words)
        done = running.wait()
        assert done.status == 0, done.said
        return finished_outcomes(program.output)


@dataclass(frozen=True, slots=True)
class EventJob:
    """Messages of one lead each.

    Attributes:
        topic: where they are published.
    """

    topic: Topic

    def supply(self, program: Program) -> None:
        """See `Job.supply`."""
        self.topic.publish(*messages(LEADS))
        program.numbers.update(map(phone, range(LEADS)))

    def words(self, program: Program, more: Sequence[str]) -> list[str]:
        """See `Job.words`."""
        own = ("--batch_size", f"{BATCH}", "--flush_secs", "0.3")
        return words(program, self.topic, *own, *more)

    def finish(
        self, program: Program, running: Running, words: Sequence[str]
    ) -> list[dict[str, Any]]:
        """See `Job.finish`: nothing is left in the subscription."""
        if running.process.poll() is not None:
            running = program.start_with(words)
        running.wait_until(lambda: len(_once(events(program))) == LEADS)
        running.stop(signal.SIGTERM)
        done = running.wait()
        assert done.status == 0, done.said
        assert self.topic.waiting() == []
        return _once(events(program))


def _once(outcomes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One outcome a message; one that is told again must be the same."""
    found: dict[str, dict[str, Any]] = {}
    for outcome in outcomes:
        message = outcome["source"]["message_id"]
        assert found.setdefault(message, outcome) == outcome
    return list(found.values())
