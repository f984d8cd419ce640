"""Keys by reference: where a secret stands, and how it is fetched where it is used."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dialer.account_key import AccountKey

if TYPE_CHECKING:
    from google.cloud.secretmanager import SecretManagerServiceClient

_REFERENCE = re.compile(
    r"env:(?P<env>[A-Za-z_][A-Za-z0-9_]*)"
    r"|file:(?P<file>.+)"
    r"|secret:(?P<secret>projects/[^/]+/secrets/[^/]+/versions/[^/]+)"
)
FORMS = "env:NAME, file:PATH or secret:projects/P/secrets/S/versions/V"


class KeyUnavailable(Exception):
    """A key reference that leads to no key; the message never holds a key."""


def parse_reference(reference: str) -> re.Match[str]:
    """Read a reference, without looking whether there is a key behind it.

    Returns:
        The match, with one of the groups `env`, `file` and `secret`.

    Raises:
        KeyUnavailable: it is none.
    """
    parsed = _REFERENCE.fullmatch(reference)
    if parsed is None:
        # The text may be the key itself, given by mistake: it is not repeated.
        raise KeyUnavailable(f"is no reference to a key: give {FORMS}, never the key itself")
    return parsed


def resolve_key(
    reference: str,
    *,
    open_secrets: "Callable[[], SecretManagerServiceClient] | None" = None,
    patience_secs: float = 30.0,
) -> AccountKey:
    """Fetch a key.

    Args:
        reference: `env:NAME`, `file:PATH` or `secret:projects/P/secrets/S/versions/V`.
        open_secrets: opens a client of Secret Manager; None: with this machine's own credentials.
        patience_secs: how long to try to fetch a secret.

    Returns:
        The key, without blanks around it.

    Raises:
        KeyUnavailable: the reference is none, or there is no usable key behind it.
    """
    parsed = parse_reference(reference)
    if parsed["env"] is not None:
        key = os.environ.get(parsed["env"])
        if key is None:
            # Not by name: "env:$DIAL_KEY" has the shell put the key itself there.
            raise KeyUnavailable("names a variable that the environment does not have")
    elif parsed["file"] is not None:
        key = _read_file(parsed["file"])
    else:
        key = _read_secret(parsed["secret"], open_secrets, patience_secs)
    key = key.strip()
    if not key:
        raise KeyUnavailable("leads to an empty key")
    if not key.isprintable():
        raise KeyUnavailable("leads to a key of more than one line, or with control characters")
    return AccountKey(key)


def _read_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise KeyUnavailable(f"names a file that cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise KeyUnavailable("names a file that is no text") from error


def _read_secret(
    name: str,
    open_secrets: "Callable[[], SecretManagerServiceClient] | None",
    patience_secs: float,
) -> str:
    # Imported where it is used: the client takes a second to load, and few runs need it.
    from google.api_core.exceptions import GoogleAPIError
    from google.api_core.retry import Retry
    from google.auth.exceptions import GoogleAuthError
    from google.cloud.secretmanager import SecretManagerServiceClient

    try:
        client = (open_secrets or SecretManagerServiceClient)()
        answer = client.access_secret_version(
            name=name, timeout=patience_secs, retry=Retry(timeout=patience_secs)
        )
        payload: bytes = answer.payload.data
        return payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise KeyUnavailable("names a secret that is no text") from error
    except (GoogleAPIError, GoogleAuthError, ValueError) as error:
        # ValueError: credentials whose private key is none.
        raise KeyUnavailable(
            f"names a secret that cannot be fetched ({type(error).__name__}):"
            " check its name and this account's right to read it"
        ) from error
