"""ListDialerDnd: the numbers that the dialer itself refuses as do-not-disturb, as a list for --dnd."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from io import FileIO

import apache_beam as beam

from schemas.outcome import Outcome
from schemas.phones import PhoneReader
from transforms.in_process import halt
from transforms.write_outcomes import OutcomesUnwritable

_COMMENT = b"#"
_HEADER = (
    b"# Numbers that the dialer refused as do-not-disturb; added by dialfeed. A list for --dnd.\n"
)


@dataclass(frozen=True, slots=True)
class DialerList:
    """Where the numbers go.

    Attributes:
        path: the list's file; it is made when there is a number for it.
        region: the region whose national digits outcomes have.
    """

    path: str
    region: str


class ListDialerDnd(beam.PTransform):
    """Adds the numbers of leads that the dialer refused as do-not-disturb to a list of this machine.

    Input: lists of `Outcome`.
    Outputs: the same lists, once their numbers stand in the list.
    Guarantee: each number stands there once, in international form, however often its outcome is told,
        and is on the disk before the outcome goes on. The file can be read by its owner only.
    Parallelism: none is needed; who adds has the file for itself meanwhile.
    """

    def __init__(self, listing: DialerList) -> None:
        """Add to this list."""
        super().__init__()
        self._listing = listing

    def expand(self, outcomes: beam.PCollection) -> beam.PCollection:
        """Apply to lists of `Outcome`."""
        return outcomes | "Add numbers" >> beam.ParDo(_AddNumbersFn(self._listing))


class _AddNumbersFn(beam.DoFn):
    """Adds the numbers of each list of outcomes."""

    def __init__(self, listing: DialerList) -> None:
        self._listing = listing

    def process(self, outcomes: list[Outcome]) -> Iterator[list[Outcome]]:
        refused = [each.phone for each in outcomes if each.reason == "dialer_dnd" and each.phone]
        try:
            if refused:
                add_numbers(self._listing, refused)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            halt(f"the list {self._listing.path} cannot be written: {reason}")
            raise OutcomesUnwritable(reason) from error
        yield outcomes


def add_numbers(listing: DialerList, nationals: Iterable[str]) -> None:
    """Add numbers to the list, each that is not there yet.

    Args:
        listing: the list.
        nationals: the numbers' national digits.

    Raises:
        OSError: they cannot be written.
    """
    phones = PhoneReader(listing.region, ("mobile",), None)
    numbers = [b"+%d%s" % (phones.plan.country_code, each.encode("ascii")) for each in nationals]
    with closing(_open(listing.path)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = _whole_lines(file, phones)
        new = [number for number in dict.fromkeys(numbers) if number not in known]
        if new:
            _append(file, b"".join(b"%s\n" % number for number in new))


def _open(path: str) -> FileIO:
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "ab+", buffering=0)


def _whole_lines(file: FileIO, phones: PhoneReader) -> set[bytes]:
    """The lines of a list, and a line's end behind the last one.

    A number that was torn off when the program was killed is taken away: it may read as another one,
    and comes again with its outcome. What somebody has added by hand and not ended stays.
    """
    file.seek(0)
    data = file.readall()
    lines = data.split(b"\n")
    rest = lines.pop()
    if rest.startswith(_COMMENT) or phones.read_each(rest.decode("ascii", errors="replace")):
        lines.append(rest)
        _append(file, b"\n")
    elif rest:
        file.truncate(len(data) - len(rest))
    if not lines:
        _append(file, _HEADER)
    return {line.strip() for line in lines}


def _append(file: FileIO, data: bytes) -> None:
    """Bring data to the disk."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
    os.fsync(file.fileno())
