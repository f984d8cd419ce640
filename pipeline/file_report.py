"""What was read of each file, in sentences: its format, its records, and which column feeds which field.

It is said before anything is posted, so that a column that was taken for another is seen before it
costs, and again at the end with what was rejected. Files that are read alike are said together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.figures import counted
from pipeline.file_reading import Reading, reading_of
from schemas.lead_schema import LeadSchema
from transforms.read import InputFile

MOST_GROUPS = 50
"""How many ways of reading are said one by one."""

MOST_FILES = 20
"""How many files of groups get a line of their own."""

_WORST_FILES = 10


@dataclass(frozen=True, slots=True)
class Counts:
    """What is known of files once they have been read.

    Attributes:
        rejected: records that ended invalid, by file; None: that is not known yet.
        windows_1252: rows that were no UTF-8, by file.
    """

    rejected: Mapping[str, int] | None
    windows_1252: Mapping[str, int]


def report_files(
    files: Sequence[InputFile],
    schema: LeadSchema,
    campaign_field: str | None,
    rejected: Mapping[str, int] | None = None,
    windows_1252: Mapping[str, int] | None = None,
) -> list[str]:
    """Say what each file is and how it is read, files that are alike together.

    Args:
        files: the files, by name.
        schema: what a lead is.
        campaign_field: the column that names each lead's campaign, or None.
        rejected: how many records of each file ended invalid; None: that is not known yet.
        windows_1252: how many rows of each file were no UTF-8, where that is known.

    Returns:
        Lines for the terminal.
    """
    groups = _groups(files, schema, campaign_field)
    counts = Counts(rejected, windows_1252 or {})
    lines = []
    for reading, members in list(groups.items())[:MOST_GROUPS]:
        count = f"{len(members):,} files alike, " * (len(members) > 1)
        lines.append(
            f"{_label(members, files)}: {count}{reading.form}, {_records(members, counts)}"
        )
        lines.append(f"  {reading.sentence()}")
    beyond = [file for members in list(groups.values())[MOST_GROUPS:] for file in members]
    if beyond:
        ways = len(groups) - MOST_GROUPS
        lines.append(
            f"{counted(len(beyond), 'more file')}, read in {counted(ways, 'other way')}: give fewer"
            f" files to see how; {_records(beyond, counts)}"
        )
    if rejected is not None:
        together = [file for members in groups.values() if len(members) > 1 for file in members]
        lines.extend(_by_file(together, rejected, counts))
    return lines


def _groups(
    files: Sequence[InputFile], schema: LeadSchema, campaign_field: str | None
) -> dict[Reading, list[InputFile]]:
    """Files by their reading; where there are too many readings, by what is matched alone."""
    readings = [reading_of(file, schema, campaign_field) for file in files]
    if len(set(readings)) > MOST_GROUPS:
        readings = [reading.coarse for reading in readings]
    groups: dict[Reading, list[InputFile]] = {}
    for file, reading in zip(files, readings, strict=True):
        groups.setdefault(reading, []).append(file)
    if len(groups) > MOST_GROUPS:
        return dict(sorted(groups.items(), key=lambda item: -len(item[1])))
    return groups


def _by_file(files: Sequence[InputFile], rejected: Mapping[str, int], counts: Counts) -> list[str]:
    """A line for each file, of many only for those with the most rejects."""
    if len(files) <= MOST_FILES:
        return [f"  {file.name}: {_records([file], counts)}" for file in files]
    worst = sorted(files, key=lambda file: -rejected.get(file.name, 0))
    shown = [file for file in worst[:_WORST_FILES] if rejected.get(file.name)]
    if not shown:
        return []
    rest = worst[len(shown) :]
    return [
        *(f"  {file.name}: {_records([file], counts)}" for file in shown),
        f"  the other {len(rest):,} files: {_records(rest, counts)}",
    ]


def _label(members: Sequence[InputFile], files: Sequence[InputFile]) -> str:
    """What to call some files: by a glob, where it matches none but them."""
    names = [file.name for file in members]
    if len(names) == 1:
        return names[0]
    start = _common_start(names)
    end = _common_start([name[len(start) :][::-1] for name in names])[::-1]
    own = set(names)
    matched = (
        file.name
        for file in files
        if file.name.startswith(start) and file.name[len(start) :].endswith(end)
    )
    if (start or end) and own.issuperset(matched):
        return f"{start}*{end}"
    return f"{names[0]} and {len(names) - 1:,} more"


def _common_start(texts: Sequence[str]) -> str:
    """What all texts begin with: the least and the greatest of them tell."""
    least, greatest = min(texts), max(texts)
    differs = (at for at, char in enumerate(least) if greatest[at] != char)
    return least[: next(differs, len(least))]


def _records(files: Sequence[InputFile], counts: Counts) -> str:
    records = counted(sum(file.records for file in files), "record")
    if counts.rejected is None:
        return records
    rejected = sum(counts.rejected.get(file.name, 0) for file in files)
    recoded = sum(counts.windows_1252.get(file.name, 0) for file in files)
    rows = f", {recoded:,} of them read as Windows-1252" if recoded else ""
    return f"{records}{rows}, {rejected:,} rejected"
