"""The words behind one of `suppression`'s verbs: options, files, and numbers that may begin with a hyphen."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.command_line import nearest, shortened
from pipeline.suppression_table import Verb

# A number may begin with a hyphen, a plus or a bracket; an option's name begins with a letter.
_OPTION: Final = re.compile(r"--?[A-Za-z]|--\Z")


@dataclass(frozen=True, slots=True)
class Words:
    """What is said to a verb.

    Attributes:
        values: of each option that is there, its values in order (a flag's are empty texts).
        files: the files that belong to no option.
        numbers: the numbers, as they are spelled.
    """

    values: dict[str, list[str]]
    files: tuple[str, ...]
    numbers: tuple[str, ...]


def asks_for_help(words: Sequence[str]) -> bool:
    """Whether help is asked for, anywhere among the words."""
    return any(word in ("-h", "--help") for word in words)


def sort_words(words: Sequence[str], verb: Verb, faults: list[str]) -> Words:
    """Sort the words behind a verb.

    Args:
        words: the words.
        verb: what it takes.
        faults: is added to: unknown options with the nearest right name, lacking values, options that
            stand twice, words that belong to nothing. No such word is repeated: it may be a number.
    """
    values: dict[str, list[str]] = {}
    plain = [word for word in _without_options(words, verb, values, faults) if word.strip()]
    for name, given in values.items():
        option = verb.options[name]
        if len(given) > 1 and option.metavar and not option.is_repeatable:
            faults.append(f"{name} stands {len(given)} times; give it once")
    files, numbers = tuple(plain[: verb.files]), tuple(plain[verb.files :])
    if numbers and not verb.takes_numbers:
        count = len(numbers)
        words_belong = "a word belongs" if count == 1 else f"{count:,} words belong"
        faults.append(f"{words_belong} to no option: quote globs, and values with blanks")
    return Words(values, files, numbers)


def _without_options(
    words: Sequence[str], verb: Verb, values: dict[str, list[str]], faults: list[str]
) -> Iterator[str]:
    """Put options where they belong, and give the other words."""
    options = verb.options
    left = list(reversed(words))
    while left:
        word = left.pop()
        if not _OPTION.match(word):
            yield word
            continue
        name, sign, value = word.partition("=")
        follows = bool(left) and not _OPTION.match(left[-1])
        option = options.get(name)
        if option is None:
            faults.append(f"there is no option {shortened(name)}{nearest(name, list(options))}")
            if follows and not sign and not verb.takes_numbers:
                left.pop()  # meant as its value
        elif not option.metavar:
            if sign:
                faults.append(f"{name} takes no value")
            values.setdefault(name, []).append("")
        elif sign or follows:
            values.setdefault(name, []).append(value if sign else left.pop())
        else:
            faults.append(
                f"{name} needs a value ({option.metavar});"
                f" one that begins with a hyphen is written {name}=-..."
            )
