"""`python -m pipeline simulate`: the built-in dialer, to practise on."""

import argparse
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from dialer.dialects import BULK_PARAMETER
from dialer.simulator import FaultPlan, FaultPlanError, Rules, Simulator
from pipeline import terminal
from pipeline.api_versions import shown_gaps, shown_limits
from pipeline.command_line import nearest, shortened
from pipeline.faults import Faults
from transforms.in_process import stop_requested
from transforms.keys import FORMS, KeyUnavailable, resolve_key

_PAUSE_SECS = 0.1


def run_simulator(arguments: Sequence[str]) -> int:
    """Answer as the dialer until a signal ends it.

    Args:
        arguments: the words of the command line behind the verb.

    Raises:
        Faults: an option is wrong.
    """
    parser = _parser()
    options, unknown = parser.parse_known_args(arguments)
    known = list(parser._option_string_actions)
    faults = [
        f"there is no option {shortened(word.split('=')[0])}{nearest(word.split('=')[0], known)}"
        for word in unknown
        if word.startswith("-")
    ]
    if unknown and not faults:
        faults.append("there are words that belong to no option: see simulate --help")
    rules = _rules(options, faults)
    plan = _plan(options, faults)
    if faults:
        raise Faults(faults)
    log = Path(options.log) if options.log else None
    try:
        simulator = Simulator(rules, faults=plan, port=options.port, log=log)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "no such port"
        raise Faults([f"the simulator cannot start: {reason} (see --port and --log)"]) from error
    with simulator:
        terminal.say(f"simulator listening on {simulator.url}")
        while not stop_requested():
            time.sleep(_PAUSE_SECS)
        violations = simulator.violations
        requests, taken = len(simulator.arrivals), simulator.taken.total()
    terminal.say(f"{requests:,} requests, {taken:,} leads taken, {len(violations):,} limits broken")
    for violation in violations:
        terminal.say(f"  {violation}")
    return 0


class _Parser(argparse.ArgumentParser):
    """Raises its one fault instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise Faults([message])


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m pipeline simulate",
        description="A stand-in for the dialer on this machine, by every version of its API. It"
        " answers as the vendor documents, keeps its limits, calls nobody, and goes wrong as a plan"
        " says. It ends with Ctrl-C.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--port", type=int, default=8080, help="where to listen; 0: any free port (default: 8080)")
    add(
        "--gap_secs",
        type=float,
        help=f"least time between requests (default: the API's: {shown_gaps()})",
    )
    add(
        "--max_rows",
        type=int,
        help=f"most leads in a request (default: the API's: {shown_limits()})",
    )
    add(
        "--key",
        action="append",
        metavar="REFERENCE",
        help=f"a key that it accepts, as {FORMS}; may be repeated (default: any)",
    )
    add(
        "--user",
        action="append",
        metavar="NAME",
        help="a user that it accepts, of an API that asks for one; may be repeated (default: any)",
    )
    add(
        "--campaign",
        action="append",
        metavar="NAME",
        help="a campaign that it knows; may be repeated (default: any)",
    )
    add("--dnd", metavar="FILE", help="ten-digit numbers that it refuses, one a line")
    add("--bulk_parameter", default=BULK_PARAMETER, help="form field of the rows")
    add(
        "--echo",
        choices=("short", "whole"),
        default="short",
        help="answer rows with number and Status, or whole ones with status (default: short)",
    )
    add(
        "--refuse",
        choices=("request", "row"),
        default="request",
        help="what a fault of one row refuses: the whole request (default) or that row",
    )
    add("--faults", metavar="FILE", help="a fault plan as JSON: see docs/simulator.md")
    add("--log", metavar="FILE", help="append a JSON line a request, with the numbers taken")
    return parser


def _rules(options: argparse.Namespace, faults: list[str]) -> Rules:
    keys: set[str] = set()
    for reference in options.key or ():
        try:
            keys.add(resolve_key(reference).reveal())
        except KeyUnavailable as error:
            faults.append(f"--key {error}")
    gap_secs = 0.0 if options.gap_secs is None else options.gap_secs
    max_rows = 1 if options.max_rows is None else options.max_rows
    if not 0 <= gap_secs < math.inf or max_rows < 1:
        faults.append("--gap_secs must be 0 or more, and --max_rows 1 or more")
    return Rules(
        gap_secs=options.gap_secs,
        max_rows=options.max_rows,
        keys=frozenset(keys) if options.key else None,
        users=frozenset(options.user) if options.user else None,
        campaigns=frozenset(options.campaign) if options.campaign else None,
        dnd=frozenset(_lines(options.dnd, faults)),
        bulk_parameter=options.bulk_parameter,
        echo=options.echo,
        refuses_whole=options.refuse == "request",
    )


def _lines(path: str | None, faults: list[str]) -> list[str]:
    if path is None:
        return []
    try:
        return Path(path).read_text("utf-8").split()
    except (OSError, UnicodeDecodeError):
        faults.append(f"--dnd {path} cannot be read")
        return []


def _plan(options: argparse.Namespace, faults: list[str]) -> FaultPlan | None:
    if options.faults is None:
        return None
    try:
        return FaultPlan.from_json(Path(options.faults).read_bytes())
    except OSError as error:
        faults.append(f"--faults {options.faults} cannot be read: {error.strerror}")
    except FaultPlanError as error:
        faults.append(f"--faults {options.faults}: {error}")
    return None
