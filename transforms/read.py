"""ReadLeads: files to blocks of raw records, each with its place."""

import hashlib
import stat
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import apache_beam as beam
from apache_beam.io.filesystem import BeamIOError, CompressionTypes
from apache_beam.io.filesystems import FileSystems

from dialer.delivery import STOPPED_ON_REQUEST
from records.blocks import RawBlock
from records.encodings import UTF8
from records.layout import Layout
from records.opening import open_text
from records.parquet_file import read_row_groups, spooled
from records.peeking import ByteStream, DamagedStream
from records.ranges import Range, RangeChanged, read_range
from records.zip_file import NotOneFile
from transforms.in_process import halt, stop_requested

_NOTHING_SENT = (
    "so nothing of it was sent: restore it and give the same command again, or start another run"
    " with --new_run"
)

NO_FILESYSTEM = "nothing here reads names of that kind; name a file of this machine, or gs://..."
"""What is said where Beam raises a ValueError for a name."""

NO_FILE = "it is a pipe or a device, which can be read but once: write it to a file first"


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of leads, as it was found when the run started.

    Attributes:
        name: its name, as Beam's filesystems have it.
        size_bytes: its size.
        digest: SHA-256 of its bytes, in hex.
        layout: how its records are written.
        ranges: where they are.
        packing: how it is packed, or None.
        encoding: what its text is written in.
    """

    name: str
    size_bytes: int
    digest: str
    layout: Layout
    ranges: tuple[Range, ...] = ()
    packing: str | None = None
    encoding: str = UTF8

    @property
    def records(self) -> int:
        """How many records are in it."""
        return sum(each.records for each in self.ranges)


@dataclass(frozen=True, slots=True)
class FileRange:
    """A range of a file.

    Attributes:
        name: the file's name.
        layout: how its records are written.
        range: which of them.
    """

    name: str
    layout: Layout
    range: Range


class InputChanged(Exception):
    """A file is not what it was when the run started."""


class ReadLeads(beam.PTransform):
    """Reads ranges of files of leads.

    Input: `FileRange`.
    Outputs: `RawBlock`, some thousand records each, in order of the range.
    Guarantee: every record of a range is in exactly one block, under its number in the file; a file
        that changed since the run started ends the run before any lead of it is sent.
    Parallelism: by range.
    """

    def expand(self, ranges: beam.PCollection) -> beam.PCollection:
        """Apply to `FileRange`s."""
        return ranges | "Read range" >> beam.ParDo(_ReadRangeFn())


def ranges_of(files: Iterable[InputFile]) -> list[FileRange]:
    """All ranges of some files."""
    return [FileRange(file.name, file.layout, each) for file in files for each in file.ranges]


class _ReadRangeFn(beam.DoFn):
    """Reads one range in blocks."""

    def process(self, wanted: FileRange) -> Iterator[RawBlock]:
        try:
            yield from read_blocks(wanted)
        except (OSError, BeamIOError) as error:
            reason = (isinstance(error, OSError) and error.strerror) or type(error).__name__
            halt(f"{wanted.name} cannot be read any more ({reason}), {_NOTHING_SENT}")
            raise


def read_blocks(wanted: FileRange) -> Iterator[RawBlock]:
    """The blocks of a range, which must then have been what it was when the run started."""
    with open_raw(wanted.name) as raw:
        yield from _blocks(raw, wanted)


def _blocks(raw: BinaryIO, wanted: FileRange) -> Iterator[RawBlock]:
    try:
        for block in _read(raw, wanted):
            if stop_requested():
                halt(STOPPED_ON_REQUEST)
                return
            yield block
    except (RangeChanged, NotOneFile, DamagedStream) as error:
        halt(f"{wanted.name} was changed while it was read, {_NOTHING_SENT}")
        raise InputChanged(wanted.name) from error


def _read(raw: BinaryIO, wanted: FileRange) -> Iterator[RawBlock]:
    stream: ByteStream = raw if wanted.range.may_seek else open_text(raw)
    if wanted.layout.format != "parquet":
        if wanted.range.may_seek:
            raw.seek(wanted.range.start)
        yield from read_range(stream, wanted.layout, wanted.range, file=wanted.name)
        return
    with nullcontext(raw) if wanted.range.may_seek else spooled(stream) as source:
        yield from read_row_groups(source, wanted.layout, wanted.range, file=wanted.name)


class HashedStream:
    """Passes a stream's bytes on, and takes their number and SHA-256 on the way."""

    def __init__(self, stream: BinaryIO) -> None:
        """Read from `stream`, from where it stands."""
        self._stream = stream
        self._hash = hashlib.sha256()
        self._is_finished = False
        self.size_bytes = 0

    def read(self, size: int, /) -> bytes:
        """At least one and at most `size` bytes; none at the end."""
        data = self._stream.read(size)
        self._hash.update(data)
        self.size_bytes += len(data)
        return data

    def finish(self) -> str:
        """Read what is left, and give the hash of it all, in hex; once, wherever one goes then."""
        while not self._is_finished and self.read(1 << 20):
            pass
        self._is_finished = True
        return self._hash.hexdigest()


def open_raw(name: str) -> BinaryIO:
    """Open a file by its name, local or in a bucket, its bytes as they are stored.

    Raises:
        OSError: it cannot be opened. A pipe cannot, as it would be read more than once, and to open
            one that nobody writes to never ends.
    """
    stream: BinaryIO
    if "://" not in name and _is_pipe_or_device(Path(name).stat().st_mode):
        raise OSError(NO_FILE)
    try:
        stream = FileSystems.open(name, compression_type=CompressionTypes.UNCOMPRESSED)
    except ValueError as error:
        raise OSError(NO_FILESYSTEM) from error
    return stream


def _is_pipe_or_device(mode: int) -> bool:
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def reason_of(error: OSError | ValueError) -> str:
    """Why a file could not be opened or read, in a few words.

    Beam's own errors have their reason in their text, with more lines below it.
    """
    strerror = error.strerror if isinstance(error, OSError) else None
    return strerror or next(iter(str(error).splitlines()), "")[:160] or type(error).__name__
