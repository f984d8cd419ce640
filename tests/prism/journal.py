"""A message queue in a file, read as an unbounded source: what is not finished comes again."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson
from apache_beam.coders import Coder, PickleCoder
from apache_beam.io.unbounded_source import CheckpointMark, UnboundedReader, UnboundedSource
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp


class Position(CheckpointMark):
    """How many bytes of the journal have been read."""

    def __init__(self, offset: int) -> None:
        self.offset = offset


class Journal(UnboundedSource):
    """The lines of a file that grows, until another file says that no more will come."""

    def __init__(self, path: Path, end: Path) -> None:
        self._path = path
        self._end = end

    def split(
        self,
        desired_num_splits: int,  # noqa: ARG002
        options: Any = None,  # noqa: ARG002
    ) -> Iterable["Journal"]:
        return [self]

    def create_reader(
        self,
        options: Any,  # noqa: ARG002
        checkpoint_mark: CheckpointMark | None,
    ) -> UnboundedReader:
        begin = checkpoint_mark.offset if isinstance(checkpoint_mark, Position) else 0
        return _JournalReader(self._path, self._end, begin)

    def get_checkpoint_mark_coder(self) -> Coder:
        return PickleCoder()


class _JournalReader(UnboundedReader):
    def __init__(self, path: Path, end: Path, begin: int) -> None:
        self._file = path.open("rb")
        self._file.seek(begin)
        self._offset = begin
        self._end = end
        self._line = b""
        self._at = Timestamp.now()
        self._has_ended = False

    def start(self) -> bool:
        return self.advance()

    def advance(self) -> bool:
        # Asked for first: a line written before the end was said is never missed.
        is_last = self._end.exists()
        self._file.seek(self._offset)
        line = self._file.readline()
        if not line.endswith(b"\n"):
            self._has_ended = is_last
            return False
        self._line, self._at = line, Timestamp.now()
        self._offset += len(line)
        return True

    def get_current(self) -> Any:
        return orjson.loads(self._line)

    def get_current_timestamp(self) -> Timestamp:
        return self._at

    def get_watermark(self) -> Timestamp:
        return MAX_TIMESTAMP if self._has_ended else self._at

    def get_checkpoint_mark(self) -> CheckpointMark:
        return Position(self._offset)

    def close(self) -> None:
        self._file.close()
