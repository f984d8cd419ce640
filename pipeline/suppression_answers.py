"""What an index says of numbers: a line each, for people and for programs, without the whole number."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from pipeline.command_line import shortened
from pipeline.figures import counted
from pipeline.masking import masked
from schemas.phones import PhoneReader
from suppression.categories import COUNT
from suppression.index_file import IndexFile

NO_NUMBER = "no phone number"
_SHOWN_DIGITS = 3


def answers(
    index: IndexFile, texts: Sequence[str], phones: PhoneReader, category: int | None
) -> Iterator[tuple[str, ...]]:
    """Say of numbers whether they are listed.

    Args:
        index: the index that is asked.
        texts: numbers in any spelling; one text may hold several.
        phones: the reader of numbers.
        category: what calls would be about; None: whatever a number is blocked for counts.

    Yields:
        The cells of a line: place, masked number, answer, and what a listed number is blocked for.
    """
    for place, text in enumerate(texts, 1):
        numbers = phones.read_each(text)
        if not numbers:
            yield str(place), masked(shortened(text)), NO_NUMBER
        for number in numbers:
            asked = np.array([number.e164], np.int64)
            shown = _masked_digits(number.national)
            if not index.listed(asked, category)[0]:
                yield str(place), shown, "not listed"
            elif index.info.has_categories:
                yield str(place), shown, "listed", _categories(index, asked)
            else:
                yield str(place), shown, "listed"


def count_listed(index: IndexFile, asked: IndexFile, category: int | None) -> str:
    """Say how many numbers of one index are listed in another."""
    listed = sum(
        int(np.count_nonzero(index.listed(numbers, category))) for numbers, _ in asked.blocks()
    )
    verb = "is" if listed == 1 else "are"
    return f"of {counted(asked.count, 'number')} {listed:,} {verb} listed"


def _categories(index: IndexFile, asked: npt.NDArray[np.int64]) -> str:
    """Which categories a number is blocked for."""
    blocked = [
        str(category) for category in range(1, COUNT + 1) if index.listed(asked, category)[0]
    ]
    if len(blocked) == COUNT:
        return "all categories"
    return f"categories {', '.join(blocked)}" if blocked else "no category"


def _masked_digits(national: str) -> str:
    """A number with its last three digits alone, however short it is.

    >>> _masked_digits("9876512345")
    '*******345'
    """
    shown = min(_SHOWN_DIGITS, len(national) // 2)
    return "*" * (len(national) - shown) + national[len(national) - shown :]
