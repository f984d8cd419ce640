"""A strict dialer and a program for each test, and what must hold after every one of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.program.program import Program
from tests.program.strict_dialer import StrictDialer

GAP_SECS = 0.2

Pair = tuple[Program, StrictDialer]


@pytest.fixture
def make_pair(tmp_path: Path) -> Iterator[Callable[[], Pair]]:
    """Makes programs with a dialer each, in folders of their own."""
    pairs: list[Pair] = []
    with ExitStack() as stack:

        def make() -> Pair:
            folder = tmp_path / f"{len(pairs)}"
            folder.mkdir()
            dialer = stack.enter_context(StrictDialer(gap_secs=GAP_SECS))
            pairs.append((Program(folder, dialer.url, GAP_SECS), dialer))
            return pairs[-1]

        yield make
        for program, _ in pairs:
            program.kill_all()
    for program, dialer in pairs:
        program.check_discretion()
        assert not dialer.faults
        assert not dialer.leads_twice


@pytest.fixture
def pair(make_pair: Callable[[], Pair]) -> Pair:
    return make_pair()


@pytest.fixture
def program(pair: Pair) -> Program:
    return pair[0]


@pytest.fixture
def dialer(pair: Pair) -> StrictDialer:
    return pair[1]
