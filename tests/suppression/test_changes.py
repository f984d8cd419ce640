import io
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from suppression.building import BuildSource, BuildTerms, build_index
from suppression.categories import FULL, Categories
from suppression.changes import Merged, merge_index
from suppression.faults import ListError
from suppression.index_file import open_index
from tests.suppression.built_lists import masks_of, numbers_of, source_of

A, B, C, D = (919876512345 + n for n in range(4))


class Shelf:
    """An old index, and what is made of it."""

    def __init__(self, folder: Path) -> None:
        self.old = folder / "old.dnd"
        self.new = folder / "new.dnd"

    def holds(self, content: str, categories: Categories = Categories.IGNORED) -> None:
        terms = BuildTerms("IN", categories=categories, allow_empty=True)
        build_index([source_of(content.encode(), "dnd")], self.old, terms)

    def merged(self, *changes: str, categories: Categories = Categories.UNSAID) -> Merged:
        sources = [source_of(each.encode(), f"changes-{n}") for n, each in enumerate(changes)]
        terms = BuildTerms("IN", categories=categories)
        return merge_index(self.old, sources, self.new, terms)

    def refusal(self, changes: str) -> str:
        with pytest.raises(ListError) as caught:
            self.merged(changes)
        assert not self.new.exists()
        return str(caught.value)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path)
    shelf.holds("9876512345\n9876512346\n")
    return shelf


def test_h6_lines_of_plus_and_minus_add_and_delete(shelf: Shelf) -> None:
    merged = shelf.merged(
        "# changes of today\n+9876512347\n-9876512345\n- 9876512399\n\nTotal: 3\n"
    )
    assert numbers_of(merged.index) == [B, C]
    assert (merged.added, merged.deleted, merged.not_there, merged.changed) == (1, 1, 1, 0)
    assert merged.index.info.not_numbers == 2
    assert numbers_of(open_index(shelf.new)) == [B, C]
    assert numbers_of(open_index(shelf.old)) == [A, B]


@pytest.mark.parametrize(
    "line",
    [
        "-9876512345",
        "- 98765 12345",
        "-+919876512345",
        "-919876512345",
        "−09876512345",
        "-91-98765-12345",
    ],
)
def test_a_number_is_deleted_in_any_spelling(shelf: Shelf, line: str) -> None:
    assert numbers_of(shelf.merged(line).index) == [B]


@pytest.mark.parametrize(
    "line",
    [
        "+9876512347",
        "+ 9876512347",
        "+919876512347",
        "++919876512347",
        "+ +91 98765 12347",
        "＋9876512347",
    ],
)
def test_a_number_is_added_in_any_spelling(shelf: Shelf, line: str) -> None:
    assert numbers_of(shelf.merged(line).index) == [A, B, C]


def test_foreign_numbers_are_added_and_deleted_by_their_country(shelf: Shelf) -> None:
    shelf.holds("+14155550199\n")
    merged = shelf.merged("+442079460958\n-14155550199\n")
    assert numbers_of(merged.index) == [442079460958]


def test_a_plus_that_may_belong_to_the_number_stops(shelf: Shelf) -> None:
    words = shelf.refusal("+9876512399\n+6591234567\n")
    assert "changes-0, line 2" in words
    assert "write a blank behind the sign" in words


@pytest.mark.parametrize(
    "line",
    [
        "9876512345",
        "9876512345+",
        "9876512345,+",
        "add 9876512345",
        "ADD,9876512345",
        "9876512345 (office)",
        "Mob: +9876512345",
        "1. +9876512345",
        "1\t+9876512345",
        "> +9876512345",
        "(+)9876512345",
        "9.87E+09",
        "add,9.87E+09",
        "98765/12345",
        "add 98765/12345",
        "add,98765,12345",
        "add 9.88E+09",
    ],
)
def test_a_line_that_neither_adds_nor_deletes_its_number_stops(shelf: Shelf, line: str) -> None:
    words = shelf.refusal(f"+9876512347\n{line}\n")
    assert words.startswith("changes-0, line 2: ")


@pytest.mark.parametrize(
    "line", ['"+9876512347"', "'+9876512347", '="+9876512347"', '"+","9876512347"']
)
def test_what_a_spreadsheet_puts_around_a_change_is_taken_off(shelf: Shelf, line: str) -> None:
    assert numbers_of(shelf.merged(f"-9876512345\n{line}\n").index) == [B, C]


