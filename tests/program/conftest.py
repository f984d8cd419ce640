"""A strict dialer and a program for each test, and what must hold after every one of them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.program.pages import PAGE_1, PAGE_4, USER, Page
from tests.program.program import Program
from tests.program.strict_dialer import StrictDialer

GAP_SECS = 0.2

Pair = tuple[Program, StrictDialer]


V4_OPTIONS = {"--api": "v4", "--api_user": USER}


@pytest.fixture
def make_pair(tmp_path: Path) -> Iterator[Callable[[], Pair]]:
    """Makes programs with a dialer each, in folders of their own."""
    yield from _making_pairs(tmp_path, PAGE_1, {})


@pytest.fixture
def make_v4_pair(tmp_path: Path) -> Iterator[Callable[[], Pair]]:
    """The same with dialers and programs that speak version 4."""
    yield from _making_pairs(tmp_path / "v4", PAGE_4, V4_OPTIONS)


def _making_pairs(
    folder: Path, page: Page, options: Mapping[str, str]
) -> Iterator[Callable[[], Pair]]:
    pairs: list[Pair] = []
    with ExitStack() as stack:

        def make() -> Pair:
            own = folder / f"{len(pairs)}"
            own.mkdir(parents=True)
            dialer = stack.enter_context(StrictDialer(gap_secs=GAP_SECS, page=page))
            pairs.append((Program(own, dialer.url, GAP_SECS, options), dialer))
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
