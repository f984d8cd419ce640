import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.suppression_desk import SuppressionDesk
from transforms.in_process import request_stop

CATEGORIES = 'Mobile,Category\n9876512345,"2,5"\n9876512346,0\n9876512347,\n'


def test_show_tells_in_a_table_what_an_index_is(desk: SuppressionDesk) -> None:
    source = desk.write("a.csv", CATEGORIES)
    index = desk.built(source, more=["--date=2026-01-02T03:04:05Z"])
    fields = desk.shown(index)

    said = desk.say("show", index)

    built = fields["built"].replace("T", " ")[:19]
    changed = fields["sources"][0]["changed"].replace("T", " ")[:19]
    assert said.status == 0
    assert said.lines == [
        index,
        f"version     {fields['version']}",
        "format      1",
        "numbers     3",
        f"size        {(Path(index)).stat().st_size:,} bytes",
        "date        2026-01-02 03:04:05 UTC",
        f"built       {built} UTC",
        "region      IN",
        f"sources     {source}, {len(CATEGORIES)} bytes, SHA-256 {fields['sources'][0]['sha256'][:12]},"
        f" changed {changed} UTC",
        "categories  1 banking, insurance, financial products, credit cards  2",
        "            2 real estate                                           3",
        "            3 education                                             2",
        "            4 health                                                2",
        "            5 consumer goods and automobiles                        3",
        "            6 communication, broadcasting, entertainment, IT        2",
        "            7 tourism and leisure                                   2",
        "            8 food and beverages                                    2",
        "            all of them                                             2",
        "no number   no line",
    ]


def test_show_tells_of_lines_without_a_number_and_of_rows_that_are_clear(
    desk: SuppressionDesk,
) -> None:
    index = desk.built(
        desk.write("a.txt", "total\n9876512345\n"),
        desk.write("b.csv", "Mobile,Status\n9876512346,Clean\n9876512347,DND\n"),
    )

    assert desk.say("show", index).lines[-3:] == [
        "categories  none: every number is blocked for all",
        f"no number   1 line, in {index}.not-numbers.txt",
        "clear       1 row by their verdict",
    ]


def test_programs_are_told_the_same_in_one_object(desk: SuppressionDesk) -> None:
    source = desk.write("a.csv", CATEGORIES)
    index = desk.built(source)

    said = desk.say("show", index, "--json")

    fields = json.loads(said.out)
    assert said.out.count("\n") == 1
    assert {name: type(value).__name__ for name, value in fields.items()} == {
        **{"name": "str", "version": "str", "format": "int", "numbers": "int", "size_bytes": "int"},
        **{"date": "str", "built": "str", "region": "str", "sources": "list"},
        **{"has_categories": "bool", "blocked_for_all": "int", "blocked": "dict"},
        **{"not_numbers": "int", "not_numbers_file": "NoneType", "cleared": "int"},
    }
    assert fields["blocked"] == {
        **{"1": 2, "2": 3, "3": 2, "4": 2, "5": 3, "6": 2, "7": 2, "8": 2},
    }
    assert fields["sources"][0]["size_bytes"] == len(CATEGORIES)
    assert len(fields["sources"][0]["sha256"]) == 64


@pytest.mark.parametrize("verb", ["show", "test"])
def test_an_index_that_is_not_sound_is_refused(verb: str, desk: SuppressionDesk) -> None:
    whole = Path(desk.built(desk.write("a.txt", "9876512345\n"))).read_bytes()
    damaged = {
        "short.dnd": whole[:-1],
        "longer.dnd": whole + b"\0",
        "altered.dnd": whole[:40] + bytes([whole[40] ^ 1]) + whole[41:],
        "head.dnd": whole[:8],
    }
    numbers = ["9876512345"] if verb == "test" else []

    for name, content in damaged.items():
        said = desk.say(verb, desk.write(name, content), *numbers)
        assert said.status == 2, name
        assert said.out == ""
        assert f"{desk.path(name)} is a damaged index" in said.err


def test_show_refuses_what_is_no_index_and_what_is_not_there(desk: SuppressionDesk) -> None:
    for name in (desk.write("a.txt", "9876512345\n"), desk.write("empty.dnd", "")):
        said = desk.say("show", name)
        assert said.status == 2
        assert f"{name} is no index of a list" in said.err
    missing = desk.say("show", desk.path("none.dnd"))
    assert missing.status == 2
    assert missing.faults == [f"{desk.path('none.dnd')}: No such file or directory"]
    assert desk.say("show", str(desk.folder)).faults == [f"{desk.folder}: Is a directory"]


