"""Numbers in any order to numbers in order, each once, in bounded memory."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np
import numpy.typing as npt

from suppression.categories import FULL
from suppression.number_pages import Int64s, Masks

_RUN: Final = 1 << 24
"""Numbers that are sorted in memory: 128 MB."""

_MERGED: Final = 1 << 22
"""Numbers that are merged at a time, of all runs: so that more runs take no more memory."""

_MASK_BITS: Final = 8


class NumberSorter:
    """Sorts numbers with their masks; of one that comes again the masks are joined.

    What does not fit in memory goes to runs on the disk, in a folder that is gone at the end. Use as a
    context manager.
    """

    def __init__(self, folder: Path, *, run: int = _RUN, merged: int = _MERGED) -> None:
        """Sort, with room for runs in a folder.

        Args:
            folder: an existing folder.
            run: how many numbers are sorted in memory.
            merged: how many are merged at a time.
        """
        self._run, self._merged = run, merged
        self._folder = tempfile.TemporaryDirectory(prefix=".sorting-", dir=folder)
        self._buffer = np.empty(run, np.int64)
        self._size = 0
        self._pool = ThreadPoolExecutor(1)
        self._spilled: list[Future[Path]] = []
        self.added = 0

    def __enter__(self) -> "NumberSorter":
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove what is on the disk."""
        self._pool.shutdown(cancel_futures=True)
        self._folder.cleanup()

    @property
    def folder(self) -> Path:
        """Where it keeps what does not fit in memory, until the end."""
        return Path(self._folder.name)

    def add(self, numbers: Int64s, masks: Masks | None = None) -> None:
        """Add numbers.

        Args:
            numbers: in any order; country code and national digits.
            masks: what each is blocked for; None: everything.

        Raises:
            OSError: the disk did not take a run.
        """
        # A number has at most 15 digits: with its mask it has 58 bits.
        packed = numbers << _MASK_BITS
        packed |= FULL if masks is None else masks
        self.added += len(packed)
        while len(packed):
            room = self._run - self._size
            taken, packed = packed[:room], packed[room:]
            self._buffer[self._size : self._size + len(taken)] = taken
            self._size += len(taken)
            if self._size == self._run:
                self._spill()

    def blocks(self) -> Iterator[tuple[Int64s, Masks]]:
        """Give all numbers in order, each once, with their masks.

        Raises:
            OSError: the disk failed.
        """
        last = _in_order(self._buffer[: self._size])
        at_a_time = max(1, self._merged // (len(self._spilled) + 1))
        runs = [_pieces(future.result(), at_a_time) for future in self._spilled]
        starts = range(0, len(last), at_a_time)
        in_memory = (last[start : start + at_a_time] for start in starts)
        yield from map(_each_once, _merged([*runs, in_memory], at_a_time))

    def _spill(self) -> None:
        """Sort what is in memory and put it on the disk, while more comes in."""
        if self._spilled:
            # One at a time, or what waits would be in memory.
            self._spilled[-1].result()
        path = self.folder / str(len(self._spilled))
        self._spilled.append(self._pool.submit(_write_run, path, self._buffer))
        self._buffer, self._size = np.empty(self._run, np.int64), 0


def _write_run(path: Path, packed: Int64s) -> Path:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(_in_order(packed).data)
    return path


def _in_order(packed: Int64s) -> Int64s:
    packed.sort()
    return packed[_are_new(packed)]


def _pieces(path: Path, at_a_time: int) -> Iterator[Int64s]:
    """Read a run from the disk: mapped, its pages would count as memory of the process."""
    with path.open("rb") as file:
        while piece := file.read(at_a_time * np.dtype(np.int64).itemsize):
            yield np.frombuffer(piece, np.int64)


def _merged(runs: Sequence[Iterator[Int64s]], at_a_time: int) -> Iterator[Int64s]:
    """Merge runs in order, never cutting between a number and the same number."""
    unread = dict(enumerate(runs))
    heads = [np.zeros(0, np.int64) for _ in runs]
    bound: int | None = -1
    while bound is not None:
        for index, run in list(unread.items()):
            head = heads[index]
            if len(head) < at_a_time or int(head[-1]) & ~FULL == bound:
                more = next(run, head[:0])
                heads[index] = np.concatenate([head, more])
                if len(more) < at_a_time:
                    del unread[index]
        # The highest number read of a run may come again in what is not read yet.
        bound = min((int(heads[index][-1]) & ~FULL for index in unread), default=None)
        cuts = [len(head) if bound is None else int(np.searchsorted(head, bound)) for head in heads]
        together = np.concatenate([head[:cut] for head, cut in zip(heads, cuts, strict=True)])
        heads = [head[cut:] for head, cut in zip(heads, cuts, strict=True)]
        # It is made of sorted pieces, which this way of sorting makes use of.
        together.sort(kind="stable")
        if len(together):
            yield together


def _each_once(packed: Int64s) -> tuple[Int64s, Masks]:
    numbers = packed >> _MASK_BITS
    masks = (packed & FULL).astype(np.uint8)
    is_new = _are_new(numbers)
    if not is_new.all():
        numbers, masks = numbers[is_new], np.bitwise_or.reduceat(masks, np.flatnonzero(is_new))
    return numbers, masks


def _are_new(values: Int64s) -> npt.NDArray[np.bool_]:
    """Which of some sorted values differ from the one before."""
    return np.append(True, values[1:] != values[:-1])[: len(values)]
