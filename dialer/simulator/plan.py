"""Which request meets which fault: plans, and the file that they are read from."""

import difflib
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from dialer.simulator.faults import Fault, PlannedFault


class FaultPlanError(ValueError):
    """A plan that cannot be read; the text names every fault in it."""


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Which fault each request meets: first a sequence, then a random mix.

    A request that breaks a limit (too many rows, too early) is refused for that and uses up no fault.

    Attributes:
        sequence: one fault a request, in order.
        mix: what follows; how likely each fault is, the rest being good answers.
        seed: of the mix, and of whatever else is random.
    """

    sequence: tuple[PlannedFault, ...] = ()
    mix: Mapping[PlannedFault, float] = field(default_factory=dict)
    seed: int = 0

    @classmethod
    def of(cls, *faults: Fault) -> "FaultPlan":
        """A plan of these faults in order, and good answers after them."""
        return cls(tuple(map(PlannedFault.of, faults)))

    @classmethod
    def from_json(cls, text: bytes) -> "FaultPlan":
        """Read a plan file.

        It is an object with `sequence`, a list of faults, `mix`, an object of fault to likelihood,
        and `seed`; each may be left out. A fault of the sequence is its name, or an object of its
        `fault` and `secs`.

        Raises:
            FaultPlanError: the text is no plan.

        >>> plan = FaultPlan.from_json(b'{"sequence": ["none", {"fault": "slow", "secs": 9}]}')
        >>> [planned.secs for planned in plan.sequence]
        [0.0, 9.0]
        """
        try:
            plan = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise FaultPlanError("the fault plan is no JSON") from error
        if not isinstance(plan, dict):
            raise FaultPlanError("the fault plan is no JSON object")
        problems = [
            f"it has no part {name!r}" for name in plan if name not in ("sequence", "mix", "seed")
        ]
        sequence = _read_sequence(plan.get("sequence", []), problems)
        mix = _read_mix(plan.get("mix", {}), problems)
        seed = plan.get("seed", 0)
        if isinstance(seed, bool) or not isinstance(seed, int):
            problems.append("its seed is no whole number")
        if problems:
            raise FaultPlanError(f"the fault plan cannot be used: {'; '.join(problems)}")
        return cls(sequence, mix, seed)

    def faults(self) -> Iterator[PlannedFault]:
        """The fault of each request, without end."""
        yield from self.sequence
        chance = random.Random(self.seed)  # noqa: S311 - a repeatable mix, nothing secret
        good = PlannedFault.of(Fault.NONE)
        choices = [*self.mix, good]
        weights = [*self.mix.values(), max(0.0, 1.0 - sum(self.mix.values()))]
        while True:
            yield chance.choices(choices, weights)[0] if self.mix else good


def _read_sequence(entries: object, problems: list[str]) -> tuple[PlannedFault, ...]:
    if not isinstance(entries, list):
        problems.append("its sequence is no list")
        return ()
    read = (_read_entry(entry, problems) for entry in entries)
    return tuple(planned for planned in read if planned is not None)


def _read_entry(entry: object, problems: list[str]) -> PlannedFault | None:
    match entry:
        case str():
            name, secs = entry, None
        case {"fault": str(name), "secs": int() | float() as secs, **rest} if not rest:
            if secs < 0:
                problems.append(f"{name!r} has negative seconds")
        case _:
            problems.append("a fault is a name, or an object of fault and secs")
            return None
    fault = _fault_named(name, problems)
    return PlannedFault.of(fault, secs) if fault else None


def _read_mix(mix: object, problems: list[str]) -> dict[PlannedFault, float]:
    if not isinstance(mix, dict):
        problems.append("its mix is no object")
        return {}
    read = {}
    for name, likelihood in mix.items():
        fault = _fault_named(name, problems)
        if isinstance(likelihood, bool) or not isinstance(likelihood, int | float):
            problems.append(f"the likelihood of {name!r} is no number")
        elif likelihood < 0:
            problems.append(f"the likelihood of {name!r} is negative")
        elif fault:
            read[PlannedFault.of(fault)] = float(likelihood)
    if sum(read.values()) > 1.0 + 1e-9:
        problems.append("its likelihoods are more than 1 together")
    return read


def _fault_named(name: str, problems: list[str]) -> Fault | None:
    try:
        return Fault(name)
    except ValueError:
        near = difflib.get_close_matches(name, list(Fault), n=1)
        hint = f" (did you mean {near[0]!s}?)" if near else ""
        problems.append(f"there is no fault {name!r}{hint}")
        return None
