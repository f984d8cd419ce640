"""When a message's event happened, as its publisher said it in an attribute."""

from datetime import datetime

from records.messages import Message

_MILLIS_A_SEC = 1000
_LAST_SECS = 253_402_300_799
"""The end of the year 9999, which is as far as RFC 3339 goes."""


def event_time_secs(message: Message, attribute: str | None) -> float:
    """When the event of a message happened, seconds since 1970 in UTC.

    The attribute is written as Beam's ReadFromPubSub has it: milliseconds since 1970, or RFC 3339. One
    that is neither, or is not there, is no reason to refuse a lead: then it is the time of publishing.

    Args:
        message: the message.
        attribute: the attribute's name; None: no attribute says it.

    >>> message = Message(b"", {"at": "2026-11-25T06:00:00.5+05:30", "ms": "1500"}, "1", 7.0)
    >>> event_time_secs(message, "at"), event_time_secs(message, "ms"), event_time_secs(message, "no")
    (1795566600.5, 1.5, 7.0)
    """
    text = message.attributes.get(attribute, "") if attribute else ""
    secs = _secs_of(text.strip())
    return message.publish_time_secs if secs is None else secs


def _secs_of(text: str) -> float | None:
    if text.isascii() and text.isdigit():
        secs = int(text[:20]) / _MILLIS_A_SEC
        return secs if secs <= _LAST_SECS else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    secs = moment.timestamp() if moment.tzinfo is not None else -1.0
    return secs if secs >= 0 else None
