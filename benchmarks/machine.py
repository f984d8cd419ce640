"""The machine that figures were taken on, for the docs: a model, not a name."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def described(packages: Sequence[str]) -> str:
    """The machine and the versions of some packages, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    parts = [
        _processor(),
        f"{os.cpu_count()} cores",
        f"{memory:.0f} GiB",
        platform.system(),
        f"Python {platform.python_version()}",
    ]
    return ", ".join(parts + [f"{name} {_version(name)}" for name in packages])


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor()
    said: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        said.setdefault(name.strip(), value.strip())
    # Machines in a cloud call many processors the same; family and model tell them apart.
    return (
        f"{said.get('model name', platform.machine())}"
        f" (family {said.get('cpu family', '?')}, model {said.get('model', '?')})"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
