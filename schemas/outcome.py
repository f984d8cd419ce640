"""What became of one record: the outcome, its closed list of reasons, and its JSON line.

Outcomes are the product's account to its user. An outcome file can be read as input again, so this
module also recognises an outcome record and gives back the lead in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

import orjson

from schemas.formulas import without_formulas


class Status(StrEnum):
    """What became of a record, in one word."""

    DELIVERED = "delivered"
    INVALID = "invalid"
    SUPPRESSED = "suppressed"
    FAILED = "failed"
    UNKNOWN = "unknown"


REASONS: Final[Mapping[Status, frozenset[str]]] = MappingProxyType(
    {
        Status.DELIVERED: frozenset({"ok", "queued"}),
        Status.INVALID: frozenset(
            {
                "unreadable",
                "columns",
                "phone_missing",
                "phone_invalid",
                "phone_type",
                "phone_country",
                "field_invalid",
            }
        ),
        Status.SUPPRESSED: frozenset({"dnd", "do_not_call", "expired", "duplicate", "dialer_dnd"}),
        Status.FAILED: frozenset({"dialer_refused", "campaign_refused"}),
        Status.UNKNOWN: frozenset({"no_answer", "no_answer_row", "held"}),
    }
)
"""The closed list: every reason that a status can have."""

OUTCOME_KEYS: Final = (
    "status",
    "reason",
    "detail",
    "campaign",
    "phone",
    "lead",
    "source",
    "request_id",
    "at",
)
"""The keys of an outcome's JSON object, in the order they are written."""

_KEY_SET: Final = frozenset(OUTCOME_KEYS)
_STATUS_WORDS: Final = frozenset(status.value for status in Status)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record came from: a place in a file, or in a message."""

    file: str | None = None
    record: int | None = None
    message_id: str | None = None
    index: int | None = None

    @classmethod
    def of_record(cls, file: str, record: int) -> Self:
        """Name the record of a file.

        Args:
            file: The file's name as it was given.
            record: The number of the data record in it; the first is 1.
        """
        return cls(file=file, record=record)

    @classmethod
    def of_message(cls, message_id: str, index: int) -> Self:
        """Name the record of a message.

        Args:
            message_id: The message's identity, given by the messaging service.
            index: The place of the record in the message; the first is 0.
        """
        return cls(message_id=message_id, index=index)

    @property
    def place(self) -> tuple[str, int]:
        """By what sources sort into the order of reading: the file or message, the number in it."""
        return (self.file or self.message_id or "", self.record or self.index or 0)

    def as_json(self) -> dict[str, str | int | None]:
        """Return the object that stands for this source in an outcome."""
        if self.file is not None:
            return {"file": self.file, "record": self.record}
        return {"message_id": self.message_id, "index": self.index}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record.

    Attributes:
        status: The word for it.
        reason: One of `REASONS[status]`.
        detail: What a person needs to know beyond the reason; may quote what was read.
        campaign: The campaign of the lead, where it is known.
        phone: The national digits as sent, where they could be read.
        lead_json: The record as read, in JSON: an object, or a string with the raw text.
        source: Where the record came from.
        request_id: The request that carried the lead, if one did.
        at: When this was found, UTC in ISO 8601 (see `utc_text`).
    """

    status: Status
    reason: str
    detail: str
    campaign: str | None
    phone: str | None
    lead_json: bytes
    source: Source
    request_id: str | None
    at: str

    def __post_init__(self) -> None:
        if self.reason not in REASONS[self.status]:
            raise ValueError(f"{self.reason!r} is no reason of the status {self.status}")

    def to_json_line(self) -> bytes:
        """Return the outcome as one line of JSON, ended by a newline.

        Text that UTF-8 cannot hold (half of a surrogate pair) is escaped in ASCII, and so is a sign that
        a spreadsheet would take for the beginning of a formula.
        """
        row = {
            "status": self.status,
            "reason": self.reason,
            "detail": self.detail,
            "campaign": self.campaign,
            "phone": self.phone,
            "lead": orjson.Fragment(self.lead_json),
            "source": self.source.as_json(),
            "request_id": self.request_id,
            "at": self.at,
        }
        try:
            line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
        except orjson.JSONEncodeError:
            del row["lead"]
            line = _escaped_line(row, self.lead_json)
        return without_formulas(line)


def _escaped_line(row: Mapping[str, object], lead_json: bytes) -> bytes:
    """Write a line key by key in ASCII, the lead's JSON in its place as it is."""
    texts = {key: json.dumps(value).encode("ascii") for key, value in row.items()}
    texts["lead"] = lead_json
    members = [b'"' + key.encode("ascii") + b'":' + texts[key] for key in OUTCOME_KEYS]
    return b"{" + b",".join(members) + b"}\n"


def utc_text(wall_secs: float) -> str:
    """Return a moment as an outcome's `at` has it.

    Args:
        wall_secs: Seconds since 1970 in UTC.

    >>> utc_text(1_800_000_000.25)
    '2027-01-15T08:00:00.250Z'
    """
    moment = datetime.fromtimestamp(wall_secs, UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def outcome_lead(fields: Mapping[str, object]) -> dict[str, object] | str | None:
    """Return the lead of a record that is an outcome, or None where it is none.

    An outcome is told by having exactly an outcome's keys and one of its statuses.

    Args:
        fields: The record as it was read.

    Returns:
        The lead's fields, or the raw text of a record that could not be read.
    """
    if fields.keys() != _KEY_SET:
        return None
    status, lead = fields["status"], fields["lead"]
    if not isinstance(status, str) or status not in _STATUS_WORDS:
        return None
    return lead if isinstance(lead, dict | str) else None
