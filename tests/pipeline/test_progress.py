import pytest

from dialer.clock import SystemClock
from pipeline.progress import Progress
from transforms.in_process import BOARD, request_stop

Said = pytest.CaptureFixture[str]


def test_before_the_leads_are_counted_it_says_so() -> None:
    assert Progress().line() == "reading and screening leads ..."


def test_the_line_tells_what_is_done_what_comes_next_and_how_long_it_takes() -> None:
    BOARD.total, BOARD.pending, BOARD.requests = 10_000, 8_600, 7
    BOARD.limit, BOARD.gap_secs = 200, 30.0
    BOARD.next_request_boot_secs = SystemClock().now().boot_secs + 12.2

    assert Progress().line() == (
        "1,400 of 10,000 leads settled, 7 requests; next request in 12 s; about 21 min to go"
    )


def test_while_a_request_is_under_way_nothing_is_waited_for() -> None:
    BOARD.total, BOARD.pending, BOARD.requests, BOARD.limit = 250, 50, 1, 200

    assert Progress().line() == (
        "200 of 250 leads settled, 1 request; request under way; about 0.0 s to go"
    )


def test_when_all_is_settled_no_end_is_foretold() -> None:
    BOARD.total, BOARD.pending, BOARD.limit = 3, 0, 200

    assert Progress().line() == "3 of 3 leads settled, 0 requests; request under way"


def test_what_the_delivery_waits_for_stands_at_the_end() -> None:
    BOARD.total, BOARD.pending, BOARD.limit = 3, 3, 200
    BOARD.note = "another process's request is under way"

    assert Progress().line().endswith("; another process's request is under way")


def test_away_from_a_terminal_only_notices_are_said_each_once_and_in_order(capsys: Said) -> None:
    BOARD.total = 5
    with Progress():
        BOARD.notices.append("the connection was refused; nothing was sent, next try in 1 s")
        BOARD.notices.append("and [red]again[/red]\x1b[2J")

    assert capsys.readouterr() == (
        "",
        "dialfeed: the connection was refused; nothing was sent, next try in 1 s\n"
        "dialfeed: and [red]again[/red]\\x1b[2J\n",
    )


def test_a_quiet_run_says_nothing(capsys: Said) -> None:
    with Progress():
        BOARD.total = 5

    assert capsys.readouterr() == ("", "")


def test_a_stop_is_acknowledged_once(capsys: Said) -> None:
    with Progress():
        request_stop()
        request_stop()

    assert capsys.readouterr().err == (
        "dialfeed: stopping: the request in flight is finished first\n"
    )


def test_it_ends_also_when_the_run_fails(capsys: Said) -> None:
    with pytest.raises(OSError, match="disk"):
        _fail_under_way()

    assert capsys.readouterr().err == "dialfeed: said before the end\n"


def _fail_under_way() -> None:
    with Progress():
        BOARD.notices.append("said before the end")
        raise OSError("disk")
