"""What an Avro value stands for (moments, decimals), and how such values look in JSON."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

_MICROSECONDS: Final = {"millis": 1000, "micros": 1}
_NANOSECONDS_IN_MICROSECOND: Final = 1000
_AS_THEY_ARE: Final = frozenset({str, int, bool})
_SINGLE_GAPS: Final = 2**24
_EPOCH: Final = datetime(1970, 1, 1)
# What is longer is no amount or number; to write it out would cost time and say nothing.
_MAX_DECIMAL_BYTES: Final = 32
_MAX_SCALE: Final = 100


@dataclass(frozen=True, slots=True)
class LogicalType:
    """What the values of a type stand for.

    Attributes:
        kind: `date`, `time`, `timestamp`, `local-timestamp` or `decimal`.
        unit: of times and timestamps: `millis`, `micros` or `nanos`.
        scale: how many digits of a decimal stand behind the point.
    """

    kind: str
    unit: str = ""
    scale: int = 0

    @staticmethod
    def of(raw: Mapping[str, object], kind: str) -> LogicalType | None:
        """Read the logical type of a type in a schema; one that is unknown or wrong is none.

        Args:
            raw: the type, as the schema has it.
            kind: its Avro type.
        """
        name = raw.get("logicalType")
        if name == "date" and kind == "int":
            return LogicalType("date")
        if name == "decimal" and kind in ("bytes", "fixed"):
            scale = raw.get("scale", 0)
            if not isinstance(scale, int) or not 0 <= scale <= _MAX_SCALE:
                return None
            return LogicalType("decimal", scale=scale)
        if name == "time-millis" and kind == "int":
            return LogicalType("time", "millis")
        return _CLOCKS.get(name) if isinstance(name, str) and kind == "long" else None

    def meant_by(self, value: object) -> object:
        """Return what a value stands for, or the value where it cannot stand for that.

        An instant is a datetime in UTC, a local timestamp one without a zone; a time of day is
        text.
        """
        if isinstance(value, bytes):
            return _decimal(value, self.scale)
        if not isinstance(value, int):
            return value
        try:
            return self._moment(value)
        except (OverflowError, ValueError):  # a year that no calendar has
            return value

    def _moment(self, value: int) -> object:
        if self.kind == "date":
            return _EPOCH.date() + timedelta(days=value)
        microseconds = (
            value // _NANOSECONDS_IN_MICROSECOND
            if self.unit == "nanos"
            else value * _MICROSECONDS[self.unit]
        )
        moment = _EPOCH + timedelta(microseconds=microseconds)
        if self.kind == "timestamp":
            return moment.replace(tzinfo=UTC)
        if self.kind == "local-timestamp":
            return moment
        return moment.time().isoformat() if moment.date() == _EPOCH.date() else value


_CLOCKS: Final = {
    "time-micros": LogicalType("time", "micros"),
    **{
        f"{kind}-{unit}": LogicalType(kind, unit)
        for kind in ("timestamp", "local-timestamp")
        for unit in ("millis", "micros", "nanos")
    },
}


def _decimal(value: bytes, scale: int) -> Decimal | bytes:
    if len(value) > _MAX_DECIMAL_BYTES:
        return value
    return Decimal(f"{int.from_bytes(value, 'big', signed=True)}E-{scale}")


def exact_single(number: float) -> float | str:
    """Return a number of single precision, or its text where it is only known to some digits.

    From 2^24 on such numbers have gaps. A phone number that was written as one has lost digits,
    and as a number of double precision it would look whole: it would be a stranger's.

    >>> exact_single(5.0), exact_single(9876512768.0)
    (5.0, '9.876513e+09')
    """
    if abs(number) < _SINGLE_GAPS or not math.isfinite(number):
        return number
    return np.format_float_scientific(np.float32(number))


def plain(value: object) -> object:
    """Return a value as JSON can hold it.

    Moments are ISO 8601, to the second: it is what a lead read again from its outcome must match.
    Decimals are text, bytes are text in base64.

    >>> plain({"until": datetime(2037, 6, 30, 12, 30, tzinfo=UTC), "sum": Decimal("1.50")})
    {'until': '2037-06-30T12:30:00+00:00', 'sum': '1.50'}
    """
    if value is None or type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def text_or_bytes(value: bytes) -> str | bytes:
    r"""Return bytes that are text as text: older writers did not say which of the two they wrote.

    >>> text_or_bytes(b"9876512345"), text_or_bytes(b"\0\xff")
    ('9876512345', b'\x00\xff')
    """
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value
    return text if text.isprintable() else value
