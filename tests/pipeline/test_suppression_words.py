import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.suppression_table import VERBS
from pipeline.suppression_words import Words, asks_for_help, sort_words


def words_of(verb: str, *words: str) -> Words:
    faults: list[str] = []
    sorted_words = sort_words(words, VERBS[verb], faults)
    assert faults == []
    return sorted_words


def faults_of(verb: str, *words: str) -> list[str]:
    faults: list[str] = []
    sort_words(words, VERBS[verb], faults)
    return faults


def test_values_are_read_with_a_blank_or_an_equals_sign_wherever_they_stand() -> None:
    words = words_of("build", "--from", "a.txt", "--to=x=y.dnd", "--dnd_allow_empty", "--from=b")

    assert words == Words(
        {"--from": ["a.txt", "b"], "--to": ["x=y.dnd"], "--dnd_allow_empty": [""]}, (), ()
    )


def test_the_file_comes_first_and_numbers_behind_it_options_between_them() -> None:
    words = words_of("test", "l.dnd", "9876512345", "--region", "IN", "+91 98765 12346")

    assert words.files == ("l.dnd",)
    assert words.numbers == ("9876512345", "+91 98765 12346")
    assert words.values == {"--region": ["IN"]}


@pytest.mark.parametrize(
    "number",
    [
        *("-9876512345", "--9876512345", "-98765-12345", "-(98765) 12345", "- 98765 12345"),
        *("+91-98765-12345", "-९८७६५१२३४५", "(098765) 12345", "-", "-+91 98765=12345"),
    ],
)
def test_a_number_that_looks_like_an_option_is_a_number(number: str) -> None:
    assert words_of("test", "l.dnd", number, "--dnd_category", "2", number) == Words(
        {"--dnd_category": ["2"]}, ("l.dnd",), (number, number)
    )


@given(st.text("0123456789+-() ", min_size=1).filter(lambda text: text.strip() not in ("", "--")))
def test_nothing_that_is_spelled_without_letters_is_taken_for_an_option(number: str) -> None:
    assert words_of("test", "l.dnd", number).numbers == (number,)


def test_every_slip_is_named_at_once() -> None:
    assert faults_of(
        "build",
        *("--form", "a.txt", "--to", "a", "--to=b", "--dnd_allow_empty=yes", "--json"),
        *("stray", "--column", "--region"),
    ) == [
        "there is no option --form (did you mean --from?)",
        "--dnd_allow_empty takes no value",
        "there is no option --json (did you mean --to?)",
        "--column needs a value (NAME); one that begins with a hyphen is written --column=-...",
        "--region needs a value (REGION); one that begins with a hyphen is written --region=-...",
        "--to stands 2 times; give it once",
    ]


def test_words_that_belong_to_nothing_are_not_repeated() -> None:
    (fault,) = faults_of("show", "l.dnd", "9876512345", "9876512346")

    assert fault == "2 words belong to no option: quote globs, and values with blanks"
    assert faults_of("build", "--from", "a.txt", "b.txt") == [
        "a word belongs to no option: quote globs, and values with blanks"
    ]


def test_of_an_unknown_option_no_number_is_repeated() -> None:
    assert faults_of("test", "l.dnd", "--x9876512345") == ["there is no option --x******"]


def test_a_lone_double_hyphen_is_no_option() -> None:
    assert faults_of("test", "l.dnd", "--", "9876512345") == ["there is no option --"]


@pytest.mark.parametrize(
    ("words", "asks"), [(["-h"], True), (["x", "--help"], True), (["x"], False)]
)
def test_help_may_be_asked_for_anywhere(words: list[str], asks: bool) -> None:
    assert asks_for_help(words) is asks
