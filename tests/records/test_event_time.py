from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.event_time import event_time_secs
from records.messages import Message

PUBLISHED_SECS = 1_795_000_000.0
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC))


def told(text: str) -> float:
    return event_time_secs(Message(b"", {"at": text}, "1", PUBLISHED_SECS), "at")


@given(MOMENTS)
def test_milliseconds_since_1970_and_rfc_3339_say_the_same(moment: datetime) -> None:
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    millis = (whole - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert told(str(millis)) == pytest.approx(whole.timestamp(), abs=1e-3)
    for zone in (UTC, timezone(timedelta(hours=5, minutes=30))):
        assert told(whole.astimezone(zone).isoformat()) == pytest.approx(whole.timestamp())


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "-5", "1e3", "١٢٣", "9" * 40, "2026-11-25T06:00:00", "2026-13-01T00:00:00Z"),
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_a_time_that_cannot_be_read_is_the_time_of_publishing(text: str) -> None:
    assert told(text) == PUBLISHED_SECS


@given(st.text())
def test_no_text_is_too_much(text: str) -> None:
    assert isinstance(told(text), float)


def test_without_the_attribute_it_is_the_time_of_publishing() -> None:
    message = Message(b"", {"at": "1500"}, "1", PUBLISHED_SECS)
    assert event_time_secs(message, None) == event_time_secs(message, "other") == PUBLISHED_SECS
