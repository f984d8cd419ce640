"""What `make audit` says, and its exit status, with a stand-in for pip-audit."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).resolve().parent.parent / ".ci" / "audit.py"
SOUND = {"name": "six", "version": "1.17.0", "vulns": []}
UNASKED = {"name": "zstandard", "skip_reason": "Dependency not found and could not be audited"}
BAD = {
    "name": "jinja2",
    "version": "2.4",
    "vulns": [
        {"id": "PYSEC-2019-217", "fix_versions": ["2.10.1", "3.0"], "aliases": []},
        {"id": "CVE-1", "fix_versions": [], "aliases": []},
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of programs with this Python in it, which the script looks for pip-audit beside."""
    (tmp_path / "python").symlink_to(sys.executable)
    return tmp_path


def audit(
    folder: Path, *, says: str, complains: str = "", status: int = 0
) -> tuple[int, list[str]]:
    """What the script makes of such a pip-audit."""
    (folder / "says").write_text(says)
    (folder / "complains").write_text(complains)
    tool = folder / "pip-audit"
    tool.write_text(
        f'#!/bin/sh\necho "$@" >{folder}/asked\ncat {folder}/complains >&2\ncat {folder}/says\n'
        f"exit {status}\n"
    )
    tool.chmod(0o700)
    done = subprocess.run(
        [folder / "python", AUDIT, "a.lock", "b.lock"], capture_output=True, text=True
    )
    assert not done.stderr
    return done.returncode, done.stdout.splitlines()


def of(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_all_lock_files_are_asked_about_and_nothing_known_is_a_success(folder: Path) -> None:
    status, said = audit(folder, says=of(SOUND))

    assert status == 0
    assert said == ["1 packages asked about, 0 known vulnerabilities"]
    asked = (folder / "asked").read_text()
    assert "--require-hashes" in asked
    assert "--requirement a.lock --requirement b.lock" in asked


def test_a_known_vulnerability_is_named_with_the_version_that_mends_it(folder: Path) -> None:
    status, said = audit(folder, says=of(SOUND, BAD), status=1)

    assert status == 1
    assert said == [
        "jinja2 2.4: PYSEC-2019-217 (mended in 2.10.1, 3.0)",
        "jinja2 2.4: CVE-1 (mended in no version yet)",
        "2 packages asked about, 2 known vulnerabilities",
    ]


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        (of(SOUND, UNASKED), "the audit could not ask about 1 packages: zstandard"),
        (
            of(SOUND, *[{**UNASKED, "name": f"p{n}"} for n in range(9)]),
            "the audit could not ask about 9 packages: p0, p1, p2, p3, p4, ...",
        ),
        (of(UNASKED), "the audit could not ask: the package index tells of none of the packages"),
        (of(), "the audit could not ask: the package index tells of none of the packages"),
    ],
)
def test_an_index_that_does_not_know_the_packages_is_no_success(
    folder: Path, says: str, expected: str
) -> None:
    status, said = audit(folder, says=says)

    assert status == 3
    assert said[-1] == expected


def test_what_is_known_counts_more_than_what_could_not_be_asked(folder: Path) -> None:
    status, said = audit(folder, says=of(BAD, UNASKED), status=1)

    assert status == 1
    assert said[-1] == "the audit could not ask about 1 packages: zstandard"


@pytest.mark.parametrize(
    ("complains", "why"),
    [("Traceback\n  x\nNoRoute: to host\n", "NoRoute: to host"), ("", "it says")],
)
def test_an_index_that_cannot_be_reached_is_said(folder: Path, complains: str, why: str) -> None:
    status, said = audit(folder, says="", complains=complains, status=1)

    assert status == 3
    assert len(said) == 1
    assert said[0].startswith(f"the audit could not ask the package index: {why}")
