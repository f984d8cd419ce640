import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import terminal
from pipeline.figures import duration
from pipeline.summary import Summary
from schemas.outcome import Status
from transforms.in_process import BOARD

Said = pytest.CaptureFixture[str]


def show(
    summary: Summary | None,
    *files: str,
    list_count: int = 1,
    was_cut_short: bool = False,
) -> None:
    if list_count and not BOARD.list_versions:
        BOARD.note_lists("1a2b3c")
    terminal.show_summary(
        summary,
        run="20260101-abc",
        outcomes_folder="out/outcomes/20260101-abc",
        secs=7.25,
        list_count=list_count,
        was_cut_short=was_cut_short,
        files=files,
    )


def test_what_is_said_stands_as_it_is_without_markup_or_emoji(capsys: Said) -> None:
    terminal.say("[bold]x[/bold] :x: leads[0].csv 'a' 127.0.0.1")

    assert capsys.readouterr() == ("[bold]x[/bold] :x: leads[0].csv 'a' 127.0.0.1\n", "")


def test_a_long_sentence_is_not_broken(capsys: Said) -> None:
    terminal.complain(["word " * 100 + "end"])

    assert capsys.readouterr().err == "dialfeed: " + "word " * 100 + "end\n"


def test_complaints_stand_on_the_error_stream_a_line_each(capsys: Said) -> None:
    terminal.complain(["one", "two"])

    assert capsys.readouterr() == ("", "dialfeed: one\ndialfeed: two\n")


def test_what_could_move_the_cursor_is_escaped(capsys: Said) -> None:
    terminal.say("a\x1b[2Jb\rc\nd\x07 caf\udce9 \u202e")

    assert capsys.readouterr().out == "a\\x1b[2Jb\\rc\\nd\\x07 caf\\udce9 \\u202e\n"


@given(st.text(st.characters()))
def test_whatever_is_to_be_said_can_be_printed_and_encoded(text: str) -> None:
    shown = terminal.printable(text)

    assert shown.isprintable()
    assert shown.encode("utf-8") or not text
    assert shown == text or not text.isprintable()


def test_an_internal_failure_shows_its_kind_and_place_and_not_its_message() -> None:
    with pytest.raises(RuntimeError) as caught:
        _fail()
    said = terminal.internal_failure(caught.value)

    assert said.startswith("an internal failure, ValueError at ")
    assert "test_terminal.py:" in said
    assert "98765" not in said
    assert terminal.internal_failure(ValueError("9876500001")) == (
        "an internal failure, ValueError (its message may hold data and is not shown)"
    )


def test_the_summary_accounts_for_every_record(capsys: Said) -> None:
    show(
        Summary(
            records=1_203,
            outcomes={(Status.DELIVERED, "ok"): 1_200, (Status.SUPPRESSED, "dnd"): 3},
            requests=6,
            rows_as_windows_1252=2,
        )
    )

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].strip() == "run 20260101-abc"
    assert any("delivered" in line and "ok" in line and "1,200" in line for line in lines)
    assert any("suppressed" in line and "dnd" in line and " 3 " in line for line in lines)
    assert lines[-5:] == [
        "read 1,203 = outcomes 1,203: every record has its outcome",
        "6 requests in 7.2 s",
        "rows that were no UTF-8, read as Windows-1252: 2",
        "do-not-disturb lists: version 1a2b3c (1 list)",
        "outcomes: out/outcomes/20260101-abc",
    ]


def test_the_summary_begins_with_what_was_read_of_each_file(capsys: Said) -> None:
    show(Summary(records=1, outcomes={(Status.DELIVERED, "ok"): 1}), "a.csv: CSV", "  column\nx")

    assert capsys.readouterr().out.startswith("a.csv: CSV\n  column\\nx\nrun 20260101-abc")


def test_missing_outcomes_are_said_aloud(capsys: Said) -> None:
    show(Summary(records=5, outcomes={(Status.DELIVERED, "ok"): 3}, requests=1), was_cut_short=True)

    said = capsys.readouterr().out
    assert "read 5, outcomes 3: 2 records have no outcome yet\n1 request in 7.2 s\n" in said


def test_an_input_without_leads_is_said_to_be_so(capsys: Said) -> None:
    show(Summary(), list_count=0)

    assert capsys.readouterr().out.splitlines() == [
        "the input holds no leads: nothing was sent",
        "0 requests in 7.2 s",
        "nothing was screened: no do-not-disturb list was given",
        "outcomes: out/outcomes/20260101-abc",
    ]


def test_the_summary_names_the_lists_that_were_used_last_and_how_many_versions(
    capsys: Said,
) -> None:
    for version in ("one", "one", "two", "", "one", "three"):
        BOARD.note_lists(version)
    show(Summary(), list_count=2)
    terminal.show_events_summary(
        Summary(), outcomes_place="t", secs=1, acknowledged=0, given_back=0, left=0, list_count=1
    )

    said = [line for line in capsys.readouterr().out.splitlines() if "do-not-disturb" in line]
    assert said == [
        "do-not-disturb lists: version three (2 lists), the last of 3 versions that were used",
        "do-not-disturb lists: version three (1 list), the last of 3 versions that were used",
    ]


def test_a_run_that_was_stopped_early_claims_nothing(capsys: Said) -> None:
    show(Summary(), was_cut_short=True)

    said = capsys.readouterr().out
    assert said.startswith("read 0, outcomes 0 so far\n")
    assert "no leads" not in said
    assert "every record" not in said


def test_a_run_that_broke_off_says_what_it_knows(capsys: Said) -> None:
    BOARD.requests = 2
    show(None, was_cut_short=True)

    assert capsys.readouterr().out.splitlines() == [
        "the run broke off after 2 requests in 7.2 s: what it read and settled is not counted",
        "outcomes so far: out/outcomes/20260101-abc",
    ]


def test_the_cost_of_halving_is_said(capsys: Said) -> None:
    BOARD.halvings = 9
    show(Summary(records=1, outcomes={(Status.DELIVERED, "ok"): 1}, requests=10))

    assert (
        "10 requests in 7.2 s, 9 of this run's to find rows that were refused"
        in capsys.readouterr().out
    )


def test_leads_that_are_pending_come_with_the_way_to_go_on(capsys: Said) -> None:
    terminal.show_pending("stopped on request")

    assert capsys.readouterr().err == (
        "dialfeed: stopped on request.\n"
        "dialfeed: Leads are pending. Give the same command again to go on:"
        " nothing will be sent twice.\n"
    )


@pytest.mark.parametrize(
    ("secs", "said"),
    [
        (0.0, "0.0 s"),
        (59.94, "59.9 s"),
        (59.97, "1 min"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h 0 min"),
        (90_061, "25 h 1 min"),
    ],
)
def test_durations_are_said_as_a_person_does(secs: float, said: str) -> None:
    assert duration(secs) == said


def _fail() -> None:
    try:
        int("x9876500001")
    except ValueError as error:
        raise RuntimeError("the lead 9876500001") from error


def test_values_that_were_altered_are_counted_where_there_are_any(capsys: Said) -> None:
    show(Summary())
    assert "altered" not in capsys.readouterr().out

    show(Summary(altered=1_204))
    terminal.show_events_summary(
        Summary(altered=3),
        outcomes_place="t",
        secs=1,
        acknowledged=0,
        given_back=0,
        left=0,
        list_count=0,
    )

    said = "values altered, with a space for each character that the API does not take: "
    lines = [line for line in capsys.readouterr().out.splitlines() if "altered" in line]
    assert lines == [f"{said}1,204", f"{said}3"]
