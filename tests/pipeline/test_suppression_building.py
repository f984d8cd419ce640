import gzip
import os
from pathlib import Path

import pytest

from tests.pipeline.suppression_desk import SuppressionDesk
from tests.records.zip_files import zipped
from transforms.in_process import request_stop

PREFERENCES = 'Mobile,Preferences\n9876512345,"2,5"\n9876512346,0\n9876512347,\n'


def test_an_index_is_built_of_lists_of_every_kind_and_says_what_it_is(
    desk: SuppressionDesk,
) -> None:
    said = desk.build(
        desk.write("a.txt", "9876512345\n+91 98765-12346\n"),
        desk.write("b.csv", "Sr,Mobile No.\n1,098765 12347\n"),
        desk.write("c.bin", gzip.compress(b"9876512348\n9876512345\n")),
        desk.write("d.zip", zipped(b"9876512349\n")),
    )

    shown = desk.shown(desk.path("list.dnd"))
    assert said.status == 0
    assert said.err == ""
    first, last = said.lines
    size = shown["size_bytes"]
    assert first == (
        f"{desk.path('list.dnd')}: version {shown['version']}, 5 numbers, {size / 1000:.1f} kB"
    )
    assert last.startswith("built in ")
    assert last.endswith(" s")
    assert desk.names() == {"a.txt", "b.csv", "c.bin", "d.zip", "list.dnd"}
    assert (desk.folder / "list.dnd").stat().st_mode & 0o777 == 0o600


def test_lines_that_are_no_numbers_are_counted_and_kept_for_their_owner_alone(
    desk: SuppressionDesk,
) -> None:
    source = desk.write("a.txt", "Do not call\n9876512345\n98765\n")
    said = desk.build(source)

    kept = desk.folder / "list.dnd.not-numbers.txt"
    assert said.lines[1] == f"without a number: 2 lines, in {kept}"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [line.split("\t")[1:] for line in kept.read_text().splitlines()] == [
        ["1", "Do not call"],
        ["3", "98765"],
    ]


def test_what_an_earlier_build_kept_is_gone_with_its_index(desk: SuppressionDesk) -> None:
    desk.built(desk.write("a.txt", "total\n9876512345\n"))
    desk.built(desk.write("b.txt", "9876512345\n"))

    assert desk.names() == {"a.txt", "b.txt", "list.dnd"}


def test_rows_that_a_verdict_clears_are_said(desk: SuppressionDesk) -> None:
    said = desk.build(desk.write("a.csv", "Mobile,Status\n9876512345,DND\n9876512346,Non DND\n"))

    assert "rows that are clear by their verdict: 1" in said.lines
    assert desk.shown(desk.path("list.dnd"))["cleared"] == 1


def test_a_column_of_preferences_stops_the_build_until_it_is_said_what_it_means(
    desk: SuppressionDesk,
) -> None:
    source = desk.write("a.csv", PREFERENCES)

    said = desk.build(source)
    assert said.status == 2
    assert "--dnd_category_means" in said.err
    assert said.faults[-1] == "nothing was built"
    assert desk.names() == {"a.csv"}

    blocked = desk.built(source, more=["--dnd_category_means", "blocked"])
    assert desk.answers(blocked, "9876512345") == [["1", "*******345", "listed", "categories 2, 5"]]
    allowed = desk.built(source, more=["--dnd_category_means", "allowed"])
    assert desk.answers(allowed, "9876512345", "9876512346") == [
        ["1", "*******345", "listed", "categories 1, 3, 4, 6, 7, 8"],
        ["2", "*******346", "listed", "all categories"],
    ]


def test_a_column_of_categories_is_read_as_what_is_blocked_and_the_end_says_how_many(
    desk: SuppressionDesk,
) -> None:
    said = desk.build(desk.write("a.csv", PREFERENCES.replace("Preferences", "Category")))

    assert said.lines[1] == (
        "categories: 2 numbers blocked for all, 1 for some (suppression show says which)"
    )


def test_columns_may_be_named(desk: SuppressionDesk) -> None:
    source = desk.write("a.csv", "Who,What\n9876512345,7\n")

    index = desk.built(source, more=["--column", "who", "--category_column=What"])
    assert desk.answers(index, "9876512345") == [["1", "*******345", "listed", "categories 7"]]

    said = desk.build(source, more=["--column", "Whom"])
    assert said.status == 2
    assert "Whom" in said.faults[0]


