"""The option `--ca_file`: who may vouch for the dialer, where it is not whom the system trusts."""

from pathlib import Path

from dialer.certificates import certificates_in
from pipeline.option_reader import OptionReader

# Some times what a system has with all the authorities that it trusts.
_MOST_BYTES = 2_000_000


def read_ca_file(reader: OptionReader, url: str, faults: list[str]) -> str:
    """The certificates, as PEM, of the authorities that alone are trusted; empty: the system's.

    Args:
        reader: reads the option.
        url: the address of requests.
        faults: is added to.
    """
    path = reader.text("--ca_file")
    if path is None:
        return ""
    if not url.startswith("https://"):
        faults.append("--ca_file is of no use where --api_url is plain http: leave it out")
        return ""
    try:
        with Path(path).open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        faults.append(f"--ca_file {path} cannot be read: {error.strerror}")
        return ""
    if len(content) > _MOST_BYTES:
        faults.append(f"--ca_file {path} is longer than {_MOST_BYTES:,} bytes")
        return ""
    try:
        return certificates_in(content)
    except ValueError as error:
        faults.append(f"--ca_file {path} {error}")
        return ""
