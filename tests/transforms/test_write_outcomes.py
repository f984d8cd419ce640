import json
import os
from collections.abc import Iterator
from pathlib import Path

import apache_beam as beam
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.outcome import REASONS, Outcome, Source, Status
from tests.transforms.running import AT, expect, pinned
from transforms.in_process import BOARD
from transforms.write_outcomes import WriteOutcomes


def outcome(number: int, status: Status = Status.DELIVERED, reason: str = "ok") -> Outcome:
    return Outcome(
        status=status,
        reason=reason,
        detail="SuccessFully Updated",
        campaign="Summer",
        phone="9876512345",
        lead_json=b'{"PhoneNumber":"9876512345"}',
        source=Source.of_record("leads.csv", number),
        request_id="000001-ab",
        at=AT,
    )


def write(parts: list[list[Outcome]], folder: Path) -> None:
    with pinned() as pipeline:
        lists = pipeline | beam.Create(parts, reshuffle=False)
        written = lists | WriteOutcomes(folder=str(folder), start="0001-abcdef-delivered")
        expect(written, parts, "written")


def test_each_outcome_is_a_line_in_a_file_that_is_its_owners_alone(tmp_path: Path) -> None:
    outcomes = [outcome(number) for number in range(1, 6)]

    write([outcomes[:2], outcomes[2:]], tmp_path)

    (path,) = tmp_path.iterdir()
    assert path.name == "0001-abcdef-delivered.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == b"".join(each.to_json_line() for each in outcomes)


def test_without_outcomes_there_is_no_file(tmp_path: Path) -> None:
    write([], tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_list_is_on_the_disk_before_the_next_one_is_asked_for(tmp_path: Path) -> None:
    with pinned() as pipeline:
        lists = pipeline | beam.Create([str(tmp_path)]) | beam.FlatMap(_lists_with_a_look)
        lists | WriteOutcomes(folder=str(tmp_path), start="s")


def _lists_with_a_look(folder: str) -> Iterator[list[Outcome]]:
    """One list after the other, as the delivery yields them, looking at what is written so far."""
    for written in range(3):
        lines = [line for path in Path(folder).iterdir() for line in path.read_bytes().splitlines()]
        if len(lines) != written:
            raise AssertionError(f"{len(lines)} lines, not {written}")
        yield [outcome(written + 1)]


@pytest.mark.parametrize("kind", ["missing", "a file"])
def test_a_folder_that_cannot_be_written_ends_the_run_and_says_so(
    tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "outcomes"
    if kind == "a file":
        folder.write_bytes(b"")

    with pytest.raises(Exception, match="while running"):
        write([[outcome(1)]], folder)

    reason = os.strerror(20 if kind == "a file" else 2)
    assert BOARD.stopped == f"outcomes cannot be written to {folder}: {reason}"


ANY_TEXT = st.text(max_size=30)


@given(
    st.sampled_from([(status, reason) for status in REASONS for reason in sorted(REASONS[status])]),
    ANY_TEXT,
    st.none() | ANY_TEXT,
)
def test_whatever_stands_in_an_outcome_it_is_one_line(
    kind: tuple[Status, str], detail: str, campaign: str | None
) -> None:
    status, reason = kind
    line = Outcome(
        status=status,
        reason=reason,
        detail=detail,
        campaign=campaign,
        phone=None,
        lead_json=b'"raw"',
        source=Source.of_record("f", 1),
        request_id=None,
        at=AT,
    ).to_json_line()

    assert line.count(b"\n") == 1
    read = json.loads(line)
    assert (read["status"], read["reason"], read["detail"]) == (status, reason, detail)
    assert read["campaign"] == campaign
