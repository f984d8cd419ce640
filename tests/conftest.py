"""What holds for every test, and the emulator for those that need it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.standins.emulator import (
    EmulatorMissing,
    emulator,
    environment,
    find_emulator,
    running_emulator,
)

if TYPE_CHECKING:
    from tests.standins.topics import Topic

# How long an example takes says more about what else this machine does than about the code.
settings.register_profile("dialfeed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dialfeed")


def _stay_on_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    """No test talks to anybody else: a library that looks for credentials, or for news, is found out."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        if not host.startswith("127.") and host not in ("::1", "localhost"):
            raise AssertionError(f"a test wants to talk to {host}")


sys.addaudithook(_stay_on_this_machine)


@pytest.fixture(scope="session", autouse=True)
def list_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Lists are kept in a folder of the tests, in the processes that they start too."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIALFEED_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def emulator_is_here() -> None:
    """Tests that start Google's Pub/Sub emulator are left out where it is not."""
    try:
        find_emulator()
    except EmulatorMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def emulator_address(request: pytest.FixtureRequest) -> Iterator[str]:
    """An emulator: the one that the environment names, else one for the tests of this module."""
    given = running_emulator()
    if given:
        yield given
        return
    request.getfixturevalue("emulator_is_here")
    with emulator() as address:
        yield address


@pytest.fixture
def topic(
    emulator_address: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Topic:
    """A topic of this test alone, which the test and what it starts find at the emulator."""
    # Google's client takes a while to load, and few tests need it.
    from tests.standins.topics import make_topic

    for name, value in environment(emulator_address).items():
        monkeypatch.setenv(name, value)
    return make_topic(request.node.name)


@pytest.fixture(scope="session")
def prism() -> Path:
    """Beam's runner Prism; the tests that need it are left out where it is not."""
    # Beam takes a while to load, and few tests need it.
    from pipeline.faults import Faults
    from pipeline.prism import find_prism

    try:
        return find_prism(None)
    except Faults:
        pytest.skip("Beam's runner Prism is not on this machine: make prism builds it, with Go")
