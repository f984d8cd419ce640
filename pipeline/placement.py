"""Where the Python workers of a job run, which decides what of this machine they can use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from pipeline.faults import Faults
from pipeline.prism import find_prism

_DIRECT_RUNNERS = frozenset({"directrunner", "fnapirunner"})
_PRISM = "prismrunner"
_DATAFLOW = "dataflowrunner"
_DATAFLOW_NEEDS = ("--project", "--region", "--temp_location")
_HERE = ("", "LOOPBACK")


class Drive(Enum):
    """How a job is driven."""

    LOOP = auto()
    """In this process, by the runner that is pinned: files, or events round by round."""

    PRISM = auto()
    """In this process, as a stream on Prism."""

    NATIVE = auto()
    """By a service that reads Pub/Sub itself, on workers of its own."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a job runs.

    Attributes:
        drive: how it is driven.
        runner: the runner's name, as it was given.
        prism: Prism's binary, for a stream on it.
        is_here: whether its Python workers are this process.
    """

    drive: Drive
    runner: str
    prism: Path | None
    is_here: bool


def read_placement(
    beam: Sequence[str], *, is_streaming: bool, is_of_events: bool, faults: list[str]
) -> Placement:
    """Read where a job is to run.

    Args:
        beam: Beam's own arguments.
        is_streaming: whether `--streaming` was given.
        is_of_events: whether leads come as events.
        faults: is added to.
    """
    chosen = _values(beam)
    runner = chosen.get("--runner", "DirectRunner")
    name = runner.lower()
    if is_streaming and not is_of_events:
        faults.append("--streaming needs --input_subscription: files are no stream")
    drive, prism = Drive.LOOP, None
    if name in _DIRECT_RUNNERS:
        faults.extend(_outside_of_loop(chosen))
    elif is_of_events and is_streaming and name == _PRISM:
        drive = Drive.PRISM
        faults.extend(_outside_of_prism(chosen))
        try:
            prism = find_prism(chosen.get("--prism_location"))
        except Faults as error:
            faults.extend(error.faults)
    elif is_of_events and is_streaming and name == _DATAFLOW:
        drive = Drive.NATIVE
        faults.extend(_dataflow_faults(chosen))
    else:
        faults.append(_unfit(runner, is_streaming=is_streaming, is_of_events=is_of_events))
    return Placement(
        drive=drive,
        runner=runner,
        prism=prism,
        # Files are delivered in this process or not at all.
        is_here=not is_of_events or name in (*_DIRECT_RUNNERS, _PRISM),
    )


def _unfit(runner: str, *, is_streaming: bool, is_of_events: bool) -> str:
    """Why a runner cannot do this job, and what can."""
    if not is_of_events:
        return (
            f"--runner {runner} has its workers outside of this process, where a local --ledger"
            " and --output are out of reach: run here, with --runner DirectRunner"
        )
    if not is_streaming and runner.lower() in (_PRISM, _DATAFLOW):
        return f"--runner {runner} reads a subscription as a stream: give --streaming"
    return (
        f"--runner {runner} cannot read Pub/Sub: give --runner DataflowRunner or PrismRunner with"
        " --streaming, or run here, with --runner DirectRunner"
    )


def _dataflow_faults(chosen: Mapping[str, str]) -> list[str]:
    """What Dataflow has to know. Beam's own check would ask Google's servers, and for long."""
    lacking = [name for name in _DATAFLOW_NEEDS if not chosen.get(name)]
    faults = [f"{name} is missing: Dataflow needs it" for name in lacking]
    place = chosen.get("--temp_location", "")
    if place and not place.startswith("gs://"):
        faults.append("--temp_location must be a place in a bucket, gs://BUCKET/...")
    return faults


def _outside_of_loop(chosen: Mapping[str, str]) -> list[str]:
    mode = chosen.get("--direct_running_mode", "in_memory")
    if mode == "in_memory":
        return []
    return [f"--direct_running_mode {mode} has its workers outside of this process: leave it out"]


def _outside_of_prism(chosen: Mapping[str, str]) -> list[str]:
    kind = chosen.get("--environment_type", "")
    faults = []
    if kind.upper() not in _HERE:
        faults.append(
            f"--environment_type {kind} has Prism's workers outside of this process, which holds the"
            " messages: leave it out"
        )
    if "--job_endpoint" in chosen:
        faults.append("--job_endpoint names another Prism than the job's own: leave it out")
    return faults


def _values(arguments: Sequence[str]) -> dict[str, str]:
    """Name and value of Beam's options, whether written with a blank or an equals sign."""
    values: dict[str, str] = {}
    for index, word in enumerate(arguments):
        if not word.startswith("--"):
            continue
        name, sign, value = word.partition("=")
        following = arguments[index + 1] if index + 1 < len(arguments) else ""
        values[name] = value if sign else following
    return values
