import numpy as np
import pytest

from suppression.categories import FULL, Categories, read_mask
from suppression.faults import ListError
from suppression.index_file import IndexFile
from tests.suppression.built_lists import built, masks_of

NUMBER = 919876512345


def of(cell: str, means: Categories = Categories.BLOCKED, column: str = "Category") -> IndexFile:
    return built(f'Phone,{column},Name\n9876512345,"{cell}",Asha\n', categories=means)


def blocked_for(index: IndexFile) -> list[int]:
    asked = np.array([NUMBER])
    return [category for category in range(1, 9) if index.listed(asked, category)[0]]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2", [2]),
        ("2,5", [2, 5]),
        ("2;5", [2, 5]),
        ("2|5|8", [2, 5, 8]),
        ("2 / 5", [2, 5]),
        ("1#3#7", [1, 3, 7]),
        ("02", [2]),
        ("2.0", [2]),
        ("[2, 5]", [2, 5]),
        ("२", [2]),
        ("1,2,3,4,5,6,7,8", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("-", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("N/A", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("0", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("0,5", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("All", [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_h4_a_number_is_blocked_for_the_categories_named_or_for_all(
    cell: str, expected: list[int]
) -> None:
    index = of(cell)
    assert blocked_for(index) == expected
    assert index.listed(np.array([NUMBER])).tolist() == [True]
    assert index.info.has_categories


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2,5", [1, 3, 4, 6, 7, 8]),
        ("1,2,3,4,5,6,7,8", []),
        ("0", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("0,5", [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_h4_categories_that_a_person_wants_are_the_others_of_those_blocked(
    cell: str, expected: list[int]
) -> None:
    index = of(cell, Categories.ALLOWED, "Preferences")
    assert blocked_for(index) == expected
    # Without a category each listed number is blocked, also one that wants all calls.
    assert index.listed(np.array([NUMBER])).tolist() == [True]


@pytest.mark.parametrize(
    "column",
    [
        "preference",
        "Preferences",
        "Customer Preference",
        "DND_PREFERENCE",
        "Preference Code",
        "Preferences Blocked",
        "Prefs",
    ],
)
def test_h4_a_column_called_preference_stops_unless_it_is_said_what_it_means(column: str) -> None:
    with pytest.raises(ListError, match="--dnd_category_means blocked or allowed"):
        of("2", Categories.UNSAID, column)
    assert blocked_for(of("2", Categories.BLOCKED, column)) == [2]
    assert blocked_for(of("2", Categories.IGNORED, column)) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_h4_a_column_called_category_says_what_is_blocked() -> None:
    assert blocked_for(of("2", Categories.UNSAID)) == [2]


@pytest.mark.parametrize("cell", ["9", "banking", "2,x", "25", "2.5", "-1"])
def test_h4_what_is_no_category_stops(cell: str) -> None:
    with pytest.raises(ListError, match=r"row 1 below the header: .* names no categories"):
        of(cell)


def test_h4_what_is_no_category_beside_no_number_is_passed_over() -> None:
    content = "Phone,Category\n9876512345,2\nTotal,1 number\n"
    index = built(content, categories=Categories.BLOCKED)
    assert (blocked_for(index), index.info.not_numbers) == ([2], 1)


def test_a_number_that_comes_again_is_blocked_for_all_it_is_blocked_for_anywhere() -> None:
    index = built(
        "Phone,Category\n9876512345,2\n+91 98765 12345,5\n",
        "Phone,Category\n9876512346,1\n9876512346,0\n",
        categories=Categories.BLOCKED,
    )
    assert masks_of(index) == {NUMBER: 0b10010, NUMBER + 1: FULL}


def test_several_numbers_in_a_cell_have_the_categories_of_the_row() -> None:
    index = built(
        "Phone,Category\n9876512345/98765 12346,3\n022-23456789,4\n", categories=Categories.BLOCKED
    )
    assert masks_of(index) == {NUMBER: 4, NUMBER + 1: 4, 912223456789: 8}


def test_the_column_of_categories_may_be_named() -> None:
    content = "Phone,Category,Blocked for\n9876512345,VIP,6\n"
    index = built(content, categories=Categories.BLOCKED, category_column="blocked_for")
    assert blocked_for(index) == [6]
    with pytest.raises(
        ListError, match="has no column 'sector'; its first line: 'Phone', 'Category'"
    ):
        built(content, categories=Categories.BLOCKED, category_column="sector")


def test_a_list_without_the_column_of_categories_blocks_for_all_beside_one_that_has_it() -> None:
    index = built(
        "Phone,Blocked for\n9876512345,6\n",
        "Phone,Category\n9876512346,VIP\n",
        "9876512347\n",
        categories=Categories.BLOCKED,
        category_column="Blocked for",
    )
    assert masks_of(index) == {NUMBER: 32, NUMBER + 1: FULL, NUMBER + 2: FULL}


def test_several_columns_of_categories_stop_and_are_named() -> None:
    content = "Phone,Category,Preferences\n9876512345,2,3\n"
    with pytest.raises(ListError, match=r"'Category', 'Preferences'.*--category_column"):
        built(content, categories=Categories.ALLOWED)


def test_a_verdict_and_a_category_are_both_heard() -> None:
    content = "Phone,Status,Category\n9876512345,DND,2\n9876512346,Non DND,2\n9876512347,No,junk\n"
    index = built(content, categories=Categories.BLOCKED)
    assert masks_of(index) == {NUMBER: 2}
    assert index.info.cleared == 2


def test_a_category_of_digits_alone_is_read_as_one_category() -> None:
    assert read_mask("25", Categories.BLOCKED) is None
