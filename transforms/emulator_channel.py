"""The way to Pub/Sub's emulator, where the environment names one."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import grpc


def emulator_channel() -> "grpc.Channel | None":
    """A channel to the emulator that `PUBSUB_EMULATOR_HOST` names; None: it names none.

    It takes messages of any size, as Google's clients do with the service itself. The channel that
    they open to an emulator takes 4 MB: a larger message would fail every answer that it is part of.
    """
    import grpc

    emulator = os.environ.get("PUBSUB_EMULATOR_HOST")
    if not emulator:
        return None
    return grpc.insecure_channel(
        emulator,
        options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
    )
