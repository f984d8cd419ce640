"""What all calls to Pub/Sub have in common: the way to its emulator, and what a failure means."""

import os

import grpc
from google.api_core.exceptions import (
    Aborted,
    Cancelled,
    ClientError,
    MethodNotImplemented,
    TooManyRequests,
)

_PASSES = (TooManyRequests, Aborted, Cancelled)


def emulator_channel() -> grpc.Channel | None:
    """A channel to the emulator that `PUBSUB_EMULATOR_HOST` names; None: it names none.

    It takes messages of any size, as Google's clients do with the service itself. The channel that
    they open to an emulator takes 4 MB: a larger message would fail every answer that it is part of.
    """
    emulator = os.environ.get("PUBSUB_EMULATOR_HOST")
    if not emulator:
        return None
    return grpc.insecure_channel(
        emulator,
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )


def is_refusal(error: Exception) -> bool:
    """Whether the service has understood a call and will say the same the next time.

    All else passes, if not at once: a server that is gone, a limit that is reached, a token that
    could not be refreshed.

    >>> from google.api_core.exceptions import NotFound, ServiceUnavailable
    >>> is_refusal(NotFound("")), is_refusal(ServiceUnavailable("")), is_refusal(Aborted(""))
    (True, False, False)
    """
    refused = isinstance(error, ClientError | MethodNotImplemented)
    return refused and not isinstance(error, _PASSES)
