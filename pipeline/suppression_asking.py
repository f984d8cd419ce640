"""`suppression show` and `suppression test`: what an index is, and whether numbers are on it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pipeline import terminal
from pipeline.exit_status import EXIT_DONE, EXIT_NOT_STARTED, EXIT_PENDING
from pipeline.faults import Faults
from pipeline.figures import counted
from pipeline.suppression_answers import NO_NUMBER, answers, count_listed
from pipeline.suppression_opening import built_list, opened_index, opened_list
from pipeline.suppression_options import (
    LookupOptions,
    ShowOptions,
    read_lookup_options,
    read_show_options,
)
from pipeline.suppression_report import index_as_json, report_index
from schemas.lead_schema import default_lead_schema
from schemas.phones import PhoneReader
from suppression.categories import Categories
from suppression.faults import ListError
from suppression.index_file import IndexFile
from transforms.in_process import stop_requested, stopping_at_once

_Options = TypeVar("_Options")


def run_show(words: Sequence[str]) -> int:
    """Show what an index is and holds.

    Args:
        words: the words of the command line behind the verb.

    Returns:
        The exit status.

    Raises:
        Faults: the index cannot be used.
    """
    return _asked(_show, read_show_options(words))


def run_test(words: Sequence[str]) -> int:
    """Say whether numbers are listed; as `run_show`, and 2 where a word is no phone number."""
    return _asked(_test, read_lookup_options(words))


def _asked(ask: Callable[[_Options], int], options: _Options) -> int:
    """Ask, and say what hinders it."""
    status = EXIT_PENDING
    try:
        with stopping_at_once():
            if not stop_requested():
                status = ask(options)
    except ListError as error:
        raise Faults([str(error)]) from error
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise Faults([f"{error.filename}: {reason}" if error.filename else reason]) from error
    if status == EXIT_PENDING:
        terminal.complain(["stopped"])
    return status


def _show(options: ShowOptions) -> int:
    with opened_index(options.index) as index:
        if options.as_json:
            terminal.say(index_as_json(index))
        else:
            terminal.say_all(report_index(index))
    return EXIT_DONE


def _test(options: LookupOptions) -> int:
    with opened_list(options.index, options.region or default_lead_schema().region) as index:
        region = options.region or index.info.region
        phones = PhoneReader(region, ("mobile",), None)
        lines = list(answers(index, options.numbers, phones, options.category))
        for cells in lines:
            terminal.say_cells(cells)
        if options.sources:
            _count(index, options, region)
    return EXIT_NOT_STARTED if any(NO_NUMBER in cells for cells in lines) else EXIT_DONE


def _count(index: IndexFile, options: LookupOptions, region: str) -> None:
    """Say how many numbers of some lists are listed."""
    with built_list(
        options.sources, region, categories=Categories.IGNORED, allow_empty=True
    ) as asked:
        terminal.say(count_listed(index, asked, options.category))
        if asked.info.not_numbers:
            terminal.say(f"{counted(asked.info.not_numbers, 'line')} without a number")
        if asked.info.cleared:
            terminal.say(f"{counted(asked.info.cleared, 'row')} left out, as a column clears them")
