"""What stands around the code agrees with itself: set-up, pins, commands, and no traces."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("schemas", "records", "suppression", "dialer", "transforms", "pipeline")
# Modules of distributions that the requirement apache-beam[gcp] brings with it.
OF_BEAM = {"apache_beam", "google"}
# Distributions whose module has another name.
MODULES = {"grpcio": "grpc"}
TARGETS = {
    *("help", "demo", "demo-events", "install", "format", "lint", "types", "imports", "test"),
    *("race", "faults", "fuzz", "prism", "check", "audit", "bench", "clean", "lock"),
}


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _requirements(constant: str) -> list[Requirement]:
    for statement in ast.parse(_text("setup.py")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == constant:
            return [Requirement(text) for text in ast.literal_eval(statement.value)]
    pytest.fail(f"setup.py has no {constant}")


def _pins(lock: str) -> dict[str, list[str]]:
    pins: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^ ;]+)", _text(lock), re.MULTILINE):
        pins.setdefault(canonicalize_name(name), []).append(version)
    return pins


def _files() -> Iterator[Path]:
    for entry in (*ROOMS, "tests", "benchmarks", "deploy", "docs", ".ci"):
        yield from (path for path in (ROOT / entry).rglob("*") if path.is_file())
    yield from (path for path in ROOT.iterdir() if path.is_file())


def _imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_ci_ends_with_the_test_command_of_the_readme() -> None:
    section = _text("README.md").split("\n## How to test\n")[1]
    command = re.search(r"```sh\n(.+?)(?: +#.*)?\n", section)

    assert command
    assert _text(".ci/run").rstrip().splitlines()[-1] == command[1]


def test_ci_is_a_program() -> None:
    assert (ROOT / ".ci/run").stat().st_mode & 0o111 == 0o111


@pytest.mark.parametrize("constant", ["REQUIREMENTS", "DEVELOPMENT"])
def test_every_requirement_is_pinned_to_a_version_that_it_allows(constant: str) -> None:
    pins = _pins("requirements.lock")

    for requirement in _requirements(constant):
        versions = pins.get(canonicalize_name(requirement.name), [])
        assert versions, f"requirements.lock lacks {requirement.name}: make lock"
        assert all(version in requirement.specifier for version in versions), requirement


@pytest.mark.parametrize("lock", ["requirements.lock", "audit.lock"])
def test_a_lock_names_versions_and_their_hashes_and_no_place_to_get_them_from(lock: str) -> None:
    text = re.sub(r"^#.*\n", "", _text(lock), flags=re.MULTILINE)
    pin = r"[\w.-]+==[\w.]+( ; [^\\\n]+)? \\\n( {4}--hash=sha256:[0-9a-f]{64}( \\)?\n)+"

    assert re.fullmatch(f"({pin})+", text)


def test_what_is_installed_was_checked_against_its_hash_and_the_project_brings_no_more() -> None:
    installs = [
        line
        for line in _text("Makefile").replace("\\\n", "").splitlines()
        if " --requirement" in line
    ]
    projects = [line for line in _text("Makefile").splitlines() if "--editable" in line]

    assert installs
    assert projects
    assert not [line for line in installs if "--require-hashes" not in line]
    assert not [line for line in projects if "--no-deps" not in line]


def test_the_tools_of_the_audit_are_pinned_to_versions_that_are_allowed() -> None:
    groups = tomllib.loads(_text("pyproject.toml"))["dependency-groups"]

    for requirement in map(Requirement, groups["audit"]):
        assert all(v in requirement.specifier for v in _pins("audit.lock")[requirement.name])


def test_the_runner_prism_is_built_in_the_version_of_beam_that_is_locked() -> None:
    said = subprocess.run(
        ["make", "--dry-run", "XDG_CACHE_HOME=none", "GO=go", "prism"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout

    assert f"prism@v{_pins('requirements.lock')['apache-beam'][0]}\n" in said.replace('"', "")


def test_every_library_that_the_program_imports_is_required_by_name() -> None:
    names = [requirement.name for requirement in _requirements("REQUIREMENTS")]
    declared = {MODULES.get(name, name.replace("-", "_")) for name in names}
    known = declared | OF_BEAM | set(ROOMS) | sys.stdlib_module_names

    undeclared = {
        (path.relative_to(ROOT).as_posix(), module)
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for module in _imported_modules(path)
        if module not in known
    }

    assert not undeclared


def test_the_changelog_says_why_each_requirement_is_there() -> None:
    reasons = _text("CHANGELOG.md")
    required = [
        each
        for constant in ("REQUIREMENTS", "DEVELOPMENT", "BENCHMARKS")
        for each in _requirements(constant)
    ]

    assert not [each.name for each in required if f"`{each.name}" not in reasons]


def test_make_help_lists_every_target() -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True
    )
    makefile = _text("Makefile").replace("\\\n", "")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)

    assert done.returncode == 0, done.stderr
    assert {line.split()[0] for line in done.stdout.splitlines()} == TARGETS
    assert phony
    assert set(phony[1].split()) == TARGETS


def test_the_readme_lists_the_options_that_the_program_has() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "--help"], cwd=ROOT, capture_output=True, text=True
    )
    section = _text("README.md").split("\n## Options\n")[1].split("\n## ")[0]
    rows = "".join(line.split("|")[1] for line in section.splitlines() if line.startswith("| `--"))

    assert done.returncode == 0, done.stderr
    assert set(re.findall(r"--\w+", rows)) == set(re.findall(r"^ +(--\w+)", done.stdout, re.M))


def test_no_file_names_a_place_of_the_machine_it_was_written_on() -> None:
    place = re.compile(rb"(?<![\w.~-])/(?:work|root|Users|tmp/[a-z])/")

    traces = [
        path.relative_to(ROOT).as_posix()
        for path in _files()
        if "__pycache__" not in path.parts and place.search(path.read_bytes())
    ]

    assert not traces


def test_what_the_readme_points_to_exists() -> None:
    named = re.findall(r"`([\w./-]+/[\w.-]*\.(?:py|avsc|md|sh))`", _text("README.md"))
    named += re.findall(r"\]\((?!https?:|#)([^)#]+)", _text("README.md"))

    assert named
    assert not [name for name in named if not (ROOT / name).exists()]
