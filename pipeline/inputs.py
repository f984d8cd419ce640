"""Finding the files of leads, and what each of them is, before anything is sent."""

from collections.abc import Sequence
from typing import BinaryIO

from apache_beam.io.filesystems import FileSystems

from pipeline.command_line import is_utf8
from pipeline.faults import Faults
from records.header import shown_columns
from records.layout import NotALeadFile
from records.opening import OpenedFile, open_leads
from records.peeking import ByteStream, CorruptStream
from records.ranges import Range, find_ranges
from records.zip_file import is_zip
from schemas.columns import Columns
from schemas.lead_schema import LeadSchema
from transforms.in_process import stop_requested, stopping_at_once
from transforms.read import NO_FILESYSTEM, HashedStream, InputFile, open_raw, reason_of

_START_BYTES = 4


def find_inputs(
    globs: Sequence[str], schema: LeadSchema, campaign_field: str | None
) -> list[InputFile]:
    """The files that the globs match, each once, by name.

    Every file is read through once, for its hash: a run is known by what its inputs hold.

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
                files.append(_inspect(name, schema, campaign_field))
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


def _inspect(name: str, schema: LeadSchema, campaign_field: str | None) -> InputFile:
    with open_raw(name) as raw:
        hashed = HashedStream(raw)
        stream: ByteStream = hashed
        if is_zip(_start(raw)):
            # Its directory is at its end: the hash is taken first, on a way of its own.
            hashed.finish()
            raw.seek(0)
            stream = raw
        opened = open_leads(stream, name=name, schema=schema)
        layout = opened.layout
        ranges = _ranges(opened, name)
        digest = hashed.finish()
    is_table = layout.format == "csv" and layout.header
    if campaign_field and is_table and not Columns(layout.header).named(campaign_field):
        raise NotALeadFile(
            f"{name} has no column {campaign_field} (--campaign_field);"
            f" it has {shown_columns(layout.header)}"
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


def _ranges(opened: OpenedFile, name: str) -> tuple[Range, ...]:
    """Read a file to its end: no lead of a packed one may be sent if its checksum is wrong.

    One that is merely cut off is good up to there; what is missing is said in an outcome.
    """
    try:
        return find_ranges(opened.content, opened.layout, may_seek=opened.is_stored_plain)
    except CorruptStream as error:
        raise NotALeadFile(
            f"{name} is damaged: {error}, so any number in it may be wrong; fetch it again"
        ) from error
