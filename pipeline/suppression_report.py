"""What an index is and holds, for people and for programs."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pipeline.figures import counted, size_text
from schemas.outcome import utc_text
from suppression.index_file import IndexFile, IndexInfo

CATEGORY_NAMES: Final = (
    "banking, insurance, financial products, credit cards",
    "real estate",
    "education",
    "health",
    "consumer goods and automobiles",
    "communication, broadcasting, entertainment, IT",
    "tourism and leisure",
    "food and beverages",
)
"""India's categories of commercial calls, from 1."""

_HASH_DIGITS: Final = 12
_LABEL_WIDTH: Final = 12


def report_built(index: IndexFile, secs: float) -> list[str]:
    """Say what was built.

    Args:
        index: the index.
        secs: how long it took.
    """
    info = index.info
    lines = [
        f"{index.name}: version {info.version}, {counted(info.count, 'number')},"
        f" {size_text(index.size_bytes)}"
    ]
    if info.has_categories:
        lines.append(
            f"categories: {counted(info.full, 'number')} blocked for all,"
            f" {info.count - info.full:,} for some (suppression show says which)"
        )
    if info.not_numbers:
        lines.append(f"without a number: {_not_numbers(index)}")
    if info.cleared:
        lines.append(f"rows that are clear by their verdict: {info.cleared:,}")
    lines.append(f"built in {secs:,.1f} s")
    return lines


def report_index(index: IndexFile) -> list[str]:
    """Say all that is known of an index, in a table of lines."""
    lines = [index.name]
    for label, cell in _rows(index):
        lines.append(f"{label:<{_LABEL_WIDTH}}{cell}".rstrip())
    return lines


def index_as_json(index: IndexFile) -> str:
    """Say the same as one JSON object on a line; times in UTC, what is not known null."""
    info = index.info
    fields = {
        "name": index.name,
        "version": info.version,
        "format": info.format,
        "numbers": info.count,
        "size_bytes": index.size_bytes,
        "date": _utc(info.date_secs),
        "built": _utc(info.built_secs),
        "region": info.region,
        "sources": [
            {
                "name": source.name,
                "size_bytes": source.size_bytes,
                "sha256": source.sha256,
                "changed": _utc(source.changed_secs),
            }
            for source in info.sources
        ],
        "has_categories": info.has_categories,
        "blocked_for_all": info.full,
        "blocked": {str(category): count for category, count in enumerate(info.blocked, 1)},
        "not_numbers": info.not_numbers,
        "not_numbers_file": info.not_numbers_file,
        "cleared": info.cleared,
    }
    return json.dumps(fields)


def _rows(index: IndexFile) -> Iterator[tuple[str, str]]:
    info = index.info
    yield "version", info.version
    yield "format", str(info.format)
    yield "numbers", f"{info.count:,}"
    yield "size", f"{index.size_bytes:,} bytes"
    yield (
        "date",
        "none: it is as old as its file" if info.date_secs is None else _day(info.date_secs),
    )
    yield "built", _day(info.built_secs)
    yield "region", info.region
    label = "sources"
    for source in info.sources:
        changed = f", changed {_day(source.changed_secs)}" if source.changed_secs else ""
        yield (
            label,
            f"{source.name}, {source.size_bytes:,} bytes, SHA-256 {source.sha256[:_HASH_DIGITS]}"
            + changed,
        )
        label = ""
    yield from _categories(info)
    yield "no number", _not_numbers(index)
    if info.cleared:
        yield "clear", f"{counted(info.cleared, 'row')} by their verdict"


def _categories(info: IndexInfo) -> Iterator[tuple[str, str]]:
    if not info.has_categories:
        yield "categories", "none: every number is blocked for all"
        return
    names = [f"{category} {name}" for category, name in enumerate(CATEGORY_NAMES, 1)]
    rows = [*zip(names, info.blocked, strict=True), ("all of them", info.full)]
    name_width = max(len(name) for name, _ in rows)
    count_width = max(len(f"{count:,}") for _, count in rows)
    label = "categories"
    for name, count in rows:
        yield label, f"{name:<{name_width}}  {count:>{count_width},}"
        label = ""


def _not_numbers(index: IndexFile) -> str:
    """How many lines hold no number, and which file beside the index has them."""
    info = index.info
    if not info.not_numbers:
        return "no line"
    name = info.not_numbers_file
    where = f", in {Path(index.name).with_name(name)}" if name else ""
    return f"{counted(info.not_numbers, 'line')}{where}"


def _day(secs: float) -> str:
    return f"{datetime.fromtimestamp(secs, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _utc(secs: float | None) -> str | None:
    return None if secs is None else utc_text(secs)