def test_national_numbers_are_of_the_region_that_is_said(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.txt", "(415) 555-0199\n"), more=["--region", "US"])

    assert desk.shown(index)["region"] == "US"
    assert desk.answers(index, "+1 415 555 0199") == [["1", "*******199", "listed"]]


def test_a_list_has_the_date_that_is_said(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.txt", "9876512345\n"), more=["--date", "2026-01-02"])

    assert desk.shown(index)["date"] == "2026-01-02T00:00:00.000Z"


def test_a_glob_names_several_lists_each_of_which_is_read_once(desk: SuppressionDesk) -> None:
    first, second = desk.write("1.txt", "9876512345\n"), desk.write("2.txt", "9876512346\n")

    index = desk.built(second, desk.path("*.txt"))

    assert [source["name"] for source in desk.shown(index)["sources"]] == [second, first]


def test_a_file_whose_name_could_be_a_glob_is_meant_itself(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("list [1].txt", "9876512345\n"))

    assert desk.shown(index)["numbers"] == 1


def test_everything_that_is_wrong_with_the_sources_is_named_at_once(desk: SuppressionDesk) -> None:
    os.mkfifo(desk.path("pipe"))

    said = desk.build(
        *(desk.path("none.txt"), desk.path("*.csv"), str(desk.folder), desk.path("pipe")),
        *("unheard-of://x/y", desk.path("list.dnd")),
    )

    assert said.status == 2
    assert said.faults == [
        f"{desk.path('none.txt')} matches no file",
        f"{desk.path('*.csv')} matches no file",
        f"{desk.folder} cannot be read: it is a folder: name the files in it, as in 'FOLDER/*'",
        f"{desk.path('pipe')} cannot be read: it is a pipe or a device, which can be read but once:"
        " write it to a file first",
        "unheard-of://x/y cannot be read: nothing here reads names of that kind; name a file of this"
        " machine, or gs://...",
        f"{desk.path('list.dnd')} matches no file",
    ]


def test_an_index_does_not_replace_what_it_is_built_of(desk: SuppressionDesk) -> None:
    source = desk.write("a.txt", "9876512345\n")
    (desk.folder / "b.dnd").symlink_to(source)
    left = desk.write("a.txt.not-numbers.txt", "9876512346\n")

    assert desk.build(source, to="a.txt").faults == [
        f"--from {source} is what --to names: give the index another name"
    ]
    assert desk.build(source, to="b.dnd").faults == [
        f"--from {source} is what --to names: give the index another name"
    ]
    assert desk.build(left, to="a.txt").faults == [
        f"--from {left} would be replaced by the lines of this build that hold no number: rename it"
    ]
    assert Path(source).read_text() == "9876512345\n"
    assert Path(left).read_text() == "9876512346\n"


def test_an_index_of_that_name_is_replaced_by_a_good_one_and_kept_where_the_build_fails(
    desk: SuppressionDesk,
) -> None:
    index = desk.built(desk.write("a.txt", "9876512345\n"))
    before = Path(index).read_bytes()

    said = desk.build(desk.write("b.txt", "9876512346\n98765 12345 (office)\n"))
    assert said.status == 2
    assert "line 2: it holds the digits of a number among other text" in said.faults[0]
    assert said.faults[1] == f"nothing was built, and {index} is as it was"
    assert Path(index).read_bytes() == before

    desk.built(desk.write("c.txt", "9876512347\n"))
    assert desk.answers(index, "9876512345", "9876512347") == [
        ["1", "*******345", "not listed"],
        ["2", "*******347", "listed"],
    ]
    assert desk.names() == {"a.txt", "b.txt", "c.txt", "list.dnd"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html><body>Please log in</body></html>", "not a list of numbers"),
        (b"\x1f\x8b\x08\x00broken", "damaged"),
        (b"Name,City\nA,B\n", "no phone number"),
        (b"", "--dnd_allow_empty"),
    ],
)
def test_what_is_no_list_builds_nothing(content: bytes, says: str, desk: SuppressionDesk) -> None:
    said = desk.build(desk.write("a.txt", content))

    assert said.status == 2
    assert says in said.err
    assert said.out == ""
    assert desk.names() == {"a.txt"}


def test_a_list_without_a_number_may_be_let_pass(desk: SuppressionDesk) -> None:
    said = desk.build(desk.write("a.txt", "# nobody\n"), more=["--dnd_allow_empty"])

    assert said.status == 0
    assert ", 0 numbers, " in said.lines[0]


def test_an_index_may_be_built_of_indices_too(desk: SuppressionDesk) -> None:
    old = desk.built(desk.write("a.txt", "9876512345\n"), to="old.dnd")
    index = desk.built(old, desk.write("b.txt", "9876512346\n"))

    assert desk.shown(index)["numbers"] == 2


def test_a_folder_that_cannot_be_written_is_named_and_nothing_is_built(
    desk: SuppressionDesk,
) -> None:
    (desk.folder / "list.dnd.new").mkdir()

    said = desk.build(desk.write("a.txt", "9876512345\n"))

    assert said.status == 2
    assert said.faults == [
        f"{desk.path('list.dnd')} cannot be written: Is a directory",
        "nothing was built",
    ]


def test_one_that_is_stopped_leaves_nothing_behind(desk: SuppressionDesk) -> None:
    source = desk.write("a.txt", "9876512345\n")
    request_stop()

    said = desk.build(source)

    assert said.status == 1
    assert said.faults == ["stopped: nothing was built"]
    assert desk.names() == {"a.txt"}
