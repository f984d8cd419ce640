"""Where lists are kept on this machine: a folder of its user's own."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from suppression.faults import CacheUnusable

VARIABLE = "DIALFEED_CACHE"
"""The variable of the environment that names another folder."""

_OURS = "lists"


def find_folder(environment: Mapping[str, str]) -> Path:
    """Find the folder, and make it where it lacks.

    Args:
        environment: the variables that may name it.

    Returns:
        A folder that is this user's own and can be written.

    Raises:
        CacheUnusable: there is none.
    """
    given = environment.get(VARIABLE)
    if given:
        return _own_folder(Path(given) / _OURS)
    with contextlib.suppress(CacheUnusable, RuntimeError):
        return _own_folder(_caches(environment) / "dialfeed" / _OURS)
    # Where a worker has no home, or none that it may write to.
    try:
        temporary = Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise unusable(Path.cwd(), error.strerror) from error
    return _own_folder(temporary / f"dialfeed-{_OURS}-{os.geteuid()}")


def _caches(environment: Mapping[str, str]) -> Path:
    """Where this user's caches are.

    Raises:
        RuntimeError: the user has no home.
    """
    given = Path(environment.get("XDG_CACHE_HOME", ""))
    return given if given.is_absolute() else Path.home() / ".cache"


def _own_folder(path: Path) -> Path:
    """Make a folder, and see that nobody else can put anything into it."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = path.lstat()
    except OSError as error:
        raise unusable(path, error.strerror) from error
    is_shared = status.st_uid != os.geteuid() or status.st_mode & 0o022
    if not stat.S_ISDIR(status.st_mode) or is_shared:
        raise unusable(path, "others may write there")
    if not os.access(path, os.W_OK | os.X_OK):
        raise unusable(path, "it may not be written")
    return path


def unusable(path: Path, why: str | None) -> CacheUnusable:
    """The fault of a folder that lists cannot be kept in."""
    return CacheUnusable(
        f"lists cannot be kept in the folder {path} ({why}): put that right, or name another folder"
        f" with the variable {VARIABLE}"
    )
