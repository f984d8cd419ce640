"""One HTTP exchange: the answer it brings, and the three ways in which it brings none.

The three are kept apart because they mean different things for the leads: before a connection and
before the first byte nothing can have been taken, after it anything can.
"""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ConnectFailure = Literal["dns", "refused", "unreachable", "timeout", "tls"]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer as it came over HTTP.

    Attributes:
        status: the HTTP status.
        headers: by lower-case name; of a repeated header the first value.
        body: the bytes that came.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class NotConnected(Exception):
    """No connection could be made, so nothing was sent."""

    def __init__(self, kind: ConnectFailure, message: str) -> None:
        """Say which step failed (`kind`) and, for the operator, how."""
        super().__init__(message)
        self.kind = kind


class NothingSent(Exception):
    """The connection failed before the system accepted a single byte of the request."""


class NoAnswer(Exception):
    """The request, or a part of it, left, and no whole answer came back."""

    def __init__(self, phase: Literal["write", "read"], message: str) -> None:
        """Say whether the request was still being written or its answer read, and what happened."""
        super().__init__(message)
        self.phase = phase


def reason_of(error: Exception) -> str:
    """What broke a connection, in words that name neither addresses nor data.

    >>> reason_of(BrokenPipeError(32, "x"))
    'Broken pipe'
    """
    if isinstance(error, ssl.SSLError):
        return (error.reason or type(error).__name__).replace("_", " ").lower()
    if isinstance(error, OSError):
        return os.strerror(error.errno) if error.errno is not None else type(error).__name__
    return str(error)
