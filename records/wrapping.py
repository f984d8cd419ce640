"""How the leads of a file stand in wrappers: as the user says it, in a form that can travel."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wrapping:
    """Where in the records of a file the leads are.

    Attributes:
        record_path: the keys that lead to a lead, or to a list of leads; None: the record is one.
        record_pairs: where in a lead names and values are lists.
    """

    record_path: str | None = None
    record_pairs: tuple[str, ...] = ()

    @property
    def first_key(self) -> str:
        """The first key of the path; "" if there is none."""
        return (self.record_path or "").split(".")[0].strip()

    def __str__(self) -> str:
        """Name the options that say it."""
        path = [] if self.record_path is None else [f"--record_path {self.record_path}"]
        return " ".join([*path, *(f"--record_pairs {pairs}" for pairs in self.record_pairs)])
