"""A figure that was measured, and what it has to keep to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bound:
    """A figure, and the most or the least that it may be.

    Attributes:
        name: what was measured.
        figure: what was found.
        bound: what it may be.
        unit: of both.
        is_least: whether it is to be at least that, rather than at most.
    """

    name: str
    figure: float
    bound: float
    unit: str = "x"
    is_least: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether it is within the bound."""
        return self.figure >= self.bound if self.is_least else self.figure <= self.bound

    def __str__(self) -> str:
        """As a line of the report."""
        verdict = "kept" if self.is_kept else "MISSED"
        side = "at least" if self.is_least else "at most"
        return f"{self.name}: {self.figure:.2f} {self.unit}, {side} {self.bound:g}: {verdict}"
