"""Where Prism is: built by `make prism`, once a machine and version."""

import os
from importlib.metadata import version
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def prism() -> Path:
    """The binary; the tests that need it are left out where it is not."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    binary = cache / "dialfeed" / f"prism-{version('apache-beam')}" / "prism"
    if not binary.exists():
        pytest.skip("Beam's runner Prism is not on this machine: make prism builds it, with Go")
    return binary
