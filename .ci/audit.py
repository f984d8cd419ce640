"""Asks whether a vulnerability is known of what the lock files hold: `make audit`.

pip-audit asks the package index. Alone it reports "nothing known" and success also where the index did
not know the packages, as a mirror without that service does: here that is said, and a status of its own.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

NOTHING_KNOWN, SOMETHING_KNOWN, COULD_NOT_ASK = 0, 1, 3
_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Report:
    """What came of asking.

    Attributes:
        asked: how many packages there was an answer for.
        unasked: those that there was none for.
        known: a line a vulnerability.
    """

    asked: int
    unasked: tuple[str, ...]
    known: tuple[str, ...]

    @property
    def status(self) -> int:
        """The exit status: what is known counts more than what could not be asked."""
        if self.known:
            return SOMETHING_KNOWN
        return COULD_NOT_ASK if self.unasked or not self.asked else NOTHING_KNOWN


def read_report(text: str) -> Report:
    """Read what pip-audit writes with `--format json`.

    Raises:
        ValueError: it wrote none.
    """
    packages = json.loads(text)["dependencies"]
    return Report(
        asked=sum("skip_reason" not in package for package in packages),
        unasked=tuple(package["name"] for package in packages if "skip_reason" in package),
        known=tuple(
            f"{package['name']} {package['version']}: {found['id']}"
            f" (mended in {', '.join(found['fix_versions']) or 'no version yet'})"
            for package in packages
            for found in package.get("vulns", ())
        ),
    )


def main(arguments: Sequence[str]) -> int:
    """Ask about lock files.

    Args:
        arguments: their names.

    Returns:
        0: nothing is known; 1: something is; 3: nobody, or not of every package, could be asked.
    """
    tool = str(Path(sys.executable).with_name("pip-audit"))
    command = [tool, "--require-hashes", "--disable-pip", "--format", "json", "--desc", "off"]
    files = [word for name in arguments for word in ("--requirement", name)]
    done = subprocess.run(  # noqa: S603 - the tool beside this Python, on files of the caller's
        [*command, "--progress-spinner", "off", *files], capture_output=True, text=True
    )
    try:
        report = read_report(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        _say(f"the audit could not ask the package index: {last}")
        return COULD_NOT_ASK
    for line in report.known:
        _say(line)
    _say(f"{report.asked} packages asked about, {len(report.known)} known vulnerabilities")
    if not report.asked:
        _say("the audit could not ask: the package index tells of none of the packages")
    elif report.unasked:
        names = ", ".join(report.unasked[:_MOST_NAMES])
        more = ", ..." * (len(report.unasked) > _MOST_NAMES)
        _say(f"the audit could not ask about {len(report.unasked)} packages: {names}{more}")
    return report.status


def _say(line: str) -> None:
    print(line)  # noqa: T201 - it talks to a person


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
