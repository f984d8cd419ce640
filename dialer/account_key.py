"""The account's key as a value that does not get out by accident.

Whoever prints, formats, pickles or copies it, or shows the local variables of a stack, gets stars or an
error. The key itself comes out of `reveal` alone, which is called where a request is encoded and where
the dialer's words are searched for it.
"""

from typing import NoReturn, SupportsIndex


class AccountKey:
    """A key.

    >>> key = AccountKey("k3y")
    >>> f"{key} {key!r}", key.reveal()
    ('****** AccountKey(******)', 'k3y')
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Keep a key."""
        self._text = text

    def reveal(self) -> str:
        """The key itself."""
        return self._text

    def __repr__(self) -> str:
        return "AccountKey(******)"

    def __str__(self) -> str:
        return "******"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        """A key is in no pickle and has no copy: what travels to a worker is its reference.

        Raises:
            TypeError: always.
        """
        raise TypeError("a key is not pickled or copied: its reference is what travels")
