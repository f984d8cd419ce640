import subprocess
import sys

import pytest

from pipeline.verbs import run_verb
from transforms.in_process import request_stop

Said = pytest.CaptureFixture[str]


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["run", "--help"], ["--input=x", "-h"]])
def test_help_is_given_wherever_it_is_asked_for(words: list[str], capsys: Said) -> None:
    assert run_verb(words) == 0

    out, err = capsys.readouterr()
    assert out.startswith("usage: python -m pipeline [run] ")
    assert "simulate " in out.split("verbs:")[1]
    assert err == ""


def test_the_help_of_check_has_its_own_words_and_the_same_options(capsys: Said) -> None:
    assert run_verb(["check", "--help"]) == 0

    out = capsys.readouterr().out
    assert out.startswith("usage: python -m pipeline check --input ")
    assert "3 some would not" in out
    assert "--batch_size" in out
    assert "--api_key and --output may be left out" in out


@pytest.mark.parametrize("words", [[], ["run"], ["--campaign=c"], ["run", "--campaign=c"]])
def test_without_a_verb_leads_are_delivered(words: list[str], capsys: Said) -> None:
    assert run_verb(words) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert (
        "dialfeed: --input is missing: name the files of leads (or a --input_subscription)\n" in err
    )


def test_a_misspelt_verb_is_named_with_the_right_one(capsys: Said) -> None:
    assert run_verb(["simulat", "--port=0"]) == 2

    assert capsys.readouterr().err == (
        "dialfeed: there is no verb simulat (did you mean simulate?);"
        " verbs: run, check, simulate, suppression\n"
    )


@pytest.mark.parametrize("word", ["9876500001", "S3CRETKEY", "leads.csv", "", "x" * 5_000])
def test_a_first_word_that_is_no_verb_is_not_repeated(word: str, capsys: Said) -> None:
    assert run_verb([word]) == 2

    assert (
        capsys.readouterr().err
        == "dialfeed: the first word is no verb; verbs: run, check, simulate, suppression\n"
    )


def test_the_simulator_is_a_verb_of_its_own(capsys: Said) -> None:
    request_stop()

    assert run_verb(["simulate", "--port=0"]) == 0

    assert capsys.readouterr().out.startswith("simulator listening on http://127.0.0.1:")


def test_help_does_not_wait_for_what_it_does_not_need() -> None:
    code = (
        "import sys; from pipeline.verbs import run_verb; run_verb(['--help'])\n"
        "sys.exit('apache_beam' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0
