"""Reading options one by one: each checked, and what is wrong said in a sentence."""

import math
import re
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.command_line import Given, is_utf8, nearest, shortened
from pipeline.placement import Placement
from records.unwrapping import pairs_of, path_of
from records.wrapping import Wrapping
from schemas.columns import Columns
from schemas.lead_schema import LeadSchema, SchemaError, load_lead_schema
from transforms.keys import KeyUnavailable, parse_reference, resolve_key

LONGEST_SECS = 3600.0
"""The most seconds that an option of the dialer's may have."""

_DEFAULT_TIMEOUT_SECS = 60.0
_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{0,15})?(e[0-9]{1,2})?", re.IGNORECASE)
_BUILT_IN_SCHEMA = "lead.avsc"
_CAMPAIGN_OPTIONS = ("--campaign", "--campaign_field", "--campaign_attribute")


class OptionReader:
    """Reads one option after the other, and goes on after a fault with something that fits."""

    def __init__(self, given: Given, faults: list[str]) -> None:
        """Read what is given; `faults` is added to."""
        self._given = given
        self._faults = faults

    def text(self, name: str) -> str | None:
        """An option's text; None where it is not there."""
        value = self._given.one(name)
        if value is not None and not value.strip():
            self._faults.append(f"{name} is empty")
            return None
        if value is not None and not is_utf8(value):
            self._faults.append(f"{name} is no UTF-8 text")
            return None
        return value

    def inputs(self) -> tuple[str, ...]:
        """The globs of lead files."""
        globs = self._given.values.get("--input", [])
        if not globs:
            self._faults.append(
                "--input is missing: name the files of leads (or a --input_subscription)"
            )
        if any(not glob.strip() for glob in globs):
            self._faults.append("--input is empty")
        return tuple(globs)

    def wrapping(self) -> Wrapping | None:
        """Where in the files' records the leads are; None: they are the leads."""
        path = self.text("--record_path")
        pairs = tuple(self._given.values.get("--record_pairs", ()))
        wrapping = Wrapping(path, pairs)
        for name, check in (("--record_path", path_of), ("--record_pairs", pairs_of)):
            try:
                check(wrapping)
            except ValueError as error:
                self._faults.append(f"{name}: {error}")
        return wrapping if path is not None or pairs else None

    def campaign(self) -> str | None:
        """One campaign for all leads; None where something else names each lead's."""
        names = [name for name in _CAMPAIGN_OPTIONS if name in self._given.values]
        if not names:
            self._faults.append(
                "--campaign is missing: name the dialer's campaign, or with --campaign_field the"
                " column that does"
            )
        if len(names) > 1:
            self._faults.append(f"{' and '.join(names)} exclude each other: give one")
        return self.text("--campaign")

    def campaign_field(self, schema: LeadSchema) -> str | None:
        """The column that names each lead's campaign; None where something else does."""
        name = self.text("--campaign_field")
        if name is not None and Columns((name,)).feeding(schema.phone):
            self._faults.append(
                f"--campaign_field {shortened(name)!r} is the column of the phone number"
            )
        return name

    def key(self, placement: Placement, *, is_used: bool) -> str:
        """The reference to the key, which is there if this process is to use it.

        Args:
            placement: where the job runs.
            is_used: whether there is any use for a key; else it may be left out, and one that is given
                is looked up only where that asks nobody else.
        """
        reference = self.text("--api_key")
        if reference is None:
            if not is_used:
                return ""
            self._faults.append("--api_key is missing: say where the key is, as in env:DIAL_KEY")
            return ""
        try:
            kind = parse_reference(reference).lastgroup
            if placement.is_here and (is_used or kind != "secret"):
                resolve_key(reference)
            elif not placement.is_here and kind != "secret":
                self._faults.append(
                    f"--api_key {kind}:... is out of reach of {placement.runner}'s workers: put the"
                    " key into Secret Manager and give secret:projects/P/secrets/S/versions/V"
                )
        except KeyUnavailable as error:
            self._faults.append(f"--api_key {error}")
        return reference

    def schema(self) -> tuple[str, LeadSchema]:
        """The lead schema: its text, and the same read."""
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
                self._faults.append(f"--lead_schema {path} is no UTF-8 text; save it as UTF-8")
        return built_in, load_lead_schema(built_in, name="the built-in schema")

    def time_zone(self, schema: LeadSchema) -> str:
        """The zone of the dialer's wall clock: as given, or the region's only one."""
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

    def timeout(self) -> float:
        """The time that a request may take, in seconds."""
        return self.number("--timeout_secs", _DEFAULT_TIMEOUT_SECS, least=0.1, most=LONGEST_SECS)

    def resends(self) -> bool:
        """Whether unknown leads are sent again."""
        value = self.text("--on_unknown") or "hold"
        if value not in ("hold", "resend"):
            hint = nearest(value, ["hold", "resend"])
            self._faults.append(f"--on_unknown {shortened(value)!r} must be hold or resend{hint}")
        return value == "resend"

    def number(self, name: str, default: float, *, least: float, most: float) -> float:
        """A number within bounds; the default where it is not there or wrong."""
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
