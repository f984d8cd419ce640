"""The main job's options: read, checked as a whole, and every fault named at once."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dialer.address import check_api_url, is_this_machine, request_url
from dialer.dialects import BULK_PARAMETER, DIALECTS, Dialect
from pipeline.command_line import Given, is_utf8, nearest, shortened, split
from pipeline.faults import Faults
from schemas.lead_schema import LeadSchema, SchemaError, load_lead_schema
from transforms.keys import KeyUnavailable, resolve_key

_LONGEST_SECS = 3600.0
_DEFAULT_TIMEOUT_SECS = 60.0
_LOCAL_RUNNERS = frozenset({"directrunner", "fnapirunner"})
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{0,15})?(e[0-9]{1,2})?", re.IGNORECASE)
_SMALL_NUMBER = re.compile(r"[0-9]{1,9}")
_BUILT_IN_SCHEMA = "lead.avsc"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of the main job, checked.

    Attributes:
        inputs: globs of lead files.
        campaign: one campaign for all leads, or None.
        campaign_field: the column that names each lead's campaign, or None.
        schema_text: the lead schema as JSON.
        schema: the same, read.
        time_zone: the zone of the dialer's wall clock.
        dialect: the version of the API.
        url: where requests go.
        key_reference: where the key is.
        bulk_parameter: the form field of the rows.
        pace_secs: the least gap between two requests.
        batch_size: the most leads in a request.
        timeout_secs: the time that one whole request may take.
        dnd: files of do-not-disturb lists.
        dnd_max_age_hours: how old they may be; None: any age.
        dnd_allow_empty: whether they may hold no number.
        resends: whether unknown leads are sent again.
        output: the folder of outcomes, runs and the ledger.
        ledger: the account's ledger.
        new_run: whether to start a new run where one is unfinished.
        beam: Beam's own arguments.
    """

    inputs: tuple[str, ...]
    campaign: str | None
    campaign_field: str | None
    schema_text: str
    schema: LeadSchema
    time_zone: str
    dialect: Dialect
    url: str
    key_reference: str
    bulk_parameter: str
    pace_secs: float
    batch_size: int
    timeout_secs: float
    dnd: tuple[str, ...]
    dnd_max_age_hours: float | None
    dnd_allow_empty: bool
    resends: bool
    output: Path
    ledger: Path
    new_run: bool
    beam: tuple[str, ...]


def read_options(arguments: Sequence[str]) -> RunOptions:
    """Read the command line of the main job.

    Args:
        arguments: its words, without the program and the verb.

    Raises:
        Faults: it cannot be used; every fault is named. No input was opened.
    """
    faults: list[str] = []
    given = split(arguments, faults)
    reader = _Reader(given, faults)
    dialect = reader.dialect()
    url = reader.url(dialect)
    schema_text, schema = reader.schema()
    output = reader.folder("--output")
    options = RunOptions(
        inputs=reader.inputs(),
        campaign=reader.campaign(),
        campaign_field=reader.text("--campaign_field"),
        schema_text=schema_text,
        schema=schema,
        time_zone=reader.time_zone(schema),
        dialect=dialect,
        url=url,
        key_reference=reader.key(),
        bulk_parameter=reader.text("--bulk_parameter") or BULK_PARAMETER,
        pace_secs=reader.pace(dialect, url),
        batch_size=reader.batch_size(dialect),
        timeout_secs=reader.timeout(),
        dnd=reader.lists(),
        dnd_max_age_hours=reader.max_age(),
        dnd_allow_empty="--dnd_allow_empty" in given.values,
        resends=reader.resends(),
        output=output,
        ledger=reader.folder("--ledger", default=output / "ledger"),
        new_run="--new_run" in given.values,
        beam=given.beam,
    )
    reader.beam()
    if faults:
        raise Faults(faults)
    return options


