"""Lists that change while the program uses them: new versions count, bad ones do not, none kills it."""

import json
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from suppression.building import BuildTerms, build_index
from tests.program.program import Program, check_truth, finished_outcomes, leads, phone, statuses
from tests.program.strict_dialer import Exchange, StrictDialer, by_the_rules, confirm
from tests.program.test_events import messages, told, words
from tests.standins.topics import Topic
from tests.suppression.built_lists import source_of

LIVE = ("--batch_size", "5", "--dnd_refresh_secs", "0.1", "--timeout_secs", "60")
TAKEN_UP = "is used from now on"


class Held:
    """A reply that waits until the test lets it go, and so the requests behind it."""

    def __init__(self) -> None:
        self.is_over = False

    def __call__(self, exchange: Exchange) -> None:
        while not self.is_over and not exchange.dialer.closing.is_set():
            exchange.wait(0.05)
        confirm(exchange)

    __name__ = "held"


@pytest.fixture
def held(dialer: StrictDialer) -> Iterator[Held]:
    """The first request of a test."""
    reply = Held()
    dialer.replies.append(reply)
    yield reply
    reply.is_over = True


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test alone; what it keeps."""
    monkeypatch.setenv("DIALFEED_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "lists"


def numbers(*at: int) -> str:
    return "".join(f"0{phone(each)}\n" for each in at)


def publish(topic: Topic, *at: int) -> list[str]:
    return topic.publish(*(message for each in at for message in messages(1, first=each)))


def replace(program: Program, path: Path, content: str | bytes) -> None:
    """Put another version in the place of a list, as one should: whole."""
    program.write("new", content).replace(path)


def index(program: Program, *at: int) -> bytes:
    path = program.folder / "built"
    build_index([source_of(numbers(*at).encode(), "dnd.txt")], path, BuildTerms("IN"))
    return path.read_bytes()


@pytest.mark.parametrize("is_index", [False, True])
def test_a_lead_in_the_queue_is_judged_by_the_list_as_it_stands_when_its_turn_comes(
    program: Program, dialer: StrictDialer, held: Held, is_index: bool
) -> None:
    def content(*at: int) -> bytes:
        return index(program, *at) if is_index else numbers(*at).encode()

    dnd = program.write("dnd", content(700, 701))
    program.write_leads("leads.jsonl", leads(15))
    running = program.start(*LIVE, "--dnd", str(dnd))
    dialer.wait_for_arrivals(1)
    # The first lead of each batch, of which one is under way.
    replace(program, dnd, content(0, 5, 10, 700))
    running.wait_until_said(TAKEN_UP)
    held.is_over = True
    done = running.wait()

    assert done.status == 0, done.said
    outcomes = finished_outcomes(program.output)
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 13, "suppressed.dnd": 2}
    assert done.err.count(f"{dnd}: version") == 1
    assert "with 4 numbers is used from now on" in done.err
    (record,) = (program.output / "runs").glob("*.json")
    before, after = json.loads(record.read_bytes())["lists_used"]
    assert f"do-not-disturb lists: version {after} (1 list)" in done.out
    assert before != after


def test_versions_that_cannot_be_relied_on_are_said_once_and_the_old_one_holds(
    program: Program, dialer: StrictDialer, held: Held
) -> None:
    dnd = program.write("dnd", index(program, 14, 701, 702))
    program.write_leads("leads.jsonl", leads(15))
    running = program.start(*LIVE, "--dnd", str(dnd))
    dialer.wait_for_arrivals(1)
    replace(program, dnd, index(program, 5, 14, 701, 702)[:-9])
    running.wait_until_said("is a damaged index")
    replace(program, dnd, numbers(5))
    running.wait_until_said("1 number, fewer than half")
    dnd.unlink()
    running.wait_until_said("cannot be read: No such file or directory")
    replace(program, dnd, "<!DOCTYPE html><html><body>log in</body></html>")
    running.wait_until_said("not a list of numbers")
    held.is_over = True
    done = running.wait()

    assert done.status == 0, done.said
    assert statuses(finished_outcomes(program.output)) == {
        "delivered.ok": 14,
        "suppressed.dnd": 1,
    }
    assert TAKEN_UP not in done.said
    assert done.err.count("until then version") == 4


def test_a_list_that_is_written_over_in_place_or_cut_off_neither_ends_a_run_nor_alters_it(
    program: Program, dialer: StrictDialer, held: Held
) -> None:
    # Many pages, of which the leads of the second request need some.
    dnd = program.write("dnd", index(program, *range(300, 40_000)))
    program.write_leads("leads.jsonl", [*leads(290), *leads(10, first=300), *leads(10, first=290)])
    running = program.start(*LIVE[2:], "--dnd", str(dnd))
    dialer.wait_for_arrivals(1)
    with dnd.open("r+b") as file:
        file.truncate(100)
    running.wait_until_said("is a damaged index")
    with dnd.open("r+b") as file:
        file.write(bytes(4_096))
    held.is_over = True
    done = running.wait()

    assert done.status == 0, done.said
    outcomes = finished_outcomes(program.output)
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": 300, "suppressed.dnd": 10}


def test_killed_and_started_again_with_a_newer_list_it_goes_by_that_one(
    program: Program, dialer: StrictDialer
) -> None:
    dialer.replies += [by_the_rules, Held()]
    dnd = program.write("dnd.txt", numbers(12, 700))
    program.write_leads("leads.jsonl", leads(16))
    running = program.start(*LIVE, "--dnd", str(dnd))
    dialer.wait_for_arrivals(2)
    running.kill()
    replace(program, dnd, numbers(0, 13, 700))

    outcomes = program.finish(*LIVE, "--dnd", str(dnd))

    by_record = {outcome["source"]["record"] - 1: outcome["reason"] for outcome in outcomes}
    # What the request that was under way has come to nobody knows.
    assert [by_record[at] for at in (0, 5, 12, 13, 15)] == [
        *("ok", "no_answer", "ok", "dnd", "ok"),
    ]
    assert len(outcomes) == 16


def test_two_processes_that_start_at_once_make_one_index_of_a_list(
    program: Program, dialer: StrictDialer, cache: Path
) -> None:
    dnd = program.write("dnd.txt", numbers(*range(700, 20_700)))
    program.write_leads("leads.jsonl", [*leads(3), *leads(2, first=700)])
    outputs = [program.folder / name for name in ("out-a", "out-b")]
    ledger = str(program.folder / "out-ledger")
    started = [
        program.start("--dnd", str(dnd), "--ledger", ledger, output=output) for output in outputs
    ]
    for running in started:
        done = running.wait()
        assert done.status == 0, done.said
    (entry,) = cache.glob("*.dnd")
    made = entry.stat().st_ino

    for output in outputs:
        assert statuses(finished_outcomes(output))["suppressed.dnd"] == 2
    assert program.run("--dnd", str(dnd), "--ledger", ledger, output=outputs[0]).status == 0
    assert {path.stat().st_ino for path in cache.glob("*.dnd")} == {made}
    assert {path.suffix for path in cache.iterdir()} == {".dnd", ".memo"}
    assert len(dialer.arrivals) == 1


def test_a_list_that_becomes_too_old_halts_the_run_and_a_newer_one_lets_it_go_on(
    program: Program, dialer: StrictDialer
) -> None:
    def late(exchange: Exchange) -> None:
        exchange.wait(10.0)
        confirm(exchange)

    def dated(secs: float, *at: int) -> str:
        date = datetime.fromtimestamp(secs, UTC).isoformat(timespec="seconds")
        return f"# as of {date}\n{numbers(*at)}"

    aged = (*LIVE, "--dnd", str(program.folder / "dnd.txt"), "--dnd_max_age_hours", "1")
    dnd = program.write("dnd.txt", dated(time.time() - 3_590.0, 700))
    program.write_leads("leads.jsonl", leads(10))
    dialer.replies.append(late)
    done = program.run(*aged)

    assert done.status == 1, done.said
    assert f"the list {dnd} is 1.0 hours old, more than the 1 of --dnd_max_age_hours" in done.err
    assert "Give the same command again to go on" in done.err
    assert len(dialer.arrivals) == 1
    assert program.run(*aged).status == 2
    assert len(dialer.arrivals) == 1
    replace(program, dnd, dated(time.time(), 9, 700))
    assert statuses(program.finish(*aged)) == {"delivered.ok": 9, "suppressed.dnd": 1}


def test_a_folder_of_lists_that_cannot_be_used_is_named_before_anything_is_posted(
    program: Program, dialer: StrictDialer, cache: Path
) -> None:
    dnd = program.write("dnd.txt", numbers(700))
    program.write_leads("leads.jsonl", leads(1))
    cache.parent.write_bytes(b"")
    done = program.run("--dnd", str(dnd))

    assert done.status == 2
    assert f"lists cannot be kept in the folder {cache}" in done.err
    assert "DIALFEED_CACHE" in done.err
    assert not dialer.arrivals


def test_a_check_keeps_its_list_for_the_run_that_follows(program: Program, cache: Path) -> None:
    dnd = program.write("dnd.txt", numbers(0, 700))
    path = program.write_leads("leads.jsonl", leads(2))
    done = program.start_with(
        ["check", "--input", str(path), "--campaign", "c", "--dnd", str(dnd)]
    ).wait()

    assert done.status == 3, done.said
    assert len(list(cache.glob("*.dnd"))) == 1
    shutil.rmtree(cache)
    assert program.run("--dnd", str(dnd)).status == 0
    assert len(list(cache.glob("*.dnd"))) == 1


def test_a_stream_of_events_goes_by_the_newest_list_both_ways(
    topic: Topic, program: Program, dialer: StrictDialer
) -> None:
    dnd = program.write("dnd.txt", numbers(0, 700))
    more = (*LIVE[2:], "--dnd", str(dnd), "--flush_secs", "0.5", "--idle_secs", "6")
    running = program.start_with(words(program, topic, *more))
    running.wait_until_said("listening to")
    first = publish(topic, 0, 1)
    dialer.wait_for_arrivals(1)
    replace(program, dnd, numbers(2, 700))
    running.wait_until_said(TAKEN_UP)
    second = publish(topic, 0, 2)
    done = running.wait()

    assert done.status == 0, done.said
    said = told(program)
    assert [said[each, 0] for each in (*first, *second)] == [
        *("suppressed/dnd", "delivered/ok", "delivered/ok", "suppressed/dnd"),
    ]
