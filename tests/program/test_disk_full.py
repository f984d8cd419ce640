"""No room, at different moments: a clear word, and the same command finishes once there is some."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.program.conftest import Pair
from tests.program.program import Program, check_private, check_truth, leads, phone, statuses
from tests.program.small_disk import SmallDisk, small_disk
from tests.program.strict_dialer import Exchange, StrictDialer, confirm

BATCH = ("--batch_size", "5")
LEADS = 20
NO_ROOM = ("No space left", "File too large", "temporary files")


def unhurried(exchange: Exchange) -> None:
    exchange.wait(0.3)
    confirm(exchange)


def test_a_disk_that_fills_up_stops_the_run_and_costs_no_lead(
    make_pair: Callable[[], Pair],
) -> None:
    """At four moments, all abreast; `False`: by a limit of the process's own."""
    moments = [
        ("reading", False),
        ("reading", True),
        ("request in flight", True),
        ("after an answer", True),
    ]
    pairs = [make_pair() for _ in moments]
    with ThreadPoolExecutor(len(moments)) as pool:
        list(pool.map(_fill_up_and_resume, pairs, *zip(*moments, strict=True)))


def _fill_up_and_resume(pair: Pair, moment: str, may_mount: bool) -> None:
    program, dialer = pair
    with small_disk(program.folder / "disk", may_mount=may_mount) as disk:
        _fill_up(program, dialer, disk, moment)
        outcomes = program.finish(*BATCH, output=disk.folder / "out")
        assert len(outcomes) == LEADS
        check_private(disk.folder / "out", program.key)
        if disk.keeps_reserve:
            # Every answer that came was recorded: nothing is unknown.
            check_truth(dialer, outcomes)
            assert statuses(outcomes) == {"delivered.ok": LEADS}


def _fill_up(program: Program, dialer: StrictDialer, disk: SmallDisk, moment: str) -> None:
    output = disk.folder / "out"
    program.write_leads("leads.jsonl", leads(LEADS))

    def filling(exchange: Exchange) -> None:
        disk.fill(running)
        confirm(exchange)

    dialer.replies += [unhurried, unhurried]
    if moment == "request in flight":
        dialer.replies[1] = filling
    running = program.start(*BATCH, output=output)
    running.wait_until_said("ledger of this account")
    if moment == "reading":
        disk.fill(running)
    if moment == "after an answer":
        dialer.wait_for_arrivals(2)
        running.wait_until(lambda: len(dialer.expected) == 10)
        disk.fill(running)
    done = running.wait()

    # Where it could not even begin, nothing is pending.
    assert done.status == (2 if "temporary files" in done.err else 1), done.said
    assert "internal failure" not in done.said
    assert any(words in done.err for words in NO_ROOM), done.err
    assert done.status == 2 or "the same command" in done.err
    disk.make_room()


def test_a_disk_full_from_the_start_means_that_nothing_is_begun(
    program: Program, dialer: StrictDialer, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", may_mount=True) as disk:
        _begin_without_room(program, dialer, disk)


def _begin_without_room(program: Program, dialer: StrictDialer, disk: SmallDisk) -> None:
    output = disk.folder / "out"
    program.write_leads("leads.jsonl", leads(LEADS))
    arguments = program.arguments(*BATCH, output=output)

    if disk.keeps_reserve:
        disk.fill_up()
        done = program.start_with(arguments).wait()
    else:
        done = program.start_with(
            arguments, prefix=["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"]
        ).wait()

    assert done.status == 2, done.said
    assert str(output) in done.err
    assert not dialer.arrivals
    disk.make_room()
    outcomes = program.finish(*BATCH, output=output)
    check_truth(dialer, outcomes)
    assert statuses(outcomes) == {"delivered.ok": LEADS}


def test_an_output_that_cannot_be_written_is_found_out_before_anything_is_posted(
    program: Program, dialer: StrictDialer
) -> None:
    program.write("leads.csv", "mobile\n" + "".join(f"{phone(at)}\n" for at in range(3)))
    place = program.folder / "place"
    nowhere = program.folder / "nowhere"
    place.write_text("in the way")
    nowhere.symlink_to("/proc/nowhere/at/all")
    outputs = [place, place / "below", nowhere]

    for output, running in [(output, program.start(output=output)) for output in outputs]:
        done = running.wait()
        assert done.status == 2, done.said
        assert f"--output {output}" in done.err
        assert "cannot be written" in done.err
    assert not dialer.arrivals
    place.unlink()
    assert statuses(program.finish(output=place)) == {"delivered.ok": 3}
    assert dialer.arrivals[0].names == ["PhoneNumber"]