class _Reader:
    """Reads one option after the other, and goes on after a fault with something that fits."""

    def __init__(self, given: Given, faults: list[str]) -> None:
        self._given = given
        self._faults = faults

    def text(self, name: str) -> str | None:
        value = self._given.one(name)
        if value is not None and not value.strip():
            self._faults.append(f"{name} is empty")
            return None
        if value is not None and not is_utf8(value):
            self._faults.append(f"{name} is no UTF-8 text")
            return None
        return value

    def inputs(self) -> tuple[str, ...]:
        globs = self._given.values.get("--input", [])
        if not globs:
            self._faults.append("--input is missing: name the files of leads")
        if any(not glob.strip() for glob in globs):
            self._faults.append("--input is empty")
        return tuple(globs)

    def campaign(self) -> str | None:
        names = [name for name in ("--campaign", "--campaign_field") if name in self._given.values]
        if not names:
            self._faults.append(
                "--campaign is missing: name the dialer's campaign, or with --campaign_field the"
                " column that does"
            )
        if len(names) > 1:
            self._faults.append("--campaign and --campaign_field exclude each other: give one")
        return self.text("--campaign")

    def dialect(self) -> Dialect:
        name = self.text("--api") or "v1"
        if name.lower() not in DIALECTS:
            known = ", ".join(DIALECTS)
            self._faults.append(f"--api {shortened(name)!r} is not known; known: {known}")
        return DIALECTS.get(name.lower(), DIALECTS["v1"])

    def url(self, dialect: Dialect) -> str:
        url = self.text("--api_url")
        if url is not None:
            wrong = check_api_url(url)
            self._faults.extend(f"--api_url: {fault}" for fault in wrong)
            if wrong:
                url = None
        return request_url(url, dialect)

    def key(self) -> str:
        reference = self.text("--api_key")
        if reference is None:
            self._faults.append("--api_key is missing: say where the key is, as in env:DIAL_KEY")
            return ""
        try:
            resolve_key(reference)
        except KeyUnavailable as error:
            self._faults.append(f"--api_key {error}")
        return reference

    def schema(self) -> tuple[str, LeadSchema]:
        built_in = resources.files("schemas").joinpath(_BUILT_IN_SCHEMA).read_text("utf-8")
        path = self.text("--lead_schema")
        if path is not None:
            try:
                text = Path(path).read_text("utf-8")
                return text, load_lead_schema(text, name=path)
            except SchemaError as error:
                self._faults.extend(f"--lead_schema {path}: {fault}" for fault in error.faults)
            except OSError as error:
                self._faults.append(f"--lead_schema {path} cannot be read: {error.strerror}")
            except UnicodeDecodeError:
                self._faults.append(f"--lead_schema {path} is no text")
        return built_in, load_lead_schema(built_in, name="the built-in schema")

    def time_zone(self, schema: LeadSchema) -> str:
        name = self.text("--time_zone")
        if name is None:
            zones = zones_of(schema.region)
            if len(zones) != 1 and schema.expiry is not None:
                self._faults.append(
                    f"--time_zone is missing: the region {schema.region} has"
                    f" {len(zones) or 'no'} time zones; name that of the dialer's wall clock"
                )
            return zones[0] if zones else "UTC"
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            hint = nearest(name, zones_of(schema.region)) or " (a name as in Asia/Kolkata)"
            self._faults.append(f"--time_zone {shortened(name)!r} is not known{hint}")
            return "UTC"
        return name

    def pace(self, dialect: Dialect, url: str) -> float:
        secs = self._number("--pace_secs", dialect.gap_secs, least=0.0, most=_LONGEST_SECS)
        if secs < dialect.gap_secs and not is_this_machine(url):
            self._faults.append(
                f"--pace_secs {secs:g} is too short: {dialect.name} allows a request every"
                f" {dialect.gap_secs:g} s (less only with a dialer on this machine)"
            )
        return secs

    def batch_size(self, dialect: Dialect) -> int:
        value = self.text("--batch_size")
        if value is None:
            return dialect.max_rows
        number = int(value) if _SMALL_NUMBER.fullmatch(value) else 0
        if not 1 <= number <= dialect.max_rows:
            self._faults.append(
                f"--batch_size {shortened(value)!r} must be a whole number from 1 to"
                f" {dialect.max_rows}"
            )
            return dialect.max_rows
        return number

    def timeout(self) -> float:
        return self._number("--timeout_secs", _DEFAULT_TIMEOUT_SECS, least=0.1, most=_LONGEST_SECS)

    def max_age(self) -> float | None:
        if "--dnd_max_age_hours" not in self._given.values:
            return None
        if "--dnd" not in self._given.values:
            self._faults.append("--dnd_max_age_hours needs a list: name it with --dnd")
        return self._number("--dnd_max_age_hours", 0.0, least=0.0, most=math.inf)

    def lists(self) -> tuple[str, ...]:
        names = self._given.values.get("--dnd", [])
        if any(not name.strip() for name in names):
            self._faults.append("--dnd is empty")
        return tuple(names)

    def resends(self) -> bool:
        value = self.text("--on_unknown") or "hold"
        if value not in ("hold", "resend"):
            hint = nearest(value, ["hold", "resend"])
            self._faults.append(f"--on_unknown {shortened(value)!r} must be hold or resend{hint}")
        return value == "resend"

    def folder(self, name: str, *, default: Path | None = None) -> Path:
        value = self.text(name)
        if value is None:
            if default is None and name not in self._given.values:
                self._faults.append(f"{name} is missing: name a folder")
            return default or Path()
        if "://" in value:
            self._faults.append(f"{name} must be a folder of this machine in this version")
        return Path(value)

    def beam(self) -> None:
        """See that Beam's options leave the job in this process, where its ledger is."""
        chosen = _beam_values(self._given.beam)
        runner = chosen.get("--runner", "DirectRunner")
        if runner.lower() not in _LOCAL_RUNNERS:
            self._faults.append(
                f"--runner {runner} has its workers outside of this process, where a local --ledger"
                " and --output are out of reach: run here, with --runner DirectRunner"
            )
        mode = chosen.get("--direct_running_mode", "in_memory")
        if mode != "in_memory":
            self._faults.append(
                f"--direct_running_mode {mode} has its workers outside of this process:"
                " leave it out"
            )

    def _number(self, name: str, default: float, *, least: float, most: float) -> float:
        value = self.text(name)
        if value is None:
            return default
        number = _float(value)
        if number is None or not least <= number <= most:
            bound = f"at least {least:g}" if math.isinf(most) else f"from {least:g} to {most:g}"
            self._faults.append(f"{name} {shortened(value)!r} must be a number, {bound}")
            return default
        return number


def zones_of(region: str) -> list[str]:
    """The time zones of a region (ISO 3166, two letters), by the time zone database's own table."""
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return [row[2] for row in rows if row[0] == region]


def _float(text: str) -> float | None:
    # Python's own reading also takes digits of other scripts, underscores and blanks.
    return float(text) if _NUMBER.fullmatch(text) else None


def _beam_values(arguments: Sequence[str]) -> dict[str, str]:
    """Name and value of Beam's options, whether written with a blank or an equals sign."""
    values: dict[str, str] = {}
    for index, word in enumerate(arguments):
        if not word.startswith("--"):
            continue
        name, sign, value = word.partition("=")
        following = arguments[index + 1] if index + 1 < len(arguments) else ""
        values[name] = value if sign else following
    return values
