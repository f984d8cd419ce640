"""The options of leads that come as events."""

import re
from dataclasses import dataclass

from pipeline.command_line import Given
from pipeline.option_reader import OptionReader
from transforms.messages import CAMPAIGN_ATTRIBUTE, MessageSettings
from transforms.publish_outcomes import TAKEN_ATTRIBUTES

_SUBSCRIPTION = re.compile(r"projects/[^/]+/subscriptions/[^/]+")
_TOPIC = re.compile(r"projects/[^/]+/topics/[^/]+")
_FLUSH_SECS = 30.0
_DEDUPE_WINDOW_HOURS = 24.0
_MOST_HOURS = 24.0 * 365
_MOST_SECS = 24 * 3600.0
_SECS_AN_HOUR = 3600.0
_FOR_EVENTS = (
    "--idle_secs",
    "--flush_secs",
    "--dedupe_window_hours",
    "--outcomes_topic",
    "--campaign_attribute",
    "--timestamp_attribute",
    "--message_schemas",
)
_NAMES = sorted(TAKEN_ATTRIBUTES)
_FOR_FILES = ("--input", "--new_run", "--csv_delimiter")


@dataclass(frozen=True, slots=True)
class EventOptions:
    """How leads come as events.

    Attributes:
        subscription: `projects/P/subscriptions/S`.
        idle_secs: after how many quiet seconds to end; None: never.
        flush_secs: how long a lead waits for others at the most.
        dedupe_window_secs: how long a delivered lead makes later messages duplicates.
        messages: how messages are read.
        timestamp_attribute: the attribute that says when a message's event happened, or None.
        outcomes_topic: the topic that outcomes are published to, or None.
    """

    subscription: str
    idle_secs: float | None
    flush_secs: float
    dedupe_window_secs: float
    messages: MessageSettings
    timestamp_attribute: str | None
    outcomes_topic: str | None

    @property
    def campaign_column(self) -> str | None:
        """The column that stands for the attribute of a lead's campaign, if one does."""
        name = self.messages.campaign_attribute
        return None if name is None else CAMPAIGN_ATTRIBUTE + name


def read_event_options(
    given: Given, reader: OptionReader, faults: list[str]
) -> EventOptions | None:
    """Read them, if leads come as events.

    Args:
        given: the command line.
        reader: reads single options.
        faults: is added to.
    """
    subscription = reader.text("--input_subscription")
    if subscription is None:
        if "--input_subscription" not in given.values:
            faults.extend(
                f"{name} needs --input_subscription" for name in _FOR_EVENTS if name in given.values
            )
        return None
    if not _SUBSCRIPTION.fullmatch(subscription):
        faults.append("--input_subscription must be written projects/P/subscriptions/S")
    faults.extend(
        f"{name} does not go with --input_subscription"
        for name in _FOR_FILES
        if name in given.values
    )
    settings = MessageSettings(
        record_path=reader.text("--record_path"),
        record_pairs=tuple(given.values.get("--record_pairs", ())),
        schemas=reader.text("--message_schemas"),
        campaign_attribute=reader.text("--campaign_attribute"),
        project=subscription.split("/")[1] if subscription.count("/") else None,
    )
    faults.extend(settings.faults())
    topic = _outcomes_topic(reader, settings.campaign_attribute, faults)
    idle_secs = None
    if "--idle_secs" in given.values:
        idle_secs = reader.number("--idle_secs", 0.0, least=0.0, most=_MOST_SECS)
    hours = reader.number(
        "--dedupe_window_hours", _DEDUPE_WINDOW_HOURS, least=0.0, most=_MOST_HOURS
    )
    return EventOptions(
        subscription=subscription,
        idle_secs=idle_secs,
        flush_secs=reader.number("--flush_secs", _FLUSH_SECS, least=0.0, most=_MOST_SECS),
        dedupe_window_secs=hours * _SECS_AN_HOUR,
        messages=settings,
        timestamp_attribute=reader.text("--timestamp_attribute"),
        outcomes_topic=topic,
    )


def _outcomes_topic(
    reader: OptionReader, campaign_attribute: str | None, faults: list[str]
) -> str | None:
    topic = reader.text("--outcomes_topic")
    if topic is None:
        return None
    if not _TOPIC.fullmatch(topic):
        faults.append("--outcomes_topic must be written projects/P/topics/T")
    if campaign_attribute in TAKEN_ATTRIBUTES:
        faults.append(
            f"--campaign_attribute {campaign_attribute} does not go with --outcomes_topic: the messages of"
            f" outcomes cannot have an attribute of the campaign called {', '.join(_NAMES[:-1])} or"
            f" {_NAMES[-1]}; have it published under another name, or leave the topic out"
        )
    return topic
