"""Finding the files of leads, and what each of them is, before anything is sent."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import BinaryIO

from apache_beam.io.filesystems import FileSystems

from pipeline.command_line import is_utf8
from pipeline.faults import Faults
from records.decoding import count_records
from records.header import shown_columns
from records.layout import PARQUET_START, Layout, NotALeadFile
from records.opening import OpenedFile, open_leads
from records.parquet_file import inspect_parquet, spooled
from records.peeking import ByteStream, DamagedStream
from records.ranges import Range, find_ranges
from records.wrapping import Wrapping
from records.zip_file import ZIP_STARTS
from schemas.columns import Columns
from schemas.lead_schema import LeadSchema
from transforms.in_process import stop_requested, stopping_at_once
from transforms.read import NO_FILESYSTEM, HashedStream, InputFile, open_raw, reason_of

# Files whose directory is at their end: their hash is taken first, on a way of its own.
_KNOWN_BY_THEIR_ENDS = (*ZIP_STARTS, PARQUET_START)
_START_BYTES = 4
# Formats whose records all have the columns that are known before.
_TABLES = ("csv", "avro", "parquet")


def find_inputs(
    globs: Sequence[str],
    schema: LeadSchema,
    campaign_field: str | None,
    wrapping: Wrapping | None = None,
    *,
    delimiter: str | None = None,
) -> list[InputFile]:
    """The files that the globs match, each once, by name.

    Every file is read through once, for its hash: a run is known by what its inputs hold.

    Args:
        globs: what is matched.
        schema: what a lead is.
        campaign_field: the column that names each lead's campaign, or None.
        wrapping: where in the files' records the leads are, if they are not the leads themselves.
        delimiter: what separates the cells of CSV; None: each file's header says so.

    Returns:
        The files; where a stop is asked for meanwhile, those that were found until then.

    Raises:
        Faults: a glob matches nothing, or a file cannot be read or is no lead file; all are named.
    """
    faults: list[str] = []
    files: list[InputFile] = []
    with stopping_at_once():
        names = sorted({name for glob in globs for name in _matches(glob, faults)})
        for name in names:
            if stop_requested():
                break
            if not is_utf8(name):
                faults.append(f"{name} has a name that is no UTF-8 text: rename it")
                continue
            try:
                files.append(_inspect(name, schema, campaign_field, wrapping, delimiter))
            except NotALeadFile as error:
                faults.append(str(error))
            except OSError as error:
                faults.append(f"{name} cannot be read: {reason_of(error)}")
    if faults:
        raise Faults(faults)
    return files


def _matches(glob: str, faults: list[str]) -> list[str]:
    try:
        found = FileSystems.match([glob])[0].metadata_list
    except OSError as error:
        faults.append(f"--input {glob} cannot be looked up: {reason_of(error)}")
        return []
    except ValueError:
        faults.append(f"--input {glob} cannot be looked up: {NO_FILESYSTEM}")
        return []
    if not found:
        faults.append(f"--input {glob} matches no file")
    return [metadata.path for metadata in found]


def _inspect(
    name: str,
    schema: LeadSchema,
    campaign_field: str | None,
    wrapping: Wrapping | None,
    delimiter: str | None,
) -> InputFile:
    with open_raw(name) as raw:
        hashed = HashedStream(raw)
        stream: ByteStream = hashed
        if _start(raw).startswith(_KNOWN_BY_THEIR_ENDS):
            hashed.finish()
            raw.seek(0)
            stream = raw
        opened = open_leads(
            stream, name=name, schema=schema, wrapping=wrapping, delimiter=delimiter
        )
        layout, ranges = _ranges(opened, raw, name, schema)
        digest = hashed.finish()
    is_table = layout.format in _TABLES and layout.wrapping is None and layout.names
    if campaign_field and is_table and not Columns(layout.names).named(campaign_field):
        raise NotALeadFile(
            f"{name} has no column {campaign_field} (--campaign_field);"
            f" it has {shown_columns(layout.names)}"
        )
    return InputFile(
        name=name,
        size_bytes=hashed.size_bytes,
        digest=digest,
        layout=layout,
        ranges=ranges,
        packing=opened.packing,
        encoding=opened.encoding,
    )


def _start(raw: BinaryIO) -> bytes:
    """The first bytes of a file, which are then still to be read."""
    start = raw.read(_START_BYTES)
    raw.seek(0)
    return start


def _ranges(
    opened: OpenedFile, raw: BinaryIO, name: str, schema: LeadSchema
) -> tuple[Layout, tuple[Range, ...]]:
    """Read a file to its end: no lead of a packed one may be sent if its checksum is wrong.

    One that is merely cut off is good up to there; what is missing is said in an outcome.
    """
    layout, may_seek = opened.layout, opened.is_stored_plain
    try:
        if layout.format != "parquet":
            return layout, find_ranges(
                opened.content, layout, may_seek=may_seek, count=count_records
            )
        with nullcontext(raw) if may_seek else spooled(opened.content) as source:
            return inspect_parquet(source, name=name, schema=schema, may_seek=may_seek)
    except DamagedStream as error:
        raise NotALeadFile(
            f"{name} is damaged: {error}, so any number in it may be wrong; fetch it again"
        ) from error
