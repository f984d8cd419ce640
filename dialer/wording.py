"""The dialer's words, and what they mean.

A dialer says most things in English sentences with unstable spelling, so they are compared by their
words: without case, punctuation or surplus blanks.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote_plus

from dialer.verdicts import VerdictStatus

_WORD = re.compile(r"[a-z0-9]+")
# Six digits or more, also with single separators between them, may be somebody's number.
_NUMBER = re.compile(r"\d(?:[ .()\-]{0,2}\d){5,}")
_MASK = "******"
_MOST_CHARACTERS = 160
_MOST_EXAMINED = 4000

_SUCCESS = frozenset({"success", "successful", "successfully"})
_DND = frozenset({"dnd", "ndnc"})
_NEGATIVE = frozenset(
    {
        "blocked",
        "cannot",
        "denied",
        "disallowed",
        "duplicate",
        "duplicated",
        "duplicates",
        "empty",
        "error",
        "errors",
        "exist",
        "exists",
        "fail",
        "failed",
        "failing",
        "fails",
        "failure",
        "false",
        "forbidden",
        "incorrect",
        "invalid",
        "missing",
        "not",
        "refused",
        "reject",
        "rejected",
        "unable",
        "unsuccessful",
        "unsuccessfully",
        "wrong",
    }
)
_NEGATIVE_PHRASES = ("supports only", "supports the following")


def words_of(text: str) -> list[str]:
    """The words of a text, by which two spellings of one message are the same.

    >>> words_of("SuccessFully  Updated!")
    ['successfully', 'updated']
    """
    return _WORD.findall(text.lower())


@lru_cache(maxsize=16)  # a dialer says the same of nearly every row
def meaning(text: str) -> VerdictStatus:
    """What a status says of a lead; unknown where it says nothing, or yes and no at once.

    >>> [meaning(text).value for text in ("SuccessFully Updated", "unsuccessful", "done", "DND")]
    ['delivered', 'failed', 'unknown', 'suppressed']
    """
    words = words_of(text)
    is_success = not _SUCCESS.isdisjoint(words)
    is_negative = says_no(text)
    if not _DND.isdisjoint(words):
        # "Non DND", "not on DND, updated successfully": not to be guessed at.
        is_denied = is_success or "non" in words or "not" in words
        return VerdictStatus.UNKNOWN if is_denied else VerdictStatus.SUPPRESSED
    if is_success != is_negative:
        return VerdictStatus.DELIVERED if is_success else VerdictStatus.FAILED
    return VerdictStatus.UNKNOWN


def says_no(text: str) -> bool:
    """Whether a text has a word of refusal in it, whatever else it has.

    >>> says_no("queued successfully"), says_no("2 rows queued successfully, 1 failed")
    (False, True)
    """
    words = words_of(text)
    joined = " ".join(words)
    return not _NEGATIVE.isdisjoint(words) or any(p in joined for p in _NEGATIVE_PHRASES)


def identifier(text: str, *, secret: str = "") -> str:
    r"""A name that the dialer has given something, fit for outcomes: it is no text, and not masked.

    Args:
        text: the name as it was given.
        secret: the account's key, masked wherever the dialer repeats it; empty: none is known.

    Returns:
        One line of at most 160 characters.

    >>> identifier(" 17170000000012\n")
    '17170000000012'
    """
    return _shortened(_one_line(_without(text, secret)))


def quoted(text: str, *, secret: str = "") -> str:
    r"""A text of the dialer's made fit for terminals and logs.

    Args:
        text: what the dialer said.
        secret: the account's key, masked wherever the dialer repeats it; empty: none is known.

    Returns:
        One line of at most 160 characters; control characters are blanks, numbers are masked.

    >>> quoted("no  lead 98765 43210\x1b[2J for k-1", secret="k-1")
    'no lead ****** [2J for ******'
    """
    return _shortened(_NUMBER.sub(_MASK, _one_line(_without(text, secret))))


def _without(text: str, secret: str) -> str:
    for spelling in {secret, quote_plus(secret, errors="replace")} - {""}:
        text = re.sub(re.escape(spelling), _MASK, text, flags=re.IGNORECASE)
    return text


def _one_line(text: str) -> str:
    kept = text[:_MOST_EXAMINED]
    visible = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in kept)
    return " ".join(visible.split())


def _shortened(line: str) -> str:
    return line if len(line) <= _MOST_CHARACTERS else line[: _MOST_CHARACTERS - 3] + "..."
