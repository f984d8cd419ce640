"""The program has nothing with which it could run what a stranger wrote."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("schemas", "records", "suppression", "dialer", "transforms", "pipeline")
EVALUATING = {"eval", "exec", "compile", "__import__", "execfile"}
UNPACKING = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "jsonpickle", "yaml"}
STARTING = {"system", "popen", "execv", "execve", "execvp", "spawnv", "spawnl", "getoutput"}


def _trees() -> Iterator[tuple[str, ast.AST]]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def dangers(tree: ast.AST) -> Iterator[str]:
    """What could run a text, or unpack an object from bytes, by the name it is called by."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in EVALUATING:
                yield node.func.id
            if isinstance(node.func, ast.Attribute) and node.func.attr in STARTING:
                yield node.func.attr
            shell = [word for word in node.keywords if word.arg == "shell"]
            if shell:
                yield "shell"
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        yield from (name for name in names if name.split(".")[0] in UNPACKING)


def test_no_code_of_the_program_evaluates_a_text_or_unpickles_bytes() -> None:
    found = {(name, danger) for name, tree in _trees() for danger in dangers(tree)}

    assert not found


@pytest.mark.parametrize(
    "code",
    [
        "eval(x)",
        "import os; os.system(x)",
        "import subprocess; subprocess.run(x, shell=True)",
        "import pickle",
        "from yaml import load",
    ],
)
def test_the_search_for_what_evaluates_finds_it(code: str) -> None:
    assert list(dangers(ast.parse(code)))
