"""Work on the pieces of a list side by side, its results in the pieces' order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

_Piece = TypeVar("_Piece")
_Result = TypeVar("_Result")

_WORKERS: Final = 2
_AHEAD: Final = 2
"""Pieces that are read ahead of the one that is waited for, beside those under way."""


def side_by_side(work: Callable[[_Piece], _Result], pieces: Iterable[_Piece]) -> Iterator[_Result]:
    """Apply a function to pieces in threads: it should spend its time in Arrow, which lets others run.

    >>> list(side_by_side(len, ["a", "bc", ""]))
    [1, 2, 0]
    """
    under_way: deque[Future[_Result]] = deque()
    pool = ThreadPoolExecutor(_WORKERS)
    try:
        for piece in pieces:
            under_way.append(pool.submit(work, piece))
            if len(under_way) > _WORKERS + _AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
