import re

import pytest

from pipeline.command_line import Given, help_text, nearest, shortened, split
from pipeline.option_table import OPTIONS


def faults_of(*words: str) -> list[str]:
    faults: list[str] = []
    split(words, faults)
    return faults


def given_by(*words: str) -> Given:
    faults: list[str] = []
    given = split(words, faults)
    assert faults == []
    return given


def test_values_are_read_with_a_blank_or_an_equals_sign() -> None:
    given = given_by("--campaign", "Summer 2026", "--output=out/", "--new_run")

    assert given.values == {"--campaign": ["Summer 2026"], "--output": ["out/"], "--new_run": [""]}
    assert given.one("--campaign") == "Summer 2026"
    assert given.one("--ledger") is None
    assert given.beam == ()


def test_repeatable_options_keep_all_their_values_in_order() -> None:
    given = given_by("--input", "b.csv", "--dnd", "x", "--input", "a.csv", "--dnd", "y")

    assert given.values == {"--input": ["b.csv", "a.csv"], "--dnd": ["x", "y"]}


def test_a_value_may_begin_with_a_hyphen_behind_an_equals_sign_and_may_hold_one() -> None:
    assert given_by("--campaign=-x", "--output=a=b").values == {
        "--campaign": ["-x"],
        "--output": ["a=b"],
    }


def test_options_of_beam_pass_in_their_order() -> None:
    given = given_by(
        "--runner", "DirectRunner", "--campaign", "c", "--project=p", "--job_name", "j"
    )

    assert given.beam == ("--runner", "DirectRunner", "--project=p", "--job_name", "j")
    assert given.values == {"--campaign": ["c"]}


def test_every_slip_is_named_at_once() -> None:
    assert faults_of(
        *("--imput", "x", "--campaign", "--api", "v1", "--api", "v1", "--new_run=yes"),
        *("--output", "a", "b", "--quux"),
    ) == [
        "--new_run takes no value",
        "--campaign needs a value (NAME); one that begins with a hyphen is written --campaign=-...",
        "--api stands 2 times; give it once",
        "there is no option --imput (did you mean --input?)",
        "a word behind --output belongs to no option: quote globs, and values with blanks",
        "there is no option --quux",
    ]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("--csv_dialect", " (did you mean --csv_delimiter?)"),
        ("--zzz", ""),
        ("--camp", " (did you mean --campaign?)"),
        ("--api-key", " (did you mean --api_key?)"),
        ("--pace-secs=3", " (did you mean --pace_secs?)"),
        ("--runer=DirectRunner", " (did you mean --runner?)"),
    ],
)
def test_an_unknown_option_is_named_with_the_nearest_right_name(word: str, hint: str) -> None:
    assert faults_of(word) == [f"there is no option {word.split('=')[0]}{hint}"]


@pytest.mark.parametrize("prefix", ["--new", "--inp", "--outp", "--dnd_max", "--proj"])
def test_abbreviations_are_no_options(prefix: str) -> None:
    (fault,) = faults_of(f"{prefix}=x")

    assert fault.startswith(f"there is no option {prefix}")


@pytest.mark.parametrize("name", sorted(n for n, o in OPTIONS.items() if o.metavar and not o.bare))
def test_every_option_that_takes_a_value_says_that_it_needs_one(name: str) -> None:
    (fault,) = faults_of(name)

    assert fault.startswith(f"{name} needs a value ({OPTIONS[name].metavar})")


@pytest.mark.parametrize("name", sorted(name for name in OPTIONS if not OPTIONS[name].metavar))
def test_a_flag_may_stand_twice_and_takes_no_value(name: str) -> None:
    assert name in given_by(name, name).values
    assert faults_of(f"{name}=no") == [f"{name} takes no value"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["lead.csv"], "the first word belongs to no option"),
        (
            ["--input", "a.csv", "b.csv", "c.csv"],
            "a word behind --input belongs to no option: quote globs, and values with blanks",
        ),
        (
            ["--project=p", "stray"],
            "a word behind --project belongs to no option: quote globs, and values with blanks",
        ),
        (["--"], "there is no option --"),
    ],
)
def test_stray_words_are_said_to_be_so(words: list[str], expected: str) -> None:
    assert faults_of(*words) == [expected]


@pytest.mark.parametrize(
    "words",
    [
        ["--api-key", "S3CRETKEY"],
        ["--apikey=S3CRETKEY"],
        ["--api_key", "env:K", "S3CRETKEY"],
        ["--api_key", "-S3CRETKEY"],
        ["--api_key", "--S3CRETKEY"],
        ["S3CRETKEY"],
    ],
)
def test_a_key_given_by_mistake_is_never_repeated(words: list[str]) -> None:
    faults = faults_of(*words)

    assert faults
    assert "S3CRETKEY" not in "".join(faults)


def test_a_fault_that_beam_finds_is_one_of_ours() -> None:
    (fault,) = faults_of("--runner")

    assert "--runner" in fault


def test_an_endless_option_is_not_quoted_whole() -> None:
    (fault,) = faults_of("--" + "x" * 5000)

    assert len(fault) < 100


def test_the_help_names_every_option_and_the_exit_statuses() -> None:
    text = help_text("python -m pipeline")

    assert set(re.findall(r"^  (--\w+)", text, re.MULTILINE)) == set(OPTIONS)
    assert "Exit status" in text


def test_names_that_are_far_from_all_others_get_no_hint() -> None:
    assert nearest("--quux", list(OPTIONS)) == ""
    assert nearest("--dnd_alow_empty", list(OPTIONS)) == " (did you mean --dnd_allow_empty?)"


def test_short_values_are_quoted_as_they_are() -> None:
    assert shortened("v4") == "v4"
    assert shortened("") == ""
