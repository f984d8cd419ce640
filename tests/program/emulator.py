"""Google's Pub/Sub emulator, for tests: what starts it, and a topic in it, stand in `tests/standins`."""

from tests.standins.emulator import emulator, is_installed
from tests.standins.topics import Topic, make_topic

__all__ = ["Topic", "emulator", "is_installed", "make_topic"]
