"""Whom the dialer's certificate must be signed by: the system's authorities, or the operator's own."""

import re
import ssl

_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----", re.ASCII
)


def certificates_in(content: bytes) -> str:
    """The certificates of a PEM file, without whatever else stands there (a private key, say).

    Certificates are no secret: they travel to workers in a job's settings.

    Args:
        content: the file's content.

    Returns:
        The certificates as PEM, one behind the other.

    Raises:
        ValueError: there is none, or one that cannot be read; the message says which.
    """
    found = "\n".join(_CERTIFICATE.findall(content.decode("latin-1")))
    if not found:
        raise ValueError("holds no certificate in PEM (-----BEGIN CERTIFICATE-----)")
    try:
        verifying(found)
    except (ssl.SSLError, ValueError) as error:
        raise ValueError("holds a certificate that cannot be read") from error
    return found


def verifying(authorities: str) -> ssl.SSLContext:
    """How a connection verifies the other side: its certificate's signer, time and host.

    Args:
        authorities: certificates as PEM, which alone are trusted; empty: those that the system trusts.
    """
    return ssl.create_default_context(cadata=authorities or None)
