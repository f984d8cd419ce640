"""The matrix is whole: a promise and a test in every cell, and the page says the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.matrix import MATRIX, MEANINGS, STOPS, Moment, Promise, Row, as_markdown

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "guarantees.md").read_text("utf-8")
BEGIN, END = "<!-- tests/faults/matrix.py: begin -->\n", "\n<!-- end -->"


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """Every test that there is, long ones too, below tests/."""
    files = sorted({name.partition("::")[0] for row in MATRIX for name in (row.test, *row.more)})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", "-m", ""]
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    run = subprocess.run(
        [*command, *(f"tests/{file}" for file in files)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    return {line.removeprefix("tests/") for line in run.stdout.splitlines() if "::" in line}


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row.fault)
def test_every_cell_promises_something_and_names_a_test_that_there_is(
    row: Row, collected: set[str]
) -> None:
    assert list(row.cells) == list(Moment)
    assert set(row.tests()) <= collected
    functions = {name.partition("[")[0] for name in collected}
    assert set(row.more) <= functions


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row.fault)
def test_where_a_fault_cannot_happen_the_cell_says_why(row: Row) -> None:
    for cell in row.cells.values():
        assert bool(cell.why) == (cell.promise is Promise.NEVER)


def test_no_two_rows_share_a_test() -> None:
    tests = [row.test for row in MATRIX]
    assert len(set(tests)) == len(tests)


def test_every_word_of_the_table_is_explained() -> None:
    assert {*Promise, STOPS} - {Promise.NEVER} == set(MEANINGS)


def test_the_page_has_the_matrix_as_it_stands_here() -> None:
    _, _, rest = PAGE.partition(BEGIN)
    table, _, _ = rest.partition(END)
    assert table == as_markdown()
