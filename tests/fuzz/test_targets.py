"""Every reader of foreign bytes: its samples, its corpus, and mutations that are the same each time."""

import time
from itertools import islice

import pytest

from tests.fuzz.mutating import mutations
from tests.fuzz.targets import CORPUS, TARGETS

MUTATIONS = 200
SEED = 20261125
MOST_SECS = 20.0
"""What one input may take, on a busy machine too."""


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found_once_and_what_is_nearly_good_breaks_nothing(name: str) -> None:
    target = TARGETS[name]
    samples = [*target.samples(), *target.corpus()]

    for data in (b"", *samples, *islice(mutations(samples, SEED), MUTATIONS)):
        started = time.monotonic()
        target.check(data)
        assert time.monotonic() - started < MOST_SECS, data.hex()


def test_the_corpus_holds_nothing_of_a_target_that_is_gone() -> None:
    assert {path.stem for path in CORPUS.glob("*.txt")} <= TARGETS.keys()
