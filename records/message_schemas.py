"""Where the schemas of Avro messages come from: a file, a folder, or whatever is asked.

A message says by its attributes that it is Avro, and which revision of which schema its writer
had. The revision may have been deleted since; then only whoever kept it has it.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from records.avro_schema import BadWriterSchema, WriterSchema, parse_writer_schema
from schemas.cell_text import quoted

SchemaLookup = Callable[[str, str], str | None]
"""Gives the text of a schema by its name (projects/P/schemas/S) and revision; None: it has none.

Whatever it raises passes through: a service out of reach says nothing about the message.
"""

_DELETED: Final = "_deleted-schema"
_REVISION = re.compile(r"[\w-]{1,128}", re.ASCII)
_KNOWN: Final = 256
_PROTOBUF = re.compile(r"\s*(?://|/\*|syntax\b|edition\b|package\b|import\b|option\b|message\b)")


class UnknownSchema(Exception):
    """There is no schema to read a message with; says why."""


class BadMessageSchemas(Exception):
    """The files that should hold the schemas do not; names them all."""


class MessageSchemas:
    """Finds the schema that a message was written with."""

    def __init__(self, lookup: SchemaLookup) -> None:
        """Ask `lookup` once for each revision, as long as some hundred others do not come."""
        self._lookup = lookup
        self._known: OrderedDict[tuple[str, str], WriterSchema | None] = OrderedDict()

    @classmethod
    def of_path(cls, path: Path) -> MessageSchemas:
        """Take the schemas of a file or of a folder.

        Args:
            path: a file: it is the schema of every message; or a folder of `<revision>.avsc`,
                which is looked into again for a revision that was not there at first.

        Raises:
            BadMessageSchemas: There is none at the path, or one that is no Avro schema.
        """
        if path.is_dir():
            return cls(_Folder(path))
        return cls(_One(_checked({path.name: _text(path)})[path.name]))

    def find(self, name: str, revision: str) -> WriterSchema | None:
        """Return a schema; None for one that is Protocol Buffers, whose JSON is plain.

        Raises:
            UnknownSchema: There is no such revision, or none that can be read.
        """
        key = (name, revision)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        text = self._lookup(name, revision)
        if text is None:
            raise UnknownSchema(_unknown(revision))
        try:
            schema = None if _PROTOBUF.match(text) else parse_writer_schema(text)
        except BadWriterSchema as e:
            raise UnknownSchema(
                f"the schema of revision {quoted(revision)} is no Avro schema: {e}"
            ) from e
        self._known[key] = schema
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        return schema


def no_schemas(_name: str, _revision: str) -> None:
    """The lookup of who has no schemas."""


class _One:
    """One schema for all messages."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self, _name: str, _revision: str) -> str:
        return self._text


class _Folder:
    """Schemas by their revisions. What was there at first is kept: workers may lack the folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        files = sorted(path.glob("*.avsc"))
        if not files:
            raise BadMessageSchemas(f"the folder {path} holds no <revision>.avsc")
        self._texts = _checked({file.stem: _text(file) for file in files})

    def __call__(self, _name: str, revision: str) -> str | None:
        text = self._texts.get(revision)
        if text is not None or not _REVISION.fullmatch(revision):
            return text
        file = self._path / f"{revision}.avsc"
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):  # not there yet, or not whole
            return None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise BadMessageSchemas(f"the schema file {file} cannot be read: {e}") from e


def _checked(texts: dict[str, str]) -> dict[str, str]:
    faults: list[str] = []
    for name, text in texts.items():
        try:
            parse_writer_schema(text)
        except BadWriterSchema as e:
            faults.append(f"{name}: {e}")
    if faults:
        raise BadMessageSchemas(f"no Avro schema: {'; '.join(faults)}")
    return texts


def _unknown(revision: str) -> str:
    remedy = "give it by --message_schemas"
    if revision.startswith(_DELETED):
        return f"the schema revision that it was written with has been deleted; {remedy}"
    which = quoted(revision) if revision else "(the message names none)"
    return f"its schema revision {which} is not known; {remedy}"
