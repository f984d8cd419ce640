import os
import time
from pathlib import Path
from typing import cast

import pytest

from dialer.clock import SystemClock
from pipeline.progress import EventProgress, Progress
from tests.transforms.delivering import NO_LISTS
from transforms.held_messages import HeldMessages
from transforms.in_process import BOARD, MESSAGES, MessageState, request_stop
from transforms.lists import ListSettings

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


class _Held:
    """What a subscription that was never asked holds."""

    oldest_secs = 75.0

    def __len__(self) -> int:
        return len(MESSAGES)


def event_line(lists: ListSettings = NO_LISTS) -> str:
    return EventProgress(cast(HeldMessages, _Held()), lists=lists).line()


def test_the_line_of_events_tells_what_an_operator_is_paged_on(tmp_path: Path) -> None:
    dnd = tmp_path / "dnd.txt"
    dnd.write_text("9876500001\n")
    os.utime(dnd, (time.time() - 7200, time.time() - 7200))
    MESSAGES.update(a=MessageState(3), b=MessageState(4, settled={0}))
    BOARD.waiting, BOARD.silent_requests, BOARD.requests = {"Winter": 2, "Summer": 4}, 2, 7
    BOARD.next_request_boot_secs = SystemClock().now().boot_secs + 12.2

    assert event_line(ListSettings((str(dnd),), "IN", allow_empty=False)) == (
        "2 messages held; 6 leads waiting (Summer 4, Winter 2); oldest 1 min; gate opens in 12 s;"
        " circuit open, 2 without an answer; 7 requests; oldest list 2 h 0 min old"
    )


def test_the_line_of_events_is_short_where_nothing_waits() -> None:
    BOARD.waiting = {"Summer": 4}

    assert event_line() == (
        "0 messages held; 0 leads waiting; nothing waits; gate open; circuit closed; 0 requests"
    )


def test_of_many_campaigns_the_longest_are_named() -> None:
    MESSAGES["a"] = MessageState(28)
    BOARD.waiting = {f"c{number}": number for number in range(1, 8)}

    assert "28 leads waiting (c7 7, c6 6, c5 5, c4 4, c3 3, 2 more campaigns)" in event_line()


def test_a_log_gets_the_line_of_events_now_and_then(capsys: Said) -> None:
    progress = EventProgress(cast(HeldMessages, _Held()), lists=NO_LISTS)
    progress._status_due_boot_secs = 0.0
    with progress:
        pass

    assert capsys.readouterr().err.count("0 messages held") == 1
