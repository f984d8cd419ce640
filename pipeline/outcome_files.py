"""The folder of a run's outcomes: what is in it when the run has finished."""

import os
import re
from pathlib import Path

from pipeline.faults import Faults
from pipeline.runs import sync_folder
from transforms.in_process import halt
from transforms.list_dialer_dnd import DialerList

_OURS = re.compile(r"\d{4}-[0-9a-f]{6}-[a-z]+\.jsonl\Z")


def prepare(output: Path, run: str) -> Path:
    """Make the folder of a run's outcomes.

    Raises:
        Faults: it cannot be made.
    """
    folder = output / "outcomes" / run
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Faults([f"--output {output} cannot be written: {error.strerror}"]) from error
    return folder


def dialer_list(output: Path, region: str) -> DialerList:
    """The list of the numbers that the dialer refuses, one for all runs of an output."""
    return DialerList(str(output / "suppressed-by-dialer.txt"), region)


def make_durable(folder: Path, start: str) -> bool:
    """Sync what this start has written: only then may its messages be acknowledged.

    Returns:
        Whether it is on the disk; if not, the job is halted.
    """
    try:
        _sync_files(folder, start)
    except OSError as error:
        halt(f"the outcomes in {folder} cannot be synced: {error.strerror}")
        return False
    return True


def complete(folder: Path, start: str) -> None:
    """Leave exactly one outcome a record: keep the files of the last start, for good.

    Each start writes the outcomes of all records anew (those of earlier starts from the ledger), so
    that the files of the last one are complete and those of earlier ones are not needed.

    Raises:
        OSError: the disk failed; nothing is lost, since the ledger has it all.
    """
    _sync_files(folder, start)
    for path in folder.iterdir():
        if _OURS.match(path.name) and not path.name.startswith(f"{start}-"):
            path.unlink()
    sync_folder(folder)


def _sync_files(folder: Path, start: str) -> None:
    for path in folder.glob(f"{start}-*"):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
