"""The date that a list gives itself."""

import re
from datetime import UTC, datetime
from typing import Final

_DATED: Final = re.compile(
    r"\b(?:date|dated|as of|updated|generated|created)\b[^\d]{0,10}"
    r"(\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)",
    re.ASCII | re.IGNORECASE,
)
_BEFORE_COMMENT: Final = "\ufeff \t"


def own_date_secs(head: bytes) -> float | None:
    r"""Read the date in the comments of a list, as in `# date: 2026-11-24`; None: it has none.

    Args:
        head: the beginning of the list, in UTF-8.

    Returns:
        Seconds since 1970. A day without a time begins at midnight, and a time without a zone is
        of UTC.

    >>> own_date_secs(b"# Register, as of 1970-01-02\n9876512345\n")
    86400.0
    """
    for line in head.decode("utf-8", "replace").splitlines():
        comment = line.lstrip(_BEFORE_COMMENT)
        found = _DATED.search(comment) if comment.startswith("#") else None
        if found is not None:
            return _secs(found[1])
    return None


def _secs(text: str) -> float | None:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
