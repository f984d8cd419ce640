import os
import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import apache_beam as beam
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.outcome import Outcome, Source, Status
from tests.transforms.running import AT, expect, pinned
from transforms.in_process import BOARD
from transforms.list_dialer_dnd import DialerList, ListDialerDnd, add_numbers
from transforms.lists import ListSettings, open_screen

NUMBERS = ["9876500001", "9876500002", "9876500003"]
INDIAN = [f"+91{number}" for number in NUMBERS]


def outcome(number: int, reason: str = "dialer_dnd", phone: str | None = "") -> Outcome:
    return Outcome(
        status=Status.SUPPRESSED,
        reason=reason,
        detail="",
        campaign="Summer",
        phone=NUMBERS[number] if phone == "" else phone,
        lead_json=b"{}",
        source=Source.of_record("leads.csv", number + 1),
        request_id="000001-ab",
        at=AT,
    )


def at(folder: Path, region: str = "IN") -> DialerList:
    return DialerList(str(folder / "suppressed.txt"), region)


def add(parts: Sequence[list[Outcome]], listing: DialerList) -> None:
    with pinned() as pipeline:
        lists = pipeline | beam.Create(parts, reshuffle=False)
        expect(lists | ListDialerDnd(listing), list(parts), "told on")


def numbers_in(listing: DialerList) -> list[str]:
    """The lines of the list that are no comment; all lines are whole."""
    data = Path(listing.path).read_text()
    assert data.endswith("\n")
    return [line for line in data.splitlines() if not line.startswith("#")]


def test_what_the_dialer_refused_becomes_a_list_that_is_its_owners_alone(tmp_path: Path) -> None:
    listing = at(tmp_path)

    add(
        [[outcome(0), outcome(1, "dnd"), outcome(1, phone=None)], [outcome(2), outcome(0)]], listing
    )

    path = Path(listing.path)
    assert path.read_text().splitlines() == [
        "# Numbers that the dialer refused as do-not-disturb; added by dialfeed. A list for --dnd.",
        INDIAN[0],
        INDIAN[2],
    ]
    assert path.stat().st_mode & 0o777 == 0o600
    screen = open_screen(ListSettings((listing.path,), "IN", allow_empty=False))
    asked = np.array([919_876_500_001, 919_876_500_002, 919_876_500_003], np.int64)
    assert screen.listed(asked).tolist() == [True, False, True]


def test_where_the_dialer_refused_nobody_there_is_no_list(tmp_path: Path) -> None:
    add([[outcome(0, "dnd")], [], [outcome(1, "duplicate")]], at(tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_a_number_that_is_known_is_not_added_again(tmp_path: Path) -> None:
    listing = at(tmp_path)
    add([[outcome(0)]], listing)
    before = Path(listing.path).read_bytes()

    add([[outcome(0)], [outcome(0)]], listing)
    assert Path(listing.path).read_bytes() == before

    add([[outcome(0), outcome(1)]], listing)
    assert numbers_in(listing) == INDIAN[:2]


def test_numbers_have_the_country_code_of_the_schemas_region(tmp_path: Path) -> None:
    listing = at(tmp_path, "US")

    add_numbers(listing, ["2015550123"])

    assert numbers_in(listing) == ["+12015550123"]


def test_what_somebody_has_added_stays_also_where_its_line_is_not_ended(tmp_path: Path) -> None:
    listing = at(tmp_path)
    for text, lines in (
        ("# ours\n98765 00009\r\n+919876500001", ["98765 00009", INDIAN[0], INDIAN[1]]),
        ("98765-00009", ["98765-00009", *INDIAN[:2]]),
        ("+919876500002\r\n# to be asked", [INDIAN[1], INDIAN[0]]),
    ):
        Path(listing.path).write_text(text, newline="")

        add_numbers(listing, NUMBERS[:2])

        assert numbers_in(listing) == lines


@given(kept=st.integers(0, 200))
def test_a_list_that_a_kill_cut_off_anywhere_is_whole_again_when_its_numbers_come_again(
    kept: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    listing = at(tmp_path_factory.mktemp("cut"))
    add_numbers(listing, NUMBERS)
    whole = Path(listing.path).read_bytes()
    Path(listing.path).write_bytes(whole[: kept % len(whole)])

    for number in NUMBERS:
        add_numbers(listing, [number])

    assert numbers_in(listing) == INDIAN


@contextmanager
def room_for(size_bytes: int) -> Iterator[None]:
    """No file of this process can become larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size_bytes", [0, 50, 95, 110])
def test_what_found_no_room_is_written_when_there_is_some(tmp_path: Path, size_bytes: int) -> None:
    listing = at(tmp_path)

    with room_for(size_bytes), pytest.raises(OSError, match="too large"):
        add_numbers(listing, NUMBERS)
    add_numbers(listing, NUMBERS)

    assert numbers_in(listing) == INDIAN


@pytest.mark.parametrize("kind", ["no folder", "no file"])
def test_a_list_that_cannot_be_written_ends_the_run_and_says_so(tmp_path: Path, kind: str) -> None:
    listing = at(tmp_path / "none" if kind == "no folder" else tmp_path)
    if kind == "no file":
        Path(listing.path).mkdir()

    with pytest.raises(Exception, match="while running"):
        add([[outcome(0)]], listing)

    reason = os.strerror(2 if kind == "no folder" else 21)
    assert BOARD.stopped == f"the list {listing.path} cannot be written: {reason}"
