"""What separates the cells of CSV files, where its user says so."""

from typing import Final

from pipeline.command_line import Given, shortened

DELIMITER_WORDS: Final = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe"}
"""The usual delimiters, by the words that also stand for them on the command line."""

_BY_WORD = {word: sign for sign, word in DELIMITER_WORDS.items()}
_QUOTES: Final = "\"'"
_RIGHT: Final = (
    "right is tab, comma, semicolon or pipe, or one character of ASCII that is no letter, digit,"
    " quote, blank or line end"
)


def read_csv_delimiter(given: Given, faults: list[str]) -> str | None:
    """Read `--csv_delimiter`.

    Args:
        given: the command line.
        faults: is added to.

    Returns:
        The character; None where the option is not there, or is wrong.
    """
    value = given.one("--csv_delimiter")
    if value is None:
        return None
    sign = _BY_WORD.get(value.strip().lower(), value)
    if _may_separate(sign):
        return sign
    what = repr(shortened(value)) if value else "without a value"
    faults.append(f"--csv_delimiter {what} separates no cells: {_RIGHT}")
    return None


def _may_separate(sign: str) -> bool:
    r"""Whether a text is one character that can stand between cells.

    >>> [_may_separate(sign) for sign in ("~", "\t", " ", "7", "::", "§")]
    [True, True, False, False, False, False]
    """
    if len(sign) != 1 or not sign.isascii() or sign.isalnum() or sign in _QUOTES:
        return False
    return sign == "\t" or not sign.isspace()
