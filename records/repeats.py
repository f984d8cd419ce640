"""A name that stands twice in one record: never does the last one simply win."""

from collections.abc import Iterable, Sequence

# Two are enough to see that they differ; junk may hold a hundred thousand.
MAX_DIFFERENT = 10


def one_or_all(values: Sequence[object]) -> object:
    """Return the one value that a repeated name has, or a tuple of the different ones.

    Blank values count only if there is no other; of more than `MAX_DIFFERENT` values the first
    ones stand for all.

    >>> one_or_all(["9876512345", ""]), one_or_all(["", None]), one_or_all(["a", "b", "a"])
    ('9876512345', '', ('a', 'b'))
    """
    different: list[object] = []
    for value in values:
        if len(different) == MAX_DIFFERENT:
            break
        if not _is_blank(value) and value not in different:
            different.append(value)
    if not different:
        return values[0]
    return different[0] if len(different) == 1 else tuple(different)


def merged(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Return names and values as one mapping, the values of a repeated name as `one_or_all`."""
    gathered: dict[str, list[object]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return {
        name: values[0] if len(values) == 1 else one_or_all(values)
        for name, values in gathered.items()
    }


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
