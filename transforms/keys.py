"""Keys by reference: where a secret stands, and how it is fetched where it is used."""

import os
import re
from pathlib import Path

_REFERENCE = re.compile(
    r"env:(?P<env>[A-Za-z_][A-Za-z0-9_]*)"
    r"|file:(?P<file>.+)"
    r"|secret:(?P<secret>projects/[^/]+/secrets/[^/]+/versions/[^/]+)"
)
FORMS = "env:NAME, file:PATH or secret:projects/P/secrets/S/versions/V"


class KeyUnavailable(Exception):
    """A key reference that leads to no key; the message never holds a key."""


def resolve_key(reference: str) -> str:
    """Fetch a key.

    Args:
        reference: `env:NAME`, `file:PATH` or `secret:projects/P/secrets/S/versions/V`.

    Returns:
        The key, without blanks around it.

    Raises:
        KeyUnavailable: the reference is none, or there is no usable key behind it.
    """
    parsed = _REFERENCE.fullmatch(reference)
    if parsed is None:
        # The text may be the key itself, given by mistake: it is not repeated.
        raise KeyUnavailable(f"is no reference to a key: give {FORMS}, never the key itself")
    if parsed["env"] is not None:
        key = os.environ.get(parsed["env"])
        if key is None:
            raise KeyUnavailable(f"names {parsed['env']}, which the environment does not have")
    elif parsed["file"] is not None:
        key = _read_file(parsed["file"])
    else:
        key = _read_secret(parsed["secret"])
    key = key.strip()
    if not key:
        raise KeyUnavailable("leads to an empty key")
    if not key.isprintable():
        raise KeyUnavailable("leads to a key of more than one line, or with control characters")
    return key


def _read_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise KeyUnavailable(f"names a file that cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise KeyUnavailable("names a file that is no text") from error


def _read_secret(name: str) -> str:
    # Imported where it is used: the client takes a second to load, and few runs need it.
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import GoogleAuthError
    from google.cloud import secretmanager

    try:
        client = secretmanager.SecretManagerServiceClient()
        payload: bytes = client.access_secret_version(name=name, timeout=30).payload.data
        return payload.decode("utf-8")
    except (GoogleAPIError, GoogleAuthError) as error:
        raise KeyUnavailable(
            f"names a secret that cannot be fetched ({type(error).__name__}):"
            " check its name and this account's right to read it"
        ) from error
    except UnicodeDecodeError as error:
        raise KeyUnavailable("names a secret that is no text") from error
