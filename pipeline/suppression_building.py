"""`suppression build` and `suppression merge`: an index is written, or nothing is."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from pipeline import terminal
from pipeline.build_progress import BuildProgress
from pipeline.exit_status import EXIT_DONE, EXIT_PENDING
from pipeline.faults import Faults
from pipeline.figures import counted
from pipeline.suppression_options import BuildOptions, read_build_options, read_merge_options
from pipeline.suppression_report import report_built
from pipeline.suppression_sources import find_sources, is_at
from suppression.building import BuildSource, BuildTerms, Watch, build_index
from suppression.changes import Merged, merge_index
from suppression.faults import ListError
from suppression.index_file import IndexFile, open_index
from transforms.in_process import StopRequested, stop_requested, stopping_at_once

_Built = TypeVar("_Built")


def run_build(words: Sequence[str]) -> int:
    """Build an index.

    Args:
        words: the words of the command line behind the verb.

    Returns:
        The exit status.

    Raises:
        Faults: nothing was built.
    """
    options = read_build_options(words)

    def build(sources: Sequence[BuildSource], watch: Watch) -> IndexFile:
        terms = _terms(options, options.region)
        return build_index(sources, options.target, terms, watch=watch)

    return _run(options, build, _say_built)


def run_merge(words: Sequence[str]) -> int:
    """Make a new version of an index; as `run_build`."""
    options = read_merge_options(words)

    def merge(sources: Sequence[BuildSource], watch: Watch) -> Merged:
        terms = _terms(options.build, _region_of(options.old))
        return merge_index(options.old, sources, options.build.target, terms, watch=watch)

    return _run(options.build, merge, _say_merged)


def _run(
    options: BuildOptions,
    write: Callable[[Sequence[BuildSource], Watch], _Built],
    say: Callable[[_Built, float], None],
) -> int:
    """Write an index and say what came of it."""
    started_secs = time.monotonic()
    sources: list[BuildSource] = []
    with stopping_at_once():
        sources = _sources(options)
    if stop_requested():
        return _stopped(options.target)
    try:
        with BuildProgress(sum(source.size_bytes for source in sources)) as progress:
            built = write(sources, progress.watch)
    except StopRequested:
        return _stopped(options.target)
    except ListError as error:
        raise Faults([str(error), _unwritten(options.target)]) from error
    except OSError as error:
        # Whatever is read says so itself.
        reason = error.strerror or type(error).__name__
        raise Faults(
            [f"{options.target} cannot be written: {reason}", _unwritten(options.target)]
        ) from error
    say(built, time.monotonic() - started_secs)
    return EXIT_DONE


def _sources(options: BuildOptions) -> list[BuildSource]:
    faults: list[str] = []
    sources = find_sources(options.sources, faults)
    for source in sources:
        if is_at(source, options.target):
            faults.append(f"--from {source.name} is what --to names: give the index another name")
        elif is_at(source, options.not_numbers):
            faults.append(
                f"--from {source.name} would be replaced by the lines of this build that hold no"
                " number: rename it"
            )
    if faults:
        raise Faults(faults)
    return sources


def _region_of(old: Path) -> str:
    try:
        return open_index(old).info.region
    except OSError as error:
        raise ListError(f"{old} cannot be read: {error.strerror}") from error


def _terms(options: BuildOptions, region: str) -> BuildTerms:
    return BuildTerms(
        region=region,
        column=options.column,
        category_column=options.category_column,
        categories=options.categories,
        allow_empty=options.allow_empty,
        date_secs=options.date_secs,
        not_numbers=options.not_numbers,
    )


def _stopped(target: Path) -> int:
    terminal.complain([f"stopped: {_unwritten(target)}"])
    return EXIT_PENDING


def _unwritten(target: Path) -> str:
    return (
        f"nothing was built, and {target} is as it was" if target.exists() else "nothing was built"
    )


def _say_built(index: IndexFile, secs: float) -> None:
    terminal.say_all(report_built(index, secs))


def _say_merged(merged: Merged, secs: float) -> None:
    terminal.say(
        f"{merged.added:,} added, {merged.changed:,} changed, {merged.deleted:,} deleted;"
        f" {counted(merged.not_there, 'deletion')} of numbers that were not there"
    )
    terminal.say_all(report_built(merged.index, secs))
