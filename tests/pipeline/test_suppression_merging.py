from pathlib import Path

import pytest

from tests.pipeline.suppression_desk import Said, SuppressionDesk

LIST = "9876512345\n9876512346\n9876512347\n"


@pytest.fixture
def old(desk: SuppressionDesk) -> str:
    return desk.built(desk.write("a.txt", LIST), to="old.dnd")


def merge(desk: SuppressionDesk, old: str, changes: str, *more: str, to: str = "new.dnd") -> Said:
    return desk.say("merge", old, "--from", changes, "--to", desk.path(to), *more)


def listed(desk: SuppressionDesk, index: str, *numbers: str) -> list[bool]:
    return [cells[2] == "listed" for cells in desk.answers(index, *numbers)]


def test_lines_that_add_and_delete_make_a_new_version_and_it_is_said_how_many_did(
    desk: SuppressionDesk, old: str
) -> None:
    changes = desk.write("c.txt", "+ 9876512348\n+ 9876512345\n- 9876512346\n- 9876512349\n")

    said = merge(desk, old, changes)

    new = desk.path("new.dnd")
    assert said.status == 0
    assert said.lines[0] == (
        "1 added, 0 changed, 1 deleted; 1 deletion of numbers that were not there"
    )
    assert said.lines[1].startswith(f"{new}: version {desk.shown(new)['version']}, 3 numbers, ")
    assert listed(desk, new, "9876512345", "9876512346", "9876512347", "9876512348") == [
        *(True, False, True, True)
    ]
    assert desk.shown(old)["numbers"] == 3
    assert desk.shown(new)["version"] != desk.shown(old)["version"]


def test_the_new_version_may_take_the_place_of_the_old_one(desk: SuppressionDesk, old: str) -> None:
    said = merge(desk, old, desk.write("c.txt", "-9876512345\n"), to="old.dnd")

    assert said.status == 0
    assert listed(desk, old, "9876512345", "9876512346") == [False, True]
    assert desk.names() == {"a.txt", "c.txt", "old.dnd"}


def test_a_column_may_say_what_changes_and_another_for_what_it_is_blocked(
    desk: SuppressionDesk, old: str
) -> None:
    changes = desk.write(
        "c.csv",
        "Tel,Action,Kind\n9876512345,delete,\n9876512346,add,3\n9876512348,add,0\n",
    )

    said = merge(
        desk,
        old,
        changes,
        *("--column=Tel", "--category_column", "Kind", "--dnd_category_means=blocked"),
        "--date=2026-01-02",
    )

    assert (
        said.lines[0] == "1 added, 1 changed, 1 deleted; 0 deletions of numbers that were not there"
    )
    new = desk.path("new.dnd")
    assert desk.answers(new, "9876512346", "9876512348") == [
        ["1", "*******346", "listed", "categories 3"],
        ["2", "*******348", "listed", "all categories"],
    ]
    assert desk.shown(new)["date"] == "2026-01-02T00:00:00.000Z"


def test_several_lists_of_changes_hold_in_their_order(desk: SuppressionDesk, old: str) -> None:
    first = desk.write("1.txt", "- 9876512345\n+ 9876512348\n")
    second = desk.write("2.txt", "+ 9876512345\n- 9876512348\n")

    said = desk.say(
        *("merge", old, "--from", first, "--from", second, "--to", desk.path("new.dnd"))
    )

    assert said.status == 0
    assert listed(desk, desk.path("new.dnd"), "9876512345", "9876512348") == [True, False]

    merge(desk, old, desk.path("[12].txt"))
    assert listed(desk, desk.path("new.dnd"), "9876512345", "9876512348") == [True, False]


def test_national_numbers_of_changes_are_of_the_region_of_the_index(desk: SuppressionDesk) -> None:
    old = desk.built(desk.write("a.txt", "415 555 0199\n"), to="old.dnd", more=["--region=US"])

    merge(desk, old, desk.write("c.txt", "+ (415) 555-0198\n"))

    shown = desk.shown(desk.path("new.dnd"))
    assert (shown["region"], shown["numbers"]) == ("US", 2)


def test_lines_without_a_number_are_kept(desk: SuppressionDesk, old: str) -> None:
    said = merge(desk, old, desk.write("c.txt", "changes of today\n+ 9876512348\n"))

    assert f"without a number: 1 line, in {desk.path('new.dnd')}.not-numbers.txt" in said.lines


def test_a_merge_that_fails_leaves_the_old_version_and_nothing_else(
    desk: SuppressionDesk, old: str
) -> None:
    before = Path(old).read_bytes()
    changes = desk.write("c.txt", "+ 9876512348\n9876512349\n")

    said = merge(desk, old, changes, to="old.dnd")

    assert said.status == 2
    assert "line 2" in said.faults[0]
    assert said.faults[1] == f"nothing was built, and {old} is as it was"
    assert Path(old).read_bytes() == before
    assert desk.names() == {"a.txt", "c.txt", "old.dnd"}


def test_what_is_no_index_is_not_changed(desk: SuppressionDesk) -> None:
    changes = desk.write("c.txt", "+ 9876512348\n")

    text = merge(desk, desk.write("a.txt", LIST), changes)
    assert (text.status, text.out) == (2, "")
    assert "is no index of a list" in text.faults[0]
    missing = merge(desk, desk.path("none.dnd"), changes)
    assert missing.status == 2
    assert missing.faults == [
        f"{desk.path('none.dnd')} cannot be read: No such file or directory",
        "nothing was built",
    ]


def test_the_changes_are_not_the_index(desk: SuppressionDesk, old: str) -> None:
    said = merge(desk, old, old, to="old.dnd")

    assert said.faults == [f"--from {old} is what --to names: give the index another name"]
