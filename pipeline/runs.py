"""Runs: which command goes on with which earlier one, and who may write to an output.

A run is recorded when it starts, with what its inputs hold. The same inputs again while it is
unfinished resume it; after it has finished the same command is a new run.
"""

import contextlib
import dataclasses
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.faults import Faults
from schemas.outcome import utc_text
from transforms.read import InputFile

UNFINISHED, FINISHED, REPLACED, ENDLESS = "unfinished", "finished", "replaced", "endless"
_STATES = (UNFINISHED, FINISHED, REPLACED, ENDLESS)
_REPAIR = "restore it, or start another run with --new_run"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What stands in `OUTPUT/runs/<run>.json`.

    Attributes:
        run: the run's id.
        state: unfinished, finished, replaced by another, or endless (leads as events).
        started_at: when it was first started, UTC.
        ended_at: when it was finished or replaced.
        starts: how often it was started.
        inputs: of each file its name, size in bytes and SHA-256.
        campaign: the campaign of all leads, or None.
        campaign_field: the column that names it, or None.
        schema: the fingerprint of the lead schema.
        time_zone: the zone of the dialer's wall clock.
        dialect: the version of the API.
        lists: the versions of the do-not-disturb lists at the last start, one a list.
        lock: device and inode of the output's lock file at the last start; None: there is none.
        wrapping: where in the inputs' records the leads are, as options; empty: they are the leads.
        csv_delimiter: what separates the cells of CSV; None: each file's header says so.
        lists_version: the version of all lists together, as the claims of that start name it; empty:
            there was no list.
        lists_used: the versions of all lists together that leads were judged by, over all starts, in
            order: a new version may be taken up while a run goes on.
    """

    run: str
    state: str
    started_at: str
    ended_at: str | None
    starts: int
    inputs: tuple[tuple[str, int, str], ...]
    campaign: str | None
    campaign_field: str | None
    schema: str
    time_zone: str
    dialect: str
    lists: tuple[str, ...]
    lock: str | None
    wrapping: str = ""
    csv_delimiter: str | None = None
    lists_version: str = ""
    lists_used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTerms:
    """What holds for a run: see `RunRecord`, whose fields these become."""

    campaign: str | None
    campaign_field: str | None
    schema: str
    time_zone: str
    dialect: str
    lists: tuple[str, ...]
    lock: str | None
    wrapping: str = ""
    csv_delimiter: str | None = None
    lists_version: str = ""


class OutputLock:
    """The right to write to an output, held until the end of the process.

    `flock` on a file that is never deleted or replaced: a POSIX record lock would be lost when any
    descriptor of the file is closed. Nothing but the end of the process gives it up, which is what
    makes it a proof that a former holder is gone.
    """

    def __init__(self, output: Path) -> None:
        """Take the lock of an output; the folder is made where it lacks.

        Raises:
            Faults: another process has it, or the folder cannot be written.
        """
        try:
            output.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(output / "lock", flags, 0o600)
        except OSError as error:
            raise Faults([f"--output {output} cannot be written: {error.strerror}"]) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Faults(
                [f"--output {output} is in use by another process: wait for it, or choose another"]
            ) from error
        except OSError as error:
            raise Faults([f"--output {output} cannot be locked: {error.strerror}"]) from error
        status = os.fstat(self._descriptor)
        self.identity = f"{status.st_dev}:{status.st_ino}"


class Runs:
    """The runs of one output."""

    def __init__(self, output: Path) -> None:
        """Keep them in `output`/runs."""
        self._folder = output / "runs"

    def begin(self, terms: RunTerms, *, files: Sequence[InputFile], new_run: bool) -> RunRecord:
        """Resume the unfinished run, or start a new one, and record it.

        Args:
            terms: what holds for the run.
            files: its inputs.
            new_run: whether to replace a run that is unfinished.

        Raises:
            Faults: there is an unfinished run that this command does not fit, or the output cannot
                be read or written.
        """
        inputs = tuple((file.name, file.size_bytes, file.digest) for file in files)
        day = time.strftime("%Y%m%d", time.gmtime())
        asked = _first_start(f"{day}-{secrets.token_hex(5)}", UNFINISHED, inputs, terms)
        with _faults_for(self._folder):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            record = asked
            for unfinished in self._in_state(UNFINISHED):
                if new_run:
                    self.end(unfinished, REPLACED)
                    continue
                faults = differences(unfinished, asked)
                if faults:
                    raise Faults(faults)
                record = _next_start(unfinished, asked)
            self._write(record)
        return record

    def go_on(self, terms: RunTerms) -> RunRecord:
        """Go on with the output's one endless run, that of its events, or begin it.

        Raises:
            Faults: the output cannot be read or written.
        """
        record = first_events_start(terms)
        with _faults_for(self._folder):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            for known in self._in_state(ENDLESS):
                record = _next_start(known, record)
            self._write(record)
        return record

    def note_lists(self, record: RunRecord, versions: Sequence[str]) -> RunRecord:
        """Record which versions of the lists a start has used.

        Args:
            record: the run.
            versions: the versions of all lists together, in the order that they were taken up.

        Returns:
            The run as it is recorded now.

        Raises:
            OSError: the record cannot be written.
        """
        used = _one_after_the_other([*record.lists_used, *versions])
        if used == record.lists_used:
            return record
        noted = dataclasses.replace(record, lists_used=used)
        self._write(noted)
        return noted

    def end(self, record: RunRecord, state: str) -> None:
        """Record that a run is finished, or replaced by another.

        Raises:
            OSError: the record cannot be written.
        """
        ended_at = utc_text(time.time())
        self._write(dataclasses.replace(record, state=state, ended_at=ended_at))

    def _in_state(self, state: str) -> list[RunRecord]:
        records = [_read(path) for path in sorted(self._folder.glob("*.json"))]
        return [record for record in records if record.state == state]

    def _write(self, record: RunRecord) -> None:
        """Replace the run's record, whole or not at all."""
        path = self._folder / f"{record.run}.json"
        temporary = path.with_suffix(".new")
        with contextlib.ExitStack() as stack:
            descriptor = os.open(
                temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600
            )
            file = stack.enter_context(os.fdopen(descriptor, "w", encoding="utf-8"))
            json.dump(dataclasses.asdict(record), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(self._folder)


def first_events_start(terms: RunTerms) -> RunRecord:
    """The record of a job of events that begins now."""
    return _first_start(f"events-{secrets.token_hex(5)}", ENDLESS, (), terms)


def _first_start(
    run: str, state: str, inputs: tuple[tuple[str, int, str], ...], terms: RunTerms
) -> RunRecord:
    """The record of a run that begins now."""
    return RunRecord(
        run=run,
        state=state,
        started_at=utc_text(time.time()),
        ended_at=None,
        starts=1,
        inputs=inputs,
        campaign=terms.campaign,
        campaign_field=terms.campaign_field,
        schema=terms.schema,
        time_zone=terms.time_zone,
        dialect=terms.dialect,
        lists=terms.lists,
        lock=terms.lock,
        wrapping=terms.wrapping,
        csv_delimiter=terms.csv_delimiter,
        lists_version=terms.lists_version,
        lists_used=_one_after_the_other([terms.lists_version]),
    )


def _next_start(known: RunRecord, asked: RunRecord) -> RunRecord:
    """The record of a known run that is started again, as it is asked for now."""
    return dataclasses.replace(
        asked,
        run=known.run,
        started_at=known.started_at,
        starts=known.starts + 1,
        lists_used=_one_after_the_other([*known.lists_used, *asked.lists_used]),
    )


def _one_after_the_other(versions: Sequence[str]) -> tuple[str, ...]:
    """Versions without those that are the same as the one before, or of no list."""
    named = [version for version in versions if version]
    return tuple(each for at, each in enumerate(named) if each not in named[max(0, at - 1) : at])


def differences(unfinished: RunRecord, asked: RunRecord) -> list[str]:
    """Why a command cannot go on with an unfinished run; none: it can.

    Further files may have come. Key, lists, pace and limits are no part of a run.
    """
    known = {name: (size_bytes, digest) for name, size_bytes, digest in asked.inputs}
    found = []
    for name, size_bytes, digest in unfinished.inputs:
        if name not in known:
            found.append(f"its input {name} is not among the inputs any more")
        elif known[name] != (size_bytes, digest):
            found.append(f"its input {name} was changed")
    for what, theirs, ours in (
        ("campaign", unfinished.campaign, asked.campaign),
        ("campaign field", unfinished.campaign_field, asked.campaign_field),
        ("lead schema", unfinished.schema, asked.schema),
        ("time zone", unfinished.time_zone, asked.time_zone),
        ("API version", unfinished.dialect, asked.dialect),
        ("--record_path or --record_pairs", unfinished.wrapping, asked.wrapping),
        ("--csv_delimiter", unfinished.csv_delimiter, asked.csv_delimiter),
    ):
        if theirs != ours:
            found.append(f"its {what} was another")
    return [f"run {unfinished.run} is unfinished, and {fault}: {_REPAIR}" for fault in found]


def sync_folder(folder: Path) -> None:
    """See to it that a folder's names outlast a power cut.

    Raises:
        OSError: the disk did not say so.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> RunRecord:
    try:
        fields = json.loads(path.read_text("utf-8"))
        fields["inputs"] = tuple(
            (str(name), int(size_bytes), str(digest))
            for name, size_bytes, digest in fields["inputs"]
        )
        fields["lists"] = tuple(fields["lists"])
        fields["lists_used"] = tuple(fields.get("lists_used", ()))
        return _fitting(RunRecord(**{**fields, "starts": int(fields["starts"])}), path.stem)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Faults(
            [f"{path} is damaged: restore it, or move it away to start another run"]
        ) from error


def _fitting(record: RunRecord, name: str) -> RunRecord:
    if record.run != name or record.state not in _STATES:
        raise ValueError("not what was written under this name")
    return record


@contextmanager
def _faults_for(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Faults([f"{folder} cannot be used: {error.strerror}"]) from error
