"""Numbers in order to an index file."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from suppression.categories import COUNT, FULL
from suppression.index_file import IndexFile, IndexInfo, open_index
from suppression.index_format import IndexWriter
from suppression.number_pages import Int64s, Masks, PageWriter

_VERSION_DIGITS: Final = 16
_NEW_FILE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC


def write_index(
    blocks: Iterable[tuple[Int64s, Masks]],
    target: Path,
    info: IndexInfo,
    *,
    name: str | None = None,
) -> IndexFile:
    """Write numbers as an index, and open it.

    Args:
        blocks: the numbers in order, each once, with the masks of what they are blocked for.
        target: the file to write, replaced as a whole.
        info: what is known of the index, but for its version and its figures.
        name: what messages call it; None: as the target.

    Raises:
        OSError: The file cannot be written.
    """
    target = Path(os.path.realpath(target))
    new = target.with_name(f"{target.name}.new")
    try:
        with os.fdopen(os.open(new, _NEW_FILE, 0o600), "wb") as file:
            _write(IndexWriter(file), blocks, info)
            file.flush()
            os.fsync(file.fileno())
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
    return open_index(target, name=name)


def _write(writer: IndexWriter, blocks: Iterable[tuple[Int64s, Masks]], info: IndexInfo) -> None:
    full = PageWriter(writer.write, has_masks=False)
    partial = PageWriter(writer.write, has_masks=True)
    tally = np.zeros(FULL + 1, np.int64)
    numbers_hash, masks_hash = hashlib.sha256(), hashlib.sha256()
    for numbers, masks in blocks:
        is_full = masks == FULL
        numbers_hash.update(numbers.astype("<i8").data)
        masks_hash.update(masks.data)
        tally += np.bincount(masks, minlength=FULL + 1)
        if is_full.all():
            full.add(numbers, masks)
            continue
        full.add(numbers[is_full], masks[is_full])
        partial.add(numbers[~is_full], masks[~is_full])
    count, in_full = int(tally.sum()), int(tally[FULL])
    if in_full < count:
        numbers_hash.update(masks_hash.digest())
    values = np.arange(FULL + 1)
    blocked = tuple(int(tally[(values >> bit & 1) == 1].sum()) for bit in range(COUNT))
    whole = replace(
        info,
        version=numbers_hash.hexdigest()[:_VERSION_DIGITS],
        count=count,
        full=in_full,
        blocked=blocked,
    )
    writer.end(whole, full=full.tables(), partial=partial.tables())
