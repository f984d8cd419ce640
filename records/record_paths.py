"""Where in its source's wrapper a record is: `--record_path message.data`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from records.avro_values import plain
from records.blocks import as_json
from records.json_lines import json_kind
from records.message_content import ContentReader, UnreadableContent
from schemas.cell_text import holdings, quoted

RecordPath = tuple[str, ...]
"""The keys that lead to a record, the outermost first; none: the whole is the record."""


@dataclass(frozen=True, slots=True)
class NoRecord:
    """A part of a message that holds no record.

    Attributes:
        raw: its text.
        detail: why there is none in it.
    """

    raw: str | bytes
    detail: str


def parse_record_path(text: str) -> RecordPath:
    """Read a path as the user writes it.

    Raises:
        ValueError: It is none; the text says what is right.

    >>> parse_record_path("message.data")
    ('message', 'data')
    """
    keys = tuple(key.strip() for key in text.split("."))
    if not all(keys):
        raise ValueError(f"{text!r} is no path: right are keys with dots between, as message.data")
    return keys


def records_at(
    value: object, path: RecordPath, reader: ContentReader, *, called: str = "the message"
) -> Iterator[Mapping[str, object] | NoRecord]:
    """Give the records at a path.

    Lists on the way are passed through, item by item. Where a path ends or goes on at a text (or
    at bytes), the content of that is read: base64, packed, or plain JSON.

    Args:
        value: an object, or a list of objects.
        path: from each of them on.
        reader: of the message that the value came in.
        called: what a fault calls the value.

    Yields:
        One answer for each object at the end of the path and for each item that has none; at
        least one.
    """
    return _Walk(path, reader, called).answers(value, 0, may_open=False)


class _Walk:
    """The way along one path."""

    def __init__(self, path: RecordPath, reader: ContentReader, called: str) -> None:
        self._path = path
        self._whole = called
        self._reader = reader

    def answers(
        self, value: object, step: int, *, may_open: bool, in_list: bool = False
    ) -> Iterator[Mapping[str, object] | NoRecord]:
        """Go on from a value that `step` keys have led to.

        Args:
            value: any.
            step: how many.
            may_open: whether a text is read as a content; once a step, or it might never end.
            in_list: whether the value is an item of a list.
        """
        if isinstance(value, dict):
            if step == len(self._path):
                yield value
            else:
                yield from self._inside(value, step)
        elif isinstance(value, list) and value and not in_list:
            for item in value:
                yield from self.answers(item, step, may_open=may_open, in_list=True)
        elif isinstance(value, str | bytes) and may_open:
            yield from self._opened(value, step)
        else:
            which = f"an item of {self._called(step)}" if in_list else self._called(step)
            yield NoRecord(_raw(value), f"{which} is {_kind(value)}")

    def _inside(
        self, record: dict[str, object], step: int
    ) -> Iterator[Mapping[str, object] | NoRecord]:
        key = self._path[step]
        if key in record:
            yield from self.answers(record[key], step + 1, may_open=True)
            return
        where = f" in {self._called(step)}" if step else ""
        path = ".".join(self._path)
        held = "it" if step else self._whole
        yield NoRecord(
            _raw(record),
            f"no {quoted(key)}{where} (--record_path {path}); {held} holds {holdings(record)}",
        )

    def _opened(self, text: str | bytes, step: int) -> Iterator[Mapping[str, object] | NoRecord]:
        content = text.encode(errors="surrogatepass") if isinstance(text, str) else text
        try:
            value, _ = self._reader.read(content, called=self._called(step))
        except UnreadableContent as e:
            yield NoRecord(e.raw, str(e))
            return
        yield from self.answers(value, step, may_open=False)

    def _called(self, step: int) -> str:
        return ".".join(self._path[:step]) if step else self._whole


def _raw(value: object) -> bytes:
    return as_json(plain(value))


def _kind(value: object) -> str:
    if isinstance(value, tuple):
        return "a name that stands twice, over different values"
    if value == []:
        return "an empty list: there is no lead in it"
    return f"{json_kind(plain(value))}, not an object"
