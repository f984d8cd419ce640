"""The rows of a dialer's answer, and which lead each of them is about.

An answer may be short, reordered, or about other numbers, so a row is a lead's only where its
number says so; a row without a number counts by its position, and only where all others stand in
theirs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dialer.verdicts import Verdict, VerdictStatus
from dialer.wording import meaning, quoted, words_of

_PUNCTUATION = re.compile(r"[\s+().\-]")
_PREFIXES = ("", "91", "0", "091", "0091")
_READ_NAMES = frozenset({"phonenumber", "phone", "status", "message"})
_REASONS = {
    VerdictStatus.DELIVERED: "ok",
    VerdictStatus.FAILED: "dialer_refused",
    VerdictStatus.SUPPRESSED: "dialer_dnd",
    VerdictStatus.UNKNOWN: "no_answer_row",
}
_DELIVERED = Verdict(VerdictStatus.DELIVERED, "ok", "")


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One row of an answer.

    Attributes:
        has_phone_field: whether it has a field for a number, be it empty.
        phone: the number as echoed; empty where the row has none.
        status: its status; empty where it has none.
        message: its message, where it has one beside its status.
    """

    has_phone_field: bool
    phone: str
    status: str
    message: str


def read_row(element: object) -> AnswerRow | None:
    """The row that a JSON value is; None: it is none."""
    if not isinstance(element, dict):
        return None
    texts: dict[str, list[str]] = {}
    for name, value in element.items():
        plain = _plain(name)
        if plain in _READ_NAMES:
            texts.setdefault(plain, []).append(text_of(value))
    phones = texts.get("phonenumber", texts.get("phone"))
    if phones is None and ("status" not in texts or "message" in texts):
        return None
    return AnswerRow(
        has_phone_field=phones is not None,
        phone=all_of(phones or ()),
        status=all_of(texts.get("status", ())),
        message=all_of(texts.get("message", ())),
    )


def text_of(value: object) -> str:
    """A JSON scalar as text; nothing for null, lists and objects.

    >>> [text_of(value) for value in ("a", 9876512345.0, True, None)]
    ['a', '9876512345', 'true', '']
    """
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
        case _:
            return ""


def judge_leads(
    rows: Sequence[AnswerRow | None], phones: Sequence[str], *, secret: str = ""
) -> tuple[Verdict, ...]:
    """What an answer's rows say of each lead.

    Args:
        rows: the answer's rows; None for an element that is no row.
        phones: the numbers as sent, in the order of the request; none twice.
        secret: the account's key, to be masked in details.

    Returns:
        A verdict a lead, in the order of `phones`.
    """
    places = {phone: place for place, phone in enumerate(phones)}
    found = [_place(row.phone, places) if row and row.phone else None for row in rows]
    by_position = len(rows) == len(phones) and all(
        place == position
        for position, (row, place) in enumerate(zip(rows, found, strict=True))
        if row and row.phone
    )
    of_lead: list[list[AnswerRow]] = [[] for _ in phones]
    for position, (row, place) in enumerate(zip(rows, found, strict=True)):
        if row and place is not None:
            of_lead[place].append(row)
        elif row and not row.phone and by_position:
            of_lead[position].append(row)
    return tuple(_judge(about, secret) for about in of_lead)


def _judge(rows: Sequence[AnswerRow], secret: str) -> Verdict:
    """The verdict on one lead by the rows that are about it."""
    if not rows:
        return _unknown("the answer has no row for this lead")
    verdicts = [_row_verdict(row, secret) for row in rows]
    if len({verdict.status for verdict in verdicts}) > 1:
        said = " and ".join(f'"{_row_words(row, secret)}"' for row in rows[:2])
        return _unknown(f"the answer's rows for this lead disagree: {said}")
    return verdicts[0]


def _row_verdict(row: AnswerRow, secret: str) -> Verdict:
    status = meaning(row.status)
    if status is VerdictStatus.DELIVERED:
        return _DELIVERED
    if status is VerdictStatus.FAILED and meaning(row.message) is VerdictStatus.SUPPRESSED:
        status = VerdictStatus.SUPPRESSED
    words = _row_words(row, secret)
    if status is VerdictStatus.UNKNOWN:
        return _unknown(f'the row\'s status says neither yes nor no: "{words}"')
    return Verdict(status, _REASONS[status], words)


def _row_words(row: AnswerRow, secret: str) -> str:
    said = [text for text in (row.status, row.message) if text]
    return quoted(": ".join(said), secret=secret)


def _unknown(detail: str) -> Verdict:
    return Verdict(VerdictStatus.UNKNOWN, _REASONS[VerdictStatus.UNKNOWN], detail)


def _place(echo: str, places: Mapping[str, int]) -> int | None:
    """Which lead an echoed number is, by its digits, with or without the country's prefixes."""
    place = places.get(echo)
    if place is not None:
        return place
    digits = _PUNCTUATION.sub("", echo)
    for prefix in _PREFIXES:
        place = places.get(digits[len(prefix) :])
        if place is not None and digits.startswith(prefix):
            return place
    return None


@lru_cache(maxsize=64)  # the names are the same in every row
def _plain(name: str) -> str:
    return "".join(words_of(name))


def all_of(texts: Sequence[str]) -> str:
    """A field's text; where it stands there in several spellings, all that differ."""
    return " / ".join(dict.fromkeys(text for text in texts if text))
