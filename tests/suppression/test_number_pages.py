import io
from collections.abc import Iterator
from itertools import pairwise
from random import Random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suppression.categories import FULL
from suppression.number_pages import Int64s, Masks, NumberPages, PageWriter

HIGHEST = 999_999_999_999_999
CHUNK = 1 << 16


def packed(numbers: Int64s, masks: Masks | None, cuts: list[int]) -> NumberPages:
    """Pack numbers that come in several pieces, as a mapped file has them."""
    content = io.BytesIO()

    def write(values: npt.NDArray[np.generic]) -> int:
        at = content.tell()
        content.write(values.tobytes())
        return at

    writer = PageWriter(write, has_masks=masks is not None)
    given_masks = np.full(len(numbers), FULL, np.uint8) if masks is None else masks
    bounds = [0, *sorted(cut % (len(numbers) + 1) for cut in cuts), len(numbers)]
    for start, stop in pairwise(bounds):
        writer.add(numbers[start:stop], given_masks[start:stop])
    tables = {name: np.array(values) for name, values in writer.tables().items()}
    return NumberPages(
        strays=tables["strays"].astype(np.int64),
        stray_masks=tables["stray_masks"].astype(np.uint8),
        span_first=tables["span_first"].astype(np.int64),
        span_base=tables["span_base"].astype(np.int64),
        chunk_start=tables["chunk_start"].astype(np.uint32),
        chunk_size=tables["chunk_size"].astype(np.uint32),
        content=np.frombuffer(content.getvalue() or b"\0\0", np.uint8),
        has_masks=masks is not None,
    )


def clusters() -> st.SearchStrategy[list[int]]:
    """Build sets of numbers that are alone, in thin chunks, in dense ones, and across their bounds."""
    cluster = st.builds(
        lambda start, step, count: [start + step * n for n in range(count)],
        st.one_of(
            st.integers(0, HIGHEST - 200_000), st.integers(0, 40).map(lambda n: n * CHUNK - 3)
        ),
        st.sampled_from([1, 2, 7, 300, 30_000]),
        st.sampled_from([1, 2, 3, 4, 5, 200, 2047, 2048, 5000]),
    )
    return st.lists(cluster, max_size=5).map(
        lambda parts: sorted({n for part in parts for n in part if 0 <= n <= HIGHEST})
    )


def asked(numbers: list[int]) -> Int64s:
    near = {n + d for n in numbers for d in (-CHUNK, -1, 0, 1, CHUNK)} | {0, 1, HIGHEST}
    return np.array(sorted(near), np.int64)


def flat(blocks: Iterator[tuple[Int64s, Masks | None]]) -> list[int]:
    return [int(number) for numbers, _ in blocks for number in numbers]


@given(clusters(), st.lists(st.integers(0, 10_000), max_size=3))
def test_a_number_is_found_if_and_only_if_it_was_packed(
    numbers: list[int], cuts: list[int]
) -> None:
    pages = packed(np.array(numbers, np.int64), None, cuts)
    questions = asked(numbers)
    known = set(numbers)
    assert pages.listed(questions).tolist() == [n in known for n in questions.tolist()]
    assert pages.is_empty == (not numbers)
    assert flat(pages.blocks()) == numbers


@given(clusters(), st.randoms(use_true_random=False), st.lists(st.integers(0, 10_000), max_size=3))
def test_each_number_has_the_mask_it_was_packed_with(
    numbers: list[int], random: Random, cuts: list[int]
) -> None:
    masks = {number: random.randint(0, 254) for number in numbers}
    pages = packed(np.array(numbers, np.int64), np.array([*masks.values()], np.uint8), cuts)
    questions = asked(numbers)
    found, read = pages.masks(questions)
    assert [int(m) if f else None for f, m in zip(found, read, strict=True)] == [
        masks.get(n) for n in questions.tolist()
    ]
    given_back = {
        int(n): int(m)
        for block, their in pages.blocks()
        if their is not None
        for n, m in zip(block, their, strict=True)
    }
    assert given_back == masks


def test_small_gaps_are_bridged_and_one_block_may_ask_for_numbers_of_every_kind() -> None:
    bitmap = np.concatenate([np.arange(5_000) + key * CHUNK for key in (91, 93)])
    array_ = np.arange(0, 5_000, 50) + 101 * CHUNK
    abroad = np.arange(0, 5_000, 50) + 100_000 * CHUNK
    stray = np.array([500_000 * CHUNK])
    numbers = np.concatenate([bitmap, array_, abroad, stray])
    pages = packed(numbers, None, [])

    assert pages.span_first[1:].tolist() == [91, 101, 100_000]
    between = np.arange(91, 102) * CHUNK + 7
    for first in (bitmap, abroad, stray, between):
        asked = np.concatenate([first, bitmap, array_, array_ + 1, abroad, stray, between])
        assert pages.listed(asked).tolist() == np.isin(asked, numbers).tolist()


def test_no_number_is_asked_and_none_is_found() -> None:
    pages = packed(np.arange(919_876_500_000, 919_876_510_000), None, [])
    assert pages.listed(np.zeros(0, np.int64)).tolist() == []


@pytest.mark.parametrize(
    ("count", "most_bytes"), [(10_000, 82_000), (1_000_000, 2_600_000), (5_000_000, 11_000_000)]
)
def test_what_a_list_of_indian_mobiles_costs(count: int, most_bytes: int) -> None:
    """Eight bytes a number where they are few, two where they are many."""
    random = np.random.default_rng(1)
    numbers = np.unique(random.integers(916_000_000_000, 920_000_000_000, count))
    pages = packed(numbers, None, [])
    tables = (pages.strays, pages.span_first, pages.span_base, pages.chunk_start, pages.chunk_size)
    assert len(pages.content) + sum(table.nbytes for table in tables) < most_bytes


def test_a_dense_list_costs_a_bit_for_each_number_that_there_can_be() -> None:
    every_tenth = np.arange(919_000_000_000, 919_050_000_000, 10)
    pages = packed(every_tenth, None, [])
    assert len(pages.content) < 50_000_000 / 8 * 1.01
