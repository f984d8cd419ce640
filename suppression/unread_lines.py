"""The lines of lists that hold no number, for the operator to look at."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


class UnreadLines:
    """The file of the lines without a number; there is none where there are no such lines."""

    def __init__(self, path: Path | None) -> None:
        """Write to a file, readable to its owner only; None: keep no lines."""
        self._path = path
        self._file: TextIO | None = None

    def add(self, name: str, place: int, text: str) -> None:
        """Add the text of a line, and where it stands."""
        if self._path is None:
            return
        if self._file is None:
            descriptor = os.open(self._new_path(), _NEW_FILE, 0o600)
            self._file = os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace")
        self._file.write(f"{name}\t{place}\t{text}\n")

    def finish(self) -> str | None:
        """Write what is left, and give the file's name; None: there is no such line, or none is kept.

        Raises:
            OSError: There is no room for it.
        """
        if self._path is None or self._file is None:
            return None
        self._file.close()
        return self._path.name

    def keep(self) -> None:
        """Put the file, finished, where it belongs, or take away an earlier one."""
        if self._path is None:
            return
        if self._file is None:
            self._path.unlink(missing_ok=True)
        else:
            self._new_path().replace(self._path)

    def close(self) -> None:
        """Take away what was not kept."""
        if self._file is not None:
            with suppress(OSError):  # it may have no room for what it holds
                self._file.close()
            self._new_path().unlink(missing_ok=True)

    def _new_path(self) -> Path:
        path = self._path or Path()
        return path.with_name(f"{path.name}.new")
