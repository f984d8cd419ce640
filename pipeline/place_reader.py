"""The options that name places: folders of this machine, or places in a bucket that workers reach."""

from dialer.bucket_client import SCHEMES
from pipeline.command_line import Given, shortened
from pipeline.option_reader import OptionReader
from pipeline.placement import Placement


class PlaceReader:
    """Reads where things are kept, and sees that the workers of the job can use them."""

    def __init__(
        self, given: Given, reader: OptionReader, placement: Placement, faults: list[str]
    ) -> None:
        """Read what is given, for workers that are placed so; `faults` is added to."""
        self._given = given
        self._reader = reader
        self._placement = placement
        self._faults = faults

    def output(self, *, is_needed: bool) -> str | None:
        """The folder of outcomes; None: there is none, and none is needed."""
        location = self._reader.text("--output")
        if location is None:
            if is_needed and "--output" not in self._given.values:
                self._faults.append("--output is missing: name a folder")
            return None
        if self._placement.is_here and "://" in location:
            self._faults.append("--output must be a folder of this machine, where the job runs")
        elif not self._placement.is_here:
            self._within_reach("--output", location)
        return location

    def ledger(self, output: str | None, *, is_needed: bool) -> str:
        """The account's ledger: a folder, or a place in a bucket."""
        location = self._reader.text("--ledger")
        if location is None:
            if is_needed and output is None and "--ledger" not in self._given.values:
                self._faults.append("--ledger is missing: without --output, say where it is")
            location = f"{output.rstrip('/')}/ledger" if output else ""
        elif "://" in location:
            self._bucket("--ledger", location)
        elif not self._placement.is_here:
            self._within_reach("--ledger", location)
        return location

    def inputs(self) -> None:
        """See that what workers elsewhere must read is not on this machine."""
        if self._placement.is_here:
            return
        for name in self._given.values.get("--dnd", []):
            self._within_reach("--dnd", name)
        if "--message_schemas" in self._given.values:
            self._faults.append(
                f"--message_schemas is out of reach of {self._placement.runner}'s workers: leave it out, and"
                " Pub/Sub's schema service is asked"
            )

    def _within_reach(self, name: str, location: str) -> None:
        """See that workers elsewhere can use a place."""
        if "://" in location:
            self._bucket(name, location)
            return
        self._faults.append(
            f"{name} {shortened(location)} is on this machine, out of reach of {self._placement.runner}'s"
            " workers: name a place in a bucket, gs://BUCKET/..."
        )

    def _bucket(self, name: str, location: str) -> None:
        scheme, _, rest = location.partition("://")
        if scheme not in SCHEMES or not rest.strip("/"):
            self._faults.append(
                f"{name} {shortened(location)} is no place in a bucket: write gs://BUCKET/... or"
                " s3://BUCKET/..."
            )
