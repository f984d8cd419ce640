"""The options of `suppression`'s verbs: read, checked as a whole, and every fault named at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.command_line import shortened
from pipeline.suppression_option_reader import SuppressionOptionReader
from suppression.categories import Categories

_NOT_NUMBERS: Final = ".not-numbers.txt"


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What to build.

    Attributes:
        sources: names and globs of the lists, or of the lists of changes.
        target: the index to write.
        region: of which region numbers without a country code are.
        column: the column of the numbers; None: those whose names say so.
        category_column: the column of the categories; None: one whose name says so.
        categories: what that column names.
        allow_empty: whether a list may hold no number at all.
        date_secs: the list's own date, seconds since 1970, or None.
    """

    sources: tuple[str, ...]
    target: Path
    region: str
    column: str | None
    category_column: str | None
    categories: Categories
    allow_empty: bool
    date_secs: float | None

    @property
    def not_numbers(self) -> Path:
        """Where lines that hold no number are written, if there are any."""
        return self.target.with_name(self.target.name + _NOT_NUMBERS)


@dataclass(frozen=True, slots=True)
class MergeOptions:
    """What to merge.

    Attributes:
        old: the index as it is.
        build: the rest, as of a build; its region is without meaning.
    """

    old: Path
    build: BuildOptions


@dataclass(frozen=True, slots=True)
class ShowOptions:
    """What to show.

    Attributes:
        index: the index's name.
        as_json: whether programs are to read it.
    """

    index: str
    as_json: bool


@dataclass(frozen=True, slots=True)
class LookupOptions:
    """What to look up.

    Attributes:
        index: the name of the index, or of the list as text or CSV.
        numbers: numbers as they are spelled.
        sources: names and globs of lists of numbers.
        region: of which region numbers without a country code are; None: the index says so.
        category: what calls would be about; None: whatever a number is blocked for counts.
    """

    index: str
    numbers: tuple[str, ...]
    sources: tuple[str, ...]
    region: str | None
    category: int | None


def read_build_options(words: Sequence[str]) -> BuildOptions:
    """Read the words behind `suppression build`.

    Raises:
        Faults: they cannot be used; every fault is named. No list was opened.
    """
    reader = SuppressionOptionReader("build", words)
    options = _build_options(reader)
    reader.finish()
    return options


def read_merge_options(words: Sequence[str]) -> MergeOptions:
    """Read the words behind `suppression merge`; raises as `read_build_options`."""
    reader = SuppressionOptionReader("merge", words)
    old = reader.file("the index that is to be changed")
    if "://" in old:
        reader.faults.append(f"{shortened(old)} must be a file of this machine: fetch it first")
    options = MergeOptions(Path(old), _build_options(reader))
    reader.finish()
    return options


def read_show_options(words: Sequence[str]) -> ShowOptions:
    """Read the words behind `suppression show`; raises as `read_build_options`."""
    reader = SuppressionOptionReader("show", words)
    options = ShowOptions(reader.file("an index"), reader.has("--json"))
    reader.finish()
    return options


def read_lookup_options(words: Sequence[str]) -> LookupOptions:
    """Read the words behind `suppression test`; raises as `read_build_options`."""
    reader = SuppressionOptionReader("test", words)
    options = LookupOptions(
        index=reader.file("an index, or a list as text or CSV"),
        numbers=reader.words.numbers,
        sources=reader.texts("--from"),
        region=reader.region(),
        category=reader.category(),
    )
    if options.index and not options.numbers and not reader.has("--from"):
        reader.faults.append("no number is given: name some behind the file, or a list with --from")
    reader.finish()
    return options


def _build_options(reader: SuppressionOptionReader) -> BuildOptions:
    return BuildOptions(
        sources=reader.needed("--from", "name the lists to read"),
        target=reader.target(),
        region=reader.region() or reader.usual_region,
        column=reader.text("--column"),
        category_column=reader.text("--category_column"),
        categories=reader.categories(),
        allow_empty=reader.has("--dnd_allow_empty"),
        date_secs=reader.date_secs(),
    )
