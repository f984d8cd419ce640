"""A disk that fills up: a small one of its own where this user may mount it, else the process's own limit.

The limit (`RLIMIT_FSIZE`) needs no right, and makes the same call fail, but a process that may write
nothing cannot use the room that it has set aside either: `keeps_reserve` tells the two apart.
"""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.program.program import Running

_SIZE = "3m"
_PIECE = 4096


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A folder on it, and whether it is a disk of its own."""

    folder: Path
    keeps_reserve: bool

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self, running: Running) -> None:
        """Leave no room, to this process at least."""
        if not self.keeps_reserve:
            limit = resource.RLIMIT_FSIZE
            _, hard = resource.prlimit(running.process.pid, limit)
            resource.prlimit(running.process.pid, limit, (0, hard))
            return
        self.fill_up()

    def fill_up(self) -> None:
        """Leave no room on a disk of its own."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while file.write(bytes(_PIECE)):
                    pass
            except OSError:
                return

    def make_room(self) -> None:
        """Take away what fills it."""
        self._ballast.unlink(missing_ok=True)

    @property
    def _aside(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}-aside")

    def bar(self) -> None:
        """Let nothing be written: read-only, or, where it is no disk of its own, out of reach."""
        if self.keeps_reserve:
            self._mount_again("ro")
        else:
            self.folder.rename(self._aside)
            self.folder.touch()

    def unbar(self) -> None:
        """Let it be written again."""
        if self.keeps_reserve:
            self._mount_again("rw")
        else:
            self.folder.unlink()
            self._aside.rename(self.folder)

    def _mount_again(self, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.folder)], check=True)


@contextmanager
def small_disk(folder: Path, *, may_mount: bool) -> Iterator[SmallDisk]:
    """Make one; it is gone at the end."""
    folder.mkdir()
    is_mounted = (
        may_mount
        and sys.platform == "linux"
        and os.geteuid() == 0
        and shutil.which("mount") is not None
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=700", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        ).returncode
        == 0
    )
    try:
        yield SmallDisk(folder, is_mounted)
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
