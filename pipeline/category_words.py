"""What the command line says of categories, wherever it does: which one, and what a list's column means."""

import re
from typing import Final

from pipeline.command_line import nearest, shortened
from suppression.categories import COUNT, Categories

_CATEGORY: Final = re.compile(f"[1-{COUNT}]", re.ASCII)
_MEANINGS: Final = {"blocked": Categories.BLOCKED, "allowed": Categories.ALLOWED}


def category_of(value: str | None, faults: list[str]) -> int | None:
    """The category that `--dnd_category` names.

    Args:
        value: what is given; None: nothing is.
        faults: is added to.
    """
    if value is None or _CATEGORY.fullmatch(value):
        return None if value is None else int(value)
    faults.append(f"--dnd_category {shortened(value)!r} must be a whole number, 1 to {COUNT}")
    return None


def meaning_of(value: str | None, faults: list[str]) -> Categories:
    """What a column of categories says, by `--dnd_category_means`.

    Args:
        value: what is given; None: nothing is.
        faults: is added to.
    """
    if value is not None and value not in _MEANINGS:
        hint = nearest(value, list(_MEANINGS))
        faults.append(f"--dnd_category_means {shortened(value)!r} must be blocked or allowed{hint}")
    return _MEANINGS.get(value or "", Categories.UNSAID)
