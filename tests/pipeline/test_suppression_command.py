import pytest

from pipeline.suppression_table import VERBS
from tests.pipeline.suppression_desk import SuppressionDesk


@pytest.mark.parametrize("words", [["--help"], ["-h"]])
def test_its_help_names_its_verbs(words: list[str], desk: SuppressionDesk) -> None:
    said = desk.say(*words)

    assert said.status == 0
    assert said.err == ""
    assert said.out.startswith("usage: python -m pipeline suppression VERB ...")
    shown = said.out.split("verbs:\n")[1].split("\n\n")[0]
    assert [line.split()[0] for line in shown.splitlines()] == list(VERBS)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("words", [["--help"], ["list.dnd", "-h", "--none"]])
def test_each_verb_has_a_help_of_its_own(
    verb: str, words: list[str], desk: SuppressionDesk
) -> None:
    said = desk.say(verb, *words)

    assert said.status == 0
    assert said.out.startswith(f"usage: python -m pipeline suppression {verb} ")
    assert all(option in said.out for option in VERBS[verb].options)
    assert "Exit status: 0 done; " in said.out


def test_without_a_verb_it_names_them(desk: SuppressionDesk) -> None:
    said = desk.say()

    assert said.status == 2
    assert said.faults == [
        "suppression needs a verb: build, show, test, merge; see suppression --help"
    ]


def test_a_misspelt_verb_is_named_with_the_right_one_and_no_other_word_is_repeated(
    desk: SuppressionDesk,
) -> None:
    verbs = "the verbs of suppression: build, show, test, merge"

    assert desk.say("biuld").faults == [
        f"suppression has no verb biuld (did you mean build?); {verbs}"
    ]
    for word in ("9876512345", "list.dnd", "", "--json"):
        said = desk.say(word)
        assert said.status == 2
        assert word not in said.err or not word
    assert desk.say("9876512345").faults == [f"the word behind it is no verb; {verbs}"]


def test_the_faults_of_options_end_it_with_2(desk: SuppressionDesk) -> None:
    said = desk.say("show", "--jsn")

    assert said.status == 2
    assert said.faults == [
        "there is no option --jsn (did you mean --json?)",
        "no file is given: name an index",
    ]
