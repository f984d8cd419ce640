"""Requests and replies, apart from how they travel: alone, or several in one batch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks.

    Attributes:
        method: the verb.
        path: the path, its %XX as they came.
        query: what follows the `?`.
        headers: the head, keys in lower case.
        body: the body.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> "Request":
        """A request as its first line names it."""
        parts = urlsplit(target)
        lower = {key.lower(): value for key, value in headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return cls(method, parts.path, query, lower, body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the fake answers."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, body: Mapping[str, Any], *, status: int = 200) -> "Reply":
        """A reply in JSON."""
        return cls(status, orjson.dumps(body), {"Content-Type": "application/json"})


def slice_of(data: bytes, headers: Mapping[str, str]) -> Reply:
    """The bytes that a `Range: bytes=A-B` asks for, or all."""
    asked = headers.get("range", "").removeprefix("bytes=")
    if not asked:
        return Reply(200, data)
    first, _, last = asked.partition("-")
    start, stop = int(first), min(int(last or len(data)), len(data) - 1) + 1
    if start >= len(data):
        return Reply(416, headers={"Content-Range": f"bytes */{len(data)}"})
    part = {"Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"}
    return Reply(206, data[start:stop], part)
