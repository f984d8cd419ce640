"""How one file is read: its format, and which of its columns feeds which field, in a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.csv_delimiter import DELIMITER_WORDS
from pipeline.figures import counted
from records.encodings import UTF8
from records.header import shown_column
from schemas.columns import Columns
from schemas.lead_schema import LeadSchema
from transforms.read import InputFile

_MOST_IGNORED = 12
_FORMATS = {
    "csv": "CSV",
    "json_lines": "JSON lines",
    "json_array": "a JSON array",
    "avro": "Avro",
    "parquet": "Parquet",
}
_OF_KEYS = ("json_lines", "json_array")
_BINARY = ("avro", "parquet")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: files of one reading are alike.

    Attributes:
        form: its format, packing and encoding, in words.
        has_keys: whether its names are keys of records, known only from the first of them.
        fed: of each field that something feeds: its columns in the order they are tried, and its name.
        lacking: the fields that nothing feeds.
        ignored: the columns that feed nothing.
        repeated: the columns whose very name stands more than once, and how often.
        nameless: how many columns have no name.
        names_ignored: whether the columns that feed nothing are named.
    """

    form: str
    has_keys: bool
    fed: tuple[tuple[tuple[str, ...], str], ...]
    lacking: tuple[str, ...]
    ignored: tuple[str, ...]
    repeated: tuple[tuple[str, int], ...]
    nameless: int
    names_ignored: bool = True

    @property
    def coarse(self) -> "Reading":
        """The same without the columns that feed nothing."""
        return replace(self, ignored=(), repeated=(), nameless=0, names_ignored=False)

    def sentence(self) -> str:
        """Which columns are matched, ignored or missing."""
        noun = "key" if self.has_keys else "column"
        if not (self.fed or self.ignored or self.nameless):
            return "no keys in its first records" if self.has_keys else "no text in it"
        parts = [f"{', then '.join(_quoted(columns))} read as {name}" for columns, name in self.fed]
        if self.ignored:
            parts.append(f"{_listed(self.ignored)} ignored")
        if self.nameless:
            parts.append(f"{counted(self.nameless, 'column')} without a name ignored")
        parts += [f"{_quoted([name])[0]} stands {_times(count)}" for name, count in self.repeated]
        if not self.names_ignored:
            parts.append("others ignored")
        if self.lacking:
            parts.append(f"no {noun} for {', '.join(self.lacking)}")
        several = bool(self.fed) and len(self.fed[0][0]) > 1
        lead = "keys of its first records:" if self.has_keys else f"column{'s' * several}"
        return f"{lead} {'; '.join(parts)}" if self.fed or self.has_keys else "; ".join(parts)


def reading_of(file: InputFile, schema: LeadSchema, campaign_field: str | None) -> Reading:
    """How a file is read.

    Args:
        file: the file.
        schema: what a lead is.
        campaign_field: the column that names each lead's campaign, or None.
    """
    layout = file.layout
    names = layout.header or layout.names
    columns = Columns(names)
    fed = [(columns.feeding(field), field.name) for field in schema.fields]
    if campaign_field is not None:
        fed.append((columns.named(campaign_field), "the campaign"))
    used = {column for feeding, _ in fed for column in feeding}
    unlike = list(dict.fromkeys(name for name in names if name))
    return Reading(
        form=_form(file),
        has_keys=layout.format in _OF_KEYS,
        fed=tuple(each for each in fed if each[0]),
        lacking=tuple(name for feeding, name in fed if not feeding),
        ignored=tuple(name for name in unlike if name not in used),
        repeated=tuple((name, names.count(name)) for name in unlike if names.count(name) > 1),
        nameless=names.count(""),
    )


def _form(file: InputFile) -> str:
    """A file's format, packing and encoding."""
    layout = file.layout
    known: str = layout.format
    parts = [_FORMATS.get(known, known.replace("_", " "))]
    if layout.delimiter is not None and layout.header:
        parts[0] += f" ({DELIMITER_WORDS.get(layout.delimiter, repr(layout.delimiter))})"
    if file.packing:
        parts.append(f"packed with {file.packing}")
    if known not in _BINARY or file.encoding != UTF8:
        parts.append(file.encoding)
    return ", ".join(parts)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(_quoted(names[:_MOST_IGNORED]))
    more = len(names) - _MOST_IGNORED
    return f"{shown} and {more:,} more" if more > 0 else shown


def _quoted(names: Sequence[str]) -> list[str]:
    return [f"`{shown_column(name)}`" for name in names]


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count:,} times"
