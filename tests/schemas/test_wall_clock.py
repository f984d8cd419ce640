"""Moments of the dialer's wall clock: part E1 of the catalogue."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cells import MISSING, Misread
from schemas.lead_field import DEFAULT_CLOCK_FORMAT
from schemas.wall_clock import WallClockReader, WallTime

KOLKATA = ZoneInfo("Asia/Kolkata")
READER = WallClockReader(DEFAULT_CLOCK_FORMAT, KOLKATA)
EVENING = WallTime("2037-06-30 18:00:00", datetime(2037, 6, 30, 12, 30, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    "cell",
    [
        "2037-06-30 18:00:00",
        " 2037-06-30 18:00:00 ",
        "'2037-06-30 18:00:00",
        "2037-06-30\u00a018:00:00",
        "2037-06-30T18:00:00",
        "2037-06-30t18:00:00",
        "2037-06-30T18:00:00.000",
        "2037-06-30 18:00:00.0",
        "2037-06-30T12:30:00Z",
        "2037-06-30T12:30:00.000Z",
        "2037-06-30 12:30:00 +00:00",
        "2037-06-30T18:00:00+05:30",
        "2037-06-30T18:00:00+0530",
        "2037-06-30T08:30:00-04:00",
        "2037-06-30T08:30:00-04",
        "2037-07-01T02:30:00+14:00",
        datetime(2037, 6, 30, 18, 0),
        datetime(2037, 6, 30, 12, 30, tzinfo=UTC),
        datetime(2037, 6, 30, 8, 30, tzinfo=timezone(timedelta(hours=-4))),
    ],
)
def test_e1_every_spelling_of_a_moment_becomes_the_dialers_form(cell: object) -> None:
    assert READER.read(cell) == EVENING


@pytest.mark.parametrize(
    "cell",
    [
        "30/06/2037",
        "06/30/2037 18:00:00",
        "30-06-2037 18:00:00",
        "2037-06-30 06:00:00 PM",
        "2037-06-30",
        "2037-06-30 18:00",
        "2037-6-30 18:00:00",
        "2037-06-30 8:00:00",
        "2037/06/30 18:00:00",
        "20370630T180000",
        "50221.75",
        "2129977800",
        "2037-02-30 18:00:00",
        "2037-13-01 18:00:00",
        "2037-06-30 24:00:00",
        "2037-06-30 18:60:00",
        "2037-06-30 18:00:60",
        "2037-06-30T18:00:00.5",
        "2037-06-30T18:00:00+25:00",
        "2037-06-30T18:00:00+05:75",
        "2037-W26-2T18:00:00",
        "0000-06-30 18:00:00",
        "0037-06-30 18:00:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2037-06-30 18:00:00 IST",
        "tomorrow",
        50221.75,
        2129977800,
        True,
        [],
        {},
        date(2037, 6, 30),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
    ],
)
def test_e1_another_form_is_refused_with_the_form_that_is_right(cell: object) -> None:
    found = READER.read(cell)
    assert isinstance(found, Misread)
    assert "YYYY-MM-DD HH:MM:SS" in found.detail


@pytest.mark.parametrize("cell", ["", " ", "-", "N/A", "null", "nan", None, float("nan")])
def test_e2_a_placeholder_is_a_missing_moment(cell: object) -> None:
    assert READER.read(cell) is MISSING


def test_e1_the_past_is_read_too() -> None:
    assert READER.read("1999-01-01 00:00:00") == WallTime("1999-01-01 00:00:00", 915129000.0)


def test_an_instant_becomes_the_wall_clock_of_the_zone_it_is_read_in() -> None:
    new_york = WallClockReader(DEFAULT_CLOCK_FORMAT, ZoneInfo("America/New_York"))
    assert new_york.read("2030-01-15T12:00:00Z") == WallTime("2030-01-15 07:00:00", 1894708800.0)
    assert new_york.read("2030-07-15T12:00:00Z") == WallTime("2030-07-15 08:00:00", 1910347200.0)


def test_an_instant_in_the_hour_that_comes_twice_keeps_its_moment() -> None:
    new_york = WallClockReader(DEFAULT_CLOCK_FORMAT, ZoneInfo("America/New_York"))
    second = datetime(2030, 11, 3, 6, 30, tzinfo=UTC)
    assert new_york.read(second) == WallTime("2030-11-03 01:30:00", second.timestamp())


@pytest.mark.parametrize(
    ("form", "cell", "text"),
    [
        ("%d/%m/%Y %H:%M", "05/06/2037 18:00", "05/06/2037 18:00"),
        ("%d/%m/%Y %H:%M", "2037-06-05T18:00:00", "05/06/2037 18:00"),
        ("%Y-%m-%d", "2037-06-05", "2037-06-05"),
        ("%Y-%m-%d", date(2037, 6, 5), "2037-06-05"),
        ("%d-%b-%Y %I:%M %p", "05-Jun-2037 06:00 PM", "05-Jun-2037 06:00 PM"),
    ],
)
def test_a_field_may_have_its_own_form(form: str, cell: object, text: str) -> None:
    found = WallClockReader(form, KOLKATA).read(cell)
    assert isinstance(found, WallTime)
    assert found.text == text


def test_day_and_month_are_never_taken_for_each_other() -> None:
    days_first = WallClockReader("%Y-%d-%m %H:%M:%S", KOLKATA)
    assert isinstance(days_first.read("2037-06-30 18:00:00"), Misread)
    found = days_first.read("2037-06-30T18:00:00")
    assert isinstance(found, WallTime)
    assert found.text == "2037-30-06 18:00:00"


def test_a_day_without_an_hour_lasts_until_its_end() -> None:
    found = WallClockReader("%Y-%m-%d", ZoneInfo("UTC")).read("2037-06-30")
    assert found == WallTime("2037-06-30", datetime(2037, 7, 1, tzinfo=UTC).timestamp())


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2500, 1, 1)),
    st.integers(-14 * 60, 14 * 60),
)
def test_an_instant_is_the_same_moment_in_every_spelling(moment: datetime, minutes: int) -> None:
    instant = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    found = READER.read(instant.isoformat())
    assert isinstance(found, WallTime)
    assert found.epoch_secs == instant.timestamp()
    assert READER.read(found.text) == found
    assert READER.read(instant) == found
    assert found.text == instant.astimezone(KOLKATA).strftime(DEFAULT_CLOCK_FORMAT)


@given(st.text() | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}Z?"))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    assert READER.read(text) is MISSING or isinstance(READER.read(text), WallTime | Misread)
