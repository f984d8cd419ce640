"""From a phone cell to bare digits, with every digit and letter of it accounted for.

`phonenumbers` was made to find numbers in running text and passes over what it does not
understand. A cell is judged as a whole instead: known wrapping is taken off, and what is left must
be digits and separators only. What could be something else than a phone number (a decimal, an
address, a number that lost digits) is a fault, never a number that might be a stranger's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from schemas.cell_text import is_placeholder, quoted, unwrapped

MAX_LENGTH: Final = 200
"""A cell longer than this, in characters without blanks around it, holds no phone number."""

COUNTING: Final = "1234567890"
_LEAST_FILLING: Final = 7


@dataclass(frozen=True, slots=True)
class BareNumber:
    """The digits of one number as written.

    Attributes:
        digits: The digits.
        international: Whether a + says that a country code leads them.
        before_x: Whether an x and digits stood right behind them: an extension, or a digit masked.
    """

    digits: str
    international: bool
    before_x: bool = field(default=False, repr=False)


@dataclass(frozen=True, slots=True)
class NotDigits:
    """Why a piece of text is no number."""

    problem: str


def is_made_up(digits: str) -> bool:
    """Say whether digits are typed to fill a cell: one digit repeated, or counting from one."""
    return digits == COUNTING or len(set(digits)) == 1


def is_filling(digits: str) -> bool:
    """Say whether a piece of a cell fills a place where a number might stand."""
    return digits == "0" or (len(digits) >= _LEAST_FILLING and is_made_up(digits))


_WORD = (
    r"(?:mobile|mob|mo|cell(?:ular|phone)?|telephone|tel|phone|phn|ph|contact|whatsapp|msisdn"
    r"|callto|sms)"
)
_NUMBER_WORD = r"[\s.]*(?:number|num|no)"
_PHONE_SIGNS = "\u260e\u260f\u2706\U0001f4de\U0001f4f1\U0001f4f2\U0001f57e\U0001f57f"
_LABEL = re.compile(
    rf"(?:[{_PHONE_SIGNS}]\s*)*"
    rf"(?:\(\s*(?:[mpt]|{_WORD})\.?\s*\)[\s.:\-]*"
    rf"|(?:primary\s+)?{_WORD}(?:[\s.:\-]+{_WORD})?(?:{_NUMBER_WORD})?(?=[\W\d]|\Z)[\s.:#=\-]*"
    rf"|[mpt](?:{_NUMBER_WORD}(?=[\W\d])[\s.:#=\-]*|\s*[.:\-]+))?\s*",
    re.IGNORECASE | re.ASCII,
)
_EXTENSION = re.compile(
    r"(?<=[\d)])(?:\s*[,;]?\s*(?:extension|extn|ext)\s*[.:=]*\s*\d{0,6}|[\s,;]\s*x\s*\d{1,6})"
    r"\s*(?=[/,;|]|\Z)",
    re.IGNORECASE,
)
_BARE_EXTENSION = re.compile(r"(?<=\d)x\d{1,6}\Z", re.IGNORECASE | re.ASCII)
# Where a comma stands for the point, as in much of Europe.
_COMMA_FRACTION = re.compile(r"(\+?\d[\d .]{5,}\d),00?", re.ASCII)
_PLACEHOLDER_PART = re.compile(r"(?<![^\s/,;|])n/a(?![^\s/,;|])", re.IGNORECASE)
# Most cells are that plain; what is below would read them alike, in a multiple of the time.
_SPACED = re.compile(r"(?P<plus>\+)?(?P<digits>\d[\d -]*)", re.ASCII)
_SCIENTIFIC = re.compile(r"(\d+)(?:[.,](\d*))?[eE]([+-]?\d{1,3})", re.ASCII)
_THOUSANDS = re.compile(
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:\.0*)?", re.ASCII
)
_SEPARATED = re.compile(r"[\d\s().\[\]\-]*", re.ASCII)
_CODE_BEFORE_PLUS = re.compile(r"([\s(\[]*\d{1,3}[\s)\]]*)\+")
_ZERO_FRACTION = re.compile(r"([^.]*\d)\.0+")
_LONE_DOT = re.compile(r"(\d+)\.(\d+)")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_MAX_OCTET = 255
_MIN_DIGITS_BEFORE_DOT = 3
_MIN_DIGITS_AFTER_DOT = 4
_DIGITS_AFTER_COUNTRY_CODE = 8


def bare_numbers(text: str) -> list[BareNumber | NotDigits]:
    """Read the numbers that a cell holds; they stand apart by `/`, `,`, `;` or `|`.

    Args:
        text: The cell's text, cleaned, unwrapped and not a placeholder.

    Returns:
        One element a piece of the cell that is not empty; none if there is no such piece.

    >>> bare_numbers("Mob: 98765-12345 / (080) 2345 6789")
    [BareNumber(digits='9876512345', international=False), \
BareNumber(digits='08023456789', international=False)]
    """
    if len(text) > MAX_LENGTH:
        return [NotDigits(f"it is {len(text)} characters long")]
    spaced = _SPACED.fullmatch(text)
    if spaced:
        digits = spaced["digits"].replace(" ", "").replace("-", "")
        return [BareNumber(digits, international=spaced["plus"] is not None)]
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        return [_scientific(scientific)]
    thousands = _THOUSANDS.fullmatch(text)
    if thousands:
        return [BareNumber(thousands["whole"].replace(",", ""), international=False)]
    fraction = _COMMA_FRACTION.fullmatch(text)
    if fraction:
        return [_bare_number(fraction[1])]
    listed = _PLACEHOLDER_PART.sub("", _EXTENSION.sub("", text))
    pieces = (_unlabelled(piece) for piece in re.split(r"[/,;|]", listed))
    return [_bare_number(piece) for piece in pieces if not is_placeholder(piece)]


def _unlabelled(piece: str) -> str:
    stripped = unwrapped(piece)
    label = _LABEL.match(stripped)
    bare = unwrapped(stripped[label.end() :]) if label else stripped
    # A formula such as =9876512345 is the number that it shows.
    return bare[1:] if re.match(r"=\s*[\d+(]", bare) else bare


def _scientific(match: re.Match[str]) -> BareNumber | NotDigits:
    """Read 9.876512345E+09, where the mantissa has every digit of the number."""
    whole, fraction, exponent = match[1], match[2] or "", int(match[3])
    digits, length = whole + fraction, len(whole) + exponent
    if length < 1 or length > len(digits) or digits[length:].strip("0"):
        return NotDigits(
            "a spreadsheet has cut off its last digits; format the column as text and export again"
        )
    return BareNumber(digits[:length].lstrip("0"), international=False)


def _bare_number(piece: str) -> BareNumber | NotDigits:
    extension = _BARE_EXTENSION.search(piece)
    if extension is None:
        return _signed_number(piece)
    number = _signed_number(piece[: extension.start()])
    if isinstance(number, NotDigits):
        return number
    return BareNumber(number.digits, number.international, before_x=True)


def _signed_number(piece: str) -> BareNumber | NotDigits:
    before_plus = _CODE_BEFORE_PLUS.match(piece)
    if before_plus:
        return _digits(before_plus[1] + " " + piece[before_plus.end() :], international=True)
    unopened = piece.lstrip(" ([")
    if unopened.startswith("+"):
        return _digits(unopened[1:], international=True)
    if re.match(r"-\s*\d", piece):
        return NotDigits("it is a negative number")
    return _digits(piece, international=False)


def _digits(piece: str, *, international: bool) -> BareNumber | NotDigits:
    zero_fraction = _ZERO_FRACTION.fullmatch(piece)
    if zero_fraction:
        piece = zero_fraction[1]
    if not _SEPARATED.fullmatch(piece):
        return NotDigits(f"it holds {_strange(piece)}")
    digits = re.sub(r"\D", "", piece)
    if not digits:
        return NotDigits("it holds no digits")
    if _is_another_thing(piece):
        return NotDigits("it may be a decimal number or an address")
    return BareNumber(digits, international)


def _is_another_thing(piece: str) -> bool:
    """Whether the dots in a piece may be those of a decimal fraction or a network address."""
    if _ADDRESS.fullmatch(piece):
        return all(int(octet) <= _MAX_OCTET for octet in piece.split("."))
    dot = _LONE_DOT.fullmatch(piece)
    if dot is None:
        return False
    before, after = len(dot[1]), len(dot[2])
    is_split_number = before >= _MIN_DIGITS_BEFORE_DOT and after >= _MIN_DIGITS_AFTER_DOT
    has_prefix = before > 1 and after >= _DIGITS_AFTER_COUNTRY_CODE + 2
    return not (is_split_number or has_prefix)


def _strange(piece: str) -> str:
    if any(char.isalpha() for char in piece):
        return "letters"
    strange = next(char for char in piece if not _SEPARATED.fullmatch(char))
    return f"the character {quoted(strange)}"
