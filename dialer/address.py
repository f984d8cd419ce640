"""Where requests go: the address that the operator gives, and the dialect's path on it."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from dialer.dialects import Dialect

_HOST_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_-]{1,63})*\.?"
)


def check_api_url(url: str) -> list[str]:
    """What is wrong with the dialer's address.

    The account's key and the leads' numbers go there, so plain http is good for this machine alone.

    Args:
        url: the address, with or without a path.

    Returns:
        Every fault, as a sentence that does not repeat the address; none: it can be used.

    >>> check_api_url("http://127.0.0.1:8080")
    []
    >>> check_api_url("http://dialer.example/?key=1")
    ['it must not hold a query (?...)', 'plain http is for this machine only: use https://']
    """
    if not url.isascii() or not url.isprintable() or " " in url:
        return ["it must be ASCII without blanks (international host names in their xn-- form)"]
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ["its host or port cannot be read"]
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ["it must begin with https:// (or http:// for this machine) and a host"]
    faults = []
    if "@" in parts.netloc:
        faults.append("it must not hold a user name or password")
    if "?" in url:
        faults.append("it must not hold a query (?...)")
    if "#" in url:
        faults.append("it must not hold a fragment (#...)")
    if not _is_host(parts.hostname or ""):
        faults.append("its host is no host name and no IP address")
    elif parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
        faults.append("plain http is for this machine only: use https://")
    if port == 0:
        faults.append("port 0 is no port")
    return faults


def request_url(base: str | None, dialect: Dialect) -> str:
    """The address that requests of a dialect are posted to.

    An address that ends with the dialect's path is taken as it is; on any other one the path is
    appended, so that a host, or a proxy's prefix, is enough.

    Args:
        base: the operator's address; None: the vendor's own host.
        dialect: the version of the API.

    >>> from dialer.dialects import V1
    >>> request_url("http://127.0.0.1:8080/", V1).removesuffix(V1.path)
    'http://127.0.0.1:8080'
    >>> request_url(request_url("https://proxy.example/dial", V1), V1).removesuffix(V1.path)
    'https://proxy.example/dial'
    """
    address = (base or f"https://{dialect.host}").rstrip("/")
    return address if address.endswith(dialect.path) else address + dialect.path


def is_this_machine(url: str) -> bool:
    """Whether an address that can be used is one of this machine's own.

    >>> is_this_machine("http://127.0.0.1:8080/x"), is_this_machine("https://dialer.example")
    (True, False)
    """
    return _is_this_machine(urlsplit(url).hostname or "")


def is_loopback(host: str) -> bool:
    """Whether a text is an address of this machine's own, that leads nowhere else.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost")
    (True, True, False)
    """
    address = _as_ip(host)
    return address is not None and address.is_loopback


def split_url(url: str) -> SplitResult:
    """The parts of an address that can be used.

    Raises:
        ValueError: it cannot be; all its faults are named.
    """
    faults = check_api_url(url)
    if faults:
        raise ValueError(f"the dialer's address cannot be used: {'; '.join(faults)}")
    return urlsplit(url)


def _is_host(host: str) -> bool:
    return _as_ip(host) is not None or _HOST_NAME.fullmatch(host) is not None


def _is_this_machine(host: str) -> bool:
    return host == "localhost" or is_loopback(host)


def _as_ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