def test_test_answers_a_line_a_number_in_order(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.txt", "9876512345\n+1 415 555 0199\n022-23456789\n"))

    said = desk.say(
        *("test", index, "9876512345", "+91 98765-12345", "(098765) 12345", "9876512346"),
        *("022 2345 6789", "0091 9876512345", "+14155550199", "4155550199"),
    )

    assert said.lines == [
        "1\t*******345\tlisted",
        "2\t*******345\tlisted",
        "3\t*******345\tlisted",
        "4\t*******346\tnot listed",
        "5\t*******789\tlisted",
        "6\t*******345\tlisted",
        "7\t*******199\tlisted",
        # Of this region it is another number.
        "8\t*******199\tnot listed",
    ]
    assert said.status == 0
    assert said.err == ""


def test_the_answer_is_no_fault_whatever_it_is(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.txt", "9876512345\n"))

    assert desk.say("test", index, "9876512345").status == 0
    assert desk.say("test", index, "9876512346").status == 0


def test_a_word_that_is_no_phone_number_is_one_and_the_others_are_answered(
    desk: SuppressionDesk,
) -> None:
    index = desk.built(desk.write("a.txt", "9876512345\n"))

    said = desk.say("test", index, "hello", "9876512345")

    assert said.lines == ["1\thello\tno phone number", "2\t*******345\tlisted"]
    assert said.status == 2


def test_a_word_that_looks_like_an_option_is_read_as_a_number(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.txt", "9876512345\n"))

    said = desk.say("test", index, "--9876512345", "-(98765) 12345", "-9876512345")

    # The reader of leads takes the last one for a negative number, which is none.
    assert [line.split("\t")[2] for line in said.lines] == ["listed", "listed", "no phone number"]
    assert said.status == 2


def test_several_numbers_in_one_word_are_answered_each_under_its_place(
    desk: SuppressionDesk,
) -> None:
    index = desk.built(desk.write("a.txt", "9876512345\n"))

    assert desk.answers(index, "9876512345 / 9876512346", "9876512347") == [
        ["1", "*******345", "listed"],
        ["1", "*******346", "not listed"],
        ["2", "*******347", "not listed"],
    ]


def test_what_is_no_number_is_not_shown_whole_either(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.txt", "9876512345\n"))

    said = desk.say("test", index, "98765123456789", "a\tb\n", "12", "x" * 100)

    assert said.lines == [
        "1\t******\tno phone number",
        "2\ta\\tb\\n\tno phone number",
        "3\t12\tno phone number",
        f"4\t{'x' * 40}...\tno phone number",
    ]


def test_numbers_are_of_the_index_s_region_unless_another_is_said(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.txt", "415 555 0199\n"), more=["--region=US"])

    assert desk.answers(index, "(415) 555-0199") == [["1", "*******199", "listed"]]
    assert desk.say("test", index, "9876512345", "--region", "IN").lines == [
        "1\t*******345\tnot listed"
    ]


def test_what_a_number_is_blocked_for_is_told(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.csv", CATEGORIES))
    numbers = ["9876512345", "9876512346", "9876512347", "9876512348"]

    assert [cells[2:] for cells in desk.answers(index, *numbers)] == [
        ["listed", "categories 2, 5"],
        ["listed", "all categories"],
        ["listed", "all categories"],
        ["not listed"],
    ]


def test_the_answer_may_be_for_one_category(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.csv", CATEGORIES))
    numbers = ["9876512345", "9876512346", "9876512348"]

    assert [cells[2:] for cells in desk.answers(index, *numbers, "--dnd_category=5")] == [
        ["listed", "categories 2, 5"],
        ["listed", "all categories"],
        ["not listed"],
    ]
    assert [cells[2:] for cells in desk.answers(index, *numbers, "--dnd_category", "3")] == [
        ["not listed"],
        ["listed", "all categories"],
        ["not listed"],
    ]


def test_of_a_list_of_numbers_it_is_counted_how_many_are_listed(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.txt", "".join(f"98765{at:05}\n" for at in range(1000))))
    asked = desk.write(
        "asked.csv", "Mobile\n" + "".join(f"98765{at:05}\n" for at in range(997, 3000))
    )

    said = desk.say("test", index, "--from", asked)
    assert said.lines == ["of 2,003 numbers 3 are listed", "1 line without a number"]
    assert said.status == 0
    assert desk.say("test", index, "--from", desk.write("b.txt", "9876500001\n")).lines == [
        "of 1 number 1 is listed"
    ]
    assert desk.say("test", index, "--from", desk.write("c.txt", "")).lines == [
        "of 0 numbers 0 are listed"
    ]


def test_numbers_that_are_counted_may_be_of_one_category_and_stand_beside_others(
    desk: SuppressionDesk,
) -> None:
    index = desk.built(desk.write("a.csv", CATEGORIES))
    asked = desk.write("asked.csv", CATEGORIES)

    assert desk.say("test", index, "9876512345", "--from", asked, "--dnd_category=3").lines == [
        "1\t*******345\tnot listed",
        "of 3 numbers 2 are listed",
    ]


def test_a_list_as_text_or_csv_is_asked_as_it_is(desk: SuppressionDesk) -> None:
    text = desk.write("a.txt", "9876512345\n")
    table = desk.write("a.csv", CATEGORIES)

    assert desk.answers(text, "9876512345") == [["1", "*******345", "listed"]]
    assert desk.answers(table, "9876512345") == [["1", "*******345", "listed", "categories 2, 5"]]
    assert desk.names() == {"a.txt", "a.csv"}


def test_what_hinders_it_is_said(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.txt", "9876512345\n"))

    for words, fault in (
        (["test", desk.path("none"), "98765"], f"{desk.path('none')} matches no file"),
        (["test", index, "--from", desk.path("none")], f"{desk.path('none')} matches no file"),
        (
            ["test", desk.write("b.txt", "hello\nworld\n"), "9876512345"],
            f"{desk.path('b.txt')} holds text and no phone number, so it is no list; give one number a"
            " line, or CSV with a column PhoneNumber",
        ),
    ):
        said = desk.say(*words)
        assert said.status == 2
        assert said.faults == [fault]


@pytest.mark.parametrize("verb", ["show", "test"])
def test_it_ends_when_a_stop_is_asked_for(verb: str, desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.txt", "9876512345\n"))
    request_stop()

    said = desk.say(verb, index, *["9876512345"][: verb == "test"])

    assert (said.status, said.out, said.faults) == (1, "", ["stopped"])


def test_an_index_is_shown_and_asked_without_waiting_for_beam(desk: SuppressionDesk) -> None:
    index = desk.built(desk.write("a.txt", "9876512345\n"))
    code = (
        "import sys; from pipeline.verbs import run_verb\n"
        f"for words in (['show'], ['test', '9876512345']):\n"
        f"    assert run_verb(['suppression', words[0], {index!r}, *words[1:]]) == 0\n"
        "sys.exit('apache_beam' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0
