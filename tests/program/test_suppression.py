"""`suppression` as its user starts it: what it says, how it ends, and what it leaves behind."""

import gzip
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program.program import Done, Program
from tests.program.small_disk import SmallDisk, small_disk

NUMBERS = [f"98765{at * 7919 % 100_000:05}" for at in range(10_000)]
GOES_AWAY = '{ "$@"; echo $? > "$0"; } | head -n 1'
NO_ROOM = ("No space left", "File too large")


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """A program that talks to no dialer, and what must hold after every use of it."""
    program = Program(tmp_path, url="", pace_secs=0.0)
    yield program
    program.kill_all()
    program.check_discretion()


def say(program: Program, *words: str) -> Done:
    return program.start_with(["suppression", *words]).wait()


def done(program: Program, *words: str) -> Done:
    said = say(program, *words)
    assert said.status == 0, said.said
    return said


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_from_lists_to_an_index_to_answers_to_its_next_version(program: Program) -> None:
    folder = program.folder
    text = program.write("a.txt", "# of today\n" + "\n".join(NUMBERS) + "\ntotal\n")
    table = program.write(
        "b.csv.gz",
        gzip.compress(b'Mobile No.,Category\n+91 90000-00001,"2,5"\n090000 00002,0\n'),
    )
    program.numbers.update({"9000000001", "9000000002", "9000000003"})
    index, newer = str(folder / "list.dnd"), str(folder / "newer.dnd")

    built = done(program, "build", "--from", str(text), "--from", str(table), "--to", index)
    assert f"{index}: version " in built.out
    assert "10,002 numbers" in built.out
    assert f"without a number: 2 lines, in {index}.not-numbers.txt" in built.out
    for name in ("list.dnd", "list.dnd.not-numbers.txt"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600

    shown = json.loads(done(program, "show", index, "--json").out)
    assert shown["numbers"] == 10_002
    assert shown["blocked_for_all"] == 10_001
    assert shown["blocked"]["5"] == 10_002
    assert f"version     {shown['version']}" in done(program, "show", index).out
    assert shown["version"] in built.out

    asked = say(
        program,
        *("test", index, f"+91 {NUMBERS[0][:5]} {NUMBERS[0][5:]}", "9000000001", "9000000003"),
        "-12",
    )
    assert asked.out == (
        f"1\t*******{NUMBERS[0][-3:]}\tlisted\tall categories\n"
        "2\t*******001\tlisted\tcategories 2, 5\n"
        "3\t*******003\tnot listed\n"
        "4\t-12\tno phone number\n"
    )
    assert asked.status == 2

    changes = program.write(
        "changes.txt", f"+ 9000000003\n- 9000000001\n- 9000000009\n-{NUMBERS[0]}\n"
    )
    merged = done(program, "merge", index, "--from", str(changes), "--to", newer)
    assert merged.out.startswith(
        "1 added, 0 changed, 2 deleted; 1 deletion of numbers that were not there\n"
    )
    assert done(program, "test", newer, "--from", str(text)).out == (
        "of 10,000 numbers 9,999 are listed\n2 lines without a number\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_build_that_is_stopped_leaves_nothing_behind(
    number: signal.Signals, program: Program
) -> None:
    folder = program.folder
    # Numbers of another country are read one by one.
    source = program.write("a.txt", "".join(f"+44 7911 {at:06}\n" for at in range(300_000)))
    index = folder / "list.dnd"
    index.write_bytes(b"as it was")

    running = program.start_with(
        ["suppression", "build", "--from", str(source), "--to", str(index)]
    )
    running.wait_until(lambda: len(names(folder)) > 2)
    running.stop(number)
    ended = running.wait()

    assert ended.status == 1, ended.said
    assert f"stopped: nothing was built, and {index} is as it was" in ended.err
    assert ended.out == ""
    assert names(folder) == {"a.txt", "list.dnd"}
    assert index.read_bytes() == b"as it was"


def test_a_build_after_one_that_was_killed_is_as_any_other(program: Program) -> None:
    folder = program.folder
    slow = program.write("slow.txt", "".join(f"+44 7911 {at:06}\n" for at in range(300_000)))
    source = program.write("a.txt", f"{NUMBERS[0]}\n")
    index = str(folder / "list.dnd")

    running = program.start_with(["suppression", "build", "--from", str(slow), "--to", index])
    running.wait_until(lambda: len(names(folder)) > 2)
    running.kill()

    done(program, "build", "--from", str(source), "--to", index)
    assert done(program, "test", index, NUMBERS[0]).out == f"1\t*******{NUMBERS[0][-3:]}\tlisted\n"


def test_a_disk_that_is_full_means_that_nothing_was_built(program: Program, tmp_path: Path) -> None:
    source = program.write("a.txt", "\n".join(NUMBERS))
    with small_disk(tmp_path / "disk", may_mount=True) as disk:
        _build_without_room(program, source, disk)


def _build_without_room(program: Program, source: Path, disk: SmallDisk) -> None:
    index = disk.folder / "list.dnd"
    words = ["suppression", "build", "--from", str(source), "--to", str(index)]
    if disk.keeps_reserve:
        disk.fill_up()
        said = program.start_with(words).wait()
    else:
        prefix = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"]
        said = program.start_with(words, prefix=prefix).wait()

    assert said.status == 2, said.said
    assert any(reason in said.err for reason in NO_ROOM), said.err
    assert said.err.endswith("nothing was built\n")
    disk.make_room()
    assert names(disk.folder) == set()
    done(program, *words[1:])


def test_a_reader_of_its_answers_that_goes_away_is_no_fault(program: Program) -> None:
    source = program.write("a.txt", "\n".join(NUMBERS))
    status = program.folder / "status"

    running = program.start_with(
        ["suppression", "test", str(source), *NUMBERS],
        prefix=["sh", "-c", GOES_AWAY, str(status)],
    )

    assert running.wait().out == f"1\t*******{NUMBERS[0][-3:]}\tlisted\n"
    assert status.read_text() == "0\n"


def test_what_is_wrong_is_said_at_once_and_no_number_with_it(program: Program) -> None:
    program.numbers.update(NUMBERS)

    slips: tuple[tuple[tuple[str, ...], str], ...] = (
        ((), "suppression needs a verb: build, show, test, merge"),
        (("tset", "list.dnd"), "did you mean test?"),
        (("build", "--form", "a.txt"), "there is no option --form (did you mean --from?)"),
        (("show", NUMBERS[0], NUMBERS[1]), "a word belongs to no option"),
        (("test", "none.dnd", NUMBERS[0]), "none.dnd matches no file"),
        (("merge", "--to", "gs://b/l.dnd"), "--from is missing"),
    )
    under_way = [program.start_with(["suppression", *words]) for words, _ in slips]
    for running, (_, says) in zip(under_way, slips, strict=True):
        said = running.wait()
        assert said.status == 2
        assert said.out == ""
        assert says in said.err
        assert all(line.startswith("dialfeed: ") for line in said.err.splitlines())


def test_lines_without_a_number_that_have_no_room_are_no_reason_to_leave_half_an_index(
    program: Program, tmp_path: Path
) -> None:
    source = program.write("a.txt", f"{NUMBERS[0]}\n" + "no number at all\n" * 500_000)
    with small_disk(tmp_path / "disk", may_mount=True) as disk:
        index = disk.folder / "list.dnd"
        words = ["suppression", "build", "--from", str(source), "--to", str(index)]
        prefix = [] if disk.keeps_reserve else ["sh", "-c", 'ulimit -f 2000; exec "$@"', "sh"]
        said = program.start_with(words, prefix=prefix).wait()

        assert said.status == 2, said.said
        assert any(reason in said.err for reason in NO_ROOM), said.err
        assert names(disk.folder) == set()
