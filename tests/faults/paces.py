"""The seconds of a scenario: small ones for the normal tests, and those of a real dialer."""

from dataclasses import dataclass

import pytest


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take.

    Attributes:
        gap_secs: the least time between an answer and the next request.
        timeout_secs: what the program gives a request.
        slow_secs: how long a slow dialer takes that answers in time.
        late_secs: how long one takes that answers too late.
        patience_secs: what the whole may take.
    """

    gap_secs: float
    timeout_secs: float
    slow_secs: float
    late_secs: float
    patience_secs: float


PACES = (
    pytest.param(Pace(0.3, 1.5, 0.6, 2.0, 90.0), id="scaled"),
    pytest.param(Pace(30.0, 60.0, 25.0, 75.0, 900.0), id="real", marks=pytest.mark.long),
)
