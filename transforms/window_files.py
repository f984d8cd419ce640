"""Files of a window of time: what they are called, and how they appear whole or not at all."""

import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import orjson
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from transforms.in_process import PROCESS_NAME
from transforms.lead_queue import Value


@dataclass(frozen=True, slots=True)
class WindowFile:
    """The file that is being filled, or, without bytes, the last one that was written.

    Attributes:
        number: counts files; the first is 1.
        start_secs: when its window began, in seconds since the epoch.
        size_bytes: how much it will hold.
    """

    number: int = 0
    start_secs: int = 0
    size_bytes: int = 0

    @classmethod
    def read(cls, cell: Value) -> Self:
        """The file that a cell of state knows; an empty one knows none."""
        saved = cell.read()
        return cls(**orjson.loads(saved)) if saved else cls()

    def save(self, cell: Value) -> None:
        """Write it to a cell of state."""
        cell.write(orjson.dumps(asdict(self)))

    def next_from(self, start_secs: int) -> "WindowFile":
        """The file after this one; its window does not begin before this one's did."""
        return WindowFile(self.number + 1, max(start_secs, self.start_secs))

    def grown(self, size_bytes: int) -> "WindowFile":
        """This file with so many bytes more."""
        return WindowFile(self.number, self.start_secs, self.size_bytes + size_bytes)

    def written(self) -> "WindowFile":
        """This file, with nothing left to write."""
        return WindowFile(self.number, self.start_secs)

    def name(self, token: str) -> str:
        """What it is called, among files that begin with other tokens.

        >>> WindowFile(7, 1_800_000_000).name("3fa9c1")
        '2027-01-15T080000Z-3fa9c1-000007.jsonl'
        """
        start = datetime.fromtimestamp(self.start_secs, UTC)
        return f"{start:%Y-%m-%dT%H%M%SZ}-{token}-{self.number:06d}.jsonl"


def write_whole(path: str, data: bytes) -> None:
    """Write a file that appears whole or not at all, in the place of one of its name.

    Args:
        path: in a bucket, or on this machine; folders above it need not be there.
        data: all that it holds.

    Raises:
        Exception: it was not written; each file system has types of its own.
    """
    if FileSystems.get_scheme(path) is None:
        _write_here(Path(path), data)
        return
    # An object is there when its upload is finished, and not before. It is finished in here: an upload
    # that fails is given up on the way out, or it would be tried again when Python frees it, and come
    # over what was written since.
    with FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as stream:
        stream.write(data)
        stream.close()


def _write_here(path: Path, data: bytes) -> None:
    """Write a file of this machine, that its owner only can read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Another process may be writing the same file: one that was given up, and does not know it.
    unfinished = path.with_name(f"{path.name}.{PROCESS_NAME}.part")
    with open(unfinished, "wb", opener=_open_private) as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
