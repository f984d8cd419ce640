"""Google's Pub/Sub emulator, for tests: what starts it, and a topic in it, stand in `standins`."""

from standins.emulator import emulator, is_installed
from standins.topics import Topic, make_topic

__all__ = ["Topic", "emulator", "is_installed", "make_topic"]