def test_area_and_number_in_two_columns_are_joined_in_changes_too(shelf: Shelf) -> None:
    terms = BuildTerms("US", allow_empty=True)
    build_index([source_of(b"2125550123\n", "us")], shelf.old, terms)
    changes = source_of(b"+415,5550199\n-212,5550123\n+4155550198\n", "changes")
    assert numbers_of(merge_index(shelf.old, [changes], shelf.new, terms).index) == [
        14155550198,
        14155550199,
    ]


@pytest.mark.parametrize(
    ("add", "delete"),
    [("add", "delete"), ("A", "D"), ("+", "-"), ("Added", "Removed"), ("new", "DEL")],
)
def test_h6_a_column_says_add_or_delete(shelf: Shelf, add: str, delete: str) -> None:
    merged = shelf.merged(f"Phone,Action\n98765-12347,{add}\n9876512345,{delete}\n")
    assert numbers_of(merged.index) == [B, C]


def test_an_action_that_is_neither_stops_and_is_named(shelf: Shelf) -> None:
    words = shelf.refusal("Phone,Action\n9876512347,add\n9876512345,change\n")
    assert (
        "row 2 below the header: the column 'Action' says neither add nor delete ('change')"
        in words
    )


def test_columns_without_an_action_stop(shelf: Shelf) -> None:
    assert "no column that may say add or delete" in shelf.refusal("Phone,Name\n9876512347,Asha\n")


def test_the_last_change_of_a_number_holds(shelf: Shelf) -> None:
    merged = shelf.merged("+9876512347\n-9876512347\n-9876512345\n", "+9876512345\n")
    assert numbers_of(merged.index) == [A, B]
    assert (merged.added, merged.deleted, merged.not_there) == (0, 0, 1)


def test_an_addition_gives_a_number_its_new_categories(shelf: Shelf) -> None:
    shelf.holds("Phone,Category\n9876512345,2\n9876512346,0\n", Categories.BLOCKED)
    merged = shelf.merged("Phone,Category,Op\n9876512345,5,A\n9876512347,,A\n9876512346,junk,D\n")
    assert masks_of(merged.index) == {A: 0b10000, C: FULL}
    assert (merged.added, merged.changed, merged.deleted) == (1, 1, 1)


def test_a_preference_in_changes_must_be_said_too(shelf: Shelf) -> None:
    assert "--dnd_category_means" in shelf.refusal("Phone,Preference,Op\n9876512345,5,A\n")


def test_changes_that_are_an_index_stop(shelf: Shelf) -> None:
    content = shelf.old.read_bytes()
    source = BuildSource("index", lambda: nullcontext(io.BytesIO(content)), len(content), None)
    with pytest.raises(ListError, match="is an index, which does not say what changes"):
        merge_index(shelf.old, [source], shelf.new, BuildTerms("IN"))


def test_the_old_version_may_be_replaced_by_the_new_one(shelf: Shelf) -> None:
    shelf.new = shelf.old
    shelf.merged("-9876512345\n")
    assert numbers_of(open_index(shelf.old)) == [B]


def test_the_new_version_is_dated_by_its_newest_changes(shelf: Shelf) -> None:
    merged = shelf.merged("# date: 2026-11-01\n+9876512347\n", "# date: 2026-11-03\n+9876512348\n")
    assert merged.index.info.date_secs == 1_793_664_000.0
    names = [source.name for source in merged.index.info.sources]
    assert names == [str(shelf.old), "changes-0", "changes-1"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    old=st.sets(st.integers(0, 400)),
    changes=st.lists(st.tuples(st.sampled_from("+-"), st.integers(0, 400)), min_size=1),
)
def test_a_merge_does_what_its_changes_say_one_by_one(
    tmp_path: Path, old: set[int], changes: list[tuple[str, int]]
) -> None:
    shelf = Shelf(tmp_path)
    base = 9_876_500_000
    shelf.holds("".join(f"{base + n}\n" for n in old))
    expected = set(old)
    for sign, number in changes:
        (expected.add if sign == "+" else expected.discard)(number)
    merged = shelf.merged("".join(f"{sign}{base + n}\n" for sign, n in changes))
    found = np.array(numbers_of(merged.index), np.int64) - 910_000_000_000 - base
    assert found.tolist() == sorted(expected)
    assert merged.added - merged.deleted == len(expected) - len(old)
