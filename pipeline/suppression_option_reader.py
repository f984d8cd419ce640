"""Reading the options of `suppression`'s verbs one by one: each checked, and what is wrong said."""

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import phonenumbers

from pipeline.category_words import category_of, meaning_of
from pipeline.command_line import is_utf8, shortened
from pipeline.faults import Faults
from pipeline.suppression_table import VERBS
from pipeline.suppression_words import sort_words
from schemas.lead_schema import default_lead_schema
from suppression.categories import Categories

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z?)?", re.ASCII)
_DAY_SECS: Final = 86_400.0


class SuppressionOptionReader:
    """Reads one option after the other, and goes on after a fault with something that fits.

    Attributes:
        faults: what is wrong so far.
        words: the words, sorted.
        usual_region: the region where none is given: that of leads.
    """

    def __init__(self, verb: str, words: Sequence[str]) -> None:
        """Read the words behind a verb."""
        self.faults: list[str] = []
        self.words = sort_words(words, VERBS[verb], self.faults)
        self.usual_region = default_lead_schema().region

    def finish(self) -> None:
        """See that all is in order.

        Raises:
            Faults: it is not.
        """
        if self.faults:
            raise Faults(self.faults)

    def has(self, name: str) -> bool:
        """Whether an option is given."""
        return name in self.words.values

    def texts(self, name: str) -> tuple[str, ...]:
        """All values of an option."""
        values = self.words.values.get(name, [])
        if not all(value.strip() for value in values):
            self.faults.append(f"{name} is empty")
        if not all(map(is_utf8, values)):
            self.faults.append(f"{name} is no UTF-8 text")
        return tuple(values)

    def text(self, name: str) -> str | None:
        """The value of an option; None where it is not there."""
        return next(iter(self.texts(name)), None)

    def needed(self, name: str, what_to_do: str) -> tuple[str, ...]:
        """All values of an option that must be there."""
        if not self.has(name):
            self.faults.append(f"{name} is missing: {what_to_do}")
        return self.texts(name)

    def file(self, what: str) -> str:
        """The file that belongs to no option."""
        name = next(iter(self.words.files), "")
        if not name:
            self.faults.append(f"no file is given: name {what}")
        return name

    def target(self) -> Path:
        """The index to write: a file of this machine, in a folder that is there."""
        name = next(iter(self.needed("--to", "name the index to write, as in list.dnd")), "")
        target = Path(name)
        if "://" in name:
            self.faults.append(
                f"--to {shortened(name)} must be a file of this machine: write it here, then copy it"
            )
        elif not target.parent.is_dir():
            self.faults.append(f"--to {name}: there is no folder {target.parent}")
        elif name.strip() and target.exists() and not target.is_file():
            self.faults.append(f"--to {name} is no file that could be replaced")
        return target

    def region(self) -> str | None:
        """The region of numbers without a country code; None where none is given."""
        value = self.text("--region")
        if value is None:
            return None
        if value.upper() in phonenumbers.SUPPORTED_REGIONS:
            return value.upper()
        self.faults.append(
            f"--region {shortened(value)!r} is no region: two letters of ISO 3166, as in IN or US"
        )
        return None

    def categories(self) -> Categories:
        """What the column of categories names."""
        return meaning_of(self.text("--dnd_category_means"), self.faults)

    def category(self) -> int | None:
        """The category that calls would be of; None: any."""
        return category_of(self.text("--dnd_category"), self.faults)

    def date_secs(self) -> float | None:
        """The list's own date, seconds since 1970; None where none is given."""
        value = self.text("--date")
        if value is None:
            return None
        secs = _moment_secs(value)
        if secs is None:
            self.faults.append(
                f"--date {shortened(value)!r} is no moment in UTC: write 2026-11-25 or"
                " 2026-11-25T18:30:00Z"
            )
        elif secs > time.time() + _DAY_SECS:
            # Somebody's today may be tomorrow in UTC.
            self.faults.append(f"--date {value} has yet to come: a list of then cannot be here now")
        return secs


def _moment_secs(text: str) -> float | None:
    """A moment in UTC, seconds since 1970; None: the text is none.

    >>> _moment_secs("1970-01-02"), _moment_secs("1970-01-01T00:01Z"), _moment_secs("1970-02-30")
    (86400.0, 60.0, None)
    """
    if not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC).timestamp()
