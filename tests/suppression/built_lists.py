"""Lists built from a text, as the tests ask for them."""

import io
import tempfile
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from suppression.building import BuildSource, BuildTerms, build_index
from suppression.categories import Categories
from suppression.index_file import IndexFile


def source_of(content: bytes, name: str, *, changed_secs: float | None = None) -> BuildSource:
    return BuildSource(name, lambda: nullcontext(io.BytesIO(content)), len(content), changed_secs)


def built(
    *contents: str | bytes,
    name: str = "dnd.txt",
    region: str = "IN",
    allow_empty: bool = False,
    column: str | None = None,
    category_column: str | None = None,
    categories: Categories = Categories.IGNORED,
) -> IndexFile:
    """Build a list; its file is gone, and what is mapped of it stays."""
    data = [each.encode() if isinstance(each, str) else each for each in contents]
    terms = BuildTerms(
        region,
        column=column,
        category_column=category_column,
        categories=categories,
        allow_empty=allow_empty,
    )
    with tempfile.TemporaryDirectory() as folder:
        sources = [source_of(each, name) for each in data]
        return build_index(sources, Path(folder) / "list.dnd", terms)


def numbers_of(index: IndexFile) -> list[int]:
    return [int(number) for numbers, _ in index.blocks() for number in numbers]


def masks_of(index: IndexFile) -> dict[int, int]:
    asked = np.array(numbers_of(index), np.int64)
    found, masks = index.masks(asked)
    assert found.all()
    return dict(zip(asked.tolist(), masks.tolist(), strict=True))
