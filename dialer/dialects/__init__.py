"""The versions of the dialer's API that the program speaks, each in a file of its own.

This is the registry: options, help, simulator, client and answers know of versions only what stands
here. Another one is a file beside `v1.py` and `v4.py`, and a line in `DIALECTS`.
"""

from dialer.dialects.dialect import (
    BULK_PARAMETER,
    USER_OPTION,
    Dialect,
    Documented,
    Row,
    SaidRow,
    Setting,
)
from dialer.dialects.v1 import V1
from dialer.dialects.v4 import V4

__all__ = [
    "BULK_PARAMETER",
    "DEFAULT",
    "DIALECTS",
    "USER_OPTION",
    "V1",
    "V4",
    "Dialect",
    "Documented",
    "Row",
    "SaidRow",
    "Setting",
    "dialect_at",
]

DIALECTS = {dialect.name: dialect for dialect in (V1, V4)}
"""By the name that `--api` takes."""

DEFAULT = V1
"""The version that is spoken where no other is asked for."""


def dialect_at(path: str) -> Dialect | None:
    """The version whose requests go to a path; None: none does.

    >>> dialect_at(V4.path) is V4, dialect_at("/elsewhere")
    (True, None)
    """
    return next((known for known in DIALECTS.values() if path == known.path), None)
