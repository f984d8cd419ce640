"""PublishOutcomes: outcomes to a Pub/Sub topic, as soon as they are known."""

from collections.abc import Iterator
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import replace
from functools import lru_cache

import apache_beam as beam
import orjson
from google.api_core.exceptions import GoogleAPIError
from google.api_core.retry import Retry
from google.auth.exceptions import GoogleAuthError
from google.cloud import pubsub_v1
from google.cloud.pubsub_v1.publisher.exceptions import MessageTooLargeError

from schemas.outcome import Outcome
from transforms.in_process import halt

TAKEN_ATTRIBUTES = frozenset(
    {"status", "reason"} | {"self", "topic", "data", "ordering_key", "retry", "timeout"}
)
"""What the attribute of the campaign cannot be called: an outcome's own attributes, and the parameters
of the client's `publish`, which takes attributes beside them as keywords."""

_PATIENCE_SECS = 60.0
_MOST_BYTES = 9_000_000
"""Pub/Sub takes 10,000,000 bytes a message with its attributes (its page on quotas)."""

_MOST_TEXT_BYTES = 1_000_000
_MOST_ATTRIBUTE_BYTES = 1_024
"""The longest value of an attribute, by the same page."""


class OutcomesUnpublishable(Exception):
    """The topic did not take the outcomes; what became of the leads stands in the ledger."""


class PublishOutcomes(beam.PTransform):
    """Publishes each outcome as a message of its own, with its status and reason as attributes.

    A message's data is the outcome's line of JSON, as a file would have it: published to a topic of
    leads it is read as the lead that it tells of.

    Input: lists of `Outcome`.
    Outputs: the same lists, once the service has taken them.
    Guarantee: a list leaves when each of its outcomes was taken; one that is done again is published
        again, with the same request ids.
    Parallelism: by list.
    """

    def __init__(self, *, topic: str, campaign_attribute: str | None = None) -> None:
        """Publish to this topic.

        Args:
            topic: `projects/P/topics/T`.
            campaign_attribute: the attribute that a reader of the topic takes the campaign from, or
                None.

        Raises:
            ValueError: the attribute has a name that is taken.
        """
        super().__init__()
        if campaign_attribute in TAKEN_ATTRIBUTES:
            raise ValueError(f"{campaign_attribute} is taken")
        self._topic = topic
        self._campaign_attribute = campaign_attribute

    def expand(self, outcomes: beam.PCollection) -> beam.PCollection:
        """Apply to lists of `Outcome`."""
        return outcomes | "Publish list" >> beam.ParDo(
            _PublishListFn(self._topic, self._campaign_attribute)
        )


class _PublishListFn(beam.DoFn):
    """Publishes the outcomes of one list, and waits until all are taken."""

    def __init__(self, topic: str, campaign_attribute: str | None) -> None:
        self._topic = topic
        self._campaign_attribute = campaign_attribute

    def setup(self) -> None:
        self._publisher = _open_publisher()

    def process(self, outcomes: list[Outcome]) -> Iterator[list[Outcome]]:
        try:
            taken = [
                self._publisher.publish(
                    self._topic,
                    message_line(outcome),
                    retry=Retry(timeout=_PATIENCE_SECS),
                    **attributes_of(outcome, self._campaign_attribute),
                )
                for outcome in outcomes
            ]
            for each in taken:
                each.result(timeout=_PATIENCE_SECS)
        except (GoogleAPIError, GoogleAuthError, MessageTooLargeError, FutureTimeoutError) as error:
            why = f"outcomes cannot be published to {self._topic} ({type(error).__name__})"
            halt(why)
            raise OutcomesUnpublishable(why) from error
        yield outcomes


def message_line(outcome: Outcome) -> bytes:
    """The line of an outcome, as a message can hold it.

    A lead that would not fit (one message of leads, and the outcome around it) is given as a text, cut
    off, and the detail says so.
    """
    line = outcome.to_json_line()
    if len(line) <= _MOST_BYTES:
        return line
    text = outcome.lead_json[:_MOST_TEXT_BYTES].decode("utf-8", errors="ignore")
    detail = (
        f"{outcome.detail[:_MOST_TEXT_BYTES]} (the lead has {len(outcome.lead_json):,} bytes, too many"
        " for a message of its own: it is cut off here)"
    )
    return replace(outcome, lead_json=orjson.dumps(text), detail=detail).to_json_line()


def attributes_of(outcome: Outcome, campaign_attribute: str | None) -> dict[str, str]:
    """What is said of an outcome beside its data: enough to route it without opening it."""
    attributes = {"status": str(outcome.status), "reason": outcome.reason}
    campaign = outcome.campaign
    if campaign_attribute and campaign and len(campaign.encode()) <= _MOST_ATTRIBUTE_BYTES:
        attributes[campaign_attribute] = campaign
    return attributes


@lru_cache(maxsize=1)
def _open_publisher() -> pubsub_v1.PublisherClient:
    """One client a process: each has threads and connections of its own."""
    return pubsub_v1.PublisherClient()
