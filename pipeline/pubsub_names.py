"""The names of Pub/Sub that a job is given: they are there, and do not feed each other."""

from collections.abc import Callable

from google.api_core.exceptions import GoogleAPIError, InvalidArgument, NotFound
from google.api_core.retry import Retry
from google.auth.exceptions import GoogleAuthError
from google.cloud import pubsub_v1

from pipeline.event_options import EventOptions

_CALL_SECS = 10.0
_PATIENTLY = Retry(timeout=_CALL_SECS)


def check_names(events: EventOptions, *, is_here: bool) -> list[str]:
    """What is wrong with the subscription and the topic, before anything is pulled.

    Args:
        events: names them.
        is_here: whether this process itself uses them. If not, it may lack the right to look at them
            that the workers have, and only what is not there is a fault.
    """
    faults: list[str] = []
    source = _asked("--input_subscription", events.subscription, _topic_of, faults, is_here=is_here)
    if events.outcomes_topic is not None:
        _asked("--outcomes_topic", events.outcomes_topic, _see_topic, faults, is_here=is_here)
        if source == events.outcomes_topic:
            faults.append(
                f"--outcomes_topic {source} is the topic of --input_subscription: each outcome would"
                " come back as a lead, for ever. Publish to another, and from there what is to be"
                " tried again"
            )
    return faults


def _asked(
    option: str, name: str, ask: Callable[[str], str], faults: list[str], *, is_here: bool
) -> str:
    try:
        return ask(name)
    except (NotFound, InvalidArgument):
        faults.append(f"{option} {name} does not exist")
    except (GoogleAPIError, GoogleAuthError) as error:
        if is_here:
            faults.append(
                f"{option} {name} cannot be used ({type(error).__name__}): see to the network, the"
                " credentials, and PUBSUB_EMULATOR_HOST"
            )
    return ""


def _topic_of(subscription: str) -> str:
    with pubsub_v1.SubscriberClient() as client:
        found = client.get_subscription(
            subscription=subscription, timeout=_CALL_SECS, retry=_PATIENTLY
        )
        return str(found.topic)


def _see_topic(topic: str) -> str:
    client = pubsub_v1.PublisherClient()
    try:
        return str(client.get_topic(topic=topic, timeout=_CALL_SECS, retry=_PATIENTLY).name)
    finally:
        client.stop()
